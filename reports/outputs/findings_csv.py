"""findings.csv: every finding; what has one cause over a whole source is one line that says how many it stands for."""

from pathlib import Path

import pandas as pd

from audit.dataset import Dataset
from audit.result import AuditResult
from audit.rule import FixSafety
from audit.schema import TEXT
from reports.outputs.tables import pseudonyms, write_table
from reports.sections.located import located, messages

COLUMNS = (
    "finding_id rule_id rule family severity confidence entity source file row source_id field value message "
    "suggestion fix_safety group_id record findings accepted acceptance state since"
).split()
CAUSE = ["rule_id", "entity", "source", "field", "accepted", "acceptance"]
"""Systemic findings that agree in these are one."""
EXAMPLES = 5
CELL_LIMIT = 32_767
"""Characters that a spreadsheet takes in one cell."""
HISTORY = ("state", "since")
"""Columns that say what the history knows of a finding."""
NOT_TEXT = ("confidence", "row", "findings", "accepted", "acceptance")


def write_findings(result: AuditResult, folder: Path) -> list[Path]:
    return [write_table(findings_table(result), folder / "findings.csv")]


def findings_table(result: AuditResult) -> pd.DataFrame:
    """One line per finding, systemic ones collapsed, in the order in which they were found."""
    found = located(result)
    # A finding about a column is one by itself.
    systemic = found["systemic"].to_numpy(dtype=bool) & (found["record"] >= 0).to_numpy()
    single = found[~systemic]
    single = single.assign(
        message=messages(result.rules, single), record=pseudonyms(single["entity"], single["record"]), findings=1
    )
    table = single if not systemic.any() else _stacked(single, _systemic(found[systemic], result))
    for name in ("value", "suggestion"):
        table[name] = table[name].str.slice(0, CELL_LIMIT)
    titles = {rule.id: rule.title for rule in result.rules}
    table = table.assign(rule=table["rule_id"].map(titles), confidence=table["confidence"].round(4))
    table = table.assign(**_history(table, result))
    return table[COLUMNS].reset_index(drop=True)


def _history(table: pd.DataFrame, result: AuditResult) -> dict[str, pd.Series]:
    """Whether each open finding is new, returned or was open before, and since which day it has been open."""
    one = table["finding_id"].where(table["findings"].eq(1))
    if result.history is None:
        return dict.fromkeys(HISTORY, pd.Series(pd.NA, index=table.index, dtype=TEXT))
    known = result.history.findings.set_index("finding_id")
    since = known["since"].dt.strftime("%Y-%m-%d")
    return {"state": one.map(known["state"]).astype(TEXT), "since": one.map(since).astype(TEXT)}


def _stacked(single: pd.DataFrame, causes: pd.DataFrame) -> pd.DataFrame:
    """Both kinds of lines, each at the place of its first finding."""
    columns = [name for name in COLUMNS if name != "rule" and name not in HISTORY]
    types = dict.fromkeys(columns, TEXT) | {name: single[name].dtype for name in NOT_TEXT}
    return pd.concat([part[columns].astype(types) for part in (single, causes)]).sort_index(kind="stable")


def _systemic(found: pd.DataFrame, result: AuditResult) -> pd.DataFrame:
    """One line per cause, at the place of its first finding."""
    groups = found.groupby(CAUSE, sort=False, dropna=False)
    lines = found[~found.duplicated(CAUSE)].copy()
    keys = pd.MultiIndex.from_frame(lines[CAUSE])
    count = groups.size().reindex(keys).to_numpy()
    titles = {rule.id: rule.title for rule in result.rules}
    rows_of = {entity: _rows_per_source(result.dataset, entity) for entity in lines["entity"].unique()}
    first = found[groups.cumcount().to_numpy() < EXAMPLES]
    examples = dict(iter(first.groupby(CAUSE, sort=False, dropna=False)))
    lines["confidence"] = groups["confidence"].mean().reindex(keys).to_numpy()
    lines["message"] = pd.array(
        [
            _message(titles[key[0]], int(n), int(rows_of[key[1]][key[2]]), examples[key])
            for key, n in zip(keys, count, strict=True)
        ],
        dtype=TEXT,
    )
    lines["findings"] = count
    safeties = groups["fix_safety"].nunique().reindex(keys).to_numpy()
    lines.loc[safeties > 1, "fix_safety"] = str(FixSafety.NEEDS_REVIEW)
    lines[["row", "source_id", "value", "suggestion", "group_id"]] = pd.NA
    return lines.assign(record=pd.Series(pd.NA, index=lines.index, dtype=TEXT))


def _message(title: str, count: int, rows: int, first: pd.DataFrame) -> str:
    values = list(first["value"].dropna().drop_duplicates().str.slice(0, 40))
    named = f"; e.g. {', '.join(values)}" if values else ""
    listed = ", ".join(str(row) for row in first["row"])
    return f"{title}: {count} of {rows} rows ({count / rows:.1%}) of this source{named} (rows {listed})"


def _rows_per_source(dataset: Dataset, entity: str) -> pd.Series:
    return dataset[entity].lineage["source"].astype(object).value_counts()
