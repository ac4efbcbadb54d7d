"""How good a run is without labels: estimated precision and recall, and what was never compared."""

from typing import Any

import numpy as np

from audit.matching.block import Candidates
from audit.matching.compare import Outcomes
from audit.matching.prepare import Records
from audit.matching.score import Model


def statistics(
    records: Records, found: Candidates, outcomes: Outcomes, same: np.ndarray, together: np.ndarray, model: Model
) -> dict[str, Any]:
    """The account of a run. Missed pairs: below the threshold by their probability, and never compared (Chao's
    estimator, f1^2 / (2 f2), from the matches that exactly one and exactly two keys found)."""
    merged = float(together.sum())
    right = float(same[together].sum())
    below = float(same[~together].sum())
    missed = _never_found(records, found, outcomes, same)
    return {
        "records": records.rows,
        "distinct_records": len(records),
        "candidate_pairs": len(found.left),
        "blocks": found.blocks,
        "pairs_never_compared": found.never_compared,
        "merged_pairs": int(merged),
        "matches_never_compared": missed,
        "matches_below_threshold": below,
        "estimated_precision": right / merged if merged else 1.0,
        "estimated_recall": right / (right + below + missed) if right + below + missed else 1.0,
        "prior": model.prior,
    }


def _never_found(records: Records, found: Candidates, outcomes: Outcomes, same: np.ndarray) -> float:
    if not len(found.keys) or not found.keys.any():
        return 0.0
    n = len(records)
    at = np.searchsorted(found.left * n + found.right, outcomes.left * n + outcomes.right)
    at = np.minimum(at, len(found.left) - 1)
    known = (found.left[at] == outcomes.left) & (found.right[at] == outcomes.right)
    by_keys = np.bincount(found.keys[at[known]], same[known], minlength=3)
    return float(by_keys[1] ** 2 / (2 * max(by_keys[2], 1.0)))
