"""findings.parquet: every finding, one row each and typed, for data frames and databases."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from audit.findings import record_columns
from audit.result import AuditResult
from audit.schema import TEXT
from reports.outputs.tables import pseudonyms
from reports.sections.located import messages

NAME = "findings.parquet"
PART = 500_000
"""Findings that are put into words at once."""
_WORD = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field("finding_id", pa.string(), nullable=False),
        pa.field("rule_id", _WORD, nullable=False),
        pa.field("rule", _WORD),
        pa.field("family", _WORD),
        pa.field("dimension", _WORD),
        pa.field("severity", _WORD),
        pa.field("confidence", pa.float64()),
        pa.field("entity", _WORD),
        pa.field("source", _WORD),
        pa.field("file", _WORD),
        pa.field("sheet", _WORD),
        pa.field("row", pa.int64()),
        pa.field("source_id", pa.string()),
        pa.field("record", pa.string()),
        pa.field("field", _WORD),
        pa.field("value", pa.string()),
        pa.field("message", pa.string()),
        pa.field("suggestion", pa.string()),
        pa.field("fix_kind", _WORD),
        pa.field("fix_safety", _WORD),
        pa.field("group_id", pa.string()),
        pa.field("systemic", pa.bool_()),
        pa.field("accepted", pa.bool_()),
        pa.field("acceptance", pa.int64()),
        pa.field("state", _WORD),
        pa.field("since", pa.date32()),
    ]
)
"""Columns are named as in findings.csv; `row` is 0 where a finding is about a whole column."""


def write_findings_parquet(result: AuditResult, folder: Path) -> list[Path]:
    path = folder / NAME
    findings = result.findings.reset_index(drop=True)
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for start in range(0, max(len(findings), 1), PART):
            writer.write_table(_part(result, findings.iloc[start : start + PART]))
    return [path]


def _part(result: AuditResult, found: pd.DataFrame) -> pa.Table:
    rules = {rule.id: rule for rule in result.rules}
    rule_ids = found["rule_id"].astype(TEXT)
    known = (
        pd.DataFrame(columns=["state", "since"])
        if result.history is None
        else result.history.findings.set_index("finding_id")
    )
    ids = found["finding_id"]
    told = found.join(record_columns(found, result.dataset)).assign(
        rule=rule_ids.map({name: rule.title for name, rule in rules.items()}),
        dimension=rule_ids.map({name: str(rule.dimension) for name, rule in rules.items()}),
        record=pseudonyms(found["entity"], found["record"]),
        message=messages(result.rules, found),
        state=ids.map(known["state"]),
        since=pd.to_datetime(ids.map(known["since"])),
    )
    return pa.table({field.name: _typed(told[field.name], field.type) for field in SCHEMA}, schema=SCHEMA)


def _typed(values: pd.Series, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    if pa.types.is_dictionary(kind):
        text = pa.array(values.astype(TEXT), pa.string(), from_pandas=True)
        return text.dictionary_encode().cast(kind)
    if pa.types.is_string(kind):
        return pa.array(values.astype(TEXT), kind, from_pandas=True)
    if pa.types.is_date(kind):
        return pa.array(values, pa.timestamp("s"), from_pandas=True).cast(kind)
    return pa.array(values, from_pandas=True).cast(kind)
