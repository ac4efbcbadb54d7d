"""How large a workbook would become in memory, found out before anything of it is taken apart."""

import io
import re
import zipfile
import zlib

from audit.sources.archives import is_bomb
from audit.sources.raw import Unreadable

MOST_CELLS = 150_000_000
"""Cells a sheet may span; a stray mark in the last corner of a sheet would otherwise claim all memory."""
_LARGEST_XML = 6 << 30
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,18})"|<c [^>]*?\br="([A-Z]{1,3})(\d{1,18})"')
_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*)>(.*?)</table:table-row>", re.DOTALL)
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*)>")
_ODS_ROWS = re.compile(rb'number-rows-repeated="(\d{1,18})"')
_ODS_COLUMNS = re.compile(rb'number-columns-repeated="(\d{1,18})"')
_ODS_WIDEST = 16_384
_XLSB_ROW, _XLSB_CELLS = 0, frozenset(range(1, 12))
_PIECE = 1 << 24


def check_extent(content: bytes) -> None:
    """Raises Unreadable for a zipped workbook that is damaged, or that unpacks to or spans enormously much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            size = sum(item.file_size for item in package.infolist())
            if size > _LARGEST_XML or is_bomb(size, len(content)):
                raise Unreadable("the workbook unpacks to far more than its size; it looks like a zip bomb")
            for name in package.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    _check_xlsx(package, name)
                elif name.startswith("xl/worksheets/") and name.endswith(".bin"):
                    _check_grid(*_xlsb_extent(package.read(name)))
                elif name == "content.xml":
                    _check_ods(package.read(name))
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise Unreadable(f"the workbook is damaged or cut off ({error})") from None


def _check_grid(rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise Unreadable(f"a sheet spans {rows:,} rows and {columns:,} columns; delete the stray cells at its end")


def _check_xlsx(package: zipfile.ZipFile, name: str) -> None:
    rest, rows, columns = b"", 0, 0
    with package.open(name) as stream:
        while piece := stream.read(_PIECE):
            text = rest + piece
            found = _CELL.findall(text)
            if found:
                columns = max(columns, *map(_column_number, {first or second for first, _, second, _ in found}))
                rows = max(rows, *(int(first or second) for _, first, _, second in found))
            _check_grid(rows, columns)
            rest = text[-200:]


def _column_number(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _check_ods(content: bytes) -> None:
    """Rows and cells of an ODS file say how often they are repeated; those that hold something become that many."""
    rows, widest = 0, 0
    for attributes, inner in _ODS_ROW.findall(content):
        if b"office:value" not in inner and b"<text:p" not in inner:
            continue
        again = _ODS_ROWS.search(attributes)
        rows += int(again[1]) if again else 1
        repeats = (_ODS_COLUMNS.search(cell) for cell in _ODS_CELL.findall(inner))
        widest = max(widest, min(_ODS_WIDEST, sum(int(found[1]) if found else 1 for found in repeats)))
        _check_grid(rows, min(widest, _ODS_WIDEST))


def _xlsb_extent(content: bytes) -> tuple[int, int]:
    """The last row and column that a sheet of an XLSB file fills: its records have a number and a length each."""
    place, rows, columns, end = 0, 0, 0, len(content)
    while place < end:
        kind = content[place]
        place += 1
        if kind & 0x80 and place < end:
            kind = (kind & 0x7F) | (content[place] & 0x7F) << 7
            place += 1
        length = shift = 0
        while place < end and shift < 28:
            byte = content[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        first = int.from_bytes(content[place : place + 4], "little")
        if kind == _XLSB_ROW:
            rows = max(rows, first + 1)
        elif kind in _XLSB_CELLS:
            columns = max(columns, first + 1)
        place += length
    return rows, columns
