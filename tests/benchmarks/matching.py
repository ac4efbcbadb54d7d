"""Matching at its default on the labelled sets and on generated customers: accuracy, time, memory.

python tests/benchmarks/matching.py [CUSTOMERS ...]      default 10000 100000
"""

import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "matching"))

import numpy as np
from dedupe_sets import FOLDER, SPLINK_BEST, calibration_error, cluster_scores, load
from generate_customers import as_table, generate

from audit.dataset import Table
from audit.matching import match


def report(name: str, table: Table, truth: np.ndarray) -> None:
    """One line: scores of the clusters, splink's best F1, calibration error, wall and CPU seconds, peak MiB so far."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = match(table)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    precision, recall, f1 = cluster_scores(result.clusters["cluster"].to_numpy(), truth)
    same = truth[result.pairs["left"]] == truth[result.pairs["right"]]
    error = calibration_error(result.pairs["probability"].to_numpy(), same)
    splink = f"{SPLINK_BEST[name]:.3f}" if name in SPLINK_BEST else "-"
    print(
        f"{name:>16} {precision:>6.3f} {recall:>6.3f} {f1:>6.3f} {splink:>7} {error:>6.3f}"
        f" {wall:>7.2f} {cpu:>7.2f} {peak:>7,.0f}",
        flush=True,
    )


def main() -> None:
    print(f"{'set':>16} {'P':>6} {'R':>6} {'F1':>6} {'splink':>7} {'ECE':>6} {'wall s':>7} {'cpu s':>7} {'MiB':>7}")
    if FOLDER.exists():
        for name in (*SPLINK_BEST, "senzing"):
            report(name, *load(name))
    for rows in [int(size) for size in sys.argv[1:]] or [10_000, 100_000]:
        records = generate(rows, seed=rows)
        report(f"customers {rows:,}", as_table(records), records["entity"].to_numpy())


if __name__ == "__main__":
    main()
