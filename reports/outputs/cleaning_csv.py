"""changes.csv and cleaned/<entity>.csv: what cleaning did, and the tables after it."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.dataset import Table
from audit.result import AuditResult
from audit.schema import TEXT, entities
from audit.values.text import text_series
from reports.outputs.tables import pseudonyms, write_table

LABELS = ("person", "organisation")
"""Derived columns that the cleaned tables keep; the others are the audit's own."""
TIME_FORMATS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M:%S"}


def write_cleaning(result: AuditResult, folder: Path) -> list[Path]:
    changes = result.cleaned.changes
    changes = changes.assign(
        record=pseudonyms(changes["entity"], changes["record"]), confidence=changes["confidence"].round(4)
    )
    paths = [write_table(changes, folder / "changes.csv")]
    (folder / "cleaned").mkdir()
    for entity in result.cleaned.dataset:
        table = result.cleaned.dataset[entity]
        paths.append(write_table(cleaned_table(table), folder / "cleaned" / f"{entity}.csv"))
    return paths


def cleaned_table(table: Table) -> pd.DataFrame:
    """The cleaned values as text that any program reads, with where each record came from.

    A cell that could not be read as its type keeps the source's own text.
    """
    spec = entities()[table.entity].fields
    columns: dict[str, pd.Series] = {
        "source": table.lineage["source"],
        "file": table.lineage["file"],
        "row": table.lineage["row"],
    }
    for name in table.frame.columns:
        if name in spec:
            columns[name] = _readable(table, name, spec[name].type)
    columns.update({name: table.frame[name] for name in LABELS if name in table})
    return pd.DataFrame(columns, index=table.index)


def _readable(table: Table, name: str, kind: str) -> pd.Series:
    values = table.frame[name]
    if values.dtype == TEXT:
        return values
    if kind in TIME_FORMATS:
        seconds = pa.array(values, from_pandas=True).cast(pa.timestamp("s"), safe=False)
        text = text_series(pc.strftime(seconds, TIME_FORMATS[kind]).cast(pa.large_string()), values.index)
    elif values.dtype == "boolean":
        text = text_series(pa.array(values, from_pandas=True).cast(pa.large_string()), values.index)
    elif (values.dropna() % 1 == 0).all():
        text = values.astype("Int64").astype(TEXT)
    else:
        text = values.astype(TEXT)
    return text.fillna(table.original(name))
