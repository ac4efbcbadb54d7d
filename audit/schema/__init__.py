"""Canonical entities and fields, as data: one TOML file per entity in `entities/`, checked when loaded."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

import pandas as pd
import pyarrow as pa

TEXT = pd.StringDtype("pyarrow")
"""The type of every text column: Arrow strings with pd.NA for blank."""

MULTI_SEPARATOR = ";"
"""Between the values of one cell in canonical multi-value fields (emails, phones, tags)."""

_TEXT_TYPES = frozenset(
    "id reference text name company email emails phone phones domain url choice tags country currency note".split()
)
_DTYPES: Mapping[str, object] = {
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
    "money": "float64",
    "number": "float64",
    "percent": "float64",
    "boolean": "boolean",
}
FIELD_TYPES = _TEXT_TYPES | frozenset(_DTYPES)
ROLES = ("identifies", "reaches", "segments", "values", "records")
ROLE_WEIGHTS: Mapping[str, float] = {"identifies": 2.0, "reaches": 2.0, "values": 1.5, "segments": 1.0, "records": 1.0}


@dataclass(frozen=True)
class Field:
    """One canonical field of an entity.

    `type` decides the column's dtype; money is in units of the row's currency, percent a fraction of 1, times naive
    UTC. `role` says what the field does for a reader: identifies, reaches, segments or values somebody, or records
    what happened. `expected` fields are those whose absence makes an export incomplete.
    """

    entity: str
    name: str
    type: str
    role: str
    expected: bool = False
    title: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def dtype(self) -> object:
        return _DTYPES.get(self.type, TEXT)

    @property
    def is_text(self) -> bool:
        """Whether the canonical column holds the source's text unchanged."""
        return self.type in _TEXT_TYPES

    @property
    def is_multi(self) -> bool:
        return self.type in ("emails", "phones", "tags")

    @property
    def weight(self) -> float:
        """How much a cell of this field counts in the score."""
        return ROLE_WEIGHTS[self.role]

    @property
    def qualified(self) -> str:
        return f"{self.entity}.{self.name}"


@dataclass(frozen=True)
class Entity:
    """A canonical table: its name, the title a reader sees, its fields in order."""

    name: str
    title: str
    fields: Mapping[str, Field]

    def __getitem__(self, name: str) -> Field:
        return self.fields[name]


@cache
def entities() -> Mapping[str, Entity]:
    """All canonical entities by name. Raises ValueError if a shipped file is wrong."""
    found = {}
    folder = resources.files("audit.schema") / "entities"
    for item in sorted(folder.iterdir(), key=lambda path: path.name):
        if item.name.endswith(".toml"):
            entity = _entity(tomllib.loads(item.read_text("utf-8")), item.name)
            found[entity.name] = entity
    return MappingProxyType(found)


def field(qualified: str) -> Field:
    """The field called ``entity.name``. Raises KeyError if there is none."""
    entity, _, name = qualified.partition(".")
    return entities()[entity][name]


def empty_column(spec: Field, index: pd.Index) -> pd.Series:
    """An all-blank column of the field's type."""
    if spec.dtype == TEXT:
        return pd.Series(TEXT.construct_array_type()(pa.nulls(len(index), pa.large_string())), index=index)
    return pd.Series(pd.NA if spec.is_text or spec.type == "boolean" else None, index=index, dtype=spec.dtype)


def _entity(data: dict, where: str) -> Entity:
    name = data["name"]
    fields = {}
    for field_name, spec in data["fields"].items():
        if spec["type"] not in FIELD_TYPES or spec["role"] not in ROLES:
            raise ValueError(f"{where}: field {field_name!r} has an unknown type or role: {spec}")
        fields[field_name] = Field(
            entity=name,
            name=field_name,
            type=spec["type"],
            role=spec["role"],
            expected=spec.get("expected", False),
            title=spec.get("title") or field_name.replace("_", " ").capitalize(),
            aliases=tuple(spec.get("aliases", ())),
        )
    return Entity(name, data["title"], MappingProxyType(fields))
