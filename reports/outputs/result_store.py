"""The result of an audit as plain files, from which every section of the report renders again.

`result.json` holds the fields of `audit.result.AuditResult` and of the dataclasses in it; a frame stands there as
``{"$frame": ...}`` and lies beside it as Parquet. Tables of records are `records/<entity>.parquet`, which also answer
questions about one record. Nothing is ever run that a file says: classes are known by the fields of AuditResult.
"""

import json
import typing
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.errors import UsageError
from audit.matching import MatchOptions, MatchResult
from audit.result import AuditResult
from audit.rule import Rule
from reports.outputs import record_tables, saved_rules
from reports.outputs.frames import restore, save
from reports.outputs.saved_match import SavedMatch, parts_of

FOLDER = "result"
RECORDS = "records"
NAME = "result.json"
FORM = 1
"""Of these files; a result of another form is not read."""
AGAIN = "Run the audit again."


def write_result(result: AuditResult, folder: Path) -> list[Path]:
    """Writes the result below `folder` and gives the paths. Raises TypeError for a field that has no stored form."""
    place = folder / FOLDER
    place.mkdir()
    store = _Writer(place)
    content = {"form": FORM, "result": store.plain(result, "")}
    path = place / NAME
    path.write_text(
        json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n", encoding="utf-8", newline="\n"
    )
    return [path, *store.paths]


def read_result(folder: Path) -> AuditResult:
    """The result that `write_result` wrote. Raises UsageError where it is not there, not whole, or of another form."""
    place = folder / FOLDER
    try:
        content = json.loads((place / NAME).read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{folder} keeps no whole result.", hint=AGAIN) from error
    except ValueError as error:
        raise UsageError(f"{place / NAME} is damaged.", hint=AGAIN) from error
    if not isinstance(content, dict) or content.get("form") != FORM:
        raise UsageError(f"{folder} was written by another version of crm-audit.", hint=AGAIN)
    try:
        settings = content["result"]["settings"]
        return typing.cast(AuditResult, _Reader(place, settings).value(content["result"]))
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise UsageError(f"{place} is damaged ({type(error).__name__}).", hint=AGAIN) from error


class _Writer:
    """Turns values into what JSON knows; frames go into files beside it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.paths: list[Path] = []

    def plain(self, value: Any, where: str) -> Any:
        match value:
            case None | bool() | str() | int() if not isinstance(value, StrEnum):
                return value
            case float():
                return value if isfinite(value) else {"$float": repr(value)}
            case StrEnum():
                return {"$enum": type(value).__name__, "value": str(value)}
            case np.bool_() | np.integer():
                return value.item()
            case np.floating():
                return self.plain(float(value), where)
            case pd.Timestamp():
                return {"$time": value.isoformat()}
            case date():
                return {"$date": value.isoformat()}
            case np.ndarray():
                return {"$array": self.plain(value.tolist(), where), "dtype": str(value.dtype)}
            case pd.DataFrame():
                path = self._path(where)
                return {"$frame": path.name, **save(value, path)}
            case pd.Series():
                path = self._path(where)
                return {"$series": path.name, "name": value.name, **save(value.rename("value").to_frame(), path)}
            case Table():
                path = self._records(where, value.entity)
                return {"$table": path.relative_to(self.place).as_posix(), **record_tables.save(value, path)}
            case MatchResult():
                return {"$match": self.plain(parts_of(value), where)}
            case Rule():
                return {"$rule": value.id, **saved_rules.card(value)}
            case Mapping():
                return self._mapping(value, where)
            case tuple() | list():
                parts = [self.plain(item, f"{where}.{number}") for number, item in enumerate(value)]
                return parts if isinstance(value, list) else {"$tuple": parts}
            case Set():
                return {"$set": [self.plain(item, where) for item in sorted(value)]}
            case _ if is_dataclass(value) and type(value) in known().values():
                held = {
                    item.name: self.plain(getattr(value, item.name), _under(where, item.name)) for item in fields(value)
                }
                return {"$of": type(value).__name__, **held}
        raise TypeError(f"AuditResult.{where}: {type(value).__name__} has no stored form")

    def _mapping(self, value: Mapping[Any, Any], where: str) -> Any:
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: self.plain(item, _under(where, key)) for key, item in value.items()}
        return {
            "$pairs": [
                [self.plain(key, where), self.plain(item, f"{where}.{number}")]
                for number, (key, item) in enumerate(value.items())
            ]
        }

    def _path(self, where: str) -> Path:
        """The next file, named by the field it holds, or by a number where that is not made of plain letters."""
        name = where if all(char.isascii() and (char.isalnum() or char in "_.") for char in where) else ""
        self.paths.append(self.place / f"{name or f'frame{len(self.paths)}'}.parquet")
        return self.paths[-1]

    def _records(self, where: str, entity: str) -> Path:
        """The file of a table of records: those as they were read have a folder that other commands know."""
        folder = self.place / (RECORDS if where.startswith("dataset.") else where.partition(".")[0])
        folder.mkdir(exist_ok=True)
        self.paths.append(folder / f"{entity}.parquet")
        return self.paths[-1]


class _Reader:
    """Turns what `_Writer` wrote into values again."""

    def __init__(self, place: Path, settings: Mapping[str, Any]) -> None:
        self.place = place
        self.rules = saved_rules.at_hand(settings.get("own_rule", ()))

    def value(self, told: Any) -> Any:
        if isinstance(told, list):
            return [self.value(item) for item in told]
        if not isinstance(told, dict):
            return told
        kind = next((key for key in told if key.startswith("$")), None)
        if kind is None:
            return MappingProxyType({key: self.value(item) for key, item in told.items()})
        return self._tagged(kind, told[kind], told)

    def _tagged(self, kind: str, held: Any, told: Mapping[str, Any]) -> Any:
        match kind:
            case "$float":
                return float(held)
            case "$enum":
                return _enums()[held](told["value"])
            case "$time":
                return pd.Timestamp(held)
            case "$date":
                return date.fromisoformat(held)
            case "$array":
                return np.array(self.value(held), dtype=told["dtype"])
            case "$tuple":
                return tuple(self.value(item) for item in held)
            case "$set":
                return frozenset(self.value(item) for item in held)
            case "$pairs":
                return {self.value(key): self.value(item) for key, item in held}
            case "$frame":
                return restore(self._file(held), told)
            case "$series":
                return restore(self._file(held), told)["value"].rename(told["name"])
            case "$table":
                return record_tables.restore(self._file(held), told)
            case "$rule":
                return saved_rules.rule_of(held, told, self.rules)
            case "$match":
                return SavedMatch(self.value(held))
            case "$of":
                return self._made(known()[held], told)
        raise ValueError(f"{kind} is nothing that is stored")

    def _file(self, name: str) -> Path:
        path = self.place / name
        if not path.is_file():
            raise UsageError(f"{self.place} is not whole: {path.name} is gone.", hint=AGAIN)
        return path

    def _made(self, kind: type, told: Mapping[str, Any]) -> Any:
        """A dataclass from its stored fields; one that an older run did not know has its default."""
        held = {item.name: self.value(told[item.name]) for item in fields(kind) if item.name in told}
        made = kind(**held)
        if isinstance(made, AuditResult):
            tables = made.dataset.tables
            for entity, found in made.matches.items():
                if isinstance(found, SavedMatch):
                    found.of(tables[entity])
        return made


@cache
def known() -> Mapping[str, type]:
    """The dataclasses that an AuditResult is made of, by name."""
    found: dict[str, type] = {}
    for kind in _reachable(AuditResult):
        if is_dataclass(kind) and kind not in (Table, MatchResult):
            found[kind.__name__] = kind
    return MappingProxyType({**found, MatchOptions.__name__: MatchOptions})


@cache
def _enums() -> Mapping[str, type[StrEnum]]:
    return MappingProxyType({kind.__name__: kind for kind in _reachable(AuditResult) if issubclass(kind, StrEnum)})


@cache
def _reachable(kind: type) -> tuple[type, ...]:
    """A class and all classes that its fields name, each once."""
    seen: dict[type, None] = {}
    waiting: list[Any] = [kind]
    while waiting:
        hint = waiting.pop()
        waiting.extend(typing.get_args(hint))
        if not isinstance(hint, type) or hint in seen or typing.get_origin(hint) is not None:
            continue
        seen[hint] = None
        if is_dataclass(hint) and hint not in (Table, MatchResult):
            waiting.extend(typing.get_type_hints(hint).values())
    return tuple(seen)


def _under(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
