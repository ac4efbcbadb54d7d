"""Confidence intervals of shares: Wilson's, and that of several strata together.

Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927); for strata Yan and Su,
"Stratified Wilson and Newcombe confidence intervals for multiple binomial proportions", Statistics in Biopharmaceutical
Research 2 (2010).
"""

import numpy as np
from scipy.stats import norm

LEVEL = 0.95
_MANY = 1e12
"""As many as make an interval a point: everything was looked at."""


def wilson(
    right: np.ndarray | float, judged: np.ndarray | float, z: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray]:
    """Low and high of the share `right` / `judged`, at `z` standard errors; 0 to 1 where nothing was judged."""
    n = np.asarray(judged, dtype="float64")
    some = n > 0
    p = np.divide(right, n, out=np.full(n.shape, 0.5), where=some)
    n = np.where(some, n, 1.0)
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return np.where(some, np.clip(middle - half, 0, 1), 0.0), np.where(some, np.clip(middle + half, 0, 1), 1.0)


def stratified_wilson(
    right: np.ndarray, judged: np.ndarray, population: np.ndarray, *, finite: np.ndarray | None = None
) -> tuple[float, float, float]:
    """Estimate, low and high of a share over strata: `right` of `judged` in each, which stand for `population`.

    Numbers may be effective ones, which are no whole numbers; `finite` is then how many of the population were really
    looked at. A stratum in which nothing was judged may hold anything. NaN, 0 and 1 where nothing was judged at all.
    """
    seen = (judged > 0) & (population > 0)
    whole = float(population.sum())
    if not seen.any():
        return float("nan"), 0.0, 1.0
    z = float(norm.ppf(0.5 + LEVEL / 2))
    weight = population[seen] / population[seen].sum()
    n = judged[seen].astype("float64")
    drawn = n if finite is None else finite[seen]
    left = np.clip((population[seen] - drawn) / np.maximum(population[seen] - 1, 1), 0, 1)
    n = np.divide(n, left, out=np.full(n.shape, _MANY), where=left > 1 / _MANY)
    p = right[seen] / judged[seen]
    # The spread of a stratum in which all is right is not nothing: it is taken nearer to even, as Wilson's does.
    share = z**2 / np.count_nonzero(seen)
    smooth = (p * n + share / 2) / (n + share)
    spread = weight * np.sqrt(smooth * (1 - smooth) / n)
    within = z * np.sqrt((spread**2).sum()) / spread.sum()
    low, high = wilson(p * n, n, within)
    known = float(population[seen].sum()) / whole
    return float(weight @ p), known * float(weight @ low), known * float(weight @ high) + (1 - known)


def effective(right: np.ndarray, judged: np.ndarray) -> tuple[float, float]:
    """The share of `right` among `judged` cells over records (one number each), and how many independent cells they
    are worth: never fewer than the records, never more than the cells."""
    cells, records = float(judged.sum()), float((judged > 0).sum())
    p = float(right.sum()) / cells
    if records < 2 or p in (0.0, 1.0):
        return p, records
    off = (right - p * judged)[judged > 0] / (cells / records)
    variance = float((off**2).sum()) / (records * (records - 1))
    return p, float(np.clip(p * (1 - p) / variance if variance > 0 else cells, records, cells))
