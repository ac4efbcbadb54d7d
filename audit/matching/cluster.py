"""From scored pairs to clusters by average linkage: one wrong link or a chain of weak ones does not join groups."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

_CLIP = 6.0
"""A pair's log-odds count at most this much either way in a cluster's average."""

_UNSEEN = -3.0
"""Log-odds of a pair that no key brought together: mild evidence against."""

_NEAREST = 0.4
"""How much the best link between two clusters counts beside the mean of all."""

_ROUNDS = 500


@dataclass(frozen=True)
class Links:
    """Scored pairs of record positions: log-odds of being the same, and whether they must not join."""

    left: np.ndarray
    right: np.ndarray
    log_odds: np.ndarray
    conflict: np.ndarray


def log_odds(probability: np.ndarray) -> np.ndarray:
    clipped = np.clip(probability, 1e-9, 1 - 1e-9)
    return np.log(clipped / (1 - clipped))


def components(left: np.ndarray, right: np.ndarray, records: int) -> np.ndarray:
    """The connected component of every record."""
    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(records, records))
    return connected_components(graph, directed=False)[1]


def uncompared(left: np.ndarray, right: np.ndarray, labels: np.ndarray, largest: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs inside components of 3 to `largest` records that are not among the given (sorted, left < right) pairs."""
    records = len(labels)
    sizes = np.bincount(labels, minlength=1)
    rows = np.flatnonzero((sizes[labels] > 2) & (sizes[labels] <= largest))
    rows = rows[np.argsort(labels[rows], kind="stable")]
    group = labels[rows]
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1])) if len(rows) else np.zeros(0, np.int64)
    counts = np.diff(np.append(starts, len(rows)))
    after = np.repeat(starts + counts, counts) - np.arange(len(rows)) - 1
    one = np.repeat(np.arange(len(rows)), after)
    other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(after) - after, after)
    low, high = np.minimum(rows[one], rows[other]), np.maximum(rows[one], rows[other])
    wanted = np.setdiff1d(low * records + high, left * records + right, assume_unique=True)
    return wanted // records, wanted % records


def average_linkage(links: Links, records: int, threshold: float) -> np.ndarray:
    """Cluster labels: the two closest clusters join while the log-odds between them exceed `threshold`.

    The log-odds between clusters lie between the mean over all their pairs and the best of them.

    All pairs of clusters that are each other's nearest join in one round, which gives the same result as joining one
    at a time. Pairs that were never compared count as weak evidence against; clusters with a conflict never join.
    """
    labels = np.arange(records)
    sizes = np.ones(records)
    value = np.clip(links.log_odds, -_CLIP, _CLIP)
    keep = components(links.left[value > threshold], links.right[value > threshold], records)
    inside = keep[links.left] == keep[links.right]
    left, right = links.left[inside], links.right[inside]
    total: np.ndarray = value[inside]
    seen: np.ndarray = np.ones(len(left))
    conflict: np.ndarray = links.conflict[inside].astype(float)
    top = total
    for _ in range(_ROUNDS):
        pairs = sizes[left] * sizes[right]
        mean = (1 - _NEAREST) * (total + _UNSEEN * (pairs - seen)) / pairs + _NEAREST * top
        near = np.flatnonzero((mean > threshold) & (conflict == 0))
        if not len(near):
            break
        order = near[np.lexsort((_tie(left[near], right[near]), -np.round(mean[near], 9)))]
        best = np.full(records, -1, dtype=np.int64)
        for ends in (left, right):
            known, where = np.unique(ends[order], return_index=True)
            better = (best[known] < 0) | (where < best[known])
            best[known[better]] = where[better]
        mutual = order[(best[left[order]] == np.arange(len(order))) & (best[right[order]] == np.arange(len(order)))]
        into = np.arange(records)
        into[right[mutual]] = left[mutual]
        labels = into[labels]
        sizes = np.bincount(labels, minlength=records).astype(float)
        left, right = into[left], into[right]
        apart = left != right
        low, high = np.minimum(left, right)[apart], np.maximum(left, right)[apart]
        key, back = np.unique(low * records + high, return_inverse=True)
        left, right = key // records, key % records
        total, seen, conflict = (np.bincount(back, part[apart]) for part in (total, seen, conflict))
        highest = np.full(len(key), -np.inf)
        np.maximum.at(highest, back, top[apart])
        top = highest
    return labels


def _tie(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """An arbitrary but fixed order among pairs of equal strength, so that many can join in one round."""
    mixed = (left.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (
        right.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    )
    return mixed ^ (mixed >> np.uint64(31))
