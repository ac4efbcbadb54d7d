"""Time and peak memory of a whole audit, each size in a process of its own.

python -m tests.benchmarks [ROWS ...]      default 10000 100000 1000000
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.contact_file import write

_RUN = """
import sys, time
from pathlib import Path
start = time.perf_counter()
from audit.cli import main
try:
    main(["run", sys.argv[1], "--as-of", "2026-11-01", "-o", sys.argv[2], "-q"])
except SystemExit as done:
    assert not done.code, done.code
# Not getrusage: its peak takes over that of the process which started this one.
lines = Path("/proc/self/status").read_text().splitlines()
peak = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
print(time.perf_counter() - start, time.process_time(), peak)
"""


def audit(folder: Path, rows: int) -> tuple[float, float, float, float]:
    """Wall seconds, CPU seconds, peak MiB and report KiB of `crm-audit run` on a contact file of `rows`."""
    source, report = write(folder / f"contacts-{rows}.csv", rows), folder / f"report-{rows}"
    command = [sys.executable, "-c", _RUN, str(source), str(report)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    wall, cpu, peak = map(float, done.stdout.splitlines()[-1].split())
    return wall, cpu, peak, (report / "report.html").stat().st_size / 1024


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    print(f"{'contacts':>10} {'wall s':>8} {'cpu s':>8} {'peak MiB':>9} {'html KiB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for rows in sorted(sizes):
            wall, cpu, peak, report = audit(Path(folder), rows)
            print(f"{rows:>10,} {wall:>8.1f} {cpu:>8.1f} {peak:>9,.0f} {report:>9,.0f}", flush=True)


if __name__ == "__main__":
    main()
