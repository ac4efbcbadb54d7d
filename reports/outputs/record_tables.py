"""records/<entity>.parquet: every record as it was read, for the report and for questions about one of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audit.dataset import Table
from audit.schema import entities
from reports.outputs.frames import stored, typed, write_columns
from reports.outputs.tables import pseudonyms

OF_RECORD = " of record"
"""Behind the names of columns that say where a record is from."""
LABEL = " label"
"""Behind the names of columns that the audit added."""
TYPED = " as read"
"""Behind the names of columns that hold the value which a text was understood as."""


def save(table: Table, path: Path) -> dict[str, Any]:
    """Writes a table; what it gives is what `restore` needs besides the file.

    Columns: `record` (its name in the report), source, file, sheet and row as `<name> of record`, the original text of
    every field, `<name> label` for what the audit added, and `<name> as read` where the value is no text.
    """
    number = pd.Series(table.index, index=table.index)
    record, _ = stored(pseudonyms(pd.Series(table.entity, index=table.index), number))
    columns: dict[str, Any] = {"record": record}
    told: dict[str, Any] = {"entity": table.entity, "lineage": {}, "text": {}, "frame": {}}
    for name in table.lineage.columns:
        columns[f"{name}{OF_RECORD}"], told["lineage"][name] = stored(table.lineage[name])
    for name in table.text.columns:
        columns[name], told["text"][name] = stored(table.text[name])
    fields = entities()[table.entity].fields
    for name in table.frame.columns:
        held = f"{name}{TYPED}" if name in table.text else name if name in fields else f"{name}{LABEL}"
        columns[held], kind = stored(table.frame[name])
        told["frame"][name] = {"held": held, **kind}
    write_columns(columns, path)
    return told


def restore(path: Path, told: Mapping[str, Any]) -> Table:
    table = pq.read_table(path)
    number = pc.utf8_slice_codeunits(table["record"], 2).cast(pa.int64()).to_numpy() - 1
    rows = len(number)
    counts = bool((number == range(rows)).all()) if rows else True
    index = pd.RangeIndex(rows) if counts else pd.Index(number)

    def frame(columns: Mapping[str, pd.Series]) -> pd.DataFrame:
        return pd.DataFrame(dict(columns), index=pd.RangeIndex(rows)).set_axis(index, axis=0)

    return Table(
        told["entity"],
        frame({name: typed(table[kind["held"]], kind) for name, kind in told["frame"].items()}),
        frame({name: typed(table[name], kind) for name, kind in told["text"].items()}),
        frame({name: typed(table[f"{name}{OF_RECORD}"], kind) for name, kind in told["lineage"].items()}),
    )


def shown(name: str) -> bool:
    """Whether a column is among those that commands tell of a record."""
    return not name.endswith(TYPED)
