"""How score, findings and metrics went from run to run, and where something else than the data changed."""

from itertools import pairwise

import pandas as pd

from audit.history.store import History

MARKS = (
    ("score version", "score_version"),
    ("version", "version"),
    ("rules", "rules_hash"),
    ("settings", "settings_hash"),
    ("decisions", "decisions_hash"),
)
COUNTS = ("new", "returned", "fixed", "accepted", "unchecked")


def marks(before: pd.Series, now: pd.Series) -> tuple[str, ...]:
    """What else than the data changed between two runs (lines of the table `run`)."""
    return tuple(name for name, column in MARKS if before[column] != now[column])


def trend(history: History, until: int | None = None) -> pd.DataFrame:
    """One line per run: run, as_of, score, noise, open, new, returned, fixed, accepted, unchecked, exit_code, marks.

    Of several runs of one day all are told, in their order.
    """
    runs = history.runs()
    if until is not None:
        runs = runs[runs["id"] <= until]
    lines = [runs.iloc[place] for place in range(len(runs))]
    told = [""] + [", ".join(marks(before, now)) for before, now in pairwise(lines)]
    columns = ["id", "as_of", "score", "noise", "records", "closing", *COUNTS, "exit_code", "version", "score_version"]
    table = runs[columns].rename(columns={"id": "run", "closing": "open"})
    return table.assign(marks=told[: len(runs)]).reset_index(drop=True)


def metric_trend(history: History, until: int | None = None) -> pd.DataFrame:
    """The metrics, run by run: run, as_of, metric_id, unit, unit_label, raw, cleaned, verdict."""
    return history.database.query(
        """SELECT run.id AS run, run.as_of, metric.metric_id, metric.unit, metric.unit_label, metric.raw,
            metric.cleaned, metric.verdict
        FROM metric JOIN run ON run.id = metric.run_id
        WHERE run.id <= ? ORDER BY metric.metric_id, run.id""",
        [until if until is not None else 1 << 62],
    )
