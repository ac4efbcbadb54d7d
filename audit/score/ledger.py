"""What every record could earn in the score and what it loses, cell by cell and field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import FixKind, Severity
from audit.schema import entities
from audit.score.counted import STANDS_IN

HARM: Mapping[str, float] = {Severity.CRITICAL: 1.0, Severity.HIGH: 0.8, Severity.MEDIUM: 0.5, Severity.LOW: 0.2}
"""How wrong a cell is that carries a sure finding of this severity."""
UNKNOWN = 0.5
"""How right a cell is of which nothing is known."""
SYSTEMIC_WEIGHT = 0.5
LINES = ("entity", "source", "field", "counts", "present", "cells", "unknown", "whole", "right", "variance")
"""Columns of what is told by field: a line per entity, source and field."""
SURPLUS = (FixKind.MERGE, FixKind.DROP)
"""Fixes that take a whole record away."""


@dataclass(frozen=True)
class Marks:
    """The findings that count, as arrays: the record's place in its table, its field, how sure and how harmful."""

    entity: np.ndarray
    field: np.ndarray
    place: np.ndarray
    confidence: np.ndarray
    harm: np.ndarray
    surplus: np.ndarray
    clears: np.ndarray

    @cached_property
    def rows(self) -> dict[tuple[str, str], np.ndarray]:
        """The findings of each entity and field, less those about whole records; those have the field ""."""
        names = pd.DataFrame({"entity": self.entity, "field": np.where(self.surplus, "", self.field)})
        return {
            (str(entity), str(name)): rows
            for (entity, name), rows in names.groupby(["entity", "field"]).indices.items()
        }


def marks(findings: pd.DataFrame, dataset: Dataset, of_rule: Mapping[str, float]) -> Marks:
    """`findings` for the ledger; `of_rule` weighs the harm of each rule's findings."""
    place = np.zeros(len(findings), dtype=np.int64)
    for entity, rows in findings.groupby("entity", sort=False).indices.items():
        place[rows] = dataset[str(entity)].index.get_indexer(findings["record"].to_numpy()[rows])
    harm = findings["severity"].map(HARM).to_numpy(dtype=float)
    harm = harm * np.where(findings["systemic"].to_numpy(dtype=bool), SYSTEMIC_WEIGHT, 1.0)
    harm = harm * findings["rule_id"].map(of_rule).fillna(1.0).to_numpy(dtype=float)
    return Marks(
        entity=findings["entity"].to_numpy(dtype=object),
        field=findings["field"].to_numpy(dtype=object),
        place=place,
        confidence=findings["confidence"].to_numpy(dtype=float),
        harm=harm.clip(0, 1),
        surplus=findings["fix_kind"].isin(SURPLUS).to_numpy(),
        clears=findings["fix_kind"].eq(FixKind.CLEAR).to_numpy(),
    )


@dataclass(frozen=True)
class Cells:
    """One field of all records: the chance that each is right, the mean of its square, and where nothing is known."""

    right: np.ndarray
    square: np.ndarray
    unknown: np.ndarray
    held: np.ndarray
    """Where the cell is filled and judged, or flagged."""

    def where(self, rows: np.ndarray, other: "Cells") -> "Cells":
        """These cells, those of `other` in `rows`."""
        return Cells(
            *(
                np.where(rows, getattr(other, name), getattr(self, name))
                for name in ("right", "square", "unknown", "held")
            )
        )


@dataclass(frozen=True)
class Sheet:
    """One entity's records with what of them counts: `counted` is the weight of a field by source."""

    table: Table
    counted: Mapping[str, Mapping[str, float]]
    judged: frozenset[str]
    _filled: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    @cached_property
    def source(self) -> pd.Categorical:
        return pd.Categorical(self.table.lineage["source"])

    @cached_property
    def codes(self) -> np.ndarray:
        return np.asarray(self.source.codes, dtype=np.int64)

    def weight(self, name: str) -> np.ndarray:
        """The weight of a field by the place of its source, 0 where it does not count."""
        return np.array([self.counted.get(str(source), {}).get(name, 0.0) for source in self.source.categories])

    def filled(self, name: str) -> np.ndarray:
        if name not in self._filled:
            known = name in self.table
            self._filled[name] = (
                self.table.original(name).notna().to_numpy(dtype=bool)
                if known
                else np.zeros(len(self.table), dtype=bool)
            )
        return self._filled[name]

    def cells(self, name: str, found: Marks, use: np.ndarray, mended: np.ndarray) -> Cells:
        """The cells of a field by the findings in `use`; those in `mended` are mended, some by leaving them blank."""
        entity = self.table.entity
        rows = found.rows.get((entity, name), np.empty(0, dtype=np.int64))
        cleared = rows[mended[rows] & found.clears[rows]]
        rows = rows[use[rows]]
        filled = self.filled(name)
        if len(cleared):
            filled = filled.copy()
            filled[found.place[cleared]] = False
        right, square = np.ones(len(self.table)), np.ones(len(self.table))
        flagged = np.zeros(len(self.table), dtype=bool)
        at, sure, harm = found.place[rows], found.confidence[rows], found.harm[rows]
        flagged[at] = True
        np.multiply.at(right, at, 1 - sure * harm)
        np.multiply.at(square, at, 1 - sure * harm * (2 - harm))
        held = flagged | (filled if f"{entity}.{name}" in self.judged else np.zeros(len(self.table), dtype=bool))
        right[~held], square[~held] = UNKNOWN, UNKNOWN**2
        return Cells(right, square, ~held, held)

    def best(self, name: str, found: Marks, use: np.ndarray, mended: np.ndarray, stays: np.ndarray) -> Cells:
        """The cells of a field that counts: of it or of what stands in for it, whichever is more often right.

        A column that is less than half right tells nothing: it counts as unknown, as if it were not there.
        """
        cells = self.cells(name, found, use, mended)
        other = STANDS_IN.get(f"{self.table.entity}.{name}")
        if other is not None and other in self.table:
            more = self.cells(other, found, use, mended)
            cells = cells.where((self.earned(more, stays) > self.earned(cells, stays))[self.codes], more)
        least = UNKNOWN * np.bincount(self.codes, stays, minlength=len(self.source.categories))
        nothing = (self.earned(cells, stays) < least)[self.codes]
        if nothing.any():
            blank = np.ones(len(self.table), dtype=bool)
            cells = cells.where(nothing, Cells(blank * UNKNOWN, blank * UNKNOWN**2, blank, cells.held))
        return cells

    def earned(self, cells: Cells, stays: np.ndarray) -> np.ndarray:
        return np.bincount(self.codes, cells.right * stays, minlength=len(self.source.categories))


@dataclass(frozen=True)
class Earned:
    """Per record of one entity: `whole` weight, what of it is right, its variance, and how many cells are behind it.

    `all_whole` and `all_right` are over all cells of the record that were judged, those of fields that do not count
    among them. `lines` has the columns LINES.
    """

    sheet: Sheet
    cells: np.ndarray
    unknown: np.ndarray
    whole: np.ndarray
    right: np.ndarray
    variance: np.ndarray
    all_whole: np.ndarray
    all_right: np.ndarray
    lines: pd.DataFrame


@dataclass(frozen=True)
class Stays:
    """The chance that each record is none too many, and the mean of its square."""

    chance: np.ndarray
    square: np.ndarray


def _stays(sheet: Sheet, found: Marks, use: np.ndarray) -> Stays:
    chance, square = np.ones(len(sheet.table)), np.ones(len(sheet.table))
    rows = found.rows.get((sheet.table.entity, ""), np.empty(0, dtype=np.int64))
    rows = rows[use[rows]]
    at, sure, harm = found.place[rows], found.confidence[rows], found.harm[rows]
    np.multiply.at(chance, at, 1 - sure * harm)
    np.multiply.at(square, at, 1 - sure * harm * (2 - harm))
    return Stays(chance, square)


def earned(sheet: Sheet, found: Marks) -> Earned:
    """What the records of one entity earn by all findings."""
    table, n = sheet.table, len(sheet.table)
    use, mended = np.ones(len(found.place), dtype=bool), np.zeros(len(found.place), dtype=bool)
    stays = _stays(sheet, found, use)
    total = {name: np.zeros(n) for name in ("cells", "unknown", "whole", "right", "variance", "all_whole", "all_right")}
    lines = []
    for name, spec in entities()[table.entity].fields.items():
        weight = sheet.weight(name)
        counts = weight > 0
        if counts.any():
            cells = sheet.best(name, found, use, mended, stays.chance)
            heavy = weight[sheet.codes]
            total["cells"] += heavy > 0
            total["unknown"] += heavy * cells.unknown
            total["whole"] += heavy
            total["right"] += heavy * cells.right
            total["variance"] += heavy**2 * (cells.square - cells.right**2)
        elif name in table:
            cells = sheet.cells(name, found, use, mended)
        else:
            continue
        told = counts[sheet.codes] | cells.held
        each = np.where(counts, weight, spec.weight)[sheet.codes] * told
        total["all_whole"] += each
        total["all_right"] += each * cells.right
        lines.append(_lines(sheet, name, counts, cells, told, each))
    return Earned(
        sheet,
        cells=total["cells"],
        unknown=total["unknown"],
        whole=total["whole"],
        right=total["right"] * stays.chance,
        variance=_variance(total["right"], total["variance"], stays),
        all_whole=total["all_whole"],
        all_right=total["all_right"] * stays.chance,
        lines=_joined(lines),
    )


def earned_once(sheet: Sheet, found: Marks, mended: np.ndarray) -> tuple[float, float]:
    """The whole weight of one entity's records and what of it is right, once the findings in `mended` are mended."""
    stays = _stays(sheet, found, ~mended).chance
    extra = found.rows.get((sheet.table.entity, ""), np.empty(0, dtype=np.int64))
    stays[found.place[extra[mended[extra]]]] = 0.0
    here = stays > 0
    whole = right = 0.0
    for name in entities()[sheet.table.entity].fields:
        weight = sheet.weight(name)
        if weight.any():
            heavy = weight[sheet.codes]
            whole += float(heavy @ here)
            right += float((heavy * stays) @ sheet.best(name, found, ~mended, mended, stays).right)
    return whole, right


def earned_where_judged(sheet: Sheet, found: Marks, use: np.ndarray) -> tuple[float, float, float, int]:
    """Over all cells that are filled and judged, or flagged: their weight, what of it is right, its variance, how many.

    By the findings in `use` alone.
    """
    entity, n = sheet.table.entity, len(sheet.table)
    stays = _stays(sheet, found, use)
    mended = np.zeros(len(found.place), dtype=bool)
    whole, right, variance = 0.0, np.zeros(n), np.zeros(n)
    count = 0
    for name, spec in entities()[entity].fields.items():
        flagged = found.rows.get((entity, name), np.empty(0, dtype=np.int64))
        if name not in sheet.table or not (f"{entity}.{name}" in sheet.judged or use[flagged].any()):
            continue
        cells = sheet.cells(name, found, use, mended)
        held = int(cells.held.sum())
        count += held
        whole += spec.weight * held
        right += spec.weight * cells.right * cells.held
        variance += spec.weight**2 * cells.held * (cells.square - cells.right**2)
    return whole, float(right @ stays.chance), float(_variance(right, variance, stays).sum()), count


def complete(sheet: Sheet, found: Marks, use: np.ndarray) -> tuple[float, float, float, int]:
    """The same over all cells that count, a filled one being right and a blank one unknown where none is flagged."""
    mended = np.zeros(len(found.place), dtype=bool)
    everywhere = np.ones(len(sheet.table))
    every = replace(sheet, judged=frozenset(spec.qualified for spec in entities()[sheet.table.entity].fields.values()))
    whole = right = variance = 0.0
    count = 0
    for name in entities()[sheet.table.entity].fields:
        weight = sheet.weight(name)
        if weight.any():
            heavy = weight[sheet.codes]
            cells = every.best(name, found, use, mended, everywhere)
            whole += float(heavy.sum())
            right += float(heavy @ cells.right)
            variance += float(heavy**2 @ (cells.square - cells.right**2))
            count += int((heavy > 0).sum())
    return whole, right, variance, count


def _variance(right: np.ndarray, variance: np.ndarray, stays: Stays) -> np.ndarray:
    """The variance of what a record earns, all of whose cells go with it if it is one too many."""
    return np.maximum((variance + right**2) * stays.square - (right * stays.chance) ** 2, 0.0)


def _joined(lines: list[dict[str, np.ndarray]]) -> pd.DataFrame:
    if not lines:
        return pd.DataFrame(columns=list(LINES))
    table = pd.DataFrame({name: np.concatenate([line[name] for line in lines]) for name in LINES})
    return table[table["cells"] > 0]


def _lines(
    sheet: Sheet, name: str, counts: np.ndarray, cells: Cells, either: np.ndarray, each: np.ndarray
) -> dict[str, np.ndarray]:
    """One field of each source, columns LINES; surplus records do not show here."""
    size = len(sheet.source.categories)

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(sheet.codes, values, minlength=size)

    return {
        "entity": np.full(size, sheet.table.entity, dtype=object),
        "source": sheet.source.categories.to_numpy(dtype=object),
        "field": np.full(size, name, dtype=object),
        "counts": counts,
        "present": summed(sheet.filled(name)) > 0,
        "cells": summed(either).astype(np.int64),
        "unknown": summed(either * cells.unknown).astype(np.int64),
        "whole": summed(each),
        "right": summed(each * cells.right),
        "variance": summed(each**2 * (cells.square - cells.right**2)),
    }


def sheets(
    dataset: Dataset, counted: Mapping[tuple[str, str], Mapping[str, float]], judged: frozenset[str]
) -> Iterator[Sheet]:
    for entity in dataset:
        if len(dataset[entity]):
            yield Sheet(
                dataset[entity], {source: weights for (of, source), weights in counted.items() if of == entity}, judged
            )
