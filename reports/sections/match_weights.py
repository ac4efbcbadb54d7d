"""What spoke for and against a pair, comparison by comparison, as bars."""

from collections.abc import Sequence

import pandas as pd

from reports import charts
from reports.sections.blocks import Cell, Column, Figure, Table
from reports.sections.view import View


def weight_figures(view: View, entity: str, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Figure]:
    """One figure per pair of record numbers of which anything is known on both sides."""
    if not pairs:
        return {}
    asked = pd.DataFrame(sorted(set(pairs)), columns=["left", "right"])
    told = view.result.matches[entity].explain(asked)
    told = told[told["weight"].abs().ge(0.05)]
    return {
        (int(pair["left"].iloc[0]), int(pair["right"].iloc[0])): _figure(view, entity, pair)
        for _, pair in told.groupby(["left", "right"], sort=False)
    }


def _figure(view: View, entity: str, lines: pd.DataFrame) -> Figure:
    words = view.words
    ordered = lines.sort_values("weight", ascending=False, kind="stable")
    names = [
        words("weights.line", field=view.told(str(line.comparison)), level=view.told(str(line.level)))
        for line in ordered.itertuples()
    ]
    signed = [("+" if weight >= 0 else "−") + words.number(abs(float(weight)), 1) for weight in ordered["weight"]]
    frame = pd.DataFrame({"name": names, "weight": ordered["weight"].to_numpy(), "label": signed})
    first = ordered.iloc[0]
    title = words(
        "weights.title", pair=words.listed([view.record(entity, int(first[side])) for side in ("left", "right")])
    )
    against = int((ordered["weight"] < 0).sum())
    sentence = words("weights.sentence", n=len(ordered) - against, strongest=names[0])
    if against:
        sentence = f"{sentence} {words('weights.against', n=against, strongest=names[-1])}"
    rows = tuple((Cell(name), Cell(text, sort=weight)) for name, text, weight in
                 zip(names, signed, frame["weight"], strict=True))  # fmt: skip
    columns = (Column(words("weights.comparison")), Column(words("weights.weight"), number=True))
    table = Table(words("numbers_of", title=title), columns, rows, note=words("weights.note"))
    return view.figure(title, sentence, charts.weight_bars(frame, title, sentence), table)
