"""How every peer is measured: wall and CPU seconds, peak memory, and its clusters against the truth.

Nothing here or beside it imports the package: a peer runs in an environment of its own, on a file of records.
"""

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Scores = tuple[float, float, float]


class Clock:
    """Seconds since it was made; stopped once."""

    def __init__(self) -> None:
        self._start = time.perf_counter(), time.process_time()

    def stop(self) -> dict[str, float]:
        wall, cpu = self._start
        return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "peak": peak()}


def peak() -> float:
    """Peak memory of this process in MiB; not getrusage, which takes over that of the process which started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def clusters_of(left: np.ndarray, right: np.ndarray, records: int) -> np.ndarray:
    """The connected component of every record."""
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(records, records))
    return connected_components(graph, directed=False)[1]


def cluster_scores(clusters: np.ndarray, truth: np.ndarray) -> Scores:
    """Precision, recall and F1 of all pairs inside clusters against all true pairs; both as integer labels."""
    both = np.unique(clusters.astype(np.int64) * (int(truth.max()) + 1) + truth, return_counts=True)[1]
    right, made, true = (_pairs(sizes) for sizes in (both, np.bincount(clusters), np.bincount(truth)))
    precision, recall = right / max(made, 1), right / max(true, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def _pairs(sizes: np.ndarray) -> int:
    return int((sizes.astype(np.int64) * (sizes - 1) // 2).sum())


def best_scores(
    left: np.ndarray, right: np.ndarray, weight: np.ndarray, truth: np.ndarray, cuts: Iterable[float]
) -> tuple[Scores, float]:
    """The scores at that cut of the weight which the truth likes best, and the cut."""

    def at(cut: float) -> Scores:
        over = weight >= cut
        return cluster_scores(clusters_of(left[over], right[over], len(truth)), truth)

    tried = [(at(cut), float(cut)) for cut in cuts]
    return max(tried, key=lambda one: one[0][2])


def tell(result: dict[str, object]) -> None:
    """Prints what was measured for the bench to read."""
    json.dump(result, sys.stdout)
