"""Frames as Parquet that come back exactly as they were: types, categories, index and names."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 50_000
"""Rows of a group: whoever looks for one record reads the columns asked for and one group of the rest."""
_INDEX = "index "
_BLANKS: Mapping[str, Any] = {"None": None, "NA": pd.NA, "nan": float("nan"), "NaT": pd.NaT}


def write_columns(columns: Mapping[str, pa.Array | pa.ChunkedArray], path: Path) -> None:
    pq.write_table(pa.table(dict(columns)), path, compression="zstd", row_group_size=ROW_GROUP)


def save(frame: pd.DataFrame, path: Path) -> dict[str, Any]:
    """Writes a frame; what it gives is what `restore` needs besides the file, in types that JSON knows.

    Raises TypeError for a frame whose columns have no names of their own, or whose cells are no plain values.
    """
    names = list(frame.columns)
    if len(set(names)) < len(names) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"{path.stem}: columns need names of their own, as texts")
    columns, kinds = {}, {}
    for name in names:
        columns[name], kinds[name] = stored(frame[name])
    index, index_kinds = _index(frame.index)
    write_columns(columns | index, path)
    return {"rows": len(frame), "columns": kinds, "index": index_kinds, "title": frame.columns.name}


def restore(path: Path, told: Mapping[str, Any]) -> pd.DataFrame:
    table = pq.read_table(path)
    index = _restored_index(table, told["index"], told["rows"])
    columns = {name: typed(table[name], kind) for name, kind in told["columns"].items()}
    frame = pd.DataFrame(columns, columns=pd.Index(list(columns), dtype=object))
    frame.columns.name = told["title"]
    return frame.set_axis(index, axis=0)


def stored(values: pd.Series) -> tuple[pa.Array | pa.ChunkedArray, dict[str, Any]]:
    """A column for Parquet, and its type in types that JSON knows."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        words, kind = stored(pd.Series(values.cat.categories))
        told = {"dtype": "category", "of": kind, "words": words.to_pylist(), "ordered": bool(values.cat.ordered)}
        return pa.array(values, from_pandas=True), told
    if values.dtype == object:
        return _of_objects(values)
    array = pa.array(values, from_pandas=True)
    return array.cast(pa.string()) if pa.types.is_null(array.type) else array, {"dtype": _name(values.dtype)}


def _name(dtype: Any) -> str:
    """The name by which pandas finds the type again; that of text says where it is kept."""
    if isinstance(dtype, pd.StringDtype) and dtype.na_value is pd.NA:
        return f"string[{dtype.storage}]"
    return str(dtype)


def _of_objects(values: pd.Series) -> tuple[pa.Array, dict[str, Any]]:
    """Objects of one kind as what they are, of several as JSON; the blank that stands among them is remembered."""
    filled = values.notna().to_numpy()
    blank = "None" if filled.all() else str(values[~filled].iloc[0]).replace("<NA>", "NA")
    told = {"dtype": "object", "blank": blank}
    try:
        array = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # A few words among numbers, or the like: such columns are short.
        cells = [None if pd.isna(value) else json.dumps(value, ensure_ascii=False) for value in values]
        return pa.array(cells, pa.string()), {**told, "json": True}
    return array.cast(pa.string()) if pa.types.is_null(array.type) else array, told


def typed(column: pa.ChunkedArray, told: Mapping[str, Any]) -> pd.Series:
    """The column as it was before `stored`."""
    if told["dtype"] == "category":
        words = typed(pa.chunked_array([pa.array(told["words"])]), told["of"])
        plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        return pd.Series(pd.Categorical(typed(plain, told["of"]), categories=words, ordered=told["ordered"]))
    dtype = pd.api.types.pandas_dtype(told["dtype"])
    if told["dtype"] == "object":
        return _objects(column, told)
    if isinstance(dtype, pd.api.extensions.ExtensionDtype) and hasattr(dtype, "__from_arrow__"):
        return pd.Series(dtype.__from_arrow__(column))
    return pd.Series(column.to_pandas().to_numpy()).astype(dtype)


def _objects(column: pa.ChunkedArray, told: Mapping[str, Any]) -> pd.Series:
    if told.get("json"):
        values = pd.Series([None if cell is None else json.loads(cell) for cell in column.to_pylist()], dtype=object)
    elif pa.types.is_timestamp(column.type) or pa.types.is_string(column.type):
        values = column.to_pandas().astype(object)
    else:
        values = pd.Series(column.to_pylist(), dtype=object)
    return values if told["blank"] == "None" else values.where(values.notna(), _BLANKS[told["blank"]])


def _index(index: pd.Index) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The index as columns; none where it only counts."""
    if isinstance(index, pd.RangeIndex) and (index.start, index.step) == (0, 1) and index.name is None:
        return {}, []
    columns, kinds = {}, []
    for level in range(index.nlevels):
        array, kind = stored(pd.Series(index.get_level_values(level).array))
        columns[f"{_INDEX}{level}"] = array
        kinds.append({**kind, "name": index.names[level]})
    return columns, kinds


def _restored_index(table: pa.Table, kinds: Sequence[Mapping[str, Any]], rows: int) -> pd.Index:
    if not kinds:
        return pd.RangeIndex(rows)
    levels = [pd.Index(typed(table[f"{_INDEX}{level}"], kind)) for level, kind in enumerate(kinds)]
    names = [kind["name"] for kind in kinds]
    return levels[0].rename(names[0]) if len(levels) == 1 else pd.MultiIndex.from_arrays(levels, names=names)
