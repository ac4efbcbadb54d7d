"""What to fix first by what it moves, and what bad data costs in the user's own prices."""

from typing import Any

import numpy as np
import pandas as pd

from reports.impact.prices import costs
from reports.sections.blocks import Block, Cell, Column, Paragraph, Table
from reports.sections.cost import Problem
from reports.sections.view import View

SHOWN = 12
PER_RULE = 2
"""Lines of one check at most: the metrics that it moves most."""


def moved(view: View, change: float, unit: str, label: str) -> str:
    """A change with its sign, in the metric's unit; rates in percentage points."""
    shown = view.words.difference(abs(change), unit, label)
    return ("+" if change > 0 else "−") + shown


def shown_worklist(view: View, most: int = PER_RULE) -> pd.DataFrame:
    """The lines of the worklist that the report shows: of every check the `most` metrics that it moves most."""
    listed = view.result.worklist
    headline = view.result.metrics
    whole = headline[headline["period"].eq("all") & headline["breakdown"].fillna("").eq("")]
    labels = whole.drop_duplicates("metric_id").set_index("metric_id")["unit_label"]
    listed = listed[listed["share"].abs().ge(0.001).fillna(False)]
    listed = listed[listed.groupby("rule_id").cumcount() < most]
    return listed.assign(label=listed["metric_id"].map(labels).fillna(""))


def best_moves(view: View) -> dict[str, tuple[str, str]]:
    """Per check, the metric that it moves most and by how much, in words."""
    first = shown_worklist(view).drop_duplicates("rule_id")
    return {
        str(row.rule_id): (str(row.metric_id), moved(view, row.change, row.unit, row.label))
        for row in first.itertuples()
    }


def costliest_moves(view: View) -> dict[str, tuple[str, str, bool]]:
    """Per check, the number that it bends: a sum of money where it bends one, else what it bends most; by how much in
    words, and whether it is too high."""
    listed = shown_worklist(view, PER_RULE * 100)
    order = np.select([listed["metric_id"].eq("revenue"), listed["unit"].eq("money")], [0, 1], 2)
    size = listed["change"].abs().where(listed["unit"].eq("money"), 0.0)
    listed = listed.assign(order=order, size=-size).sort_values(["order", "size"], kind="stable")
    first = listed.drop_duplicates("rule_id")
    return {
        str(row.rule_id): (
            str(row.metric_id),
            view.words.difference(abs(row.change), str(row.unit), str(row.label)),
            bool(row.change < 0),
        )
        for row in first.itertuples()
    }


def work_cost(view: View, problem: Problem) -> str:
    """What mending the records of a problem one by one costs in the user's own prices; "" where there are none."""
    prices, currency = view.result.settings.get("prices") or {}, str(view.result.settings.get("currency") or "")
    minutes = prices.get("minutes_per_duplicate" if problem.merges else "minutes_per_finding")
    hour = prices.get("per_hour")
    return view.words.money(problem.findings * minutes / 60 * hour, currency) if minutes and hour else ""


def worklist_table(view: View, names: dict[str, str]) -> list[Block]:
    """`names` are the metrics' names by id."""
    words, listed = view.words, shown_worklist(view)
    if listed.empty:
        return []
    rows = tuple(
        (
            Cell(
                view.rule_title(row.rule_id) if row.rule_id in view.rules else row.rule_id, link=f"#rule-{row.rule_id}"
            ),
            view.number_cell(int(row.records)),
            Cell(names.get(row.metric_id, row.metric_id), link=f"#metric-{row.metric_id}"),
            Cell(words.quantity(row.before, row.unit, row.label), sort=row.before),
            Cell(words.quantity(row.after, row.unit, row.label), sort=row.after),
            Cell(moved(view, row.change, row.unit, row.label), sort=abs(row.share)),
        )
        for row in listed.head(SHOWN).itertuples()
    )
    columns = (
        Column(words("col.problem"), wide=True),
        Column(words("col.records"), number=True),
        Column(words("col.metric")),
        *(Column(words(f"col.{name}"), number=True) for name in ("before", "after", "moves")),
    )
    return [Table(words("metrics.worklist"), columns, rows, note=words("metrics.worklist_note"), tools=True)]


def price_list(view: View) -> list[Block]:
    """What surplus and dead records cost, from [prices], every assumption beside its sum; else how to have it said."""
    words, table = view.words, costs(view.result)
    published = Paragraph(words("metrics.costs_published"), tone="muted")
    if table.empty:
        return [Paragraph(words("metrics.costs_none"), tone="muted"), published]
    currency = str(table["currency"].iloc[0])
    rows = [
        (
            Cell(words(f"cost.{row.item}")),
            view.number_cell(row.count),
            Cell(_assumption(view, row, currency)),
            Cell("–" if np.isnan(row.cost) else words.money(row.cost, currency), sort=row.cost),
        )
        for row in table.itertuples(index=False)
    ]
    total = float(table["cost"].sum())
    rows.append((Cell(words("cost.total")), Cell(""), Cell(""), Cell(words.money(total, currency), sort=total)))
    columns = (
        Column(words("cost.item"), wide=True),
        Column(words("cost.count"), number=True),
        Column(words("cost.price")),
        Column(words("cost.sum"), number=True),
    )
    note = words("metrics.costs_note")
    return [Table(words("metrics.costs"), columns, tuple(rows), note=note), published]


def _assumption(view: View, row: Any, currency: str) -> str:
    words = view.words
    if row.item == "surplus_contacts":
        return _price(view, row.price, currency)
    if row.item == "contact_tiers":
        if np.isnan(row.each):
            return words("cost.no_tier")
        return words("cost.tiers", raw=_price(view, row.each, currency), cleaned=_price(view, row.price, currency))
    if row.item == "surplus_sends":
        return words("cost.times", count=words.number(row.each), price=_price(view, row.price, currency))
    return words("cost.hours", minutes=words.number(row.each, 1), price=_price(view, row.price, currency))


def _price(view: View, price: float, currency: str) -> str:
    """A price to the digits that it has: a mail costs less than a cent."""
    if price == round(price, 2):
        return view.words.money(price, currency)
    return f"{currency}\u00a0{view.words.number(price, 4)}" if currency else view.words.number(price, 4)
