"""changes.csv, cleaned/<entity>.csv and the accounts: what cleaning did, the tables after it, and that nothing is lost.

`undo/changes.parquet` is the change log to the letter, for `crm-audit undo`; CSV files have formulas defused.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audit.dataset import Table
from audit.result import AuditResult
from audit.schema import TEXT, entities
from audit.values.text import text_series
from reports.outputs.tables import pseudonyms, write_table

LABELS = ("person", "organisation")
"""Derived columns that the cleaned tables keep; the others are the audit's own."""
UNDO, CHANGES = "undo", "changes.parquet"
TIME_FORMATS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M:%S"}


def write_cleaning(result: AuditResult, folder: Path) -> list[Path]:
    cleaned = result.cleaned
    changes = named(cleaned.changes, "record", "origin")
    paths = [
        write_table(changes.assign(confidence=changes["confidence"].round(4)), folder / "changes.csv"),
        write_table(cleaned.accounts, folder / "accounts.csv"),
        write_table(cleaned.money, folder / "money.csv"),
        write_table(
            named(cleaned.money_lines.rename(columns={"table": "entity"}), "record"), folder / "money_records.csv"
        ),
        write_table(named(cleaned.held, "record"), folder / "held.csv"),
        write_table(named(cleaned.consent, "record", "into"), folder / "consent.csv"),
    ]
    for name in ("cleaned", UNDO):
        (folder / name).mkdir()
    for entity in cleaned.dataset:
        paths.append(write_table(cleaned_table(cleaned.dataset[entity]), folder / "cleaned" / f"{entity}.csv"))
    paths.append(folder / UNDO / CHANGES)
    columns = {name: _exact(changes[name]) for name in changes.columns}
    pq.write_table(pa.table(columns), paths[-1], compression="zstd")
    return paths


def named(lines: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The lines with the records of these columns by their names in the report."""
    return lines.assign(**{name: pseudonyms(lines["entity"], lines[name]) for name in columns})


def _exact(values: pd.Series) -> pa.Array:
    text = values.dtype == TEXT or values.dtype == object
    return pa.array(values.astype(TEXT) if text else values, pa.large_string() if text else None, from_pandas=True)


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
