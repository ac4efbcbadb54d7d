"""What every reader yields: one table of text as it stands in a file, with the rows that could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import pyarrow as pa

from audit.schema import TEXT

MAX_KEPT_TEXT = 2_000
"""Characters of a set-aside row that are kept; an enormous row shall not fill the memory twice."""


class Unreadable(Exception):  # noqa: N818 - reads better without a suffix
    """A file that cannot be read, with a reason for the user; never leaves this package."""


@dataclass(frozen=True)
class SetAside:
    """A row that could not be read. `line` is the physical line in the file, or the row in a sheet, from 1."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class RawTable:
    """One table of one file, all text.

    `frame` has unique column names, blank cells are NA; `headers` are the headers as written, "" for a nameless column,
    in the frame's order. `rows` numbers the data rows from 1 for the first below the header; rows set aside have a
    number too, so the numbers of `rows` may have gaps. `files` names the file of each row where many single files make
    one table; `gather` is the pattern under which this file and its neighbours of one kind make one.
    """

    file: str
    sheet: str
    frame: pd.DataFrame
    headers: tuple[str, ...]
    rows: np.ndarray
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = field(default=())
    files: pd.Series | None = None
    gather: str = ""

    @property
    def rows_present(self) -> int:
        return len(self.frame) + len(self.set_aside)

    def noting(self, *notes: str) -> "RawTable":
        return replace(self, notes=(*self.notes, *notes))


def unique_names(headers: Sequence[str]) -> list[str]:
    """Column names without repeats: nameless ones are called by their place, repeated ones get a number."""
    names: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for place, header in enumerate(headers, 1):
        base = name = header.strip() or f"column {place}"
        while name in names:
            numbers[base] = numbers.get(base, 1) + 1
            name = f"{base} ({numbers[base]})"
        names[name] = None
    return list(names)


def text_column(values: pa.ChunkedArray | pa.Array) -> pd.Series:
    """A text column from Arrow strings; cells of white space alone become NA."""
    import pyarrow.compute as pc

    if isinstance(values, pa.Array):
        values = pa.chunked_array([values])
    if values.type != pa.large_string():
        values = values.cast(pa.large_string())
    blank = pc.or_(pc.utf8_is_space(values), pc.equal(values, ""))
    if pc.any(blank).as_py():
        values = pc.if_else(blank, pa.scalar(None, pa.large_string()), values)
    return pd.Series(pd.arrays.ArrowStringArray(values), dtype=TEXT)


def text_frame(columns: Sequence[Sequence[str | None]], names: Sequence[str]) -> pd.DataFrame:
    """A frame of text columns from lists of cells."""
    made = {name: text_column(pa.array(cells, pa.large_string())) for name, cells in zip(names, columns, strict=True)}
    return pd.DataFrame(made, index=pd.RangeIndex(len(columns[0]) if columns else 0))


def shortened(text: str) -> str:
    return text if len(text) <= MAX_KEPT_TEXT else f"{text[:MAX_KEPT_TEXT]}..."


def gathered(tables: Sequence[RawTable]) -> list[RawTable]:
    """The tables, with those of single-record files of one folder (mails, cards) put together into one."""
    result: list[RawTable] = []
    folders: dict[tuple[str, str], list[RawTable]] = {}
    for table in tables:
        if table.gather:
            folders.setdefault((str(PurePosixPath(table.file).parent), table.gather), []).append(table)
        else:
            result.append(table)
    for (folder, pattern), members in folders.items():
        result.append(members[0] if len(members) == 1 else _one(folder, pattern, members))
    return result


def _one(folder: str, pattern: str, members: Sequence[RawTable]) -> RawTable:
    files = [member.file for member in members for _ in range(len(member.frame))]
    return RawTable(
        file=f"{'' if folder == '.' else folder + '/'}{pattern}",
        sheet="",
        frame=pd.concat([member.frame for member in members], ignore_index=True),
        headers=members[0].headers,
        rows=np.concatenate([member.rows for member in members]),
        set_aside=tuple(row for member in members for row in member.set_aside),
        notes=(f"{len(members):,} files", *dict.fromkeys(note for member in members for note in member.notes)),
        files=pd.Series(files, dtype=TEXT),
    )
