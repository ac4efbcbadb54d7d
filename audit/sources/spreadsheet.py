"""Reader of workbooks (XLSX, XLSM, XLSB, XLS, ODS): every sheet a table, every cell as text."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from audit.sources.cells import cell_text
from audit.sources.header_line import find_header
from audit.sources.raw import RawTable, Unreadable, text_frame, unique_names
from audit.sources.residue import without_residue

MOST_CELLS = 150_000_000
"""Cells a sheet may span; a stray mark in the last corner of a sheet would otherwise claim all memory."""
_LARGEST_XML = 6 << 30
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"|<c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PREVIEW = 300


def read_spreadsheet(file: str, data: pa.Buffer) -> Iterator[RawTable]:
    """The tables of a workbook, sheet by sheet. Raises Unreadable if it is damaged, encrypted or absurdly large."""
    import python_calamine

    content = data.to_pybytes()
    if content.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable("it is protected by a password; save a copy without one")
    if content.startswith(b"PK"):
        _check_extent(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except python_calamine.PasswordError:
        raise Unreadable("it is protected by a password; save a copy without one") from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"the workbook is damaged or cut off ({error})") from None
    for sheet in book.sheets_metadata:
        if sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            cells = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        except (python_calamine.CalamineError, OSError, ValueError) as error:
            raise Unreadable(f"sheet {sheet.name!r} is damaged ({error})") from None
        table = _table(file, sheet.name, cells)
        if table is not None:
            hidden = sheet.visible != python_calamine.SheetVisibleEnum.Visible
            yield table.noting("the sheet is hidden") if hidden else table


def _table(file: str, sheet: str, grid: Sequence[Sequence[object]]) -> RawTable | None:
    header = find_header([[_text(cell) for cell in row] for row in grid[:_PREVIEW]])
    if not header.cells:
        return None
    body = grid[header.index + 1 :]
    columns = [[_text(row[place]) if place < len(row) else "" for row in body] for place in range(len(header.cells))]
    used = [place for place, name in enumerate(header.cells) if name or any(columns[place])]
    headers = tuple(header.cells[place] for place in used)
    frame = text_frame([columns[place] for place in used], unique_names(headers))
    filled = ~frame.isna().to_numpy().all(axis=1) if len(frame) else np.empty(0, dtype=bool)
    last = int(np.flatnonzero(filled)[-1]) + 1 if filled.any() else 0
    rows = np.arange(1, last + 1, dtype=np.int64)
    notes = (header.note,) if header.note else ()
    return without_residue(RawTable(file, sheet, frame.iloc[:last], headers, rows, (), notes), header.index + 1)


def _text(cell: object) -> str:
    return cell_text(cell) or ""


def _check_extent(content: bytes) -> None:
    """Refuses a workbook that unpacks to an enormous size or spans an enormous grid."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if sum(item.file_size for item in package.infolist()) > _LARGEST_XML:
                raise Unreadable("the workbook unpacks to more than 6 GB")
            for name in package.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    _check_sheet(package, name)
    except (zipfile.BadZipFile, EOFError, OSError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise Unreadable(f"the workbook is damaged or cut off ({error})") from None


def _check_sheet(package: zipfile.ZipFile, name: str) -> None:
    rest, rows, columns = b"", 0, 0
    with package.open(name) as stream:
        while piece := stream.read(1 << 24):
            text = rest + piece
            found = _CELL.findall(text)
            if found:
                names = {first or second for first, _, second, _ in found}
                columns = max(columns, *(_column_number(name) for name in names))
                rows = max(rows, int(found[-1][1] or found[-1][3]))
            if rows * columns > MOST_CELLS:
                raise Unreadable(
                    f"a sheet spans {rows:,} rows and {columns:,} columns; delete the stray cells at its end"
                )
            rest = text[-200:]


def _column_number(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number
