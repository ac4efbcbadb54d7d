"""The return on the CRM: scenarios and break-even, what it is made of, per head, and which input moves it most."""

import numpy as np
import pandas as pd

from reports import charts
from reports.metrics.scenarios import SPREAD
from reports.sections.blocks import Block, Cell, Column, Heading, Table
from reports.sections.view import View


def return_on_crm(view: View) -> list[Block]:
    """The return in all that is told of it; nothing where there is no investment."""
    reports = view.result.reports
    blocks: list[Block] = []
    if "roi_scenarios" in reports:
        blocks += [Heading(view.words("returns.title")), _scenarios(view, reports["roi_scenarios"])]
    if "roi_inputs" in reports:
        blocks.append(_inputs(view, reports["roi_inputs"]))
    if "roi_per_employee" in reports:
        blocks.append(_heads(view, reports["roi_per_employee"]))
    return blocks + sensitivity_of_return(view)


def _scenarios(view: View, table: pd.DataFrame) -> Table:
    """Low, expected and high on the cleaned data, and what is expected on the data as it is."""
    words = view.words
    shown = table[(table["data"] == "cleaned") | (table["scenario"] == "expected")]
    rows = []
    for row in shown.itertuples():
        side = words(f"col.{row.data}")
        day = None if pd.isna(row.break_even) else pd.Timestamp(row.break_even)
        rows.append(
            (
                Cell(words(f"returns.{row.scenario}"), note=side),
                Cell(words.percent(row.net_roi), sort=row.net_roi),
                Cell(words.quantity(row.return_ratio, "ratio"), sort=row.return_ratio),
                Cell(words("returns.never") if np.isnan(row.payback_months)
                     else words.quantity(row.payback_months, "months"), sort=row.payback_months),
                Cell("–" if day is None else words.short_date(day)),
                Cell(words.money(row.profit_beyond, str(row.currency)), sort=row.profit_beyond),
            )
        )  # fmt: skip
    names = ("scenario", "net_roi", "ratio", "payback", "break_even", "beyond")
    columns = tuple(Column(words(f"returns.{name}"), number=place > 0) for place, name in enumerate(names))
    return Table(words("returns.scenarios"), columns, tuple(rows), note=words("returns.usages"))


def _inputs(view: View, table: pd.DataFrame) -> Table:
    words = view.words
    rows = tuple(
        (
            Cell(_input(view, str(row.input))),
            Cell(words(f"returns.{row.kind}")),
            Cell(words.money(row.amount, str(row.currency)), sort=row.amount),
        )
        for row in table.itertuples()
    )
    columns = (
        Column(words("returns.input"), wide=True),
        Column(words("returns.kind")),
        Column(words("returns.amount"), number=True),
    )
    return Table(words("returns.made_of"), columns, rows)


def _heads(view: View, table: pd.DataFrame) -> Table:
    words = view.words
    rows = tuple(
        (
            Cell(view.text(row.department, 60) if row.department else words("returns.everybody")),
            Cell(words.number(row.employees), sort=row.employees),
            *(Cell(words.money(value, str(row.currency)), sort=value)
              for value in (row.cost, row.net_gain, row.net_gain_per_employee)),
        )
        for row in table.itertuples()
    )  # fmt: skip
    names = ("department", "employees", "costs", "net_gain", "each")
    columns = tuple(Column(words(f"returns.{name}"), number=place > 0) for place, name in enumerate(names))
    return Table(words("returns.heads"), columns, rows)


def sensitivity_of_return(view: View) -> list[Block]:
    """Each input of the investment alone a fifth less and a fifth more; nothing where there is no investment."""
    swings = view.result.reports.get("roi_sensitivity")
    if swings is None or not len(swings):
        return []
    words = view.words
    names = [_input(view, str(row.input)) for row in swings.itertuples()]
    base = float(swings["net_roi"].iloc[0])
    widths = np.abs(swings["high"] - swings["low"])
    frame = pd.DataFrame(
        {
            "name": names,
            "low": swings["low"],
            "high": swings["high"],
            "label": [words.difference(float(width), "rate", "") for width in widths],
        }
    )
    title = words("returns.depends")
    first = swings.iloc[0]
    ends = sorted((float(first["low"]), float(first["high"])))
    sentence = words(
        "returns.sentence",
        input=names[0],
        spread=words.percent(SPREAD, 0),
        low=words.percent(ends[0], 0),
        high=words.percent(ends[1], 0),
        roi=words.percent(base, 0),
    )
    rows = tuple(
        (
            Cell(name, note=words(f"returns.{row.kind}")),
            *(Cell(words.percent(value, 1), sort=value) for value in (row.low, base, row.high)),
        )
        for name, row in zip(names, swings.itertuples(), strict=True)
    )
    spread = words.percent(SPREAD, 0)
    columns = (
        Column(words("returns.input"), wide=True),
        Column(words("returns.less", spread=spread), number=True),
        Column(words("returns.as_is"), number=True),
        Column(words("returns.more", spread=spread), number=True),
    )
    picture = charts.tornado(frame, title, sentence, words("returns.axis"), base)
    return [
        Heading(title),
        view.figure(title, sentence, picture, Table(words("numbers_of", title=title), columns, rows)),
    ]


def _input(view: View, name: str) -> str:
    """A cost or gain of [investment] by its title; an adjustment by the user's own name."""
    words = view.words
    return words(f"returns.inputs.{name}") if words.has(f"returns.inputs.{name}") else view.text(name, 60)
