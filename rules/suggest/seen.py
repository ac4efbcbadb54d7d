"""A table as the search for rules sees it: its own columns by kind, and what the shipped rules already say."""

from dataclasses import replace
from functools import cached_property

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.engine import run_rules
from audit.rule import Context, Dimension, FieldRule, VocabularyRule
from audit.schema import TEXT, entities
from rules.catalogue import RULES

EXAMPLES = 3
_PEOPLE = frozenset("owner owner_id created_by updated_by changed_by manager team".split())
"""Fields that name members of staff: who they are changes, and is no rule."""


class Seen:
    """One table of the data set."""

    def __init__(self, dataset: Dataset, entity: str, as_of: pd.Timestamp) -> None:
        self.entity = entity
        self.as_of = as_of
        self.table = dataset[entity]
        self.title = entities()[entity].title
        self.sources = self.table.lineage["source"].astype(TEXT)
        mapped = {column.field for source in dataset.sources if source.entity == entity for column in source.mapping}
        # What the loader worked out from other columns agrees with them by construction.
        self.own = [
            name
            for name in self.table.frame.columns
            if name in entities()[entity].fields and (not mapped or name in mapped)
        ]

    def of_type(self, *types: str) -> list[str]:
        """The table's own columns of these field types, those that name staff left out."""
        spec = entities()[self.entity].fields
        return [name for name in self.own if spec[name].type in types and name not in _PEOPLE]

    def type_of(self, name: str) -> str:
        return entities()[self.entity].fields[name].type

    def words(self, name: str) -> str:
        """A field's title within a sentence."""
        title = entities()[self.entity].fields[name].title
        if self.type_of(name) in ("date", "datetime"):
            title = title.removesuffix(" at")
        return title if title[:2].isupper() else title[:1].lower() + title[1:]

    def headed(self, name: str) -> str:
        """A field with its entity at the head of a title: "Deal lead source"."""
        told = f"{self.one} {self.words(name)}"
        return told[:1].upper() + told[1:]

    @property
    def one(self) -> str:
        """The entity in words: "form submission"."""
        return self.entity.replace("_", " ")

    @cached_property
    def filled(self) -> dict[str, np.ndarray]:
        """Per own column the rows that hold something."""
        return {name: self.table[name].notna().to_numpy(dtype=bool) for name in self.own}

    def known(self, name: str) -> np.ndarray:
        """The rows of the sources that fill the field at all."""
        codes = self._source_codes
        return (np.bincount(codes[self.filled[name]], minlength=codes.max(initial=0) + 1) > 0)[codes]

    @cached_property
    def _source_codes(self) -> np.ndarray:
        return pd.factorize(self.sources)[0]

    def examples(self, name: str, rows: np.ndarray) -> tuple[str, ...]:
        """The first different values of the rows."""
        values = self.table.original(name)[rows].dropna()
        return tuple(values.drop_duplicates().head(EXAMPLES).astype(object))

    def doubted(self, name: str) -> pd.Series:
        """The values of a text field that shipped rules flag, whatever the row."""
        rules = [
            rule
            for rule in RULES
            if isinstance(rule, FieldRule | VocabularyRule) and f"{self.entity}.{name}" in rule.fields
        ]
        alone = replace(self.table, frame=self.table.frame[[name]], text=self.table.text[[]])
        findings, _ = run_rules(rules, Dataset({self.entity: alone}), Context(self.as_of))
        return findings.loc[findings["field"] == name, "value"].dropna().drop_duplicates()

    def per_source(self) -> list[tuple[str | None, np.ndarray]]:
        """The rows of each source, with its name where there is more than one."""
        names = sorted(self.sources.unique())
        if len(names) == 1:
            return [(None, np.ones(len(self.table), dtype=bool))]
        return [(name, self.sources.eq(name).to_numpy(dtype=bool)) for name in names]

    def shipped(self, dimension: Dimension, judged: str, *others: str) -> bool:
        """Whether a shipped rule of the dimension judges the field and looks at the others as well."""
        wanted = {f"{self.entity}.{name}" for name in others}
        return any(
            rule.dimension is dimension
            and f"{self.entity}.{judged}" in rule.fields
            and wanted <= {*rule.fields, *rule.requires, f"{self.entity}.created_at"}
            for rule in RULES
        )
