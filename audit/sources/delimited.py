"""Reader of delimited text: CSV and its relatives in any encoding, with the lines around the table set apart."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from audit.schema import TEXT
from audit.sources.careful import careful_table
from audit.sources.encoding import is_binary
from audit.sources.growing import GrowingColumn
from audit.sources.header_line import Header, find_header
from audit.sources.raw import RawTable, SetAside, Unreadable, shortened, text_column, unique_names
from audit.sources.residue import ragged_reason, without_residue
from audit.sources.text_file import TextFile

Ragged = tuple[int, int, str]
"""The number of a row, how many cells it has, its text."""

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 1 << 18
_SAMPLE_RECORDS = 300
_BLOCK = 1 << 19
_LARGE_BLOCK = 1 << 25
_MANY_RAGGED = 2_000


@dataclass(frozen=True)
class Dialect:
    """How a file writes its table; `body` and `body_line`: where the first data row starts, in bytes and in lines."""

    delimiter: str
    header: Header
    body: int
    body_line: int
    blank_after: bool
    single_column: bool


def read_delimited(file: str, data: pa.Buffer, path: Path | None = None) -> Iterator[RawTable]:
    """The one table of a text file. Raises Unreadable if the bytes are no text or hold no table.

    With `path`, the file that `data` is the content of, the text is streamed from there instead of held in memory.
    """
    if is_binary(data.slice(0, min(data.size, _SAMPLE)).to_pybytes()):
        raise Unreadable("it is not a text file")
    text = TextFile.of(data, path)
    dialect = sniff(text.data)
    notes = [*text.notes, *([dialect.header.note] if dialect.header.note else [])]
    if dialect.delimiter != ",":
        notes.append({"\t": "separated by tabs"}.get(dialect.delimiter, f"separated by {dialect.delimiter}"))
    table = None if text.quotes % 2 else _fast_table(file, text, dialect)
    yield (table or careful_table(file, text.data, dialect.delimiter, dialect.header, dialect.body_line)).noting(*notes)


def sniff(text: pa.Buffer) -> Dialect:
    """The dialect of a text, from its first records. Raises Unreadable where nothing is written."""
    sample = text.slice(0, min(text.size, _SAMPLE)).to_pybytes().decode("utf-8", errors="ignore")
    if not sample.strip():
        raise Unreadable("it is empty")
    lines = list(io.StringIO(sample, newline=""))
    if text.size > _SAMPLE and len(lines) > 1:
        lines.pop()
    best = max(DELIMITERS, key=lambda delimiter: (_consistency(lines, delimiter), -DELIMITERS.index(delimiter)))
    single = _consistency(lines, best) == 0
    records, ends = _records(lines, best)
    if re.match(r"^sep=(.)$", (records[0][0] if records and records[0] else "").strip()):
        records[0] = []
    header = find_header(records)
    if not header.cells:
        raise Unreadable("it is empty")
    below = records[header.index + 1 :]
    later = [cell for record in below for cell in record[1:] if cell]
    blank_after = len(later) > 4 and all(cell.startswith(" ") for cell in later)
    body_line = ends[header.index] if header.index >= 0 else 0
    body = len("".join(lines[:body_line]).encode())
    return Dialect(best, header, body, body_line, blank_after, single)


def _records(lines: list[str], delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The first records, and how many physical lines were used up after each."""
    reader = csv.reader(lines, delimiter=delimiter)
    records: list[list[str]] = []
    ends: list[int] = []
    try:
        for record in reader:
            records.append(record)
            ends.append(reader.line_num)
            if len(records) >= _SAMPLE_RECORDS:
                break
    except csv.Error:
        pass  # a cell larger than the sample: the records before it decide
    return records, ends


def _consistency(lines: list[str], delimiter: str) -> float:
    """How much the records look like a table when split at this delimiter: 0 for a single column."""
    widths = Counter(len(record) for record in _records(lines, delimiter)[0] if any(cell.strip() for cell in record))
    if not widths:
        return 0.0
    total = sum(widths.values())
    width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    return 0.0 if width == 1 else count / total * (1 - 0.5 / width)


def _fast_table(file: str, text: TextFile, dialect: Dialect) -> RawTable | None:
    """The table by Arrow's reader; None where the file is not well-formed enough for it."""
    headers = dialect.header.cells
    if text.data.size == dialect.body:
        empty = pd.DataFrame({name: pd.Series(dtype=TEXT) for name in unique_names(headers)})
        return RawTable(file, "", empty, headers, np.empty(0, dtype=np.int64))
    read = _columns(text, dialect, threads=True) or _columns(text, dialect, threads=False)
    if read is None:
        return None
    columns, ragged = read
    count = len(columns[0])
    if len(ragged) > 0.02 * (count + len(ragged)) + 20:
        return None
    rows = np.arange(1, count + len(ragged) + 1)
    rows = np.delete(rows, [number - 1 for number, _, _ in ragged]) if ragged else rows
    made = {}
    for place, name in enumerate(unique_names(headers)):
        cells = columns[place]
        columns[place] = None
        if dialect.blank_after and place:
            cells = pc.if_else(pc.starts_with(cells, " "), pc.utf8_slice_codeunits(cells, 1), cells)
        made[name] = text_column(cells)
    frame = pd.DataFrame(made, index=pd.RangeIndex(count), copy=False)
    aside = _aside_ragged(text.data, dialect, ragged, len(headers))
    return without_residue(RawTable(file, "", frame, headers, rows, tuple(aside)), dialect.body_line)


def _columns(text: TextFile, dialect: Dialect, *, threads: bool) -> tuple[list[pa.Array], list[Ragged]] | None:
    """The columns as text, batch by batch so that the file is never in memory at once, and the ragged rows.

    Only without threads can a ragged row be given its number; None asks for that, or for the careful way.
    """
    width = len(dialect.header.cells)
    ragged: list[Ragged] = []

    def keep(row: arrow_csv.InvalidRow) -> str:
        ragged.append((row.number or 0, row.actual_columns, row.text))
        return "skip" if row.number and len(ragged) < _MANY_RAGGED else "error"

    columns = [GrowingColumn() for _ in range(width)]
    names = [str(place) for place in range(width)]
    try:
        with text.open(dialect.body) as stream:
            reader = arrow_csv.open_csv(
                stream,
                arrow_csv.ReadOptions(
                    use_threads=threads, block_size=_BLOCK if threads else _LARGE_BLOCK, column_names=names
                ),
                arrow_csv.ParseOptions(
                    delimiter="\x1f" if dialect.single_column else dialect.delimiter,
                    newlines_in_values=text.quotes > 0,
                    invalid_row_handler=keep,
                ),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.large_string()),
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                    null_values=[""],
                ),
            )
            for batch in reader:
                for column, array in zip(columns, batch.columns, strict=True):
                    column.append(array)
    except pa.ArrowInvalid:
        return None
    kept: list[pa.Buffer] = []
    return [column.finish(kept) for column in columns], ragged


def _aside_ragged(
    text: pa.Buffer, dialect: Dialect, ragged: list[tuple[int, int, str]], width: int
) -> Iterator[SetAside]:
    view = memoryview(text)
    place, line = dialect.body, dialect.body_line + 1
    for _, actual, row in ragged:
        found = re.compile(re.escape(row.encode())).search(view, place)
        if found:
            line += int(np.count_nonzero(np.frombuffer(view[place : found.start()], dtype=np.uint8) == 10))
            place = found.start()
        cells = next(csv.reader([row], delimiter=dialect.delimiter), [])
        yield SetAside(line, ragged_reason(actual, width, cells), shortened(row))
