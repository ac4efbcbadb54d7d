"""A card per field: how full, right and old it is, who writes it, what it tells, who uses it, and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from audit.dataset import ColumnMapping, Dataset, SourceInfo, Table
from audit.rule import ColumnRule, Rule, Severity
from audit.schema import entities
from audit.worth.leakage import changes

SPARSE = 0.1
"""Filled in fewer records than this, a field that nothing needs is not worth asking for."""
ALWAYS = 0.99
"""A field with one value tells nothing if it is filled in so many records; else a blank is the other value."""
GAPS = 0.8
"""An expected field filled in fewer records than this is to be filled."""
RIGHT = 0.95
"""A field that is needed and right in fewer of its filled cells than this is to be mended."""
WRITERS = 3
LEAST = 20
"""Changes or records from which an age or a writer is told."""

CARD_TYPES: Mapping[str, str] = {
    "entity": "object",
    "field": "object",
    "header": "object",
    "source": "object",
    "records": "int64",
    "filled": "int64",
    "fill": "float64",
    "distinct": "float64",
    "valid": "float64",
    "age_days": "float64",
    "age_by": "object",
    "writers": "object",
    "written_by": "object",
    "outcome": "object",
    "worth": "float64",
    "p_adjusted": "float64",
    "leaks": "object",
    "rules": "object",
    "metrics": "object",
    "advice": "object",
    "reason": "object",
}
"""A line per field of an entity, and below them per column that is mapped to none.

`header` and `source` are blank for fields. `fill` is the share of records of the sources that have the field, `valid`
that of its filled cells without a finding above low severity. `age_days` is the median age of the filled cells by
`age_by`: "history" (the last change of the cell), "updated_at" or "created_at" (of the record). `writers` names who
writes it most, with shares, by `written_by`: "history", "created_by" or "source". `worth` and `outcome` say what it
tells most of, `leaks` the outcomes that it only repeats. `rules` and `metrics` are ids. `reason` says why the `advice`
("keep", "fix", "stop") was given, by the names in REASONS.
"""

REASONS: Mapping[str, str] = {
    "empty": "stop",
    "same": "stop",
    "constant": "stop",
    "invalid": "fix",
    "gaps": "fix",
    "worth": "keep",
    "used": "keep",
    "names": "keep",
    "sparse": "stop",
    "silent": "stop",
    "checked": "keep",
    "kept": "keep",
}
"""The advice by its reason, in the order in which they are asked: the first that holds decides.

`empty` nothing in it, `same` as another column of the file, `constant` one value in all records, not needed; `invalid`
needed and less than RIGHT of its filled cells right, `gaps` expected and filled in less than GAPS; `worth` tells of an
outcome, `used` by a metric, `names` or reaches somebody, is money or is expected; `sparse` segments only and is filled
in less than SPARSE, `silent` tested, tells of no outcome and no check needs it; `checked` a check needs it, `kept`
nothing speaks against it. A field is needed that tells of an outcome, that a metric uses, or that is of the kind
`names`.
"""


def field_cards(
    dataset: Dataset,
    findings: pd.DataFrame,
    rules: Sequence[Rule],
    metrics: Mapping[str, Sequence[str]],
    worth: pd.DataFrame,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """The cards of all fields that any source has; columns of CARD_TYPES. `metrics` names the inputs of each metric."""
    history = changes(dataset)
    flagged = _flagged(findings)
    checks = _users({rule.id: (*rule.fields, *rule.requires) for rule in rules if not isinstance(rule, ColumnRule)})
    readers = _users(metrics)
    lines = []
    for entity in dataset:
        table = dataset[entity]
        told = worth[worth["entity"] == entity]
        for name in entities()[entity].fields:
            if name not in table or not len(table):
                continue
            mine = history[(history["entity"] == entity) & (history["field"] == name)]
            card = _facts(dataset, table, name, flagged.get((entity, name)), mine, as_of)
            found = told[told["field"] == name]
            lines.append(_judged({**card, **_worth(found)}, checks, readers))
    lines += [
        _column(info, column)
        for info in dataset.sources
        if info.entity
        for column in info.mapping
        if not column.field and not (column.standard and not column.filled)
    ]
    return pd.DataFrame(lines, columns=list(CARD_TYPES)).astype(CARD_TYPES)


def _facts(
    dataset: Dataset,
    table: Table,
    name: str,
    flagged: np.ndarray | None,
    history: pd.DataFrame,
    as_of: pd.Timestamp,
) -> dict[str, Any]:
    filled = table.original(name).notna().to_numpy(dtype=bool)
    source = pd.Categorical(table.lineage["source"])
    having = np.bincount(source.codes[filled], minlength=len(source.categories)) > 0
    asked, full = int(having[source.codes].sum()), int(filled.sum())
    wrong = 0 if flagged is None else int(filled[table.index.get_indexer(flagged)].sum())
    age, age_by = _age(table, filled, history, as_of)
    writers, written_by = _writers(table, filled, source, history)
    return {
        "collected": _collected(dataset, table.entity, name),
        "entity": table.entity,
        "field": name,
        "header": "",
        "source": "",
        "records": asked,
        "filled": full,
        "fill": full / asked if asked else 0.0,
        "distinct": _distinct(dataset, table, name),
        "valid": 1 - wrong / full if full else np.nan,
        "age_days": age,
        "age_by": age_by,
        "writers": writers,
        "written_by": written_by,
    }


def _judged(
    card: dict[str, Any], checks: Mapping[str, Sequence[str]], readers: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The card with who uses the field, and the advice."""
    spec = entities()[card["entity"]][card["field"]]
    rules, metrics = checks.get(spec.qualified, ()), readers.get(spec.qualified, ())
    telling = bool(card["outcome"])
    names = spec.expected or spec.role in ("identifies", "reaches", "values")
    holds = {
        "empty": card["filled"] == 0,
        "constant": card["distinct"] == 1 and card["fill"] >= ALWAYS and not metrics and not names,
        "invalid": (telling or metrics or names) and card["valid"] < RIGHT,
        "gaps": spec.expected and card["fill"] < GAPS,
        "worth": telling,
        "used": bool(metrics),
        "names": names,
        # What records something that seldom happens is seldom filled.
        "sparse": card["fill"] < SPARSE and spec.role == "segments",
        "silent": card["worth"] == 0.0 and not card["leaks"] and not rules,
        "checked": bool(rules),
    }
    if not card.pop("collected"):
        # What is derived, or set for a whole file, nobody asks for.
        holds = {name: held for name, held in holds.items() if REASONS[name] != "stop"}
    reason = next((name for name in REASONS if holds.get(name)), "kept")
    used = {"rules": ", ".join(rules), "metrics": ", ".join(metrics)}
    return {**card, **used, "advice": REASONS[reason], "reason": reason}


def _worth(found: pd.DataFrame) -> dict[str, Any]:
    """What a field tells: its best outcome, 0 where it was tested and tells of none, NaN where it was not tested."""
    best = found[found["verdict"] == "informative"].sort_values("share", ascending=False, kind="stable").head(1)
    tested = found["verdict"].isin(["informative", "nothing"]).any()
    return {
        "outcome": best["outcome"].iloc[0] if len(best) else "",
        "worth": float(best["share"].iloc[0]) if len(best) else 0.0 if tested else np.nan,
        "p_adjusted": float(best["p_adjusted"].iloc[0]) if len(best) else float(found["p_adjusted"].min()),
        "leaks": ", ".join(found.loc[found["verdict"] == "leak", "outcome"]),
    }


def _column(info: SourceInfo, column: ColumnMapping) -> dict[str, Any]:
    """The card of a column that is mapped to no field: only what was seen of it when it was read."""
    fill = column.filled / info.rows_read if info.rows_read else 0.0
    holds = {
        "empty": column.filled == 0,
        "same": bool(column.same_as) and column.alike == 1.0,
        "constant": column.distinct == 1 and fill >= ALWAYS,
        "sparse": fill < SPARSE,
    }
    # A column that the system puts into every export is nobody's to stop.
    reason = "kept" if column.standard else next((name for name in REASONS if holds.get(name)), "kept")
    blank = dict.fromkeys(("field", "age_by", "writers", "written_by", "outcome", "leaks", "rules", "metrics"), "")
    unknown = dict.fromkeys(("valid", "age_days", "worth", "p_adjusted"), np.nan)
    return {
        **blank,
        **unknown,
        "entity": info.entity,
        "header": column.header,
        "source": info.source,
        "records": info.rows_read,
        "filled": column.filled,
        "fill": fill,
        "distinct": float(column.distinct),
        "advice": REASONS[reason],
        "reason": reason,
    }


def _flagged(findings: pd.DataFrame) -> dict[tuple[str, str], np.ndarray]:
    """The records with a finding, by entity and field; those to merge or drop say nothing of a field."""
    counted = findings[
        (
            ~findings["accepted"]
            & (findings["record"] >= 0)
            & findings["severity"].ne(str(Severity.LOW))
            & ~findings["fix_kind"].isin(["merge", "drop"])
        ).to_numpy()
    ]
    groups = counted.drop_duplicates(["entity", "field", "record"]).groupby(["entity", "field"])["record"]
    return {(str(entity), str(name)): records.to_numpy() for (entity, name), records in groups}


def _users(inputs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Who uses each field, in the order given."""
    users: dict[str, list[str]] = {}
    for user, fields in inputs.items():
        for name in dict.fromkeys(fields):
            users.setdefault(name, []).append(user)
    return users


def _collected(dataset: Dataset, entity: str, name: str) -> bool:
    """Whether a column of a source holds the field; where nothing is told of the sources, it is taken to."""
    tables = [info for info in dataset.sources if info.entity == entity and info.mapping]
    return not tables or any(column.field == name for info in tables for column in info.mapping)


def _distinct(dataset: Dataset, table: Table, name: str) -> float:
    """How many values a field has; of several files, the most that one has."""
    seen = [
        column.distinct for info in dataset.sources if info.entity == table.entity for column in info.mapping
        if column.field == name
    ]  # fmt: skip
    return float(max(seen)) if max(seen, default=0) > 1 else float(table[name].nunique())


def _age(table: Table, filled: np.ndarray, history: pd.DataFrame, as_of: pd.Timestamp) -> tuple[float, str]:
    """The median age of the filled cells in days, and by what it is known."""
    changed = history.groupby("record_id")["at"].max().dropna()
    if len(changed) >= LEAST:
        return _days(changed, as_of), "history"
    for name in ("updated_at", "created_at"):
        if name in table:
            at = table[name][filled].dropna()
            if len(at) >= LEAST:
                return _days(at, as_of), name
    return np.nan, ""


def _days(at: pd.Series, as_of: pd.Timestamp) -> float:
    return float((as_of - at).dt.total_seconds().median() / 86400)


def _writers(table: Table, filled: np.ndarray, source: pd.Categorical, history: pd.DataFrame) -> tuple[str, str]:
    """Who writes a field most, with shares, and by what it is known."""
    by = history["by"].dropna()
    if len(by) >= LEAST:
        counts = by.value_counts()
        return _most(counts.index, counts.to_numpy()), "history"
    if "created_by" in table:
        codes, names = table.distinct("created_by")
        counts = np.bincount(codes[filled & (codes >= 0)], minlength=len(names))
        if counts.sum() >= LEAST:
            return _most(names, counts), "created_by"
    return _most(source.categories, np.bincount(source.codes[filled], minlength=len(source.categories))), "source"


def _most(names: pd.Index | pd.Series, counts: np.ndarray) -> str:
    shown = pd.Series(names, dtype=object).astype(str).str.replace(r"[;\s]+", " ", regex=True).str.strip()
    ordered = pd.DataFrame({"writer": shown, "n": counts}).sort_values(["n", "writer"], ascending=[False, True])
    first = ordered[ordered["n"] > 0].head(WRITERS)
    return "; ".join(f"{row.writer} ({row.n / counts.sum():.0%})" for row in first.itertuples())
