"""`make bench`: time and peak memory of a whole audit, each size in a process of its own.

python -m tests.benchmarks [ROWS ...]      default 10000 100000 1000000
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.contact_file import write


def audit(folder: Path, rows: int) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MiB of `crm-audit run` on a contact file of `rows`."""
    source = write(folder / f"contacts-{rows}.csv", rows)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    command = [sys.executable, "-c", "from audit.cli import main; main()", "run", str(source), "--as-of", "2026-11-01"]
    subprocess.run([*command, "-o", str(folder / f"report-{rows}"), "-q"], check=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    print(f"{'contacts':>10} {'wall s':>8} {'cpu s':>8} {'peak MiB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for rows in sorted(sizes):
            wall, cpu, peak = audit(Path(folder), rows)
            print(f"{rows:>10,} {wall:>8.1f} {cpu:>8.1f} {peak:>9,.0f}", flush=True)


if __name__ == "__main__":
    main()
