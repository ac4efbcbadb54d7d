"""Which column of a source's own file a changed cell belongs into, where that is beyond doubt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from audit.dataset import SourceInfo
from audit.schema import entities
from audit.sources.headers import header_key
from audit.sources.systems import SystemObject, systems

KEYS: Mapping[str, str] = {"mailchimp": "email"}
"""Systems that know a record by another field than its id when they import."""
_DERIVED = frozenset({"contact.lifecycle"})


@dataclass(frozen=True)
class ExportFile:
    """One table of one file as its system wrote it: per field its headers, each with how many rows it fills."""

    source: str
    file: str
    sheet: str
    system: str
    object: str
    entity: str
    headers: Mapping[str, tuple[tuple[str, int], ...]]

    @property
    def place(self) -> tuple[str, str]:
        return self.file, self.sheet

    @property
    def key(self) -> str:
        """The field by which the system knows a record when it imports."""
        return KEYS.get(self.system, "source_id")

    @property
    def key_header(self) -> str | None:
        """The header of that field; None where the file has none, or several."""
        held = self.headers.get(self.key, ())
        return held[0][0] if len(held) == 1 else None

    @property
    def known(self) -> SystemObject | None:
        objects = systems()[self.system].objects if self.system in systems() else ()
        return next((one for one in objects if one.name == self.object), None)

    def header(self, field: str, filled: int) -> tuple[str | None, str]:
        """The header of a field, or why it has none that a file may be made of; `filled` rows hold the field."""
        spec = entities()[self.entity].fields[field]
        held = self.headers.get(field, ())
        if not held or spec.qualified in _DERIVED:
            return None, "no column of the file holds it"
        used = [name for name, count in held if count] or [held[0][0]]
        if len(used) > 1:
            return None, f"the file holds it in several columns: {', '.join(used)}"
        if field in (self.key, "source_id"):
            return None, "the system knows the record by it: change it there"
        if sum(name == used[0] for others in self.headers.values() for name, _ in others) > 1:
            return None, "several columns of the file have this name"
        known, key = self.known, header_key(used[0])
        if spec.is_multi:
            return None, "a list, which an import replaces as a whole"
        if known and (key in known.inverse or key in known.scale or field in known.prefixed):
            return None, "the file writes it in another form"
        if filled > sum(count for _, count in held):
            return None, "some of its values stand in other columns of the file"
        return used[0], ""

    def own_id(self, key: str) -> str:
        """A record's id as the system writes it."""
        # The prefixes that reading cuts off are plain texts after a caret.
        cut = self.known.prefixed.get("source_id", "") if self.known and self.key == "source_id" else ""
        prefix = cut.removeprefix("^").replace("'", "")
        return prefix + key


def files_of_sources(sources: Iterable[SourceInfo]) -> list[ExportFile]:
    return [
        ExportFile(
            info.source,
            info.file,
            info.sheet,
            info.system,
            info.object,
            info.entity,
            _headers((column.field, column.header, column.filled) for column in info.mapping),
        )
        for info in sources
        if info.entity is not None
    ]


def files_of_summary(sources: Iterable[Mapping[str, Any]]) -> list[ExportFile]:
    """The same from the "sources" of audit.json."""
    return [
        ExportFile(
            info["source"],
            info["file"],
            info["sheet"],
            info["system"],
            info["object"],
            info["entity"],
            _headers((column["field"], column["header"], column["filled"]) for column in info["mapping"]),
        )
        for info in sources
        if info["entity"] is not None
    ]


def _headers(columns: Iterable[tuple[str | None, str, int]]) -> dict[str, tuple[tuple[str, int], ...]]:
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for field, header, filled in columns:
        if field is not None:
            found[field] = (*found.get(field, ()), (header, filled))
    return found
