"""From scored pairs to clusters by average linkage: one wrong link or a chain of weak ones does not join groups."""

from dataclasses import dataclass, field

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
    """Scored pairs of record positions: log-odds of being the same, and whether they must not join.

    `together` labels the records that a person joined (none: each alone). `once` is a bit per record and source that
    holds everybody once: two records with a bit in common never join.
    """

    left: np.ndarray
    right: np.ndarray
    log_odds: np.ndarray
    conflict: np.ndarray
    together: np.ndarray | None = field(default=None)
    once: np.ndarray | None = field(default=None)


def log_odds(probability: np.ndarray) -> np.ndarray:
    clipped = np.clip(probability, 1e-9, 1 - 1e-9)
    return np.log(clipped / (1 - clipped))


def components(left: np.ndarray, right: np.ndarray, records: int) -> np.ndarray:
    """The connected component of every record, by the number of its first one."""
    label = np.arange(records)
    names, (one, other) = _renamed(records, left, right)
    graph = coo_matrix((np.ones(len(one), dtype=bool), (one, other)), shape=(len(names), len(names)))
    count, found = connected_components(graph, directed=False)
    first = np.full(count, records)
    first[found[::-1]] = names[::-1]
    label[names] = first[found]
    return label


def _renamed(records: int, *ends: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """The records that are ends of links, and the ends as places among them: few of many records have any."""
    used = np.zeros(records, dtype=bool)
    for end in ends:
        used[end] = True
    place = np.cumsum(used) - 1
    return np.flatnonzero(used), [place[end] for end in ends]


def pairs_within(labels: np.ndarray, largest: int) -> tuple[np.ndarray, np.ndarray]:
    """All pairs (low, high) of records with the same label, in groups of up to `largest`."""
    sizes = np.bincount(labels, minlength=1)
    rows = np.flatnonzero((sizes[labels] > 1) & (sizes[labels] <= largest))
    rows = rows[np.argsort(labels[rows], kind="stable")]
    group = labels[rows]
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1])) if len(rows) else np.zeros(0, np.int64)
    counts = np.diff(np.append(starts, len(rows)))
    after = np.repeat(starts + counts, counts) - np.arange(len(rows)) - 1
    one = np.repeat(np.arange(len(rows)), after)
    other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(after) - after, after)
    return np.minimum(rows[one], rows[other]), np.maximum(rows[one], rows[other])


def uncompared(left: np.ndarray, right: np.ndarray, labels: np.ndarray, largest: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs inside components of up to `largest` records that are not among the given (sorted, left < right) pairs."""
    records = len(labels)
    low, high = pairs_within(labels, largest)
    known, wanted = left * records + right, low * records + high
    if len(known):
        wanted = wanted[known[np.minimum(np.searchsorted(known, wanted), len(known) - 1)] != wanted]
    return wanted // records, wanted % records


def average_linkage(links: Links, records: int, threshold: float) -> np.ndarray:
    """Cluster labels: the two closest clusters join while the log-odds between them exceed `threshold`.

    The log-odds between clusters lie between the mean over all their pairs and the best of them.

    All pairs of clusters that are each other's nearest join in one round, which gives the same result as joining one
    at a time. Pairs that were never compared count as weak evidence against; clusters with a conflict never join.
    """
    labels = np.arange(records) if links.together is None else _lowest(links.together)
    sizes = np.bincount(labels, minlength=records).astype(float)
    once = np.zeros(records, np.uint64)
    if links.once is not None:
        np.bitwise_or.at(once, labels, links.once)
    value = np.clip(links.log_odds, -_CLIP, _CLIP)
    left, right = labels[links.left], labels[links.right]
    keep = components(left[value > threshold], right[value > threshold], records)
    inside = (keep[left] == keep[right]) & (left != right)
    left, right = left[inside], right[inside]
    total: np.ndarray = value[inside]
    seen: np.ndarray = np.ones(len(left))
    conflict: np.ndarray = links.conflict[inside].astype(float)
    top = total
    names, (left, right) = _renamed(records, left, right)
    sizes, once, cluster = sizes[names], once[names], np.arange(len(names))
    if links.together is not None:
        left, right, total, seen, conflict, top = _gathered(left, right, total, seen, conflict, top)
    for _ in range(_ROUNDS):
        pairs = sizes[left] * sizes[right]
        mean = (1 - _NEAREST) * (total + _UNSEEN * (pairs - seen)) / pairs + _NEAREST * top
        near = np.flatnonzero((mean > threshold) & (conflict == 0) & ((once[left] & once[right]) == 0))
        if not len(near):
            break
        order = near[np.lexsort((_tie(names[left[near]], names[right[near]]), -np.round(mean[near], 9)))]
        best = np.full(len(names), -1, dtype=np.int64)
        for ends in (left, right):
            known, where = np.unique(ends[order], return_index=True)
            better = (best[known] < 0) | (where < best[known])
            best[known[better]] = where[better]
        mutual = order[(best[left[order]] == np.arange(len(order))) & (best[right[order]] == np.arange(len(order)))]
        into = np.arange(len(names))
        into[right[mutual]] = left[mutual]
        once[left[mutual]] |= once[right[mutual]]
        cluster = into[cluster]
        sizes = np.bincount(into, sizes, minlength=len(names))
        left, right, total, seen, conflict, top = _gathered(into[left], into[right], total, seen, conflict, top)
    joined = np.arange(records)
    joined[names] = names[cluster]
    return joined[labels]


def _gathered(
    left: np.ndarray,
    right: np.ndarray,
    total: np.ndarray,
    seen: np.ndarray,
    conflict: np.ndarray,
    top: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The links between clusters: those of their members added up, `top` the best of them."""
    apart = left != right
    low, high = np.minimum(left, right)[apart], np.maximum(left, right)[apart]
    records = int(high.max(initial=0)) + 1
    key, back = np.unique(low * records + high, return_inverse=True)
    total, seen, conflict = (np.bincount(back, part[apart], minlength=len(key)) for part in (total, seen, conflict))
    highest = np.full(len(key), -np.inf)
    np.maximum.at(highest, back, top[apart])
    return key // records, key % records, total, seen, conflict, highest


def _lowest(labels: np.ndarray) -> np.ndarray:
    """Per record the first record with its label."""
    _, first, back = np.unique(labels, return_index=True, return_inverse=True)
    return first[back]


def _tie(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """An arbitrary but fixed order among pairs of equal strength, so that many can join in one round."""
    mixed = (left.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (
        right.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    )
    return mixed ^ (mixed >> np.uint64(31))
