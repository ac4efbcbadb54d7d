"""Puts two runs of a history side by side."""

from collections.abc import Sequence

import pandas as pd

from audit.comparison import Comparison
from audit.history.stock_flow import ages, flow_by, flow_total, open_findings, prevented, reinfection, transitions
from audit.history.store import History
from audit.history.trend import marks, metric_trend, trend
from audit.schema import TEXT


def compare(history: History, run: int, earlier: int | None = None, *, owners: Sequence[str] = ()) -> Comparison:
    """A run against an earlier one; without one named, against the one before it.

    `owners` are names that may be among the owners; the history itself knows none.
    """
    runs = history.runs().set_index("id")
    if earlier is None:
        before = runs.index[runs.index < run]
        earlier = int(before[-1]) if len(before) else None
    moves = transitions(history.database, earlier, run)
    rules = history.database.query("SELECT rule_id, prevention FROM rule_run WHERE run_id = ?", [run])
    this = runs.loc[run]
    previous = None if earlier is None else runs.loc[earlier]
    noise = float(this["noise"]) if previous is None else float((this["noise"] ** 2 + previous["noise"] ** 2) ** 0.5)
    return Comparison(
        previous=None if previous is None else pd.Timestamp(previous["as_of"]),
        total=flow_total(moves),
        by_rule=flow_by(moves, "rule_id"),
        by_source=flow_by(moves, "source"),
        by_owner=flow_by(moves.assign(owner=_named(history, moves["owner"], owners)), "owner"),
        ages=ages(history.database, run),
        reinfection=reinfection(history.database, run),
        prevention=prevented(moves, dict(zip(rules["rule_id"], rules["prevention"], strict=True))),
        scores=_scores(history, earlier, run),
        metrics=_metrics(history, earlier, run),
        trend=trend(history, run),
        metric_trend=metric_trend(history, run),
        findings=open_findings(history.database, earlier, run),
        changed=() if previous is None else marks(previous, this),
        noise=noise,
    )


def _named(history: History, owners: pd.Series, names: Sequence[str]) -> pd.Series:
    """Owners by name where it is among those given, by their number in the history elsewhere, "" where unknown."""
    known = pd.Series(list(names), dtype=TEXT)
    of_hash = dict(zip(history.hashed(known), known, strict=True))
    shown = {value: of_hash.get(int(value), f"#{int(value) & 0xFFFFFF:06x}") for value in owners.dropna().unique()}
    return owners.map(shown).astype(TEXT).fillna("")


def _scores(history: History, earlier: int | None, run: int) -> pd.DataFrame:
    sides = []
    for name, number in (("before", earlier), ("now", run)):
        parts = history.database.query(
            """SELECT kind, name, score FROM part WHERE run_id = ?
            UNION ALL SELECT 'overall', '', score FROM run WHERE id = ?""",
            [number or 0, number or 0],
        )
        sides.append(parts.set_index(["kind", "name"])["score"].rename(name))
    table = pd.concat(sides, axis=1).reset_index()
    rank = table["kind"].map({"overall": 0, "dimension": 1, "source": 2, "entity": 3})
    return table.assign(rank=rank).sort_values(["rank", "name"]).drop(columns="rank").reset_index(drop=True)


def _metrics(history: History, earlier: int | None, run: int) -> pd.DataFrame:
    """The metrics of a run, with what they were in the earlier one."""
    query = "SELECT metric_id, unit, unit_label, cleaned, verdict FROM metric WHERE run_id = ?"
    now = history.database.query(query, [run]).rename(columns={"cleaned": "now"})
    before = history.database.query(query, [earlier or 0]).rename(
        columns={"cleaned": "before", "verdict": "verdict_before"}
    )
    both = now.merge(before[["metric_id", "before", "verdict_before"]], on="metric_id", how="left")
    return both[["metric_id", "unit", "unit_label", "before", "now", "verdict_before", "verdict"]]
