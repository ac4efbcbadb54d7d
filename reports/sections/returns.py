"""The return on the CRM: which of its inputs moves it most, as a picture, a sentence and a table."""

import numpy as np
import pandas as pd

from reports import charts
from reports.metrics.scenarios import SPREAD
from reports.sections.blocks import Block, Cell, Column, Heading, Table
from reports.sections.view import View


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
    title = words("returns.title")
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
