"""The known systems as data: one TOML file each in `systems/`, with the headers, files and habits of their exports."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from audit.schema import entities
from audit.sources.headers import header_key, header_keys


@dataclass(frozen=True)
class FileRule:
    """Values that a file's name gives to all of its rows: Mailchimp's status is nowhere else."""

    pattern: str
    set: Mapping[str, str]


@dataclass(frozen=True)
class SystemObject:
    """One kind of table that a system exports.

    `index` leads from a header's key to (field, rank): of two headers for one field the lower rank wins. `known` are
    keys that belong to the export but to no field. A table is taken for this object when `least` of its `marks` occur.

    `prefixed` cuts a pattern off the values of a field, `scale` multiplies the numbers under a header, `inverse`
    headers mean yes by no, and the columns of a `coalesce` field fill each other's gaps.
    """

    system: str
    label: str
    name: str
    entity: str | None
    reason: str
    files: tuple[str, ...]
    marks: frozenset[str]
    least: int
    ids: tuple[str, ...]
    index: Mapping[str, tuple[str, int]]
    prefixes: tuple[tuple[str, str], ...]
    known: frozenset[str]
    constants: Mapping[str, str]
    by_file: tuple[FileRule, ...]
    separators: Mapping[str, str]
    prefixed: Mapping[str, str]
    transform: str
    empty: frozenset[str]
    blank_is_false: bool
    day_first: bool | None
    scale: Mapping[str, float]
    inverse: frozenset[str]
    coalesce: frozenset[str]

    def find(self, header: str) -> tuple[str, int] | None:
        """The field of a header and its rank, or None."""
        for key in header_keys(header) or (header.strip(),):
            if key in self.index:
                return self.index[key]
        key = header_key(header)
        for start, name in self.prefixes:
            if key.startswith(start):
                return name, 99
        return None

    def knows(self, header: str) -> bool:
        keys = header_keys(header)
        return any(key in self.known for key in keys) or any(
            key.startswith(known.removesuffix("*")) for known in self.known if known.endswith("*") for key in keys[:1]
        )

    def named(self, file: str) -> bool:
        """Whether a file's name is one that this object's exports have."""
        return any(fnmatchcase(file, pattern) for pattern in self.files)


@dataclass(frozen=True)
class System:
    """A system: its name, the label a reader sees, how its files are called, and its objects."""

    name: str
    label: str
    files: tuple[str, ...]
    objects: tuple[SystemObject, ...]

    def named(self, file: str) -> bool:
        return any(fnmatchcase(file, pattern) for pattern in self.files)


@cache
def systems() -> Mapping[str, System]:
    """All shipped systems by name. Raises ValueError if a shipped file is wrong."""
    found = {}
    for item in sorted((resources.files("audit.sources") / "systems").iterdir(), key=lambda path: path.name):
        if item.name.endswith(".toml") and not item.name.startswith("_"):
            system = _system(tomllib.loads(item.read_text("utf-8")), item.name)
            found[system.name] = system
    return MappingProxyType(found)


def _system(data: dict[str, Any], where: str) -> System:
    objects = tuple(_object(data, name, spec, where) for name, spec in data["objects"].items())
    return System(data["name"], data["label"], tuple(data.get("files", ())), objects)


def _object(data: dict[str, Any], name: str, spec: dict[str, Any], where: str) -> SystemObject:
    entity = spec.get("entity") or None
    fields = spec.get("fields", {})
    allowed = set(entities()[entity].fields) if entity else set()
    given = set(fields) | set(spec.get("constants", {})) | set(spec.get("separators", {}))
    for rule in spec.get("by_file", ()):
        given |= set(rule["set"])
    if spec.get("transform") != "snapshots" and given - allowed:
        raise ValueError(f"{where}: {name} has unknown fields {sorted(given - allowed)}")
    index: dict[str, tuple[str, int]] = {}
    prefixes = []
    for field, headers in fields.items():
        for rank, header in enumerate(headers):
            if header.endswith("*"):
                prefixes.append((header_key(header), field))
            else:
                index.setdefault(header_key(header) or header, (field, rank))
    known = [*data.get("known", ()), *spec.get("known", ())]
    return SystemObject(
        system=data["name"],
        label=data["label"],
        name=name,
        entity=entity,
        reason=spec.get("reason", ""),
        files=tuple(spec.get("files", ())),
        marks=frozenset(header_key(mark) or mark for mark in spec.get("marks", ())),
        least=spec.get("least", 2),
        ids=tuple(spec.get("ids", ())),
        index=MappingProxyType(index),
        prefixes=tuple(prefixes),
        known=frozenset(header_key(header) + ("*" if header.endswith("*") else "") for header in known),
        constants=MappingProxyType(dict(spec.get("constants", {}))),
        by_file=tuple(FileRule(rule["pattern"], MappingProxyType(rule["set"])) for rule in spec.get("by_file", ())),
        separators=MappingProxyType({**data.get("separators", {}), **spec.get("separators", {})}),
        prefixed=MappingProxyType({**data.get("prefixed", {}), **spec.get("prefixed", {})}),
        transform=spec.get("transform", ""),
        empty=frozenset((*data.get("empty", ()), *spec.get("empty", ()))),
        blank_is_false=spec.get("blank_is_false", data.get("blank_is_false", False)),
        day_first=spec.get("day_first", data.get("day_first")),
        scale=MappingProxyType({header_key(header): factor for header, factor in spec.get("scale", {}).items()}),
        inverse=frozenset(header_key(header) for header in spec.get("inverse", ())),
        coalesce=frozenset(spec.get("coalesce", ())),
    )
