"""CPU seconds of all rules on contacts with two activities each, without reading and matching; the slowest by name.

python -m tests.benchmarks.rules [CONTACTS]      default 1000000
"""

import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from audit.dataset import Dataset
from audit.engine import run_rules
from audit.matching.links import link
from audit.rule import Context
from audit.sources import load
from rules.catalogue import RULES
from tests.benchmarks.contact_file import activities, contacts

SLOWEST = 5
BUDGET = 40.0
"""CPU seconds that all rules together may take on a million contacts with their activities."""


def linked(rows: int) -> Dataset:
    """The tables of the generated files, linked as if matching had joined the records with one address of mail."""
    people = contacts(rows)
    with tempfile.TemporaryDirectory() as folder:
        people.to_csv(Path(folder) / "contacts.csv", index=False)
        activities(people).to_csv(Path(folder) / "activities.csv", index=False)
        loaded = load([Path(folder)])
    table = loaded["contact"]
    cluster = table["email"].fillna(table["source_id"]).factorize()[0]
    return link(loaded, {"contact": pd.DataFrame({"cluster": cluster, "confidence": 0.97}, index=table.index)})


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    dataset = linked(rows)
    ctx = Context(pd.Timestamp("2026-11-01"))
    marks: list[tuple[str, float]] = []
    start = time.process_time()
    findings, results = run_rules(
        RULES, dataset, ctx, progress=lambda title: marks.append((title, time.process_time()))
    )
    total = time.process_time() - start
    ends = [at for _, at in marks[1:]] + [start + total]
    taken = sorted(((end - at, title) for (title, at), end in zip(marks, ends, strict=True)), reverse=True)
    ran = sum(result.rows_checked > 0 for result in results)
    print(
        f"{rows:,} contacts, {len(dataset['activity']):,} activities: {ran} of {len(RULES)} rules could judge, "
        f"{len(findings):,} findings"
    )
    print(f"{total:>8.1f} s of CPU together; the aim for a million is {BUDGET:.0f} s")
    for seconds, title in taken[:SLOWEST]:
        print(f"{seconds:>8.1f} s {title}")


if __name__ == "__main__":
    main()
