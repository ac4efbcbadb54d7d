"""The matching of a saved result: its tables as they were, what it compared worked out again only if asked for."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.matching import MatchResult
from audit.matching.compare import Outcomes, compare
from audit.matching.levels import RELATIONS
from audit.matching.prepare import Records, prepare
from audit.matching.score import Model, Patterns

AGAIN = ("records", "outcomes")
"""Fields that follow from the table and the pairs."""
LEARNED = ("same", "strangers", "related", "shares", "all_pairs")
"""What of the model weighs a pair; the rest only served to fit it."""


def parts_of(found: MatchResult) -> dict[str, Any]:
    """What of a matching is stored."""
    held = {item.name: getattr(found, item.name) for item in fields(MatchResult) if item.name not in (*AGAIN, "model")}
    learned = {name: getattr(found.model, name) for name in LEARNED}
    relations = [relation.name for relation in found.model.relations]
    return {**held, "explanation": found.explanation(), "model": {**learned, "relations": relations}}


class SavedMatch(MatchResult):
    """A MatchResult read from files. `of` gives it the table it is about."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        told = dict(parts)
        self.__dict__["_learned"] = told.pop("model")
        self.__dict__["_explanation"] = told.pop("explanation")
        self.__dict__.update(told)

    def of(self, table: Table) -> None:
        self.__dict__["_table"] = table

    def explanation(self) -> pd.Series:
        return self.__dict__["_explanation"]

    @cached_property
    def records(self) -> Records:
        return prepare(self.__dict__["_table"], self.options.workers)

    @cached_property
    def outcomes(self) -> Outcomes:
        of_row = np.empty(self.records.rows, dtype=np.int64)
        of_row[self.records.members] = np.repeat(np.arange(len(self.records)), self.records.counts)
        at = [of_row[self.clusters.index.get_indexer(self.pairs[side])] for side in ("left", "right")]
        return compare(self.records, at[0], at[1], self.options.workers)

    @cached_property
    def model(self) -> Model:
        learned = dict(self.__dict__["_learned"])
        names = learned.pop("relations")
        known = {relation.name: relation for relation in RELATIONS[self.records.entity]}
        nothing = np.zeros(0)
        none = Patterns(np.zeros((0, 0)), nothing, nothing)
        return Model(
            comparisons=self.outcomes.comparisons,
            relations=tuple(known[name] for name in names),
            all_pairs=learned["all_pairs"],
            sample=none,
            usual=nothing,
            beyond=nothing,
            same=dict(learned["same"]),
            strangers=dict(learned["strangers"]),
            related=dict(learned["related"]),
            shares=learned["shares"],
        )
