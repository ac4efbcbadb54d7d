"""The numbers, twice: on the data as it is and as it should be, why they differ, and which may be reported."""

from typing import Any

import numpy as np
import pandas as pd

from audit.metric import Group, Metric
from reports import charts
from reports.impact.verdict import DO_NOT_REPORT, VERDICT_RULES
from reports.metrics.catalogue import METRICS
from reports.sections.blocks import Block, Cell, Column, Details, Heading, Paragraph, Section, Table
from reports.sections.cost import headline
from reports.sections.returns import return_on_crm
from reports.sections.view import View, more_in_file
from reports.sections.worklist import moved, price_list, worklist_table

VERDICT_TONES = {
    "do not report": "poor",
    "reportable with care": "weak",
    "reportable": "good",
    "not computable": "muted",
}
WATERFALLS = 3
"""Pictures for all to see; those of the other metrics are in their own lines."""
BREAKDOWNS_SHOWN = 1
GROUPS_SHOWN = 6
OPEN_BREAKDOWNS = frozenset(
    "source lead_source stage region team department month quarter year product campaign country channel currency "
    "industry type pipeline status form medium lost_reason priority role utm_source utm_campaign direction year".split()
)
"""Breakdowns whose groups name nobody; the groups of all others are masked."""


def metric_name(view: View, metric_id: str) -> str:
    metric = {metric.id: metric for metric in METRICS}.get(metric_id)
    return metric_text(view, metric, "name") if metric else view.text(metric_id)


def metric_text(view: View, metric: Metric, part: str) -> str:
    """The name, formula, symbols, filters or source of a metric, in the report's language."""
    return view.words.of("metric", metric.id, part, getattr(metric, part))


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
    blocks += [_overview(view, computed), Paragraph(_rule(view), tone="muted")]
    blocks += worklist_table(view, {metric.id: metric_text(view, metric, "name") for metric in METRICS})
    blocks += price_list(view)
    blocks += return_on_crm(view)
    first = _most_moved(view, computed)
    figures = [figure for row in first if (figure := _waterfall(view, row))]
    if figures:
        blocks += [Heading(words("metrics.why")), Paragraph(words("metrics.why_note")), *figures]
    drawn = {row.metric_id for row in first}
    flagged = _flagged(view)
    about = {metric.id: metric.group for metric in METRICS}
    for group in Group:
        mine = [row for row in computed.itertuples() if about.get(row.metric_id) == group]
        if mine:
            blocks.append(Heading(words("metrics.each", group=words(f"group.{group.replace(' ', '_')}"))))
            blocks.extend(_details(view, row, flagged, row.metric_id not in drawn) for row in mine)
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


def _rule(view: View) -> str:
    """By which limits a figure has its verdict."""
    words = view.words
    limits = [
        words("metrics.verdict_rule", verdict=verdict_word(view, rule.verdict), n=rule.min_rows,
              difference=words.percent(rule.max_difference, 0), range=words.percent(rule.max_range, 0))
        for rule in VERDICT_RULES
    ]  # fmt: skip
    return " ".join([*limits, words("metrics.verdict_else", verdict=verdict_word(view, DO_NOT_REPORT))])


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


def _waterfall(view: View, row: Any, *, drawn: bool = True) -> Block | None:
    """The steps from the raw to the cleaned figure: a picture, or a table with bars, which takes fewer bytes."""
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
    most = float(frame[["start", "end"]].abs().max().max()) or 1.0
    bars = [None if drawn else float(abs(end)) / most for end in frame["end"]]
    table = Table(
        words("numbers_of", title=name) if drawn else words("metrics.steps", metric=name),
        (Column(words("col.step")), Column(words("col.change"), number=True)),
        tuple(
            (Cell(name), Cell(label, share=bar))
            for name, label, bar in zip(frame["name"], frame["label"], bars, strict=True)
        ),
    )
    return view.figure(name, sentence, charts.waterfall(frame, name, sentence), table) if drawn else table


def _details(view: View, row: Any, flagged: dict[tuple[str, int, str], Any], drawn: bool) -> Details:
    words = view.words
    metric_id = row.metric_id
    metric = {metric.id: metric for metric in METRICS}.get(metric_id)
    verdict = row.verdict
    blocks: list[Block] = []
    if metric:
        blocks.append(Paragraph(words("metrics.formula", formula=metric_text(view, metric, "formula"))))
        dated = metric.dated_by or words("metrics.state")
        parts = {name: metric_text(view, metric, name) for name in ("symbols", "filters", "source")}
        parts["filters"] = parts["filters"] or words("metrics.no_records")
        parts["better"] = words("metrics.higher" if metric.higher_is_better else "metrics.lower")
        blocks.append(Paragraph(words("metrics.defined", dated=dated, **parts), tone="muted"))
    if row.reason:
        blocks.append(Paragraph(view.told(row.reason, 400)))
    if row.strict != row.loose and not np.isnan(row.strict):
        read = {
            name: _value(view, row, value).text
            for name, value in (("strict", row.strict), ("normal", row.cleaned), ("loose", row.loose))
        }
        blocks.append(Paragraph(words("metrics.readings", **read), tone="muted"))
    if verdict != "reportable":
        # What cleaning hardly moves is in metrics.csv alone: a report must fit into a mail.
        pictures = (
            _waterfall(view, row, drawn=verdict == "do not report") if drawn else None,
            _periods(view, metric_id),
            _movers(view, row, flagged),
        )
        blocks += [block for block in pictures if block is not None]
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
    # The user's own first: where room is short, that is what stays.
    latest = mine.groupby(kind.to_numpy(), sort=False).tail(1).fillna({"unit_label": ""}).iloc[::-1]
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


def _flagged(view: View) -> dict[tuple[str, int, str], Any]:
    """The finding of every record that moves a metric, by entity, record and rule, as this report shows it."""
    keys = ["entity", "record", "rule_id"]
    wanted = pd.MultiIndex.from_frame(view.result.movers[keys].astype({"entity": object, "rule_id": object}))
    found = view.findings[view.findings["record"].isin(view.result.movers["record"])]
    held = pd.MultiIndex.from_frame(found[keys].astype({"entity": object, "rule_id": object}))
    mine = found[held.isin(wanted)].drop_duplicates(keys)
    if mine.empty:
        return {}
    return {(row.entity, int(row.record), row.rule_id): row for row in view.shown(mine).itertuples()}


def _movers(view: View, row: Any, flagged: dict[tuple[str, int, str], Any]) -> Table | None:
    words, movers = view.words, view.result.movers
    mine = movers[movers["metric_id"].eq(row.metric_id)]
    if mine.empty:
        return None
    rows = []
    for mover in mine.itertuples():
        found = flagged.get((mover.entity, int(mover.record), mover.rule_id))
        known = mover.rule_id in view.rules
        after = found.suggestion if found else ""
        if found and not after and words.has(f"change.{found.fix_kind}"):
            after = words(f"change.{found.fix_kind}")
        rows.append(
            (
                Cell(view.record(mover.entity, mover.record), note=view.place(found.file, found.row) if found else ""),
                Cell(
                    view.rule_title(mover.rule_id) if known else "–",
                    note=found.message if found else "",
                    link=f"#rule-{mover.rule_id}" if known else "",
                ),
                Cell(found.value if found else ""),
                Cell(after, tone="good" if after else ""),
                Cell(moved(view, mover.change, row.unit, row.unit_label), sort=mover.change),
            )
        )
    columns = (
        Column(words("col.record")),
        Column(words("col.problem"), wide=True),
        Column(words("col.before")),
        Column(words("col.after")),
        Column(words("col.moves"), number=True),
    )
    return Table(words("metrics.movers"), columns, tuple(rows))


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
    return view.company(group) if breakdown == "company_name" else view.person(group)
