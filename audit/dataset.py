"""The loaded data: canonical tables with typed columns, the original text, and where every record came from."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd

from audit.schema import TEXT, empty_column, entities
from audit.values.text import nearly_all_differ

Derived = TypeVar("Derived")

LINEAGE_COLUMNS = ("source", "file", "sheet", "row")

DERIVED_TYPES: Mapping[str, str] = {
    "person": "id",
    "organisation": "id",
    "person_confidence": "number",
    "organisation_confidence": "number",
}
"""Columns that the pipeline adds: the cluster of the person or company a record belongs to, and how sure."""


@dataclass(frozen=True)
class ColumnMapping:
    """One header of a source and what became of it.

    `field` is None for a header that is kept but not mapped. `confidence` is 0..1, `reason` says what decided,
    `opinion` how the values were read ("day-first dates: 31/01/2024 seen"). `filled` and `distinct` count the rows
    that hold a value and the different values among them. `kind` is what nearly all values of a column are that is
    read as no type (number, date, boolean, email), `odd` counts the rows that hold something else and `odd_rows` are
    the first of them. `same_as` is the first header of the table that has the same values, `alike` in which share of
    the rows that fill either. `fillers` counts the cells of an unmapped column that say nothing ("Select", "n/a"), and
    `filler` is what most of them say. `standard` columns are in every export of the system, used or not.
    """

    header: str
    field: str | None
    confidence: float
    reason: str
    opinion: str = ""
    filled: int = 0
    distinct: int = 0
    kind: str = ""
    odd: int = 0
    odd_rows: tuple[int, ...] = ()
    same_as: str = ""
    alike: float = 0.0
    standard: bool = False
    fillers: int = 0
    filler: str = ""


@dataclass(frozen=True)
class SourceInfo:
    """One table of one file, as read.

    `rows_present` = `rows_read` + `rows_set_aside`. `entity` is None for a table that is not customer data; `reason`
    then says why it was left out.
    """

    source: str
    file: str
    sheet: str
    system: str
    object: str
    entity: str | None
    confidence: float
    reason: str
    rows_present: int
    rows_read: int
    rows_set_aside: int
    mapping: tuple[ColumnMapping, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def unmapped(self) -> tuple[str, ...]:
        return tuple(column.header for column in self.mapping if column.field is None)


@dataclass(frozen=True)
class Table:
    """All records of one entity, over all sources.

    `frame`, `text` and `lineage` share one index: the record numbers, unique within the entity and kept when a part of
    the table is taken. `frame` holds canonical fields in their types (blank is NA); `text` the original text of those
    that are not text themselves; `lineage` source, file, sheet and row (1 for the first data row below the header),
    and `unread` where columns that are not mapped tell rows of one file apart that are otherwise the same.
    """

    entity: str
    frame: pd.DataFrame
    text: pd.DataFrame
    lineage: pd.DataFrame

    def __len__(self) -> int:
        return len(self.frame)

    def __contains__(self, name: str) -> bool:
        return name in self.frame.columns

    def __getitem__(self, name: str) -> pd.Series:
        """The typed column. Raises KeyError where no source has it."""
        return self.frame[name]

    @property
    def index(self) -> pd.Index:
        return self.frame.index

    def column(self, name: str) -> pd.Series:
        """The typed column, or an all-blank one where no source has it."""
        if name in self.frame.columns:
            return self.frame[name]
        spec = entities()[self.entity].fields.get(name)
        if spec is None:
            dtype: Any = "float64" if DERIVED_TYPES[name] == "number" else TEXT
            return pd.Series(np.nan if dtype == "float64" else pd.NA, index=self.index, dtype=dtype)
        return empty_column(spec, self.index)

    def original(self, name: str) -> pd.Series:
        """The text of a field as the source wrote it."""
        if name in self.text.columns:
            return self.text[name]
        if name in self.frame.columns and self.frame[name].dtype == TEXT:
            return self.frame[name]
        return self.column(name).astype(TEXT)

    @property
    def unread(self) -> pd.Series:
        """A number per row that differs, within a file, where its unmapped columns do."""
        if "unread" in self.lineage:
            return self.lineage["unread"]
        return pd.Series(0, index=self.index, dtype="int64")

    def take(self, rows: Any) -> "Table":
        """The part selected by a boolean mask; record numbers are kept."""
        return Table(self.entity, self.frame[rows], self.text[rows], self.lineage[rows])

    def with_columns(self, **columns: pd.Series) -> "Table":
        return replace(self, frame=self.frame.assign(**columns))

    @cached_property
    def codes(self) -> dict[str, tuple[np.ndarray, pd.Series]]:
        """Cache of `distinct`: filled by the engine, one factorisation per column for all rules."""
        return {}

    @cached_property
    def memo(self) -> dict[tuple[Any, ...], Any]:
        """What `derived` has worked out; the engine empties it when the rules have run."""
        return {}

    def derived(self, function: Callable[..., Derived], *args: Hashable) -> Derived:
        """``function(table, *args)``, worked out once for all rules that ask; nobody may write to it."""
        if (function, *args) not in self.memo:
            self.memo[function, *args] = function(self, *args)
        return cast(Derived, self.memo[function, *args])

    def texts(self, name: str) -> tuple[np.ndarray, pd.Series]:
        """As `distinct`, but a value may occur again in a column where nearly all differ."""
        if name in self.codes or not nearly_all_differ(self.frame[name]):
            return self.distinct(name)
        filled = self.frame[name].notna().to_numpy()
        codes = np.where(filled, np.cumsum(filled) - 1, -1)
        return codes, self.frame[name] if filled.all() else self.frame[name][filled].reset_index(drop=True)

    def distinct(self, name: str) -> tuple[np.ndarray, pd.Series]:
        """Codes per row (-1 for blank) and the distinct values of a text column, in order of first appearance."""
        if name not in self.codes:
            codes, values = pd.factorize(self.frame[name], use_na_sentinel=True)
            self.codes[name] = (codes, pd.Series(values, dtype=self.frame[name].dtype))
        return self.codes[name]


@dataclass(frozen=True)
class Dataset:
    """All canonical tables of a run, with the account of every file they came from.

    `set_aside` holds the rows that could not be read: file, line, reason, text.
    """

    tables: Mapping[str, Table]
    sources: tuple[SourceInfo, ...] = ()
    set_aside: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(
            {name: pd.Series(dtype=TEXT) for name in ("file", "line", "reason", "text")}
        )
    )
    warnings: tuple[str, ...] = ()

    def __contains__(self, entity: str) -> bool:
        return entity in self.tables and len(self.tables[entity]) > 0

    def __getitem__(self, entity: str) -> Table:
        return self.tables[entity]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def get(self, entity: str) -> Table:
        """The table, or an empty one where no source holds this entity."""
        return self.tables[entity] if entity in self.tables else empty_table(entity)

    def has(self, qualified: str) -> bool:
        """Whether any source gives the field ``entity.name``."""
        entity, _, name = qualified.partition(".")
        return entity in self and name in self.tables[entity]

    def source_of(self, record: int) -> SourceInfo:
        """The source table that a number below zero stands for: -1 is the first. Findings about a column have such."""
        return self.sources[-1 - record]

    def replace(self, **tables: Table) -> "Dataset":
        return replace(self, tables=MappingProxyType({**self.tables, **tables}))


@cache
def empty_table(entity: str) -> Table:
    """A table without records; one for each entity, as tables never change."""
    index = pd.RangeIndex(0)
    lineage = pd.DataFrame({name: pd.Series(dtype=TEXT if name != "row" else "int64") for name in LINEAGE_COLUMNS})
    return Table(entity, pd.DataFrame(index=index), pd.DataFrame(index=index), lineage)


def table_from_frame(
    entity: str, frame: pd.DataFrame, *, source: str = "test", file: str = "test.csv", text: pd.DataFrame | None = None
) -> Table:
    """A table from a frame of canonical columns, each cast to its field's type; for tests and library callers."""
    frame = frame.reset_index(drop=True)
    spec = entities()[entity]
    typed = {}
    originals = {}
    for name in frame.columns:
        dtype = (
            spec[name].dtype if name in spec.fields else ("float64" if DERIVED_TYPES.get(name) == "number" else TEXT)
        )
        typed[name] = frame[name].astype(dtype)
        if name in spec.fields and not spec[name].is_text:
            originals[name] = frame[name].astype(TEXT)
    lineage = pd.DataFrame(
        {
            "source": pd.Series(source, index=frame.index, dtype="category"),
            "file": pd.Series(file, index=frame.index, dtype="category"),
            "sheet": pd.Series("", index=frame.index, dtype="category"),
            "row": pd.Series(np.arange(1, len(frame) + 1), index=frame.index, dtype="int64"),
        }
    )
    original = pd.DataFrame(originals, index=frame.index) if text is None else text.reset_index(drop=True)
    return Table(entity, pd.DataFrame(typed, index=frame.index), original, lineage)
