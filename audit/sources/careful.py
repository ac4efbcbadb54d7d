"""The careful way through delimited text, for files that the fast reader refuses: record by record, losing none."""

import csv
import io
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from audit.sources.header_line import Header
from audit.sources.raw import RawTable, SetAside, shortened, text_frame, unique_names
from audit.sources.residue import ragged_reason, without_residue

_LONGEST_RECORD = 2_000
"""Physical lines that one record may span; beyond that a quote was not closed."""
_LARGEST_CELL = 1 << 24


class _Lines:
    """The lines from one place on, as far as one record may reach."""

    def __init__(self, lines: list[str], start: int) -> None:
        self.lines = lines
        self.at = start
        self.stop = start + _LONGEST_RECORD

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.at >= min(self.stop, len(self.lines)):
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]


def records(lines: list[str], delimiter: str, start: int = 0) -> Iterator[tuple[int, list[str] | None]]:
    """Each record with the number of its first line, from 0; None where a line cannot be split into cells.

    After a quote that is never closed, only its own line is given up and reading goes on with the next line.
    """
    while start < len(lines):
        feed = _Lines(lines, start)
        reader = csv.reader(feed, delimiter=delimiter)
        try:
            for cells in reader:
                first, start = start, feed.at
                if feed.at - first > 1 and "".join(lines[first : feed.at]).count('"') % 2:
                    start = first + 1
                    yield first, None
                    break
                feed.stop = feed.at + _LONGEST_RECORD
                yield first, cells
        except csv.Error:
            yield start, None
            start += 1


def careful_table(file: str, text: pa.Buffer, delimiter: str, header: Header, body_line: int) -> RawTable:
    """The table of a text with ragged rows, stray quotes or enormous cells."""
    lines = list(io.StringIO(text.to_pybytes().decode("utf-8", errors="replace"), newline=""))
    headers, width = header.cells, len(header.cells)
    named = max((place for place, cell in enumerate(headers, 1) if cell), default=width)
    good: list[list[str]] = []
    rows: list[int] = []
    short: list[tuple[int, int, list[str]]] = []
    aside: list[SetAside] = []
    number = 0
    limit = csv.field_size_limit(_LARGEST_CELL)
    try:
        for line, cells in records(lines, delimiter, body_line):
            if cells is not None and not cells:
                continue
            number += 1
            if cells is None:
                aside.append(SetAside(line + 1, "a quote is not closed", shortened(lines[line].rstrip("\r\n"))))
            elif named <= len(cells) and not any(cell.strip() for cell in cells[width:]):
                good.append((cells + [""] * (width - len(cells)))[:width])
                rows.append(number)
            elif len(cells) < width:
                short.append((line, number, cells))
            else:
                reason = ragged_reason(len(cells), width, cells)
                aside.append(SetAside(line + 1, reason, shortened(delimiter.join(cells))))
    finally:
        csv.field_size_limit(limit)
    notes = []
    if len(short) > 0.2 * (len(good) + len(short)) and len(short) > 3:
        notes.append(f"{len(short):,} rows end early; their missing cells were read as empty")
        merged = sorted(
            [*zip(rows, good, strict=True), *((row, cells + [""] * (width - len(cells))) for _, row, cells in short)]
        )
        rows, good = [row for row, _ in merged], [cells for _, cells in merged]
    else:
        for line, _, cells in short:
            reason = ragged_reason(len(cells), width, cells)
            aside.append(SetAside(line + 1, reason, shortened(delimiter.join(cells))))
    columns = [[cells[place] for cells in good] for place in range(width)]
    frame = text_frame(columns, unique_names(headers))
    aside.sort(key=lambda row: row.line)
    table = RawTable(file, "", frame, headers, np.array(rows, dtype=np.int64), tuple(aside), tuple(notes))
    return without_residue(table, body_line)
