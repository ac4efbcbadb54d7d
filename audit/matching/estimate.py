"""How far a run's estimated precision and recall can be trusted: intervals by parametric bootstrap.

Every draw lets each pair be right with its probability. The probabilities themselves may be off: each draw also shifts
and stretches all of their log-odds together, by as much as they were seen to be off on labelled tables of many kinds;
pairs that a person decided narrow that down.
"""

from typing import Any

import numpy as np
from scipy.special import expit

DRAWS = 1000
LEVEL = 0.9
"""The share of runs whose truth should lie inside the intervals."""
_SHIFT, _STRETCH = 1.3, 0.3
"""Standard deviations of what all log-odds may be off by: added, and as the logarithm of a factor."""
_MISSED = 0.7
"""The same for the logarithm of the number of matches that were never compared."""
_BINS = 400


def intervals(
    same: np.ndarray, together: np.ndarray, doubt: float, statistics: dict[str, Any], *, seed: int = 0
) -> dict[str, Any]:
    """Intervals of precision and recall: `precision_low`, `precision_high`, `recall_low`, `recall_high`.

    `same` and `together` are, per pair, the probability and whether it was merged; `doubt` is the sum of p (1 - p) over
    the pairs that were decided: what those say about the probabilities (Fisher's information about a shift).
    """
    draw = np.random.default_rng(seed)
    shift = draw.normal(0, _SHIFT / np.sqrt(1 + _SHIFT**2 * doubt), DRAWS)
    stretch = np.exp(draw.normal(0, _STRETCH / np.sqrt(1 + _SHIFT**2 * doubt), DRAWS))
    merged, right = _right(same[together], shift, stretch, draw)
    _, below = _right(same[~together], shift, stretch, draw)
    missed = statistics["matches_never_compared"] * np.exp(draw.normal(0, _MISSED, DRAWS))
    precision = right / merged if merged else np.ones(DRAWS)
    true = right + below + missed
    recall = np.divide(right, true, out=np.ones(DRAWS), where=true > 0)
    ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    result: dict[str, Any] = {}
    for name, values in (("precision", precision), ("recall", recall)):
        low, high = np.quantile(values, ends)
        known = float(statistics[f"estimated_{name}"])
        result |= {f"{name}_low": min(float(low), known), f"{name}_high": max(float(high), known)}
    return result


def _right(
    same: np.ndarray, shift: np.ndarray, stretch: np.ndarray, draw: np.random.Generator
) -> tuple[int, np.ndarray]:
    """How many pairs there are, and how many of them are right in each draw."""
    decided = (same <= 0) | (same >= 1)
    odds = np.log(np.clip(same[~decided], 1e-9, 1 - 1e-9)) - np.log(np.clip(1 - same[~decided], 1e-9, 1))
    counts, edges = np.histogram(odds, bins=_BINS, range=(-21, 21))
    middle = (edges[:-1] + edges[1:]) / 2
    used = counts > 0
    chance = expit(stretch[:, None] * middle[used] + shift[:, None])
    right = draw.binomial(counts[used], chance).sum(axis=1) + float(same[decided].sum())
    return len(same), right.astype(np.float64)
