"""The numbers, twice: on the data as it is and as it should be, why they differ, and which may be reported."""

from typing import Any

import numpy as np
import pandas as pd

from reports import charts
from reports.metrics.catalogue import METRICS
from reports.sections.blocks import Block, Cell, Column, Details, Heading, Paragraph, Section, Table
from reports.sections.cost import headline
from reports.sections.view import View, more_in_file
from reports.sections.worklist import costs, moved, worklist_table

VERDICT_TONES = {
    "do not report": "poor",
    "reportable with care": "weak",
    "reportable": "good",
    "not computable": "muted",
}
WATERFALLS = 5
BREAKDOWNS_SHOWN = 1
GROUPS_SHOWN = 6
OPEN_BREAKDOWNS = frozenset(
    "source lead_source stage region team department month quarter year product campaign country channel currency "
    "industry type pipeline status form medium lost_reason priority role utm_source utm_campaign direction year".split()
)
"""Breakdowns whose groups name nobody; the groups of all others are masked."""


def metric_name(view: View, metric_id: str) -> str:
    metric = {metric.id: metric for metric in METRICS}.get(metric_id)
    return metric.name if metric else view.text(metric_id)


def verdict_word(view: View, verdict: str) -> str:
    return view.words(f"verdict.{verdict.replace(' ', '_')}")


def build(view: View) -> Section:
    words = view.words
    whole = headline(view)
    blocks: list[Block] = []
    if whole.empty:
        blocks.append(Paragraph(words("metrics.none"), tone="muted"))
        return Section("metrics", words("metrics.title"), words("metrics.lead"), tuple(blocks))
    computed = whole[whole["verdict"].ne("not computable")]
    blocks.append(_overview(view, computed))
    blocks += worklist_table(view, {metric.id: metric.name for metric in METRICS})
    blocks += costs(view)
    figures = [figure for row in _most_moved(view, computed) if (figure := _waterfall(view, row))]
    if figures:
        blocks += [Heading(words("metrics.why")), Paragraph(words("metrics.why_note")), *figures]
    blocks.append(Heading(words("metrics.each")))
    blocks.extend(_details(view, row) for row in computed.itertuples())
    missing = whole[whole["verdict"].eq("not computable")]
    if len(missing):
        blocks.append(Paragraph(words("metrics.missing", n=len(missing)), tone="muted"))
    return Section("metrics", words("metrics.title"), words("metrics.lead"), tuple(blocks))


def _overview(view: View, whole: pd.DataFrame) -> Table:
    words = view.words
    rows = []
    order = list(VERDICT_TONES)
    for row in whole.itertuples():
        change = _change(row.raw, row.cleaned)
        rows.append(
            (
                Cell(metric_name(view, row.metric_id), link=f"#metric-{row.metric_id}"),
                _value(view, row, row.raw),
                _value(view, row, row.cleaned),
                Cell(_signed(view, change), sort=change if not np.isnan(change) else 0.0),
                Cell(_range(view, row), sort=row.low if not np.isnan(row.low) else -1.0),
                Cell(
                    verdict_word(view, row.verdict),
                    tone=VERDICT_TONES[row.verdict],
                    sort=order.index(row.verdict),
                ),
            )
        )
    columns = (
        Column(words("col.metric"), wide=True),
        Column(words("col.raw"), number=True),
        Column(words("col.cleaned"), number=True),
        Column(words("col.change"), number=True),
        Column(words("col.range"), number=True),
        Column(words("col.verdict")),
    )
    return Table(words("metrics.overview"), columns, tuple(rows), note=words("metrics.range_note"), tools=True)


def _change(raw: float, cleaned: float) -> float:
    return (cleaned - raw) / abs(raw) if raw and not np.isnan(raw) else float("nan")


def _signed(view: View, share: float) -> str:
    if np.isnan(share):
        return "–"
    if abs(share) < 0.0005:
        return view.words("no_change")
    return ("+" if share > 0 else "−") + view.words.percent(abs(share))


def _value(view: View, row: Any, value: float) -> Cell:
    shown = view.words.quantity(value, row.unit, row.unit_label)
    return Cell(shown, sort=value if not np.isnan(value) else -1.0)


def _range(view: View, row: Any) -> str:
    low, high = row.low, row.high
    if np.isnan(low) or np.isnan(high):
        return "–"
    unit, label = row.unit, row.unit_label
    return view.words.span(low, high, unit, label)


def _most_moved(view: View, whole: pd.DataFrame) -> list[Any]:
    """The metrics that cleaning moves most, relative to their raw value."""
    size = [abs(_change(row.raw, row.cleaned)) for row in whole.itertuples()]
    moved = whole.assign(size=np.nan_to_num(size)).sort_values("size", ascending=False, kind="stable")
    return list(moved[moved["size"] >= 0.0005].head(WATERFALLS).itertuples())


def _waterfall(view: View, row: Any) -> Block | None:
    words = view.words
    metric_id, period = row.metric_id, row.period
    impact = view.result.impact
    steps = impact[impact["metric_id"].eq(metric_id) & impact["period"].fillna("").eq(period)]
    steps = steps[steps["change"].abs() > 0]
    if steps.empty:
        return None
    steps = steps.assign(size=steps["change"].abs()).sort_values("size", ascending=False, kind="stable")
    raw, cleaned = float(row.raw), float(row.cleaned)
    unit, label = row.unit, row.unit_label
    names = [
        words(f"family.{family}") if words.has(f"family.{family}") else view.text(family) for family in steps["family"]
    ]
    ends = raw + steps["change"].cumsum().to_numpy()
    starts = np.concatenate([[raw], ends[:-1]])
    shown = [f"{'+' if change > 0 else '−'}{words.difference(abs(change), unit, label)}" for change in steps["change"]]
    frame = pd.DataFrame(
        {
            "name": [words("col.raw"), *names, words("col.cleaned")],
            "start": [0.0, *starts, 0.0],
            "end": [raw, *ends, cleaned],
            "kind": ["total", *("more" if change > 0 else "less" for change in steps["change"]), "total"],
            "label": [words.quantity(raw, unit, label), *shown, words.quantity(cleaned, unit, label)],
        }
    )
    name = metric_name(view, metric_id)
    first = steps.iloc[0]
    sentence = words(
        "metrics.waterfall_low" if cleaned > raw else "metrics.waterfall_high",
        metric=name,
        raw=frame["label"].iloc[0],
        cleaned=frame["label"].iloc[-1],
        family=names[0],
        change=words.difference(abs(first["change"]), unit, label),
    )
    table = Table(
        words("numbers_of", title=name),
        (Column(words("col.step")), Column(words("col.change"), number=True)),
        tuple((Cell(name), Cell(label)) for name, label in zip(frame["name"], frame["label"], strict=True)),
    )
    return view.figure(name, sentence, charts.waterfall(frame, name, sentence), table)


def _details(view: View, row: Any) -> Details:
    words = view.words
    metric_id = row.metric_id
    metric = {metric.id: metric for metric in METRICS}.get(metric_id)
    verdict = row.verdict
    blocks: list[Block] = []
    if metric:
        blocks.append(Paragraph(words("metrics.formula", formula=metric.formula)))
        dated = metric.dated_by or words("metrics.state")
        told = words(
            "metrics.defined", symbols=metric.symbols, dated=dated, filters=metric.filters, source=metric.source
        )
        blocks.append(Paragraph(told, tone="muted"))
    if row.reason:
        blocks.append(Paragraph(view.text(row.reason, 400)))
    if row.strict != row.loose and not np.isnan(row.strict):
        read = {
            name: _value(view, row, value).text
            for name, value in (("strict", row.strict), ("normal", row.cleaned), ("loose", row.loose))
        }
        blocks.append(Paragraph(words("metrics.readings", **read), tone="muted"))
    if verdict != "reportable":
        # What cleaning hardly moves is in metrics.csv alone: a report must fit into a mail.
        blocks += [block for block in (_periods(view, metric_id), _movers(view, row)) if block is not None]
        blocks.extend(_breakdowns(view, metric_id, row.period))
    meta = words(
        "first.raw_cleaned",
        raw=_value(view, row, row.raw).text,
        cleaned=_value(view, row, row.cleaned).text,
    )
    return Details(
        metric_name(view, metric_id),
        tuple(blocks),
        meta,
        ((verdict_word(view, verdict), VERDICT_TONES[verdict]),),
        id=f"metric-{metric_id}",
    )


def _periods(view: View, metric_id: str) -> Table | None:
    """The latest period of each kind, with the one before and the one a year before."""
    words, metrics = view.words, view.result.metrics
    mine = metrics[metrics["metric_id"].eq(metric_id) & metrics["breakdown"].fillna("").eq("")]
    mine = mine[mine["period"].ne("all") & mine["cleaned"].notna()]
    mine = mine[mine["previous"].notna() | mine["year_before"].notna()]
    if mine.empty:
        return None
    kind = mine["period"].str.replace(r"\d", "0", regex=True)
    latest = mine.groupby(kind.to_numpy(), sort=False).tail(1).fillna({"unit_label": ""})
    rows = tuple(
        (
            Cell(view.text(row.period)),
            *(_value(view, row, value) if not np.isnan(value) else Cell("–") for value in
              (row.raw, row.cleaned, row.previous, row.year_before)),
        )
        for row in latest.itertuples()
    )  # fmt: skip
    names = ("period", "raw", "cleaned", "previous", "year_before")
    columns = tuple(Column(words(f"col.{name}"), number=place > 0) for place, name in enumerate(names))
    return Table(words("metrics.periods"), columns, rows)


def _movers(view: View, row: Any) -> Table | None:
    words, movers = view.words, view.result.movers
    mine = movers[movers["metric_id"].eq(row.metric_id)]
    if mine.empty:
        return None
    rows = tuple(
        (
            Cell(view.record(mover.entity, mover.record)),
            Cell(view.rule_title(mover.rule_id) if mover.rule_id in view.rules else "–"),
            Cell(moved(view, mover.change, row.unit, row.unit_label), sort=mover.change),
        )
        for mover in mine.itertuples()
    )
    columns = (
        Column(words("col.record")),
        Column(words("col.problem"), wide=True),
        Column(words("col.moves"), number=True),
    )
    return Table(words("metrics.movers"), columns, rows)


def _breakdowns(view: View, metric_id: str, period: str) -> list[Block]:
    """The breakdowns that cleaning moves most; the others are in metrics.csv."""
    words, metrics = view.words, view.result.metrics
    here = metrics[metrics["metric_id"].eq(metric_id) & metrics["period"].fillna("").eq(period)]
    here = here.assign(
        **{name: here[name].astype(object).fillna("") for name in ("unit", "unit_label", "breakdown", "group")}
    )
    here = here[here["breakdown"].ne("")]
    here = here.assign(moved=(here["cleaned"] - here["raw"]).abs(), size=here["cleaned"].fillna(0).abs())
    moved = here.groupby("breakdown", sort=False)["moved"].sum().sort_values(ascending=False, kind="stable")
    chosen = list(moved[moved > 0].index[:BREAKDOWNS_SHOWN])
    blocks: list[Block] = [_breakdown(view, metric_id, str(name), here[here["breakdown"].eq(name)]) for name in chosen]
    rest = [_breakdown_title(view, str(name)) for name in moved.index if name not in chosen]
    if rest:
        blocks.append(Paragraph(words("metrics.more_breakdowns", names=words.listed(rest)), tone="muted"))
    return blocks


def _breakdown_title(view: View, breakdown: str) -> str:
    words = view.words
    return words(f"actor.{breakdown}") if words.has(f"actor.{breakdown}") else view.text(breakdown).replace("_", " ")


def _breakdown(view: View, metric_id: str, breakdown: str, part: pd.DataFrame) -> Table:
    words = view.words
    by_time = breakdown in ("month", "quarter")
    order, up = (["group"], [False]) if by_time else (["size", "group"], [False, True])
    shown = part.sort_values(order, ascending=up, kind="stable").head(GROUPS_SHOWN)
    rows = tuple(
        (
            Cell(_group(view, breakdown, row.group)),
            _value(view, row, row.raw),
            _value(view, row, row.cleaned),
            Cell(_signed(view, _change(row.raw, row.cleaned))),
        )
        for row in shown.itertuples()
    )
    title = _breakdown_title(view, breakdown)
    numbers = tuple(Column(words(f"col.{name}"), number=True) for name in ("raw", "cleaned", "change"))
    caption = words("metrics.by", metric=metric_name(view, metric_id), breakdown=title)
    note = more_in_file(words, len(rows), len(part), "metrics.csv")
    return Table(caption, (Column(title.capitalize()), *numbers), rows, note=note)


def _group(view: View, breakdown: str, group: str) -> str:
    if not group:
        return view.words("blank")
    if breakdown in OPEN_BREAKDOWNS:
        return view.value("deal", "stage", group)
    return view.person(group)
