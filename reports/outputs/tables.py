"""Writes one table as CSV: UTF-8, LF, blank for unknown, and no cell that a spreadsheet would run."""

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.schema import TEXT
from reports.masking import PREFIXES

_FORMULA = r"^(?:[=@\t\r\n＝＠]|(?s:[+\-＋－].*[^0-9 ().\-/]))"
"""What a spreadsheet takes for a formula; + and - only where more follows than what phone numbers are made of."""


def write_table(frame: pd.DataFrame, path: Path) -> Path:
    """Writes `frame` with its column names; the same frame gives the same bytes."""
    columns = {str(name): _column(frame[name]) for name in frame.columns}
    with duckdb.connect() as connection:
        # What takes long would draw a bar on the terminal.
        connection.execute("SET enable_progress_bar = false")
        connection.from_arrow(pa.table(columns)).write_csv(str(path), header=True)
    return path


def _column(values: pd.Series) -> pa.Array | pa.ChunkedArray:
    if isinstance(values.dtype, pd.CategoricalDtype) or values.dtype == object:
        values = values.astype(TEXT)
    array = pa.array(values, from_pandas=True)
    if pa.types.is_null(array.type):
        return array.cast(pa.string())
    if pa.types.is_large_string(array.type) or pa.types.is_string(array.type):
        return defused(array)
    return array


def defused(text: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """The same text without NUL, with an apostrophe before whatever a spreadsheet would take for a formula."""
    text = pc.replace_substring(text, "\x00", "")
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)
    risky = pc.match_substring_regex(text, _FORMULA)
    if not pc.any(risky).as_py():
        return text
    return pc.if_else(
        risky, pc.binary_join_element_wise(pa.scalar("'", text.type), text, pa.scalar("", text.type)), text
    )


def undefused(text: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """The text of cells that `defused` wrote, without its apostrophe."""
    bare = pc.utf8_slice_codeunits(text, 1)
    marked = pc.and_(pc.starts_with(text, "'"), pc.match_substring_regex(bare, _FORMULA))
    return pc.if_else(marked, bare, text)


def pseudonyms(entity: pd.Series, record: pd.Series) -> pd.Series:
    """The records' names in the report, as `reports.masking.pseudonym` makes them; NA for what is about no record."""
    number = (record.astype("int64") + 1).astype(TEXT).str.zfill(4).where(record >= 0)
    return entity.astype(object).map(PREFIXES).astype(TEXT) + "-" + number
