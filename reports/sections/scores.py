"""The score by dimension, source and field, with what was not judged beside it."""

import pandas as pd

from audit.rule import Outcome
from reports import charts
from reports.sections.blocks import Block, Cell, Column, Details, Paragraph, Section, Table
from reports.sections.view import View, more_in_file

FIELDS_SHOWN = 40
UNKNOWN_SHOWN = 15
OWNERS_SHOWN = 30
FLAWLESS = 99.995
"""A score that reads 100.0: such fields are only counted."""


def build(view: View) -> Section:
    words, score = view.words, view.result.score
    blocks: list[Block] = [
        *_sure(view),
        _bars(view, score.by_dimension, "dimension"),
        Paragraph(_not_judged(view), tone="muted"),
    ]
    if len(score.by_source) > 1:
        blocks.append(_bars(view, score.by_source, "source"))
    blocks.append(_fields(view))
    blocks += [*_unknown(view), *_owners(view)]
    return Section("score", words("score.title"), words("score.lead"), tuple(blocks))


def _sure(view: View) -> list[Block]:
    """How sure the score is, and what holds it back."""
    words, score = view.words, view.result.score
    low, high = (words.number(value, 1) for value in (score.low, score.high))
    blocks: list[Block] = [
        Paragraph(words("score_detail.interval", low=low, high=high, known=words.percent(score.known, 0)))
    ]
    if len(score.vanished):
        lost = [f"{row.source}: {view.field_title(row.entity, row.field)}" for row in score.vanished.itertuples()]
        shown, unheld = words.number(score.overall, 1), words.number(score.unheld, 1)
        held = words("score_detail.held", score=shown, unheld=unheld, names=view.listed(lost))
        blocks.append(Paragraph(held, tone="warning"))
    return blocks


def _unknown(view: View) -> list[Block]:
    """Which fields of which sources count as unknown, and what that costs."""
    words, table = view.words, view.result.score.unknown
    if table.empty:
        return []
    shown = table.head(UNKNOWN_SHOWN)
    rows = tuple(
        (
            Cell(
                view.field_title(row.entity, row.field) if row.field else view.entity_title(row.entity),
                note=view.text(row.source, 40),
            ),
            Cell(words(f"score_detail.{'source_gone' if not row.field else 'absent' if row.absent else 'blank'}")),
            view.number_cell(int(row.cells)),
            Cell(words.number(float(row.points), 2), sort=float(row.points)),
        )
        for row in shown.itertuples()
    )
    columns = (
        Column(words("col.field")),
        Column(words("col.reason")),
        Column(words("col.cells"), number=True),
        Column(words("col.points"), number=True),
    )
    caption = words("score_detail.unknown")
    note = more_in_file(words, len(shown), len(table), "audit.json")
    count = words("score_detail.unknown_count", n=len(table))
    return [Details(caption, (Table(caption, columns, rows, note=note),), count)]


def _owners(view: View) -> list[Block]:
    """Whose records are how right; those of nobody among them."""
    words, table = view.words, view.result.score.by_owner
    if len(table) < 2:
        return []
    ordered = table.sort_values(["score", "name"], kind="stable")
    shown = ordered.head(OWNERS_SHOWN)
    rows = tuple(
        (
            Cell(view.person(row.name) if row.name else words("score_detail.nobody")),
            *view.score_cells(row.score),
            Cell(f"{words.number(row.low, 1)} – {words.number(row.high, 1)}", sort=row.low),
            view.number_cell(int(row.records)),
        )
        for row in shown.itertuples(index=False)
    )
    columns = (
        Column(words("col.who")),
        Column(words("col.score"), number=True),
        Column(words("col.band")),
        Column(words("col.interval"), number=True),
        Column(words("col.records"), number=True),
    )
    caption = words("score_detail.by_owner")
    note = more_in_file(words, len(shown), len(table), "audit.json")
    return [
        Details(
            caption,
            (Table(caption, columns, rows, note=note, tools=True),),
            words("score_detail.owner_count", n=len(table)),
        )
    ]


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


def _counts(view: View, entity: str, counts: bool) -> str:
    title = view.entity_title(entity)
    return title if counts else f"{title} · {view.words('score_detail.beyond')}"


def _fields(view: View) -> Table:
    words = view.words
    table = view.result.score.by_field
    flawed = table[table["score"] < FLAWLESS].sort_values(["score", "name"], kind="stable")
    shown = flawed.head(FIELDS_SHOWN)
    rows = tuple(
        (
            Cell(view.field_title(row.entity, row.field), note=_counts(view, row.entity, row.counts)),
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
