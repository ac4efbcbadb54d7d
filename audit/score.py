"""The accuracy score: the weighted share of an audit's cells that were checked and found right.

A cell is one field of one record. It counts when it is filled and at least one rule judged its field, when a rule
flagged it, or when it is a blank cell of an expected field that its source does fill elsewhere. Its chance of being
right is the product over its findings of (1 - confidence x harm of the severity); a filled cell without findings is
right, a blank one without is half right (BLANK_HARM). The score of any set of cells is
100 x sum(weight x chance right) / sum(weight), the weight being the field's (identifying and reaching fields count 2,
values 1.5, the rest 1). A surplus record, one that should be merged or dropped, is wrong in all its cells by
confidence x harm: whoever counts records counts it in full.

Accepted findings do not count, nor those about a whole column: its blank and its wrong cells count themselves. Findings
told as one systemic finding weigh half, since one cause in a mapping or a habit is mended at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import ColumnRule, Dimension, FixKind, Outcome, Rule, RuleResult, Severity
from audit.schema import entities

VERSION = "1"

HARM: Mapping[str, float] = {Severity.CRITICAL: 1.0, Severity.HIGH: 0.8, Severity.MEDIUM: 0.5, Severity.LOW: 0.2}
"""How wrong a cell is that carries a sure finding of this severity."""
BLANK_HARM = 0.5
SYSTEMIC_WEIGHT = 0.5
SURPLUS = (FixKind.MERGE, FixKind.DROP)
"""Fixes that take a whole record away."""


@dataclass(frozen=True)
class Score:
    """The score of an audit, 0 to 100, with what it rests on.

    `by_dimension`, `by_source`, `by_entity` have columns name, score, cells, records; `by_field` adds entity and field
    and leaves surplus records aside. Of a dimension, `records` counts those with a finding in it, elsewhere all.
    `records` maps entity to one score per record. `flawless` is the share of records without any finding, `coverage`
    the share of rules that could run, `not_evaluated` how many could not. `after_safe` is the score once the safe
    fixes are applied, `after_all` once all proposed fixes are. `cost` aligns with the findings: the points that each
    takes from the overall score if it stands alone.
    """

    overall: float
    by_dimension: pd.DataFrame
    by_source: pd.DataFrame
    by_entity: pd.DataFrame
    by_field: pd.DataFrame
    records: Mapping[str, pd.Series]
    flawless: float
    coverage: float
    not_evaluated: int
    after_safe: float
    after_all: float
    cost: pd.Series
    version: str = VERSION


def score(dataset: Dataset, findings: pd.DataFrame, rules: Sequence[Rule], results: Sequence[RuleResult]) -> Score:
    """The score of `dataset` under `findings` (columns of audit.engine.FINDING_TYPES)."""
    ran = {result.rule_id for result in results if result.outcome in (Outcome.PASSED, Outcome.FAILED)}
    judged = [rule for rule in rules if rule.id in ran and not isinstance(rule, ColumnRule)]
    counted = findings[~findings["accepted"] & (findings["record"] >= 0)]
    harm = counted["confidence"] * counted["severity"].map(HARM).astype("float64")
    harm = harm.where(~counted["systemic"], harm * SYSTEMIC_WEIGHT)
    counted = counted.assign(harm=harm.clip(0, 1))
    records, fields = _ledger(dataset, judged, counted, blanks=True)
    safe = counted["fix_safety"].eq("safe")
    fixable = counted["fix_kind"].ne("none")
    flawed = counted.drop_duplicates(["entity", "record"])
    return Score(
        overall=_share_right(records),
        by_dimension=_by_dimension(dataset, judged, counted),
        by_source=_parts(records, "source"),
        by_entity=_parts(records, "entity"),
        by_field=_fields(fields, dataset),
        records={
            str(entity): pd.Series(100 * (1 - _ratio(part["lost"], part["whole"])), index=part["record"].to_numpy())
            for entity, part in records.groupby("entity", sort=False)
        },
        flawless=1 - len(flawed) / len(records) if len(records) else 1.0,
        coverage=len(ran) / len(results) if results else 0.0,
        not_evaluated=len(results) - len(ran),
        after_safe=_share_right(_ledger(dataset, judged, counted[~(safe & fixable)], blanks=True)[0]),
        after_all=_share_right(_ledger(dataset, judged, counted[~fixable], blanks=True)[0]),
        cost=_cost(counted, records).reindex(findings.index, fill_value=0.0),
    )


def _ledger(
    dataset: Dataset, rules: Sequence[Rule], findings: pd.DataFrame, *, blanks: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What counts and what is lost, by record and by field.

    By record: entity, source, record, cells, whole (sum of weights), lost. By field: entity, field, cells, whole, lost.
    With `blanks` False, blank cells without a finding do not count.
    """
    judged = {name for rule in rules for name in rule.fields}
    surplus = findings["fix_kind"].isin(SURPLUS)
    by_record, by_field = [], []
    for entity in dataset:
        table = dataset[entity]
        mine = findings[findings["entity"] == entity]
        cell = mine[~surplus[mine.index]]
        cells, whole, lost = (np.zeros(len(table)) for _ in range(3))
        source = table.lineage["source"].astype(object)
        for name, spec in entities()[entity].fields.items():
            if name not in table or not (spec.qualified in judged or (blanks and spec.expected)):
                continue
            wrong = _chance_wrong(cell[cell["field"] == name], table)
            filled = table.original(name).notna().to_numpy(dtype=bool)
            counts = (filled if spec.qualified in judged else np.zeros(len(table), dtype=bool)) | (wrong > 0)
            blank = np.zeros(len(table), dtype=bool)
            if blanks and spec.expected:
                blank = ~filled & (wrong == 0) & source.isin(source[filled].unique()).to_numpy()
            held = counts | blank
            cells += held
            whole += held * spec.weight
            here = (wrong + blank * BLANK_HARM) * spec.weight
            lost += here
            by_field.append((entity, name, int(held.sum()), float(held.sum() * spec.weight), float(here.sum())))
        extra = _chance_wrong(mine[surplus[mine.index]], table)
        by_record.append(
            pd.DataFrame(
                {
                    "entity": entity,
                    "source": source.to_numpy(),
                    "record": table.index,
                    "cells": cells,
                    "whole": whole,
                    "lost": lost + extra * (whole - lost),
                }
            )
        )
    columns = ["entity", "source", "record", "cells", "whole", "lost"]
    records = pd.concat(by_record, ignore_index=True) if by_record else pd.DataFrame(columns=columns)
    return records, pd.DataFrame(by_field, columns=["entity", "field", "cells", "whole", "lost"])


def _cost(findings: pd.DataFrame, records: pd.DataFrame) -> pd.Series:
    """The points that each finding takes alone: harm times the weight of its cell, or of its whole surplus record."""
    weight = np.empty(len(findings))
    surplus = findings["fix_kind"].isin(SURPLUS).to_numpy()
    for (entity, field), place in findings.groupby(["entity", "field"], sort=False).indices.items():
        weight[place] = entities()[entity].fields[field].weight
    for entity, part in records.groupby("entity", sort=False):
        here = surplus & (findings["entity"] == entity).to_numpy()
        whole = part["whole"].to_numpy()[pd.Index(part["record"]).get_indexer(findings["record"][here])]
        weight[here] = whole
    total = float(records["whole"].sum())
    return 100.0 * findings["harm"] * weight / total if total else findings["harm"] * 0.0


def _chance_wrong(findings: pd.DataFrame, table: Table) -> np.ndarray:
    """Per record of the table, the chance that one of the findings is right: 1 - product(1 - harm)."""
    right = np.ones(len(table))
    np.multiply.at(right, table.index.get_indexer(findings["record"]), 1 - findings["harm"].to_numpy())
    return 1 - right


def _ratio(lost: pd.Series, whole: pd.Series) -> np.ndarray:
    part, of = lost.to_numpy(dtype=float), whole.to_numpy(dtype=float)
    return np.divide(part, of, out=np.zeros_like(of), where=of > 0)


def _share_right(records: pd.DataFrame) -> float:
    whole = float(records["whole"].sum())
    return 100.0 * (1 - float(records["lost"].sum()) / whole) if whole else 0.0


def _parts(records: pd.DataFrame, key: str) -> pd.DataFrame:
    """The score of each part of the records: columns name, score, cells, records; parts without a cell are left out."""
    parts = records.groupby(key, sort=False).agg(
        cells=("cells", "sum"), whole=("whole", "sum"), lost=("lost", "sum"), records=("record", "size")
    )
    parts = parts[parts["whole"] > 0]
    told = parts.assign(score=100 * (1 - parts["lost"] / parts["whole"]), cells=parts["cells"].astype("int64"))
    return told.rename_axis("name").reset_index()[["name", "score", "cells", "records"]]


def _fields(fields: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    held = fields[fields["cells"] > 0]
    return pd.DataFrame(
        {
            "name": held["entity"] + "." + held["field"],
            "entity": held["entity"],
            "field": held["field"],
            "score": 100 * (1 - held["lost"] / held["whole"]),
            "cells": held["cells"],
            "records": held["entity"].map({name: len(dataset[name]) for name in dataset}),
        }
    ).reset_index(drop=True)


def _by_dimension(dataset: Dataset, judged: Sequence[Rule], findings: pd.DataFrame) -> pd.DataFrame:
    """Per dimension, the score over the cells that its rules judge.

    Completeness also weighs blank expected cells; uniqueness is judged over whole records, so over all judged cells.
    """
    rows = []
    for name in dict.fromkeys(rule.dimension for rule in judged):
        mine = [rule for rule in judged if rule.dimension is name]
        here = findings[findings["rule_id"].isin([rule.id for rule in mine])]
        whole = judged if name is Dimension.UNIQUENESS else mine
        records, _ = _ledger(dataset, whole, here, blanks=name is Dimension.COMPLETENESS)
        flawed = len(here.drop_duplicates(["entity", "record"]))
        rows.append((str(name), _share_right(records), int(records["cells"].sum()), flawed))
    return pd.DataFrame(rows, columns=["name", "score", "cells", "records"])
