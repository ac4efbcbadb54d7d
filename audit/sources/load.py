"""The way from paths to a `Dataset`: find, read, detect, map, type, assemble."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa

from audit.dataset import Dataset, SourceInfo
from audit.errors import NothingReadable
from audit.schema import TEXT
from audit.sources import files
from audit.sources.assemble import Part, account, canonical, together
from audit.sources.databases import display_name, is_url, read_database
from audit.sources.detect import Detection, detect
from audit.sources.examine import examined
from audit.sources.history import from_snapshots
from audit.sources.mapping import Column, Guess, map_columns
from audit.sources.raw import RawTable, Unreadable, gathered

_DAMAGE = (ValueError, LookupError, ArithmeticError, OSError, MemoryError, RecursionError, pa.ArrowException)
"""What hostile bytes may still raise within a format's library; one file never ends a run."""


@dataclass(frozen=True)
class SourceOverride:
    """A user's correction for the files that a pattern names; what is None stays as detected.

    `columns` leads from headers to field names; "" leaves a column unmapped. A correction always wins.
    """

    file: str
    system: str | None = None
    entity: str | None = None
    sheet: str | None = None
    day_first: bool | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    ignore: bool = False

    def concerns(self, raw: RawTable) -> bool:
        name = PurePosixPath(raw.file).name
        named = any(fnmatchcase(text, self.file) for text in (raw.file, name))
        return named and self.sheet in (None, raw.sheet)


@dataclass(frozen=True)
class _Seen:
    """A raw table on its way: its columns with their profiles, the user's correction, what it was taken for."""

    raw: RawTable
    columns: tuple[Column, ...]
    correction: SourceOverride
    found: Detection


def load(
    paths: Sequence[Path | str],
    *,
    overrides: Sequence[SourceOverride] = (),
    progress: Callable[[str], None] | None = None,
) -> Dataset:
    """All tables below the paths as one data set.

    A path is a file, a folder, an archive, "-" for standard input, or the URL of a database. Raises SourceError if a
    path does not exist, NothingReadable if not one table could be read. A file that cannot be read among others is a
    warning and a source without entity.
    """
    tell = progress or (lambda _: None)
    raws, failed = _read(paths, tell)
    if not raws:
        _nothing(paths, failed)
    raws = gathered(raws)
    pa.default_memory_pool().release_unused()
    aside = _set_aside(raws)
    seen = _detected(raws, overrides)
    raws.clear()
    pa.default_memory_pool().release_unused()
    parts: list[Part] = []
    infos: list[SourceInfo] = []
    while seen:
        table = seen.pop(0)
        tell(f"mapping {table.raw.file}")
        part, info = _mapped(table)
        parts += [part] if part is not None else []
        infos.append(info)
    pa.default_memory_pool().release_unused()
    warnings = [f"{info.file}: {info.reason}; it was left out" for info in failed]
    if not parts:
        warnings.append("no table with customer data was found; see the sources for what each table was taken for")
    return Dataset(
        tables=MappingProxyType(together(parts)),
        sources=(*infos, *failed),
        set_aside=aside,
        warnings=tuple(warnings),
    )


def _read(paths: Sequence[Path | str], tell: Callable[[str], None]) -> tuple[list[RawTable], list[SourceInfo]]:
    """Every table that can be read, and an entry for each source that cannot."""
    raws: list[RawTable] = []
    failed: list[SourceInfo] = []

    def take(name: str, tables: Iterator[RawTable]) -> None:
        tell(f"reading {name}")
        try:
            for table in tables:
                raws.append(table)
        except Unreadable as error:
            failed.append(_failure(name, str(error)))
        except _DAMAGE as error:
            failed.append(
                _failure(name, f"it is damaged in a way that its reader does not know ({type(error).__name__})")
            )

    for url in filter(is_url, paths):
        take(display_name(str(url)), read_database(str(url)))
    for item in files.find([path for path in paths if not is_url(path)]):
        if isinstance(item, files.Refused):
            failed.append(_failure(item.name, item.reason))
        else:
            take(item.name, files.read(item))
    return raws, failed


def describe(dataset: Dataset) -> list[dict[str, Any]]:
    """Per source table what it was taken for and why, and what became of each column; plain data."""
    return [
        {
            "source": info.source,
            "file": info.file,
            "sheet": info.sheet,
            "system": info.system,
            "object": info.object,
            "entity": info.entity,
            "confidence": info.confidence,
            "reason": info.reason,
            "rows_present": info.rows_present,
            "rows_read": info.rows_read,
            "rows_set_aside": info.rows_set_aside,
            "mapping": [
                {
                    "header": column.header,
                    "field": column.field,
                    "confidence": column.confidence,
                    "reason": column.reason,
                    "opinion": column.opinion,
                    "filled": column.filled,
                    "distinct": column.distinct,
                }
                for column in info.mapping
            ],
            "unmapped": list(info.unmapped),
            "notes": list(info.notes),
        }
        for info in dataset.sources
    ]


def _detected(raws: Sequence[RawTable], overrides: Sequence[SourceOverride]) -> list[_Seen]:
    """Every table with what it was taken for; a second look at tables that stand beside known ones."""
    seen = []
    for raw in raws:
        columns = tuple(
            Column.of(name, header, raw.frame[name])
            for name, header in zip(raw.frame.columns, raw.headers, strict=True)
        )
        correction = _correction(raw, overrides)
        found = detect(raw.file, raw.sheet, columns, system=correction.system, entity=correction.entity)
        seen.append(_Seen(raw, columns, correction, found))
    return [_beside(table, seen) for table in seen]


def _beside(table: _Seen, seen: Sequence[_Seen]) -> _Seen:
    """The table looked at again in the light of its neighbours, if it was not known by itself."""
    if table.found.known is not None or table.correction.system or table.correction.entity:
        return table
    folder = PurePosixPath(table.raw.file).parent
    systems = [
        other.found.system
        for other in seen
        if other.found.known is not None and PurePosixPath(other.raw.file).parent == folder
    ]
    near = frozenset(system for system in systems if systems.count(system) >= 2)
    if not near:
        return table
    return replace(table, found=detect(table.raw.file, table.raw.sheet, table.columns, neighbours=near))


def _correction(raw: RawTable, overrides: Sequence[SourceOverride]) -> SourceOverride:
    """What the user said about a table; later corrections complete earlier ones."""
    merged = SourceOverride(file=raw.file)
    for override in overrides:
        if override.concerns(raw):
            merged = replace(
                merged,
                system=override.system or merged.system,
                entity=override.entity or merged.entity,
                day_first=override.day_first if override.day_first is not None else merged.day_first,
                columns={**merged.columns, **override.columns},
                ignore=override.ignore or merged.ignore,
            )
    return merged


def _mapped(table: _Seen) -> tuple[Part | None, SourceInfo]:
    raw, found = table.raw, table.found
    if table.correction.ignore:
        found = replace(found, entity=None, reason="left out in audit.toml")
    if found.entity is None:
        guesses = [Guess(column, None, 0.0, "the table was left out") for column in table.columns]
        return None, account(raw, found, guesses)
    if found.known is not None and found.known.transform == "snapshots":
        part, info = from_snapshots(raw, found, table.columns)
        return part, info
    guesses = map_columns(table.columns, found.entity, found.known, table.correction.columns)
    guesses = examined(raw, guesses, found)
    return canonical(raw, found, guesses, day_first=table.correction.day_first)


def _failure(name: str, reason: str) -> SourceInfo:
    return SourceInfo(
        source=PurePosixPath(name).stem,
        file=name,
        sheet="",
        system="",
        object="",
        entity=None,
        confidence=0.0,
        reason=reason,
        rows_present=0,
        rows_read=0,
        rows_set_aside=0,
    )


def _nothing(paths: Sequence[Path | str], failed: Sequence[SourceInfo]) -> None:
    shown = "; ".join(f"{info.file}: {info.reason}" for info in failed[:5])
    where = ", ".join(display_name(str(path)) if is_url(path) else str(path) for path in paths) or "no path"
    message = f"Nothing could be read ({shown})." if shown else f"There is no file with data in {where}."
    raise NothingReadable(
        message,
        hint="Give exports as CSV, XLSX, ODS, JSON, Parquet, SQLite, DuckDB, vCard or mail files, a folder or zip of "
        "them, or the URL of a database.",
    )


def _set_aside(raws: Sequence[RawTable]) -> pd.DataFrame:
    rows = [(raw.file, str(row.line), row.reason, row.text) for raw in raws for row in raw.set_aside]
    return pd.DataFrame(rows, columns=["file", "line", "reason", "text"]).astype(TEXT)
