"""records/<entity>.parquet: every record as it was read, for questions about one of them after the run."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from audit.dataset import Table
from audit.result import AuditResult
from audit.schema import TEXT, entities
from reports.outputs.tables import pseudonyms

FOLDER = "records"
LINEAGE = ("source", "file", "sheet", "row")
LABELS = ("person", "organisation")
ROW_GROUP = 50_000
"""Rows of a group: whoever looks for one record reads the index columns and one group of the rest."""


def write_records(result: AuditResult, folder: Path) -> list[Path]:
    (folder / FOLDER).mkdir()
    paths = []
    for entity in result.dataset:
        paths.append(folder / FOLDER / f"{entity}.parquet")
        pq.write_table(_records(result.dataset[entity]), paths[-1], compression="zstd", row_group_size=ROW_GROUP)
    return paths


def _records(table: Table) -> pa.Table:
    """Name in the report, lineage, the original text of every field, and person and organisation as `<label> label`."""
    number = pd.Series(table.index, index=table.index)
    columns = {"record": pseudonyms(pd.Series(table.entity, index=table.index), number)}
    columns |= {f"{name} of record": table.lineage[name].astype(TEXT) for name in LINEAGE}
    columns |= {name: table.original(name) for name in table.frame.columns if name in entities()[table.entity].fields}
    columns |= {f"{name} label": table[name] for name in LABELS if name in table}
    return pa.table({name: pa.array(values, pa.large_string(), from_pandas=True) for name, values in columns.items()})
