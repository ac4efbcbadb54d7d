"""The cells that a person may check, in strata by how many findings their record has, and the records to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.matching.pair_sample import allocated
from audit.rule import FixKind
from audit.schema import entities

CHECKED = ("contact", "account", "deal")
"""Tables of what a person can look up."""
SPREAD = (0.05, 0.25, 0.5)
"""How much the share of right cells is taken to vary among records with no, one and more findings."""
_LEAST = 2
"""Records of a stratum that are drawn, so that its spread can be seen."""


@dataclass(frozen=True)
class Population:
    """`records`: entity, record, stratum (a number); `filled` per entity which cells hold something (records x fields);
    `flags`: rule_id, entity, record, field of every finding about a filled cell."""

    records: pd.DataFrame
    filled: Mapping[str, pd.DataFrame]
    flags: pd.DataFrame

    @cached_property
    def sizes(self) -> dict[str, pd.DataFrame]:
        """Per entity the filled cells by stratum (index) and field."""
        stratum = {str(entity): part.to_numpy() for entity, part in self.records.groupby("entity")["stratum"]}
        return {entity: cells.groupby(stratum[entity]).sum() for entity, cells in self.filled.items()}

    @cached_property
    def flagged(self) -> pd.DataFrame:
        """The cells of `flags`, each once."""
        return self.flags[["entity", "record", "field"]].drop_duplicates()


def population(dataset: Dataset, findings: pd.DataFrame, tables: Sequence[str] = CHECKED) -> Population:
    """What of some tables can be checked."""
    about_cells = findings[~findings["fix_kind"].isin([FixKind.MERGE, FixKind.DROP]) & ~findings["accepted"]]
    filled, parts, flags = {}, [], []
    for place, entity in enumerate(name for name in tables if name in dataset):
        table = dataset[entity]
        names = [name for name in checkable(entity) if name in table]
        filled[entity] = pd.DataFrame(
            {name: table.original(name).notna().to_numpy() for name in names}, index=table.index
        )
        mine = about_cells[about_cells["entity"].eq(entity) & about_cells["field"].isin(names)]
        columns = filled[entity].columns.get_indexer(mine["field"])
        there = filled[entity].to_numpy()[table.index.get_indexer(mine["record"]), columns]
        mine = mine.loc[there, ["rule_id", "entity", "record", "field"]].drop_duplicates()
        flags.append(mine)
        cells = mine.drop_duplicates(["record", "field"])["record"].value_counts()
        level = np.minimum(cells.reindex(table.index).fillna(0).to_numpy("int64"), len(SPREAD) - 1)
        stratum = place * len(SPREAD) + level
        parts.append(pd.DataFrame({"entity": entity, "record": table.index, "stratum": stratum}))
    blank = pd.DataFrame({"entity": [], "record": [], "stratum": []}).astype({"record": "int64", "stratum": "int64"})
    return Population(
        pd.concat(parts, ignore_index=True) if parts else blank,
        filled,
        pd.concat(flags, ignore_index=True) if flags else findings[["rule_id", "entity", "record", "field"]].iloc[:0],
    )


def checkable(entity: str) -> list[str]:
    """The fields that say something of whom or what a record is about; ids and times of the system are left out."""
    fields = entities()[entity].fields.values()
    return [field.name for field in fields if field.role != "records" and field.type not in ("id", "reference")]


def draw(people: Population, count: int, *, seed: int = 0) -> pd.DataFrame:
    """`count` records, of each stratum as many as its size and spread ask for, in random order; repeatable."""
    stratum = people.records["stratum"].to_numpy("int64")
    size = np.bincount(stratum)
    spread = np.resize(np.array(SPREAD), len(size))
    count = min(count, len(stratum))
    least = np.minimum(size, _LEAST)
    if least.sum() > count:
        least = np.zeros_like(size)
    wanted = least + allocated(size - least, spread, count - int(least.sum()))
    random = np.random.default_rng(seed)
    order = random.permutation(len(stratum))
    order = order[np.argsort(stratum[order], kind="stable")]
    rank = np.arange(len(order)) - (np.cumsum(size) - size)[stratum[order]]
    chosen = np.sort(order[rank < wanted[stratum[order]]])
    return people.records.iloc[chosen[random.permutation(len(chosen))]].reset_index(drop=True)
