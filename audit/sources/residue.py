"""Rows of a table that are no records: blank rows, footers of a report, totals, the header once more."""

import csv
import io
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from audit.sources.raw import RawTable, SetAside, shortened

_TAIL = 30
"""Rows at the end of a table among which footers and totals are looked for."""
_FOOTER = re.compile(
    r"copyright|©|confidential information|do not distribute|generated (?:by|on|at)|all rights reserved"
    r"|^\s*(?:report|source|filter(?:ed by)?|notes?)\s*:|records? (?:shown|exported)",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"^\s*(?:grand\s+total|sub\s*total|totals?|totales|summe|gesamt|gesamtsumme|jumlah|total\s*:.*|total\s+\w+)"
    r"\s*(?:\(.*\))?\s*:?\s*$",
    re.IGNORECASE,
)


def is_footer(cells: Sequence[str | None], width: int, *, after_blank: bool = False) -> bool:
    """Whether a row near the end is a line of text that a report puts below its data."""
    filled = [cell for cell in cells if cell and cell.strip()]
    if len(filled) != 1 or width < 3 or not (cells[0] or "").strip():
        return False
    return after_blank or bool(_FOOTER.search(filled[0]))


def is_total(cells: Sequence[str | None]) -> bool:
    """Whether a row near the end sums up the rows above."""
    first = next((cell for cell in cells if cell and cell.strip() and cell.strip() != "--"), "")
    return bool(_TOTAL.match(first)) and sum(bool(cell and cell.strip()) for cell in cells) >= 2


def ragged_reason(actual: int, width: int, cells: list[str]) -> str:
    if is_footer(cells, width, after_blank=actual == 1):
        return "a line below the data, not a record"
    return f"{actual} {'cell' if actual == 1 else 'cells'} where the header has {width}"


def without_residue(table: RawTable, body_line: int) -> RawTable:
    """The table without rows that are no records: all blank, footers, totals, the header again. They are set aside."""
    frame, width = table.frame, len(table.headers)
    idle = np.ones(len(frame), dtype=bool)
    for name in frame.columns:
        idle &= frame[name].isna().to_numpy()
        if not idle.any():
            break
    reasons = dict.fromkeys(np.flatnonzero(idle).tolist(), "every cell is empty")
    for place in _like_header(frame.iloc[:, 0], table.headers[0]):
        cells = ["" if pd.isna(cell) else str(cell).strip() for cell in frame.iloc[place]]
        if width > 1 and cells == [header.strip() for header in table.headers]:
            reasons[place] = "the header line again"
    start = max(0, len(frame) - _TAIL)
    after_blank = False
    for place, row in enumerate(frame.iloc[start:].itertuples(index=False), start):
        cells_or_none = [None if pd.isna(cell) else str(cell) for cell in row]
        if place in reasons:
            after_blank = True
        elif is_footer(cells_or_none, width, after_blank=after_blank):
            reasons[place] = "a line below the data, not a record"
        elif is_total(cells_or_none):
            reasons[place] = "a row of totals"
    if not reasons:
        return table
    aside = [
        SetAside(body_line + int(table.rows[place]), reason, shortened(_text_of(frame, place)))
        for place, reason in reasons.items()
    ]
    keep = np.ones(len(frame), dtype=bool)
    keep[list(reasons)] = False
    merged = tuple(sorted((*table.set_aside, *aside), key=lambda row: row.line))
    return RawTable(
        table.file,
        table.sheet,
        _kept(frame, keep),
        table.headers,
        table.rows[keep],
        merged,
        table.notes,
    )


def _like_header(first: pd.Series, header: str) -> list[int]:
    """The rows whose first cell is the first header again."""
    if not header:
        return []
    places = np.flatnonzero(first.str.contains(header, regex=False).fillna(False).to_numpy(dtype=bool))
    return places[first.iloc[places].str.strip().eq(header).to_numpy(dtype=bool)].tolist()


def _kept(frame: pd.DataFrame, keep: np.ndarray) -> pd.DataFrame:
    """The rows to keep, taken column by column: the frame is emptied on the way, to hold no two copies of a table."""
    names, index = list(frame.columns), pd.RangeIndex(int(keep.sum()))
    return pd.DataFrame({name: frame.pop(name)[keep].set_axis(index) for name in names}, index=index, copy=False)


def _text_of(frame: pd.DataFrame, place: int) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(["" if pd.isna(cell) else cell for cell in frame.iloc[place]])
    return buffer.getvalue()
