"""Time and peak memory of loading a contact file, beside pandas on the same file, each in a process of its own."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.contact_file import write

_ROUNDS = 3
_TELL = """
import sys, time
from pathlib import Path
path, kind = Path(sys.argv[1]), sys.argv[2]
def peak():
    # Not getrusage: its peak takes over that of the process which started this one.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
if kind == "pandas":
    import pandas
    def read(): return pandas.read_csv(path, dtype=str, engine="pyarrow")
else:
    from audit.sources import load
    def read(): return load([path])
before, start = peak(), time.perf_counter()
kept = read()
print(time.perf_counter() - start, before, peak())
"""


def measure(rows: int) -> dict[str, float]:
    """Of loading `rows` contacts of 25 columns from CSV: `seconds` (best of three), `ratio` to pandas.read_csv, file
    and peak in MiB, `memory_ratio` peak to file, and `own_memory_ratio` without what the interpreter and its libraries
    hold before anything is read."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "contacts.csv", rows)
        # By turns, so that both suffer alike where the machine has other work.
        runs = [(_run(path, "pandas"), _run(path, "load")) for _ in range(_ROUNDS)]
        size = path.stat().st_size / 2**20
    pandas_seconds = min(pandas[0] for pandas, _ in runs)
    seconds, peak = min(load[0] for _, load in runs), max(load[2] for _, load in runs)
    own = max(load[2] - load[1] for _, load in runs)
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "pandas_seconds": round(pandas_seconds, 2),
        "ratio": round(seconds / pandas_seconds, 2),
        "file_mib": round(size, 1),
        "peak_mib": round(peak, 1),
        "memory_ratio": round(peak / size, 2),
        "own_memory_ratio": round(own / size, 2),
        "pandas_peak_mib": round(max(pandas[2] for pandas, _ in runs), 1),
    }


def _run(path: Path, kind: str) -> tuple[float, float, float]:
    """Seconds, MiB before and MiB at the peak."""
    done = subprocess.run([sys.executable, "-c", _TELL, str(path), kind], check=True, stdout=subprocess.PIPE, text=True)
    seconds, before, peak = map(float, done.stdout.split())
    return seconds, before, peak


if __name__ == "__main__":
    started = time.perf_counter()
    for name, value in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000).items():
        print(f"{name:>18} {value:>12,}")
    print(f"{'measured in':>18} {time.perf_counter() - started:>11.0f}s")
