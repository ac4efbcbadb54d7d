"""Typed cells as text, the way a person would write them: of workbooks, databases and Arrow tables alike."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.schema import MULTI_SEPARATOR
from audit.sources.raw import RawTable, text_column, unique_names

_LONGEST_BINARY = 32


def cell_text(value: object) -> str | None:
    """A Python value as text: whole numbers without a decimal point, times in ISO form, lists joined, blobs as hex."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value:
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else None
    if isinstance(value, dt.datetime):
        return value.isoformat(" ") if value.time() != dt.time() or value.tzinfo else value.date().isoformat()
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(value, bytes | bytearray | memoryview):
        return _binary(bytes(value))
    if isinstance(value, list | tuple | set) and not any(isinstance(item, dict | list | tuple) for item in value):
        return MULTI_SEPARATOR.join(text for item in value if (text := cell_text(item))) or None
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=cell_text)
    return str(value)


def _binary(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        shown = value[:_LONGEST_BINARY].hex()
        return f"0x{shown}..." if len(value) > _LONGEST_BINARY else f"0x{shown}"


def table_of_rows(file: str, sheet: str, names: Sequence[str], batches: Iterable[Sequence[Sequence[Any]]]) -> RawTable:
    """A table of rows of Python values that come in batches."""
    columns: list[list[pa.Array]] = [[] for _ in names]
    for batch in batches:
        for place, column in enumerate(columns):
            column.append(pa.array([_encodable(cell_text(row[place])) for row in batch], pa.large_string()))
    return _table(file, sheet, names, [pa.chunked_array(column, pa.large_string()) for column in columns])


def table_of_arrow(file: str, sheet: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> RawTable:
    """A table of Arrow record batches; structures are flattened, their paths become headers."""
    names = [name for field in schema for name, _ in _flat(field.name, pa.array([], field.type))]
    columns: list[list[pa.Array]] = [[] for _ in names]
    for batch in batches:
        flat = [part for field, array in zip(schema, batch.columns, strict=True) for part in _flat(field.name, array)]
        for column, (_, array) in zip(columns, flat, strict=True):
            column.append(_array_text(array))
    return _table(file, sheet, names, [pa.chunked_array(column, pa.large_string()) for column in columns])


def _table(file: str, sheet: str, names: Sequence[str], columns: Sequence[pa.ChunkedArray]) -> RawTable:
    count = len(columns[0]) if columns else 0
    made = {name: text_column(column) for name, column in zip(unique_names(names), columns, strict=True)}
    frame = pd.DataFrame(made, index=pd.RangeIndex(count), copy=False)
    return RawTable(file, sheet, frame, tuple(names), np.arange(1, count + 1, dtype=np.int64))


def _encodable(text: str | None) -> str | None:
    """The text without halves of surrogate pairs, which no UTF-8 can hold."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _flat(name: str, array: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_struct(array.type) and array.type.num_fields:
        for field, inner in zip(array.type, array.flatten(), strict=True):
            yield from _flat(f"{name}.{field.name}", inner)
    else:
        yield name, array


def _array_text(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_null(kind):
        return pa.nulls(len(array), pa.large_string())
    if pa.types.is_timestamp(kind):
        array = array.cast(pa.timestamp("us", kind.tz), safe=False)
    plain = pa.types.is_primitive(kind) or pa.types.is_decimal(kind) or pa.types.is_string(kind)
    if not (plain or pa.types.is_large_string(kind)) or pa.types.is_interval(kind) or pa.types.is_duration(kind):
        return pa.array([_encodable(cell_text(value)) for value in array.to_pylist()], pa.large_string())
    text = array.cast(pa.large_string())
    if pa.types.is_temporal(kind):
        text = pc.replace_substring_regex(text, r"\.0+($|[^0-9])", r"\1")
        if pa.types.is_timestamp(kind) and kind.tz is None:
            text = pc.replace_substring_regex(text, " 00:00:00$", "")
    elif pa.types.is_floating(kind):
        text = pc.if_else(pc.is_nan(array), pa.scalar(None, pa.large_string()), text)
        large = pc.match_substring(text, "e")
        if pc.any(large).as_py():
            written = [cell_text(value) for value in array.to_pylist()]
            text = pa.array(written, pa.large_string())
    return text
