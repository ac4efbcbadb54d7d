"""What we hold and where: every file and column, how full it is, how it was read, and how the systems overlap."""

import numpy as np
import pandas as pd

from reports import charts
from reports.sections.blocks import Block, Cell, Column, Details, Heading, Paragraph, Section, Table
from reports.sections.view import View

COLUMNS_SHOWN = 600
"""Columns listed over all files; wider data is told by its fullest and its emptiest."""
EXAMPLES = 3
ROWS_LOOKED_AT = 200
RARELY = 0.1
"""Fill rate under which a column is hardly used."""


def build(view: View) -> Section:
    words = view.words
    blocks: list[Block] = [_sources(view)]
    overlap = _overlap(view)
    if overlap:
        blocks.append(overlap)
    blocks.append(Heading(words("inventory.columns")))
    blocks.extend(_columns(view))
    return Section("inventory", words("inventory.title"), words("inventory.lead"), tuple(blocks))


def _sources(view: View) -> Table:
    words = view.words
    columns = (
        Column(words("col.file"), wide=True),
        Column(words("col.system")),
        Column(words("col.holds")),
        Column(words("col.rows"), number=True),
        Column(words("col.set_aside"), number=True),
        Column(words("col.mapped"), number=True),
    )
    rows = []
    for info in view.result.dataset.sources:
        name = view.text(info.file, 80) + (f" · {view.text(info.sheet, 40)}" if info.sheet else "")
        mapped = sum(column.field is not None for column in info.mapping)
        holds = view.entity_title(info.entity) if info.entity else words("inventory.left_out")
        rows.append(
            (
                Cell(name),
                Cell(view.text(info.source, 40)),
                Cell(holds, note="" if info.entity else view.told(info.reason)),
                view.number_cell(info.rows_read),
                view.number_cell(info.rows_set_aside),
                Cell(
                    words("of", n=mapped, total=len(info.mapping)),
                    sort=mapped,
                    share=mapped / len(info.mapping) if info.mapping else None,
                ),
            )
        )
    return Table(words("inventory.sources_caption"), columns, tuple(rows), tools=len(rows) > 8)


def _overlap(view: View) -> Block | None:
    """How many people each pair of sources shares; the diagonal is a source's own."""
    words, overlap = view.words, view.result.overlap
    if len(overlap) < 2:
        return None
    names = [view.text(source, 40) for source in overlap.index]
    both = overlap.to_numpy(dtype="float64")
    own = both.diagonal()
    flat = pd.DataFrame(
        [
            (names[i], names[j], float(share), words.percent(float(share), 0))
            for i, row in enumerate(both / own[:, None])
            for j, share in enumerate(row)
        ],
        columns=["row", "column", "share", "label"],
    )
    off = flat[flat["row"] != flat["column"]]
    most = off.loc[off["share"].idxmax()]
    title = words("inventory.overlap_title")
    sentence = words("inventory.overlap_sentence", row=most["row"], column=most["column"], share=most["label"])
    table = Table(
        words("numbers_of", title=title),
        (Column(words("col.source")), *(Column(name, number=True) for name in names)),
        tuple((Cell(name), *(view.number_cell(int(n)) for n in row)) for name, row in zip(names, both, strict=True)),
        note=words("inventory.overlap_note"),
    )
    return view.figure(title, sentence, charts.heat_map(flat, names, names, title, sentence), table)


def _columns(view: View) -> list[Block]:
    words = view.words
    inventory = view.result.inventory
    if inventory.empty:
        return [Paragraph(words("inventory.none"), tone="muted")]
    fill = (inventory["filled"] / inventory["rows"].where(inventory["rows"] > 0)).fillna(0.0)
    kept = inventory.assign(fill=fill).head(COLUMNS_SHOWN)
    blocks: list[Block] = []
    for (file, sheet), part in kept.groupby(["file", "sheet"], sort=False, dropna=False):
        unmapped = int(part["field"].isna().sum())
        rarely = int((part["fill"] < RARELY).sum())
        tags = []
        if unmapped:
            tags.append((words("inventory.unmapped", n=unmapped), "weak"))
        if rarely:
            tags.append((words("inventory.rarely", n=rarely), "muted"))
        name = view.text(file, 80) + (f" · {view.text(sheet, 40)}" if isinstance(sheet, str) and sheet else "")
        blocks.append(
            Details(name, (_column_table(view, part),), words("inventory.column_count", n=len(part)), tuple(tags))
        )
    if len(inventory) > len(kept):
        blocks.append(Paragraph(words("inventory.more_columns", n=len(inventory) - len(kept)), tone="muted"))
    return blocks


def _column_table(view: View, part: pd.DataFrame) -> Table:
    words = view.words
    columns = (
        Column(words("col.header")),
        Column(words("col.read_as")),
        Column(words("col.confidence"), number=True),
        Column(words("col.filled"), number=True),
        Column(words("col.distinct"), number=True),
        Column(words("col.examples"), wide=True),
    )
    rows = []
    for row in part.itertuples():
        known = isinstance(row.field, str)
        title = (
            view.field_title(row.entity, row.field)
            if known and isinstance(row.entity, str)
            else words("inventory.kept")
        )
        twin = words("inventory.same_as", header=view.text(row.same_as, 60)) if isinstance(row.same_as, str) else ""
        rows.append(
            (
                Cell(view.text(row.header, 60), note=twin),
                Cell(
                    title,
                    note=view.told(row.opinion) or ("" if known else view.told(row.reason)),
                    tone="" if known else "muted",
                ),
                view.percent_cell(float(row.confidence)) if known else Cell("–", sort=-1.0),
                view.percent_cell(float(row.fill), bar=True),
                view.number_cell(int(row.distinct)),
                Cell(_examples(view, row.entity, row.file, row.field) if known else "", tone="muted"),
            )
        )
    return Table(words("inventory.columns_caption"), columns, tuple(rows), tools=len(rows) > 10)


def _examples(view: View, entity: str, file: str, field: str) -> str:
    """The first few different values of a column of a file, as this report shows them."""
    table = view.result.dataset.get(entity)
    if field not in table:
        return ""
    here = np.flatnonzero(table.lineage["file"].eq(file).to_numpy())[:ROWS_LOOKED_AT]
    values = table.original(field).iloc[here].dropna().drop_duplicates().head(EXAMPLES)
    return ", ".join(view.value(entity, field, value, 30) for value in values)
