"""The reports that a sales team asks for: goals, forecast, pipeline, owners, sources, attribution."""

import numpy as np
import pandas as pd

from reports.metrics.attribution import NONE
from reports.metrics.catalogue import METRICS
from reports.metrics.goals import GOALS
from reports.metrics.standard import REPORTS
from reports.sections.blocks import Block, Cell, Column, Details, Heading, Paragraph, Section, Table
from reports.sections.journeys import journeys
from reports.sections.metrics import OPEN_BREAKDOWNS, VERDICT_TONES, metric_name, verdict_word
from reports.sections.view import View, more_in_file

ROWS = 8
SHOWN_METRICS = 4
"""Metrics of a report side by side, each twice; the others are in its file."""


def build(view: View) -> Section:
    words, reports = view.words, view.result.reports
    blocks: list[Block] = []
    if "goals" in reports:
        blocks.append(_goals(view, reports["goals"]))
    blocks += journeys(view)
    if "forecast_deals" in reports:
        blocks += _forecast(view)
    tables = [_standard(view, name) for name in REPORTS if name in reports]
    if tables:
        blocks += [Heading(words("performance.standard")), *tables]
    if "attribution" in reports:
        blocks += _attribution(view, reports["attribution"])
    if not blocks:
        blocks.append(Paragraph(words("performance.none"), tone="muted"))
    return Section("performance", words("performance.title"), words("performance.lead"), tuple(blocks))


def _quantity(view: View, value: float, unit: str, label: str) -> Cell:
    if np.isnan(value):
        return Cell("–", sort=-1.0)
    return Cell(view.words.quantity(value, unit, label), sort=value)


def _goals(view: View, table: pd.DataFrame) -> Table:
    words = view.words
    rows = []
    # Each goal's metrics stand together by what they are about.
    place = {name: number for number, name in enumerate(table["goal"].unique())}
    order = table.assign(place=table["goal"].map(place)).sort_values(["place", "group"], kind="stable")
    for row in order.itertuples():
        title = words.of("goal", row.goal, "title", GOALS[row.goal].title) if row.goal in GOALS else ""
        known = not np.isnan(row.target)
        reached = words("yes" if row.reached else "no") if known and not pd.isna(row.reached) else "–"
        period = "" if row.period == "all" else view.text(row.period)
        rows.append(
            (
                Cell(metric_name(view, row.metric_id), note=", ".join(part for part in (title, period) if part)),
                Cell(words(f"group.{row.group.replace(' ', '_')}")),
                _quantity(view, row.raw, row.unit, row.unit_label),
                _quantity(view, row.cleaned, row.unit, row.unit_label),
                _quantity(view, row.target, row.unit, row.unit_label),
                Cell("–" if np.isnan(row.progress) else words.percent(row.progress, 0), sort=row.progress),
                Cell(reached, tone="good" if reached == words("yes") else ""),
                Cell(verdict_word(view, row.verdict), tone=VERDICT_TONES[row.verdict]),
            )
        )
    columns = (
        Column(words("col.metric"), wide=True),
        Column(words("col.about")),
        *(Column(words(f"col.{name}"), number=True) for name in ("raw", "cleaned", "target", "progress")),
        Column(words("col.reached")),
        Column(words("col.verdict")),
    )
    return Table(words("performance.goals"), columns, tuple(rows))


def _forecast(view: View) -> list[Block]:
    words, reports = view.words, view.result.reports
    deals = reports["forecast_deals"]
    basis = str(reports["forecast_basis"]["basis"].iloc[0])
    blocks: list[Block] = [Heading(words("performance.forecast")), Paragraph(view.told(basis, 400))]
    if "forecast_months" in reports:
        rows = tuple(
            (
                Cell(view.text(row.month) or words("blank")),
                _quantity(view, float(row.deals), "count", ""),
                _quantity(view, row.amount, "money", row.currency),
                _quantity(view, row.expected_raw, "money", row.currency),
                _quantity(view, row.expected, "money", row.currency),
                Cell(words.span(row.low, row.high, "money", row.currency) if not np.isnan(row.low) else "–"),
            )
            for row in reports["forecast_months"].itertuples()
        )
        names = ("month", "deals", "open_amount", "raw", "cleaned", "interval_90")
        columns = tuple(Column(words(f"col.{name}"), number=place > 0) for place, name in enumerate(names))
        blocks.append(Table(words("performance.months"), columns, rows, note=words("performance.months_note")))
    shown = deals[~deals["zombie"]].head(ROWS)
    open_deals = tuple(
        (
            Cell(view.record("deal", row.record), note=view.value("deal", "stage", row.stage)),
            _quantity(view, row.amount, "money", row.currency),
            Cell(
                words.percent(row.probability),
                note=_share_interval(view, row.low, row.high),
            ),
            _quantity(view, row.expected, "money", row.currency),
            Cell(_drivers(view, row.drivers)),
        )
        for row in shown.itertuples()
    )  # fmt: skip
    columns = (
        Column(words("col.record")),
        *(Column(words(f"col.{name}"), number=True) for name in ("open_amount", "chance", "expected")),
        Column(words("col.drivers"), wide=True),
    )
    note = more_in_file(words, len(open_deals), int((~deals["zombie"]).sum()), "reports/forecast_deals.csv")
    blocks.append(Table(words("performance.deals"), columns, open_deals, note=note))
    zombies = int(deals["zombie"].sum())
    if zombies:
        blocks.append(Paragraph(words("performance.zombies", n=zombies, total=len(deals)), tone="muted"))
    return blocks


def _share_interval(view: View, low: float, high: float) -> str:
    words = view.words
    return "" if np.isnan(low) else words("between", low=words.percent(low, 0), high=words.percent(high, 0))


def _drivers(view: View, drivers: str) -> str:
    """What drives a deal; who owns it is masked like every name."""
    parts = []
    for part in str(drivers).split("; "):
        feature, colon, value = part.partition(": ")
        if not colon:
            parts.append(view.told(part, 80))
            continue
        sign, _, name = feature.partition(" ")
        title = view.words.field("deal", name.replace(" ", "_"), name).lower()
        parts.append(f"{sign} {title}: {view.person(value) if name == 'owner' else view.told(value, 60)}")
    return "; ".join(parts)


def _standard(view: View, name: str) -> Details:
    words, report, table = view.words, REPORTS[name], view.result.reports[name]
    units = {metric.id: str(metric.unit) for metric in METRICS}
    held = [metric for metric in report.metrics if f"{metric} cleaned" in table]
    shown = held[:SHOWN_METRICS]
    rows = []
    for row in table.head(ROWS).to_dict("records"):
        label = str(row["unit_label"])
        cells = [Cell(_group(view, report.breakdown, str(row["group"])))]
        for metric in shown:
            for side in ("raw", "cleaned"):
                cells.append(_quantity(view, float(row[f"{metric} {side}"]), units[metric], label))
        rows.append(tuple(cells))
    heads = [Column(words("report_column", metric=metric_name(view, metric), side=words(f"col.{side}")), number=True)
             for metric in shown for side in ("raw", "cleaned")]  # fmt: skip
    title = words.of("report", name, "title", report.title)
    note = more_in_file(words, len(rows), len(table), f"reports/{name}.csv")
    first = Column(words(f"actor.{report.breakdown}") if words.has(f"actor.{report.breakdown}") else report.breakdown)
    return Details(title, (Table(title, (first, *heads), tuple(rows), note=note),), id=f"report-{name}")


def _group(view: View, breakdown: str, group: str) -> str:
    if breakdown in OPEN_BREAKDOWNS:
        return view.value("deal", "stage", group)
    return view.company(group) if breakdown == "company_name" else view.person(group)


def _attribution(view: View, table: pd.DataFrame) -> list[Block]:
    """Revenue by source and by campaign in every model, the currency of most deals; what cleaning moves."""
    words = view.words
    main = str(table.groupby("currency")["deals_cleaned"].sum().idxmax())
    mine = table[table["currency"] == main]
    # What one group loses and another gets; the rest is revenue that there is more or less of altogether.
    moved = mine.groupby(["dimension", "model"])["moved"].agg(
        lambda part: min(part[part > 0].sum(), -part[part < 0].sum())
    )
    sentence = words("performance.attribution_note", amount=words.money(float(moved.max()), main))
    tables = [_attributed(view, mine[mine["dimension"] == name], name, main) for name in ("source", "campaign")
              if (mine["dimension"].eq(name) & mine["group"].ne(NONE)).any()]  # fmt: skip
    return [Heading(words("performance.attribution")), Paragraph(sentence), *tables]


def _attributed(view: View, mine: pd.DataFrame, dimension: str, main: str) -> Table:
    words = view.words
    # One window is enough on the page; the file has all.
    views = [model for model in dict.fromkeys(mine["model"]) if model.startswith("view-through")]
    models = [model for model in dict.fromkeys(mine["model"]) if model not in views] + views[:1]
    wide = mine.pivot_table(index="group", columns="model", values="revenue_cleaned", aggfunc="sum").fillna(0.0)
    moved = mine[mine["model"] == models[0]].set_index("group")["moved"].reindex(wide.index).fillna(0.0)
    order = wide.sum(axis=1).sort_values(ascending=False, kind="stable").index
    rows = tuple(
        (
            Cell(view.value("deal", "lead_source", str(group))),
            *(_quantity(view, float(wide.loc[group, model]), "money", main) for model in models),
            _quantity(view, float(moved[group]), "money", main),
        )
        for group in order[:ROWS]
    )
    columns = (
        Column(words("actor.lead_source" if dimension == "source" else "actor.campaign")),
        *(Column(view.told(model).capitalize(), number=True) for model in models),
        Column(words("performance.moved", model=words.told(models[0])), number=True),
    )
    note = more_in_file(words, len(rows), len(order), "reports/attribution.csv")
    return Table(words(f"performance.by_{dimension}"), columns, rows, note=note)
