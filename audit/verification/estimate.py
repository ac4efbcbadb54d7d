"""From a checked sample to what is true of all: accuracy per field and overall, precision per rule, recall."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from audit.verification.intervals import LEVEL, effective, stratified_wilson, wilson
from audit.verification.population import Population

OFTEN_WRONG = 0.8
"""A rule of which fewer findings are right is named."""
ENOUGH = 5
"""Cells of a rule that must have been checked before it is named."""


def estimate(people: Population, judged: pd.DataFrame) -> dict[str, Any]:
    """What a check says, as plain values: `overall`, `recall`, `fields`, `rules`, `records`, `cells`.

    `judged` has entity, record, field and right (bool), a line per cell that a person checked. Every share comes as
    estimate, low and high of a 95 % interval; the unit of sampling is the record, which the interval of the whole
    allows for.
    """
    judged = judged.merge(people.records, on=["entity", "record"])
    cell = ["entity", "record", "field"]
    judged = judged.merge(people.flagged, how="left", on=cell, indicator="flagged")
    judged["flagged"] = judged["flagged"].eq("both")
    strata = int(people.records["stratum"].max()) + 1 if len(people.records) else 0
    sizes = people.sizes
    return {
        "records": len(judged.drop_duplicates(["entity", "record"])),
        "cells": len(judged),
        "overall": _overall(judged, sizes, strata),
        "recall": _recall(judged, sizes, strata),
        "fields": _by_field(judged, sizes, strata),
        "rules": _by_rule(people, judged, strata),
    }


def _share(told: tuple[float, float, float]) -> dict[str, float | None]:
    value, low, high = told
    return {"estimate": None if np.isnan(value) else value, "low": low, "high": high}


def _counts(judged: pd.DataFrame, strata: int) -> tuple[np.ndarray, np.ndarray]:
    """Right and judged cells by stratum."""
    stratum = judged["stratum"].to_numpy("int64")
    return np.bincount(stratum, judged["right"].to_numpy("float64"), strata), np.bincount(stratum, minlength=strata)


def _overall(judged: pd.DataFrame, sizes: dict[str, pd.DataFrame], strata: int) -> dict[str, float | None]:
    whole = _cells(sizes, strata)
    share, worth, drawn = np.zeros(strata), np.zeros(strata), np.zeros(strata)
    by_record = judged.groupby(["stratum", "entity", "record"], sort=True)["right"].agg(["sum", "size"])
    for stratum, part in by_record.groupby(level="stratum"):
        right, cells = part["sum"].to_numpy("float64"), part["size"].to_numpy("float64")
        share[stratum], worth[stratum] = effective(right, cells)
        drawn[stratum] = cells.sum()
    return _share(stratified_wilson(share * worth, worth, whole, finite=drawn))


def _cells(sizes: dict[str, pd.DataFrame], strata: int) -> np.ndarray:
    whole = np.zeros(strata)
    for table in sizes.values():
        whole[table.index.to_numpy("int64")] += table.sum(axis=1).to_numpy("float64")
    return whole


def _by_field(judged: pd.DataFrame, sizes: dict[str, pd.DataFrame], strata: int) -> list[dict[str, Any]]:
    told = []
    for (entity, field), part in judged.groupby(["entity", "field"], sort=True):
        whole = np.zeros(strata)
        table = sizes[str(entity)]
        whole[table.index.to_numpy("int64")] = table[field].to_numpy("float64")
        right, count = _counts(part, strata)
        share = _share(stratified_wilson(right, count, whole))
        told.append({"entity": entity, "field": field, "judged": len(part), "right": int(part["right"].sum()), **share})
    return told


def _by_rule(people: Population, judged: pd.DataFrame, strata: int) -> list[dict[str, Any]]:
    """How often a rule is right in what it flags: the cell is wrong indeed."""
    flags = people.flags.merge(people.records, on=["entity", "record"])
    checked = flags.merge(judged[["entity", "record", "field", "right"]], on=["entity", "record", "field"])
    told = []
    for rule_id, part in checked.groupby("rule_id", sort=True):
        mine = flags.loc[flags["rule_id"].eq(rule_id), "stratum"].to_numpy("int64")
        wrong, count = _counts(part.assign(right=~part["right"].astype(bool)), strata)
        share = _share(stratified_wilson(wrong, count, np.bincount(mine, minlength=strata).astype("float64")))
        precision = share["estimate"]
        often = len(part) >= ENOUGH and precision is not None and precision < OFTEN_WRONG
        counts = {"rule_id": rule_id, "judged": len(part), "confirmed": int(wrong.sum()), "often_wrong": often}
        told.append({**counts, **share})
    return told


def _recall(judged: pd.DataFrame, sizes: dict[str, pd.DataFrame], strata: int) -> dict[str, float | None]:
    """The share of wrong cells that any rule flags; each stands for as many as its stratum has per cell checked."""
    wrong = judged[~judged["right"].astype(bool)]
    if wrong.empty:
        return _share((float("nan"), 0.0, 1.0))
    _, count = _counts(judged, strata)
    weight = (_cells(sizes, strata) / np.maximum(count, 1))[wrong["stratum"].to_numpy("int64")]
    share = float(weight[wrong["flagged"].to_numpy(dtype=bool)].sum() / weight.sum())
    worth = float(weight.sum() ** 2 / (weight**2).sum())
    low, high = wilson(share * worth, worth, float(norm.ppf(0.5 + LEVEL / 2)))
    return _share((share, float(low), float(high)))
