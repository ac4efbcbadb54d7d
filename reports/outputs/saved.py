"""A run that stands on the disk: the files beside its report, read back."""

import csv
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from audit.errors import UsageError
from audit.result import AuditResult
from audit.values.text import text_series
from reports.outputs import record_tables
from reports.outputs.audit_json import NAME, files_of
from reports.outputs.result_store import FOLDER, RECORDS, read_result
from reports.outputs.tables import undefused

BLOCK = 1 << 27
"""Bytes read at once from a CSV; no line may be longer."""


class SavedRun:
    """The files of one run. Every table comes as text, blank as NA."""

    def __init__(self, folder: Path) -> None:
        """Raises UsageError where `folder` holds no run."""
        if files_of(folder) is None:
            raise UsageError(
                f"{folder} holds no audit.", hint="Run `crm-audit run` first, or name its folder with --report."
            )
        self.folder = folder

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """audit.json."""
        return json.loads((self.folder / NAME).read_text("utf-8"))

    @property
    def entities(self) -> list[str]:
        """The entities whose records were kept."""
        return sorted(path.stem for path in (self.folder / FOLDER / RECORDS).glob("*.parquet"))

    def result(self) -> AuditResult:
        """The whole result, from which every section of the report renders."""
        return read_result(self.folder)

    def lines(self, name: str, **values: str | list[str]) -> pd.DataFrame:
        """The lines of a CSV of which each named column has the value, or one of the values; the cells undefused."""
        table = self._csv(name)
        if values:
            table = table.filter(_selected(table, values))
        return _frame(pa.table({column: undefused(table[column]) for column in table.column_names}))

    def records(self, entity: str, **values: str | list[str]) -> pd.DataFrame:
        """The records of an entity as they were read; `record_tables` names the columns."""
        path = self.folder / FOLDER / RECORDS / f"{entity}.parquet"
        if not path.is_file():
            raise UsageError(f"{self.folder} keeps no records of {entity}.", hint="Run the audit again.")
        schema = pq.read_schema(path)
        if not set(values) <= set(schema.names):
            return _frame(schema.empty_table().select([name for name in schema.names if record_tables.shown(name)]))
        chosen = _selected(pq.read_table(path, columns=list(values)), values)
        columns = [name for name in schema.names if record_tables.shown(name)]
        found = pq.read_table(path, columns=columns)
        return _frame(found.filter(chosen) if pc.any(chosen).as_py() else found.slice(0, 0))

    def _csv(self, name: str) -> pa.Table:
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            raise UsageError(f"{self.folder} has no {path.name}.", hint="Run the audit again.")
        with path.open(encoding="utf-8", newline="") as stream:
            header = next(csv.reader(stream))
        return pacsv.read_csv(
            path,
            read_options=pacsv.ReadOptions(block_size=BLOCK),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types={column: pa.large_string() for column in header},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )


def _selected(table: pa.Table, values: Mapping[str, str | list[str]]) -> pa.ChunkedArray:
    chosen = pa.chunked_array([pa.array([True] * table.num_rows, pa.bool_())])
    for name, wanted in values.items():
        among = pa.array([wanted] if isinstance(wanted, str) else wanted, pa.large_string())
        chosen = pc.and_(chosen, pc.is_in(table[name].cast(among.type), among))
    return chosen


def _frame(table: pa.Table) -> pd.DataFrame:
    return pd.DataFrame({name: text_series(table[name].cast(pa.large_string())) for name in table.column_names})
