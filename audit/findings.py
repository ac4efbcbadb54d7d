"""What happens to findings once the rules have run: stable ids, and those that the user has accepted."""

import difflib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from audit.config import AcceptConfig
from audit.dataset import Dataset
from audit.errors import ConfigError
from audit.rule import Rule
from audit.schema import TEXT


def identify(findings: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """The findings with `finding_id`: twelve hex digits of what was found, not of where it stood in the file.

    The id is made of rule, table, source, the record's own id (its row where it has none), field and value, so that a
    re-sorted export gives the same ids; equal ones are numbered.
    """
    owner = record_columns(findings, dataset)
    parts = [
        findings["rule_id"],
        findings["entity"],
        owner["source"],
        owner["source_id"].fillna("row " + owner["row"].astype(TEXT)),
        findings["field"],
        findings["value"],
    ]
    key = parts[0].astype(TEXT).fillna("")
    for part in parts[1:]:
        key = key + "\x1f" + part.astype(TEXT).fillna("")
    digest = pd.util.hash_array(key.to_numpy(dtype=object))
    text = pd.Series([f"{value:016x}"[:12] for value in digest], index=findings.index, dtype=TEXT)
    again = text.groupby(text).cumcount()
    text = text.mask(again > 0, text + "-" + (again + 1).astype(TEXT))
    return findings.assign(finding_id=text)


def record_columns(findings: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Source, file, sheet, row and source_id of each finding's record, aligned with the findings."""
    columns: dict[str, np.ndarray] = {
        name: np.full(len(findings), None, dtype=object) for name in ("source", "file", "sheet", "row", "source_id")
    }
    for entity in findings["entity"].unique():
        here = (findings["entity"] == entity).to_numpy()
        table = dataset[entity]
        position = table.index.get_indexer(findings["record"][here])
        for name in ("source", "file", "sheet", "row"):
            columns[name][here] = table.lineage[name].astype(object).to_numpy()[position]
        columns["source_id"][here] = table.column("source_id").astype(object).to_numpy()[position]
    frame = pd.DataFrame(columns, index=findings.index)
    return frame.astype({"source": TEXT, "file": TEXT, "sheet": TEXT, "row": "Int64", "source_id": TEXT})


def accept(
    findings: pd.DataFrame,
    dataset: Dataset,
    accepted: Sequence[AcceptConfig],
    rules: Sequence[Rule],
    as_of: pd.Timestamp,
) -> tuple[pd.DataFrame, list[str]]:
    """The findings with those marked that the user accepts, and a warning per acceptance that has expired.

    Raises ConfigError for an acceptance of a rule that does not exist.
    """
    known = {rule.id for rule in rules}
    mask = np.zeros(len(findings), dtype=bool)
    warnings = []
    owner = record_columns(findings, dataset) if accepted else pd.DataFrame()
    for entry in accepted:
        if entry.rule not in known:
            near = difflib.get_close_matches(entry.rule, sorted(known), n=1)
            hint = f"Did you mean {near[0]}?" if near else "`crm-audit rules list` names them."
            raise ConfigError(f"audit.toml accepts findings of rule {entry.rule!r}, which does not exist.", hint=hint)
        if entry.expires is not None and pd.Timestamp(entry.expires) < as_of:
            warnings.append(f"The acceptance of {entry.rule} expired on {entry.expires}; its findings count again.")
            continue
        hit = (findings["rule_id"] == entry.rule).to_numpy()
        for column, wanted in (("source", entry.source), ("source_id", entry.source_id)):
            if wanted is not None:
                hit &= owner[column].eq(wanted).fillna(False).to_numpy(dtype=bool)
        for column, wanted in (("field", entry.field), ("value", entry.value)):
            if wanted is not None:
                hit &= findings[column].eq(wanted).fillna(False).to_numpy(dtype=bool)
        mask |= hit
    return findings.assign(accepted=mask), warnings
