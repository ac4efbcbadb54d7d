"""Puts the score together: overall, by record, field, source, owner, entity and dimension, with its interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from audit.dataset import Dataset
from audit.findings import steady_name
from audit.rule import ColumnRule, Dimension, Outcome, Rule, RuleResult
from audit.schema import entities
from audit.score.counted import Source, counted_fields
from audit.score.ledger import (
    LINES,
    UNKNOWN,
    Earned,
    Marks,
    Sheet,
    complete,
    earned,
    earned_once,
    earned_where_judged,
    marks,
    sheets,
)

VERSION = "2"
"""Of the definition in reports/SCORE.md: scores of two versions are not compared."""
Z = 1.959963984540054
"""Standard deviations on either side of a 95 % interval."""
PART = ["name", "score", "low", "high", "cells", "records"]


@dataclass(frozen=True)
class Score:
    """The score of an audit, 0 to 100, with what it rests on.

    `low`..`high` is the 95 % interval that uncertain findings leave open. `by_dimension`, `by_source`, `by_entity` and
    `by_owner` ("" for nobody) have columns name, score, low, high, cells, records; `by_field` adds entity, field and
    counts, and leaves surplus records aside. Of a dimension, `records` counts those with a finding in it, elsewhere
    all. `records` maps entity to one score per record, over all its cells. `flawless` is the share of records without
    any finding, `coverage` the share of rules that could run, `not_evaluated` how many could not, `known` the share of
    the counted weight that is not unknown, and `unknown` where it is: entity, source, field, cells, points, absent
    (whether the whole column is). `after_safe` is the score once the safe fixes are applied, `after_all` once all
    proposed fixes are. `cost` aligns with the findings: the points that each takes from the overall score if it stands
    alone and its field counts. `whole` is the weight of all that counts. `vanished` says which fields of which sources
    were there in an earlier run and are missing (entity, source, field, since), and `unheld` what the score would be
    if that did not hold it back.
    """

    overall: float
    low: float
    high: float
    by_dimension: pd.DataFrame
    by_source: pd.DataFrame
    by_entity: pd.DataFrame
    by_owner: pd.DataFrame
    by_field: pd.DataFrame
    records: Mapping[str, pd.Series]
    flawless: float
    coverage: float
    not_evaluated: int
    known: float
    unknown: pd.DataFrame
    after_safe: float
    after_all: float
    cost: pd.Series
    whole: float
    vanished: pd.DataFrame
    unheld: float
    version: str = VERSION


def score(
    dataset: Dataset,
    findings: pd.DataFrame,
    rules: Sequence[Rule],
    results: Sequence[RuleResult],
    *,
    weights: Mapping[str, float] | None = None,
    expected: Sequence[Source] = (),
) -> Score:
    """The score of `dataset` under `findings` (columns of audit.engine.FINDING_TYPES).

    `weights` are of fields (``entity.field``) or of dimensions, `expected` the sources that must be there.
    """
    ran = {result.rule_id for result in results if result.outcome in (Outcome.PASSED, Outcome.FAILED)}
    judging = [rule for rule in rules if rule.id in ran and not isinstance(rule, ColumnRule)]
    counts = (~findings["accepted"] & (findings["record"] >= 0)).to_numpy(dtype=bool)
    counted = findings[counts]
    found = marks(counted, dataset, {rule.id: (weights or {}).get(str(rule.dimension), 1.0) for rule in rules})
    judged = frozenset(name for rule in judging for name in rule.fields)
    of_sources = counted_fields(dataset, weights)
    tables = list(sheets(dataset, of_sources, judged))
    fixable = counted["fix_kind"].ne("none").to_numpy()
    safe = fixable & counted["fix_safety"].eq("safe").to_numpy()
    parts = [earned(sheet, found) for sheet in tables]
    records = _records(parts)
    lines = pd.concat([part.lines for part in parts], ignore_index=True) if parts else pd.DataFrame(columns=list(LINES))
    short = _short(dataset, expected, weights or {})
    missing = float(short["whole"].sum())
    flawed = counted[["entity", "record"]].drop_duplicates()
    whole = float(records["whole"].sum()) + missing
    middle, low, high = _interval(
        whole, float(records["right"].sum()) + UNKNOWN * missing, float(records["variance"].sum())
    )

    def once(mended: np.ndarray) -> float:
        then = [earned_once(sheet, found, mended) for sheet in tables]
        of, right = (sum(pair[side] for pair in then) for side in (0, 1))
        return _interval(of + missing, right + UNKNOWN * missing, 0.0)[0]

    return Score(
        overall=middle,
        low=low,
        high=high,
        by_dimension=_by_dimension(parts, judging, counted, found),
        by_source=_with_short(_parts(records, "source"), short),
        by_entity=_parts(records, "entity"),
        by_owner=_parts(records[records["owner"].notna()], "owner"),
        by_field=_fields(lines, dataset),
        records={
            part.sheet.table.entity: pd.Series(
                100 * _ratio(part.all_right, part.all_whole), index=part.sheet.table.index
            )
            for part in parts
        },
        flawless=1 - len(flawed) / len(records) if len(records) else 1.0,
        coverage=len(ran) / len(results) if results else 0.0,
        not_evaluated=len(results) - len(ran),
        known=1 - (sum(float(part.unknown.sum()) for part in parts) + missing) / whole if whole else 0.0,
        unknown=_unknown(lines, short, whole),
        after_safe=once(safe),
        after_all=once(fixable),
        cost=_cost(counted, found, parts, whole).reindex(findings.index, fill_value=0.0),
        whole=whole,
        vanished=pd.DataFrame(columns=["entity", "source", "field", "since"], dtype=object),
        unheld=middle,
    )


def _interval(whole: float, right: float, variance: float) -> tuple[float, float, float]:
    """A score with its 95 % interval, each finding being right or wrong by itself with its confidence."""
    if not whole:
        return 0.0, 0.0, 0.0
    spread = Z * max(variance, 0.0) ** 0.5
    return (
        100 * right / whole,
        max(100 * (right - spread) / whole, 0.0),
        min(100 * (right + spread) / whole, 100.0),
    )


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.ones(len(whole)), where=whole > 0)


def _records(parts: Sequence[Earned]) -> pd.DataFrame:
    """One line per record: entity, source, owner (missing where the table has none), cells, whole, right, variance."""
    frames = [
        pd.DataFrame(
            {
                "entity": pd.Categorical.from_codes(
                    np.zeros(len(part.whole), dtype=np.int8), [part.sheet.table.entity]
                ),
                "source": part.sheet.source,
                **{name: getattr(part, name) for name in ("cells", "whole", "right", "variance")},
            }
        )
        for part in parts
    ]
    columns = ["entity", "source", "owner", "cells", "whole", "right", "variance"]
    if not frames:
        return pd.DataFrame(columns=columns)
    # A table without owners has no say in the type of the column.
    owner = union_categoricals([_owner(part.sheet) for part in parts])
    return pd.concat(frames, ignore_index=True).assign(owner=owner)[columns]


def _owner(sheet: Sheet) -> pd.Categorical:
    """Who looks after each record, "" where nobody does."""
    table = sheet.table
    if "owner" not in table:
        return pd.Categorical.from_codes(np.full(len(table), -1), np.array([], dtype=object))
    codes, names = pd.factorize(table["owner"].str.strip())
    labels, first = np.unique(np.append(names.to_numpy(dtype=object), ""), return_inverse=True)
    return pd.Categorical.from_codes(first[codes], labels)


def _parts(records: pd.DataFrame, key: str) -> pd.DataFrame:
    """The score of each part of the records, columns PART; parts without a cell that counts are left out."""
    names = records[key].astype(object)
    codes, labels = pd.factorize(names)
    size = len(labels)
    whole, right, variance, cells = (
        np.bincount(codes, records[name].to_numpy(dtype=float), minlength=size)
        for name in ("whole", "right", "variance", "cells")
    )
    table = _scored(whole, right, variance).assign(
        name=pd.Series(labels, dtype=object), cells=cells.astype("int64"), records=np.bincount(codes, minlength=size)
    )
    return table.loc[whole > 0, PART].reset_index(drop=True)


def _scored(whole: np.ndarray, right: np.ndarray, variance: np.ndarray) -> pd.DataFrame:
    middle = 100 * _ratio(right, whole)
    spread = 100 * Z * _ratio(np.sqrt(variance.clip(0)), whole) * (whole > 0)
    return pd.DataFrame({"score": middle, "low": (middle - spread).clip(0), "high": (middle + spread).clip(None, 100)})


def _fields(lines: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    sums = lines.groupby(["entity", "field"], sort=False).agg(
        counts=("counts", "any"),
        cells=("cells", "sum"),
        whole=("whole", "sum"),
        right=("right", "sum"),
        variance=("variance", "sum"),
    )
    sums = sums.reset_index()
    scored = _scored(*(sums[name].to_numpy(dtype=float) for name in ("whole", "right", "variance")))
    table = pd.concat([sums[["entity", "field", "counts", "cells"]], scored], axis=1)
    table["counts"] = table["counts"].astype(bool)
    size = {name: len(dataset[name]) for name in dataset}
    table = table.assign(name=table["entity"] + "." + table["field"], records=table["entity"].map(size))
    return table[["name", "entity", "field", *PART[1:], "counts"]]


def _by_dimension(
    parts: Sequence[Earned], judging: Sequence[Rule], counted: pd.DataFrame, found: Marks
) -> pd.DataFrame:
    """Per dimension, the score over the cells that its rules judge: filled ones, or flagged.

    Uniqueness is judged over whole records, so over all judged cells. Completeness is that of the cells that count.
    """
    rows = []
    for name in dict.fromkeys(rule.dimension for rule in judging):
        mine = [rule for rule in judging if rule.dimension is name]
        use = counted["rule_id"].isin([rule.id for rule in mine]).to_numpy()
        whole = judging if name is Dimension.UNIQUENESS else mine
        judged = frozenset(field for rule in whole for field in rule.fields)
        sums = [
            complete(part.sheet, found, use)
            if name is Dimension.COMPLETENESS
            else earned_where_judged(replace(part.sheet, judged=judged), found, use)
            for part in parts
        ]
        of, right, variance, cells = (sum(part[side] for part in sums) for side in range(4))
        flawed = len(counted.loc[use, ["entity", "record"]].drop_duplicates())
        rows.append((str(name), *_interval(of, right, variance), int(cells), flawed))
    return pd.DataFrame(rows, columns=PART)


def _cost(counted: pd.DataFrame, found: Marks, parts: Sequence[Earned], whole: float) -> pd.Series:
    """The points that each finding takes alone: harm times the weight of its cell, or of its whole surplus record."""
    weight = np.zeros(len(counted))
    for part in parts:
        entity = part.sheet.table.entity
        for (of, name), rows in found.rows.items():
            if of != entity:
                continue
            if name:
                heavy = part.sheet.weight(name)
                plain = entities()[entity].fields[name].weight if name in entities()[entity].fields else 1.0
                weight[rows] = np.where(heavy > 0, heavy, plain)[part.sheet.codes[found.place[rows]]]
            else:
                weight[rows] = part.whole[found.place[rows]]
    points = 100 * found.confidence * found.harm * weight / whole if whole else np.zeros(len(counted))
    return pd.Series(points, index=counted.index)


def _short(dataset: Dataset, expected: Sequence[Source], weights: Mapping[str, float]) -> pd.DataFrame:
    """The records that expected sources lack: name, entity, records, whole."""
    rows = []
    for source in expected:
        table = dataset.get(source.entity)
        names = table.lineage["source"].astype(object)
        here = names.eq(source.name) | names.map(steady_name).eq(source.name) if len(names) else names.eq(source.name)
        lacking = source.records - int(here.sum())
        if lacking > 0:
            fields = entities()[source.entity].fields.values()
            each = sum(weights.get(spec.qualified, spec.weight if spec.expected else 0.0) for spec in fields)
            rows.append((source.name, source.entity, lacking, lacking * each))
    return pd.DataFrame(rows, columns=["name", "entity", "records", "whole"])


def _with_short(sources: pd.DataFrame, short: pd.DataFrame) -> pd.DataFrame:
    """The sources with those that are missing altogether."""
    gone = short[~short["name"].isin(sources["name"])].drop_duplicates("name")
    if gone.empty:
        return sources
    level = 100 * UNKNOWN
    told = pd.DataFrame({"name": gone["name"], "score": level, "low": level, "high": level, "cells": 0, "records": 0})
    return pd.concat([sources, told], ignore_index=True)


def _unknown(lines: pd.DataFrame, short: pd.DataFrame, whole: float) -> pd.DataFrame:
    """Where nothing is known of cells that count, the dearest first."""
    told = lines[lines["counts"].astype(bool) & (lines["unknown"] > 0)]
    points = 100 * (1 - UNKNOWN) * told["whole"] * told["unknown"] / told["cells"] / whole if whole else told["whole"]
    table = pd.DataFrame(
        {
            "entity": told["entity"].astype(object),
            "source": told["source"].astype(object),
            "field": told["field"].astype(object),
            "cells": told["unknown"].astype("int64"),
            "points": points.astype("float64"),
            "absent": ~told["present"].astype(bool),
        }
    )
    gone = pd.DataFrame(
        {
            "entity": short["entity"],
            "source": short["name"],
            "field": "",
            "cells": short["records"].astype("int64"),
            "points": (100 * (1 - UNKNOWN) * short["whole"] / (whole or 1.0)).astype("float64"),
            "absent": True,
        }
    )
    both = pd.concat([gone, table], ignore_index=True) if len(gone) else table
    return both.sort_values("points", ascending=False, kind="stable").reset_index(drop=True)
