"""Which row of a table is its header."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

LOOK_AHEAD = 40

_TYPED = re.compile(
    r"^\s*(?:[+-]?[\d.,' ]*\d[\d.,' ]*%?|[^\s@]+@[^\s@]+\.[^\s@]+|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?"
    r"|\+?[\d() .-]{7,}|https?://\S+|true|false)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Header:
    """Where a table starts: `index` of the header row (-1 where there is none), and the header cells."""

    index: int
    cells: tuple[str, ...]
    note: str = ""


def find_header(rows: Sequence[Sequence[str]]) -> Header:
    """The header among the first rows of a table: the first full row of names above rows of the same width."""
    widths = [_filled_width(row) for row in rows]
    following = Counter(len(row) for row, width in zip(rows, widths, strict=True) if width)
    if not following:
        return Header(-1, ())
    usual = max(following, key=lambda width: (following[width] * width, width))
    data_widths = sorted(width for row, width in zip(rows, widths, strict=True) if width and len(row) == usual)
    wide = data_widths[int(len(data_widths) * 0.9)] if data_widths else usual
    for index, row in enumerate(rows[:LOOK_AHEAD]):
        filled = sum(bool(cell.strip()) for cell in row)
        if filled < max(1, round(wide * 0.6)) or len(row) < usual * 0.8:
            continue
        typed = sum(bool(_TYPED.match(cell)) for cell in row if cell.strip())
        if typed > 0.34 * filled or _repeats_below(row, rows[index + 1 :]):
            break
        skipped = sum(1 for width in widths[:index] if width)
        note = f"{skipped} line{'s' if skipped > 1 else ''} above the header were left out" if skipped else ""
        return Header(index, tuple(cell.strip() for cell in row), note)
    start = next((i for i, row in enumerate(rows) if _filled_width(row) and len(row) == usual), 0)
    names = tuple(f"column {place}" for place in range(1, usual + 1))
    return Header(start - 1, names, "the table has no header line; its columns are numbered")


def _filled_width(row: Sequence[str]) -> int:
    return next((place for place in range(len(row), 0, -1) if row[place - 1].strip()), 0)


def _repeats_below(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the cells of a row come again as values below it: then it is data, not a header."""
    cells = [(place, cell.strip()) for place, cell in enumerate(row) if cell.strip()]
    same = [other for other in below if len(other) == len(row)]
    if len(same) < 3 or any([cell.strip() for cell in other] == [cell.strip() for cell in row] for other in same):
        return False
    again = sum(any(other[place].strip() == cell for other in same) for place, cell in cells)
    return again >= max(1, round(len(cells) * 0.34))
