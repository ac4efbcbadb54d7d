"""The score by dimension, source and field, with what was not judged beside it."""

import pandas as pd

from audit.rule import Outcome
from reports import charts
from reports.sections.blocks import Block, Cell, Column, Paragraph, Section, Table
from reports.sections.view import View

FIELDS_SHOWN = 40
FLAWLESS = 99.995
"""A score that reads 100.0: such fields are only counted."""


def build(view: View) -> Section:
    words, score = view.words, view.result.score
    blocks: list[Block] = [
        _bars(view, score.by_dimension, "dimension"),
        Paragraph(_not_judged(view), tone="muted"),
    ]
    if len(score.by_source) > 1:
        blocks.append(_bars(view, score.by_source, "source"))
    blocks.append(_fields(view))
    return Section("score", words("score.title"), words("score.lead"), tuple(blocks))


def _not_judged(view: View) -> str:
    """Dimensions of which no rule could run never look like a good score."""
    words = view.words
    judged = {
        str(view.rules[item.rule_id].dimension)
        for item in view.result.rule_results
        if item.outcome in (Outcome.PASSED, Outcome.FAILED)
    }
    silent = [words(f"dimension.{name}") for name in words.table["dimension"] if name not in judged]
    text = words(
        "score.not_evaluated", n=view.result.score.not_evaluated, share=words.percent(view.result.score.coverage, 0)
    )
    return f"{text} {words('score.silent', names=words.listed(silent))}" if silent else text


def _bars(view: View, table: pd.DataFrame, what: str) -> Block:
    words = view.words
    ordered = table.sort_values(["score", "name"], kind="stable")
    names = [words(f"dimension.{name}") if what == "dimension" else view.text(name, 40) for name in ordered["name"]]
    frame = pd.DataFrame(
        {
            "name": names,
            "score": ordered["score"].to_numpy(),
            "band": [view.band(value) for value in ordered["score"]],
            "label": [words.number(value, 1) for value in ordered["score"]],
        }
    )
    title = words(f"score.by_{what}")
    sentence = (
        words(
            "score.sentence", name=names[0], score=frame["label"].iloc[0], best=names[-1], top=frame["label"].iloc[-1]
        )
        if len(names) > 1
        else words("score.only", name=names[0], score=frame["label"].iloc[0])
        if names
        else words("score.nothing")
    )
    numbers = Table(
        words("numbers_of", title=title),
        (
            Column(words(f"col.{what}")),
            Column(words("col.score"), number=True),
            Column(words("col.band")),
            Column(words("col.cells"), number=True),
            Column(words("col.records_wrong" if what == "dimension" else "col.records"), number=True),
        ),
        tuple(
            (
                Cell(name),
                *view.score_cells(row.score),
                view.number_cell(int(row.cells)),
                view.number_cell(int(row.records)),
            )
            for name, row in zip(names, ordered.itertuples(), strict=True)
        ),
    )
    return view.figure(title, sentence, charts.score_bars(frame, title, sentence), numbers)


def _fields(view: View) -> Table:
    words = view.words
    table = view.result.score.by_field
    flawed = table[table["score"] < FLAWLESS].sort_values(["score", "name"], kind="stable")
    shown = flawed.head(FIELDS_SHOWN)
    rows = tuple(
        (
            Cell(view.field_title(row.entity, row.field), note=view.entity_title(row.entity)),
            *view.score_cells(row.score),
            view.number_cell(int(row.cells)),
            Cell(words.number(view.weight(row.entity, row.field), 1), sort=view.weight(row.entity, row.field)),
        )
        for row in shown.itertuples()
    )
    columns = (
        Column(words("col.field")),
        Column(words("col.score"), number=True),
        Column(words("col.band")),
        Column(words("col.cells"), number=True),
        Column(words("col.weight"), number=True),
    )
    note = words("score.other_fields", n=len(table) - len(flawed))
    if len(shown) < len(flawed):
        note = f"{words('score.more_fields', shown=len(shown), n=len(flawed))} {note}"
    return Table(words("score.fields_caption"), columns, rows, note=note, tools=True)
