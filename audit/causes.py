"""Where errors come from: which person, form, import or integration brings in more of them than the rest do.

A handler is a value of a column that says who made a record or looks after it. Its share of records with an error is
held against that of the other records of the same source. A handler is named as a cause only where the numbers carry
it: at least ten records, a rate at least twice that of the rest, and a p-value of at most 1 % after correction for all
handlers and rules looked at.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from audit.dataset import Dataset, Table
from audit.rule import ColumnRule, Rule, Severity

HANDLERS = (
    ("contact", "created_by"),
    ("contact", "owner"),
    ("contact", "import_batch"),
    ("contact", "lead_source"),
    ("deal", "owner"),
    ("deal", "created_by"),
    ("form_submission", "form"),
    ("field_change", "changed_by"),
)
"""Columns that name who or what brought a record in or looks after it; integrations are among those who change."""
LEAST = 10
"""Records below which a rate says too little to rank anybody by."""
SIGNIFICANCE = 0.01
RATIO = 2.0
Z = 1.959963984540054

CAUSE_TYPES = {
    "entity": "object",
    "handler_kind": "object",
    "source": "object",
    "handler": "object",
    "rule_id": "object",
    "errors": "int64",
    "records": "int64",
    "rate": "float64",
    "low": "float64",
    "high": "float64",
    "rest_rate": "float64",
    "p_value": "float64",
    "named": "bool",
}
"""Columns of the causes, a line per handler and, below it, per rule that its records break ("" is any rule).

`low` and `high` bound the rate (95 %, Wilson), `rest_rate` is that of the source's other records, NaN where there are
none. `p_value` is corrected (Holm), `named` says that the handler stands out.
"""


def causes(dataset: Dataset, findings: pd.DataFrame, rules: Sequence[Rule]) -> pd.DataFrame:
    """One line per handler of at least LEAST records in a source, and per rule; columns of CAUSE_TYPES.

    Findings of low severity, accepted ones, those told as a habit of a whole source and those about the handler's own
    column do not count. The highest rates come first within an entity and kind of handler.
    """
    told = {rule.id for rule in rules if rule.severity != Severity.LOW and not isinstance(rule, ColumnRule)}
    counted = findings["rule_id"].isin(told) & ~findings["systemic"] & ~findings["accepted"]
    flawed = findings.loc[counted.to_numpy(dtype=bool), ["entity", "record", "field", "rule_id"]]
    lines = [
        _lines(dataset[entity], column, flawed[(flawed["entity"] == entity) & (flawed["field"] != column)])
        for entity, column in HANDLERS
        if dataset.has(f"{entity}.{column}") or (column == "form" and entity in dataset)
    ]
    table = pd.concat([part for part, _ in lines], ignore_index=True) if lines else pd.DataFrame(columns=[*CAUSE_TYPES])
    table["p_value"] = holm(table["p_value"].to_numpy(dtype="float64"), sum(tests for _, tests in lines))
    stands_out = table["rate"].to_numpy(dtype="float64") >= RATIO * table["rest_rate"].to_numpy(dtype="float64")
    table["named"] = (table["p_value"].to_numpy(dtype="float64") <= SIGNIFICANCE) & stands_out
    return table[list(CAUSE_TYPES)].astype(CAUSE_TYPES)


def wilson(hits: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of a share (Wilson 1927), safe for small numbers and for shares near 0 or 1."""
    share = hits / n
    middle = share + Z**2 / (2 * n)
    spread = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    scale = 1 + Z**2 / n
    return np.clip((middle - spread) / scale, 0, 1), np.clip((middle + spread) / scale, 0, 1)


def more_than_rest(errors: np.ndarray, records: np.ndarray, all_errors: np.ndarray, everyone: np.ndarray) -> np.ndarray:
    """The chance of at least so many errors if they fell on the records at random (Fisher 1934, one-sided)."""
    return hypergeom.sf(errors - 1, everyone, all_errors, records)


def holm(p_values: np.ndarray, tests: int) -> np.ndarray:
    """P-values corrected for the number of tests (Holm 1979); those not given are taken as 1."""
    order = np.argsort(p_values, kind="stable")
    steps = np.maximum(tests - np.arange(len(p_values)), 1)
    corrected = np.minimum(np.maximum.accumulate(p_values[order] * steps), 1.0)
    out = np.empty(len(p_values))
    out[order] = corrected
    return out


def _lines(records: Table, column: str, flawed: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The lines of one kind of handler with `p_value` uncorrected, and how many tests were made."""
    handler = records.column(column).astype(object)
    if column == "form":
        # A file that does not say holds one form.
        handler = handler.where(handler.notna(), records.lineage["file"].astype(object))
    who = pd.DataFrame({"source": records.lineage["source"].astype(object), "handler": handler}).dropna()
    per_rule = flawed.drop_duplicates(["record", "rule_id"]).join(who, on="record", how="inner")
    any_rule = per_rule.drop_duplicates("record").assign(rule_id="")
    handlers = who.groupby(["source", "handler"], sort=True).size().rename("records").reset_index()
    everyone = who.groupby("source", sort=True).size().rename("everyone")
    handlers = handlers[handlers["records"] >= LEAST].join(everyone, on="source")
    rest = handlers["everyone"] - handlers["records"]
    # Each rule that anybody broke is a question asked of every handler of the source.
    rules = per_rule.groupby("source")["rule_id"].nunique().reindex(handlers["source"]).fillna(0)
    tests = int((rules.to_numpy()[(rest >= LEAST).to_numpy()] + 1).sum())
    table = pd.concat([_errors(handlers.assign(rule_id=""), any_rule, "left"), _errors(handlers, per_rule, "inner")])
    rest = table["everyone"] - table["records"]
    hits, n = table["errors"].to_numpy(dtype="float64"), table["records"].to_numpy(dtype="float64")
    low, high = wilson(hits, n)
    by_chance = more_than_rest(hits, n, table["all_errors"].to_numpy(), table["everyone"].to_numpy())
    table = table.assign(
        entity=records.entity,
        handler_kind=column,
        rate=hits / n,
        low=low,
        high=high,
        rest_rate=((table["all_errors"] - table["errors"]) / rest.where(rest > 0)).astype("float64"),
        p_value=np.where(rest >= LEAST, by_chance, 1.0),
    )
    return _ranked(table), tests


def _errors(handlers: pd.DataFrame, broken: pd.DataFrame, how: Literal["left", "inner"]) -> pd.DataFrame:
    """Records with an error per handler and rule, and per source and rule: columns errors and all_errors."""
    errors = broken.groupby(["source", "handler", "rule_id"], sort=True).size().rename("errors").reset_index()
    of_source = broken.groupby(["source", "rule_id"], sort=True).size().rename("all_errors").reset_index()
    keys = ["source", "handler", "rule_id"] if "rule_id" in handlers else ["source", "handler"]
    table = handlers.merge(errors, on=keys, how=how).merge(of_source, on=["source", "rule_id"], how="left")
    return table.fillna({"errors": 0, "all_errors": 0}).astype({"errors": "int64", "all_errors": "int64"})


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """The highest rates first, each followed by its rules, those with most errors first."""
    total = table[table["rule_id"].eq("")].sort_values(
        ["rate", "errors", "handler", "source"], ascending=[False, False, True, True], kind="stable"
    )
    place = pd.DataFrame({"place": range(len(total))}, index=pd.MultiIndex.from_frame(total[["source", "handler"]]))
    table = table.join(place, on=["source", "handler"]).assign(part=table["rule_id"].ne(""))
    return table.sort_values(["place", "part", "errors", "rule_id"], ascending=[True, True, False, True], kind="stable")
