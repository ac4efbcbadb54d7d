"""Pictures of how customers come and stay: the funnel, the pipeline by stage, and cohorts that buy again."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from reports import charts
from reports.sections.blocks import Block, Cell, Column, Figure, Heading, Table
from reports.sections.cost import headline
from reports.sections.metrics import metric_name
from reports.sections.view import View

STEPS = ("new_leads", "new_opportunities", "won_deals", "new_customers")
"""Counts from first contact to customer, in the order in which they happen."""
STAGES_SHOWN = 10
LEAST = 5
"""Customers under which a cohort's share says too little."""


def journeys(view: View) -> list[Block]:
    """The figures for which there are data, under one heading."""
    drawn: list[Callable[[View], Figure | None]] = [_funnel, _pipeline, _cohorts]
    figures = [figure for draw in drawn if (figure := draw(view))]
    return [Heading(view.words("journey.title")), *figures] if figures else []


def _twice(view: View, title: str, sentence: str, frame: pd.DataFrame, first: str, shown: pd.DataFrame) -> Figure:
    """Two bars per row of `frame` (name, raw, cleaned, label); `shown` holds raw and cleaned as text."""
    words = view.words
    sides = (words("col.raw"), words("col.cleaned"))
    rows = tuple(
        (Cell(name), Cell(raw), Cell(cleaned))
        for name, raw, cleaned in zip(frame["name"], shown["raw"], shown["cleaned"], strict=True)
    )
    table = Table(
        words("numbers_of", title=title),
        (Column(first), Column(sides[0], number=True), Column(sides[1], number=True)),
        rows,
    )
    return view.figure(title, sentence, charts.paired_bars(frame, sides, title, sentence), table)


def _funnel(view: View) -> Figure | None:
    words = view.words
    whole = headline(view).set_index("metric_id")
    steps = [name for name in STEPS if name in whole.index and whole.loc[name, "verdict"] != "not computable"]
    if len(steps) < 2:
        return None
    held = whole.loc[steps]
    shown = pd.DataFrame({side: [words.number(value) for value in held[side]] for side in ("raw", "cleaned")})
    before = held["cleaned"].shift()
    frame = pd.DataFrame(
        {
            "name": [metric_name(view, name) for name in steps],
            "raw": held["raw"].to_numpy(),
            "cleaned": held["cleaned"].to_numpy(),
            "label": [
                text
                if np.isnan(last) or not last
                else words("journey.of_step", n=text, share=words.percent(value / last))
                for text, value, last in zip(shown["cleaned"], held["cleaned"], before, strict=True)
            ],
        }
    )
    first, last = held.iloc[0], held.iloc[-1]
    sentence = words(
        "journey.funnel_sentence",
        first=frame["name"].iloc[0],
        last=frame["name"].iloc[-1],
        raw=words.number(100 * last["raw"] / first["raw"], 1) if first["raw"] else "–",
        cleaned=words.number(100 * last["cleaned"] / first["cleaned"], 1) if first["cleaned"] else "–",
    )
    return _twice(view, words("journey.funnel"), sentence, frame, words("col.step"), shown)


def _pipeline(view: View) -> Figure | None:
    """The value of open deals by stage in the currency of most deals, from the first stage to the surest."""
    words, table = view.words, view.result.reports.get("pipeline", pd.DataFrame())
    sides = {side: f"open_pipeline_value {side}" for side in ("raw", "cleaned")}
    if not set(sides.values()) <= set(table.columns):
        return None
    own = str(view.result.settings.get("currency") or "")
    used = table["unit_label"].value_counts()
    currency = own if own in used.index else str(used.index[0])
    mine = table[table["unit_label"].eq(currency).to_numpy() & table[sides["cleaned"]].gt(0).to_numpy()]
    if len(mine) < 2:
        return None
    weighted = mine.get("weighted_pipeline_value cleaned", pd.Series(np.nan, index=mine.index))
    mine = mine.assign(sure=weighted / mine[sides["cleaned"]]).sort_values("sure", kind="stable").head(STAGES_SHOWN)
    shown = pd.DataFrame(
        {side: [words.money(value, currency) for value in mine[column]] for side, column in sides.items()}
    )
    frame = pd.DataFrame(
        {
            "name": [view.value("deal", "stage", stage) or words("blank") for stage in mine["group"]],
            **{side: mine[column].to_numpy() for side, column in sides.items()},
            "label": shown["cleaned"],
        }
    )
    raw, cleaned = (float(frame[side].sum()) for side in ("raw", "cleaned"))
    largest = frame.loc[(frame["raw"] - frame["cleaned"]).abs().idxmax()]
    sentence = words(
        "journey.pipeline_sentence",
        raw=words.money(raw, currency),
        cleaned=words.money(cleaned, currency),
        stage=largest["name"],
        change=words.money(abs(largest["raw"] - largest["cleaned"]), currency),
    )
    return _twice(view, words("journey.pipeline"), sentence, frame, words("actor.stage").capitalize(), shown)


def _cohorts(view: View) -> Figure | None:
    words, table = view.words, view.result.reports.get("cohorts", pd.DataFrame())
    if table.empty:
        return None
    table = table[table["customers"].ge(LEAST)]
    if table["cohort"].nunique() < 2:
        return None
    sizes = table.drop_duplicates("cohort").set_index("cohort")["customers"]
    names = {cohort: words("journey.cohort", cohort=cohort, n=int(size)) for cohort, size in sizes.items()}
    heads = {after: words("journey.after", n=int(after)) for after in sorted(table["after"].unique())}
    flat = pd.DataFrame(
        {
            "row": table["cohort"].map(names),
            "column": table["after"].map(heads),
            "share": table["share"],
            "label": [words.percent(share, 0) for share in table["share"]],
        }
    )
    year = table[table["after"].eq(4)]
    seen = year if len(year) else table[table["after"].eq(table["after"].max())]
    weighted = [float(np.average(seen[side], weights=seen["customers"])) for side in ("share_raw", "share")]
    sentence = words(
        "journey.cohort_sentence",
        n=int(seen["after"].iloc[0]),
        raw=words.percent(weighted[0], 0),
        cleaned=words.percent(weighted[1], 0),
    )
    title = words("journey.cohorts")
    rows = tuple(
        (
            Cell(str(row.cohort)),
            view.number_cell(int(row.after)),
            view.number_cell(int(row.customers)),
            view.percent_cell(float(row.share_raw)),
            view.percent_cell(float(row.share)),
        )
        for row in table.itertuples()
    )
    columns = (
        Column(words("journey.first")),
        *(
            Column(words(key), number=True)
            for key in ("journey.quarters", "journey.customers", "col.raw", "col.cleaned")
        ),
    )
    svg = charts.heat_map(flat, list(heads.values()), list(names.values()), title, sentence)
    return view.figure(title, sentence, svg, Table(words("numbers_of", title=title), columns, rows))
