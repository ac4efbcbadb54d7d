"""What each rule's findings cost the score and what fixing them takes: the order of the first screen."""

from dataclasses import dataclass

import pandas as pd

from audit.rule import FixKind, FixSafety
from reports.sections.view import View

BULK_BONUS = 2.0
"""A fix that takes one decision for all its records comes before one of equal gain that takes a decision each."""


@dataclass(frozen=True)
class Problem:
    """All counted findings of one rule. `points` is what they take from the overall score at most."""

    rule_id: str
    records: int
    findings: int
    checked: int
    points: float
    safe: int
    fixable: int
    systemic: int
    sources: tuple[str, ...]
    merges: bool

    @property
    def share(self) -> float:
        return self.findings / self.checked if self.checked else float("nan")

    @property
    def bulk(self) -> bool:
        return self.systemic * 2 > self.findings or self.safe * 2 > self.findings

    @property
    def priority(self) -> float:
        return self.points * (BULK_BONUS if self.bulk else 1.0)


def problems(view: View) -> list[Problem]:
    """One per rule with findings, costliest first."""
    found = view.counted[["rule_id", "entity", "record", "source", "systemic"]]
    fixable = view.counted["fix_kind"].ne(str(FixKind.NONE))
    found = found.assign(
        points=view.harm,
        fixable=fixable,
        safe=fixable & view.counted["fix_safety"].eq(str(FixSafety.SAFE)),
        merges=view.counted["fix_kind"].eq(str(FixKind.MERGE)),
    )
    sums = found.groupby("rule_id", sort=True)[["points", "fixable", "safe", "merges", "systemic"]].sum()
    findings = found.groupby("rule_id", sort=True).size()
    records = found[["rule_id", "entity", "record"]].drop_duplicates().groupby("rule_id", sort=True).size()
    sources: dict[str, list[str]] = {}
    by_source = found.groupby(["rule_id", "source"], sort=True).size().sort_values(ascending=False, kind="stable")
    for rule_id, source in by_source.index:
        sources.setdefault(rule_id, []).append(str(source))
    checked = {result.rule_id: result.rows_checked for result in view.result.rule_results}
    rows = [
        Problem(
            rule_id=str(row.Index),
            records=int(records[row.Index]),
            findings=int(findings[row.Index]),
            checked=checked.get(str(row.Index), 0),
            points=min(float(row.points), 100.0),
            safe=int(row.safe),
            fixable=int(row.fixable),
            systemic=int(row.systemic),
            sources=tuple(sources[str(row.Index)]),
            merges=bool(row.merges),
        )
        for row in sums.itertuples()
    ]
    return sorted(rows, key=lambda problem: (-problem.points, problem.rule_id))


def remedy(view: View, problem: Problem) -> str:
    """What to do about it, in one line."""
    words = view.words
    if problem.systemic * 2 > problem.findings:
        return words("remedy.source", source=view.listed(problem.sources, 2))
    if problem.safe * 2 > problem.findings:
        return words("remedy.merge" if problem.merges else "remedy.apply", n=problem.safe)
    if problem.merges:
        return words("remedy.decide", n=problem.findings)
    if problem.fixable:
        return words("remedy.check", n=problem.fixable)
    return words("remedy.research", n=problem.records)


def family_effects(view: View) -> dict[str, tuple[str, float]]:
    """Per issue family, the metric it moves most: its id and the change as a share of the raw value."""
    impact, metrics = view.result.impact, headline(view)
    if impact.empty or metrics.empty:
        return {}
    raw = metrics.drop_duplicates("metric_id").set_index("metric_id")["raw"]
    moved = impact.merge(metrics[["metric_id", "period"]].drop_duplicates("metric_id"), on=["metric_id", "period"])
    base = moved["metric_id"].map(raw).astype("float64")
    moved = moved.assign(share=(moved["change"] / base.abs()).where(base != 0))
    moved = moved.dropna(subset=["share"])
    moved = moved[moved["share"].abs() >= 0.0005]
    moved = moved.assign(size=moved["share"].abs()).sort_values(["size", "metric_id"], ascending=[False, True])
    first = moved.drop_duplicates("family")
    return {str(row.family): (str(row.metric_id), float(row.share)) for row in first.itertuples(index=False)}


def headline(view: View) -> pd.DataFrame:
    """The metrics over everything: one line per metric, of its widest period."""
    metrics = view.result.metrics
    words = ["metric_id", "unit", "unit_label", "period", "breakdown", "group", "verdict", "reason"]
    metrics = metrics.assign(**{name: metrics[name].astype(object).fillna("") for name in words})
    whole = metrics[metrics["breakdown"].eq("") & metrics["group"].eq("")]
    whole = whole.assign(narrow=whole["period"].ne("all")).sort_values("narrow", kind="stable")
    return whole.drop_duplicates("metric_id").drop(columns="narrow").sort_index()
