"""What the other records of two clusters say about a pair: probabilities that hold in the light of all of them."""

import numpy as np

_SURE = 0.95
_MANY = 100
"""Records with more partners than this are not asked about: their clusters are held together by far more than one."""
_UNSEEN = 0.03
"""The probability of pairs of two clusters that no key brought together."""


def settled(left: np.ndarray, right: np.ndarray, same: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The probabilities of pairs of record positions, given the clusters (`labels`) that all pairs together made.

    Two records of one cluster are at least as sure as the way over a third record: its weaker pair. Two records of
    different clusters are at most as sure as the pairs between these clusters are on the average.
    """
    together = labels[left] == labels[right]
    result = same.astype(np.float64)
    weak = np.flatnonzero(together & (same < _SURE))
    result[weak] = np.maximum(result[weak], _by_third(left, right, same, np.flatnonzero(together), weak, len(labels)))
    apart = np.flatnonzero(~together)
    if len(apart):
        sizes = np.bincount(labels, minlength=1)
        one, other = labels[left[apart]], labels[right[apart]]
        low, high = np.minimum(one, other).astype(np.int64), np.maximum(one, other)
        between, back, seen = np.unique(low * len(sizes) + high, return_inverse=True, return_counts=True)
        pairs = sizes[between // len(sizes)] * sizes[between % len(sizes)]
        mean = (np.bincount(back, same[apart]) + _UNSEEN * (pairs - seen)) / pairs
        result[apart] = np.minimum(result[apart], mean[back])
    return result


def _by_third(
    left: np.ndarray, right: np.ndarray, same: np.ndarray, known: np.ndarray, weak: np.ndarray, records: int
) -> np.ndarray:
    """For the pairs `weak`, the best way over a third record by the pairs `known`; 0 where there is none."""
    ends = np.concatenate([left[known], right[known]]).astype(np.int64)
    others = np.concatenate([right[known], left[known]])
    sure = np.tile(same[known], 2)
    order = np.argsort(ends * records + others)
    ends, others, sure = ends[order], others[order], sure[order]
    edges = ends * records + others
    first = np.searchsorted(ends, left[weak])
    degree = np.searchsorted(ends, left[weak], side="right") - first
    degree[degree > _MANY] = 0
    pair = np.repeat(np.arange(len(weak)), degree)
    step = np.repeat(first, degree) + np.arange(len(pair)) - np.repeat(np.cumsum(degree) - degree, degree)
    wanted = right[weak][pair].astype(np.int64) * records + others[step]
    at = np.minimum(np.searchsorted(edges, wanted), max(len(edges) - 1, 0))
    found = edges[at] == wanted if len(edges) else np.zeros(len(wanted), dtype=bool)
    best = np.zeros(len(weak))
    np.maximum.at(best, pair[found], np.minimum(sure[step[found]], sure[at[found]]))
    return best
