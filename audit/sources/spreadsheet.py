"""Reader of workbooks (XLSX, XLSM, XLSB, XLS, ODS): every sheet a table, every cell as text."""

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pyarrow as pa

from audit.sources.cells import cell_text
from audit.sources.header_line import find_header
from audit.sources.raw import RawTable, Unreadable, text_frame, unique_names
from audit.sources.residue import without_residue
from audit.sources.workbook_extent import check_extent

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PREVIEW = 300


def read_spreadsheet(file: str, data: pa.Buffer) -> Iterator[RawTable]:
    """The tables of a workbook, sheet by sheet. Raises Unreadable if it is damaged, encrypted or absurdly large."""
    import python_calamine

    content = data.to_pybytes()
    if content.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable("it is protected by a password; save a copy without one")
    if content.startswith(b"PK"):
        check_extent(content)
    with _guarded("the workbook"):
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    found = False
    for sheet in book.sheets_metadata:
        if sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        with _guarded(f"sheet {sheet.name!r}"):
            cells = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        table = _table(file, sheet.name, cells)
        if table is not None:
            found = True
            hidden = sheet.visible != python_calamine.SheetVisibleEnum.Visible
            yield table.noting("the sheet is hidden") if hidden else table
    if not found:
        raise Unreadable("none of its sheets holds a table")


@contextmanager
def _guarded(what: str) -> Iterator[None]:
    """Turns whatever the library says of damaged bytes into a reason: an error, or a crash of its own, which it would
    also tell on the standard error stream."""
    import python_calamine

    try:
        with _silenced():
            yield
    except python_calamine.PasswordError:
        raise Unreadable("it is protected by a password; save a copy without one") from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"{what} is damaged or cut off ({error})") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable(f"{what} is damaged") from None


@contextmanager
def _silenced() -> Iterator[None]:
    """Nothing that native code writes to the standard error stream is seen."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - devnull is no path of a user
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


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
