"""What a table is: the system and object it was exported from, or else the entity that its columns speak of."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from types import MappingProxyType

from audit.schema import entities
from audit.sources.headers import header_key, header_keys
from audit.sources.mapping import Column, Guess, claims, map_columns
from audit.sources.systems import System, SystemObject, systems

_STEM_WORDS = re.compile(r"[^\W\d_]+")
_PLAIN = frozenset(
    "dataset data export exports dirty raw clean cleaned final list sample report input output all records record "
    "table full crm copy new old test demo online csv file master the of".split()
)


@dataclass(frozen=True)
class Detection:
    """What a table was taken for. `entity` is None for a table that is left out; `known` is set for a known system."""

    system: str
    object: str
    entity: str | None
    confidence: float
    reason: str
    known: SystemObject | None = None


@dataclass(frozen=True)
class EntityHint:
    """How a table of unknown origin shows its entity: words of its file name, and fields it must have."""

    entity: str
    words: frozenset[str]
    needs: tuple[frozenset[str], ...]
    least: int


def detect(
    file: str,
    sheet: str,
    columns: Sequence[Column],
    *,
    system: str | None = None,
    entity: str | None = None,
    neighbours: frozenset[str] = frozenset(),
) -> Detection:
    """The best reading of a table. `system` and `entity` are a user's corrections; `neighbours` the systems of the
    tables beside it, which make a table of theirs credible whose own headers say little."""
    if system != "generic":
        best = max(
            (
                found
                for known in systems().values()
                if system in (None, known.name)
                for item in known.objects
                if entity in (None, item.entity)
                and (found := _as_object(file, sheet, columns, known, item, forced=system is not None, near=neighbours))
            ),
            key=lambda found: found[0],
            default=None,
        )
        if best is not None:
            return best[1]
    return _generic(file, sheet, columns, entity)


def _as_object(
    file: str,
    sheet: str,
    columns: Sequence[Column],
    system: System,
    item: SystemObject,
    *,
    forced: bool,
    near: frozenset[str],
) -> tuple[float, Detection] | None:
    """How well a table fits one object of a system, or None if too badly."""
    path, stem = file.lower(), _stem(file, sheet)
    named = [column for column in columns if column.header]
    if not named:
        return None
    keys = {key for column in named for key in header_keys(column.header)}
    hits = sorted({mark for mark in item.marks if _marked(mark, keys)})
    matched = [column for column in named if item.find(column.header)]
    covered = (len(matched) + 0.9 * sum(not item.find(c.header) and item.knows(c.header) for c in named)) / len(named)
    by_system = system.named(path) or system.named(PurePosixPath(path).name)
    by_file = item.named(stem)
    by_id = _has_ids(columns, item)
    beside = system.name in near and by_file
    sure = len(hits) >= item.least and (covered >= 0.45 or len(hits) >= 2 * item.least or by_system)
    believable = (
        sure
        or forced
        or (by_id and covered >= 0.4)
        or (by_system and by_file and covered >= 0.4)
        or (beside and covered >= 0.4)
        or (item.entity is None and by_file and (beside or by_system or bool(hits)))
    )
    if not believable or (item.entity is not None and len(matched) < 2 and not (by_id and matched)):
        return None
    strength = min(1.0, len(hits) / max(1, item.least))
    score = (
        0.5 * covered + 0.25 * strength + 0.1 * min(1.0, len(hits) / 8) + 0.1 * by_system + 0.15 * by_file + 0.3 * by_id
    )
    score += 0.1 * beside + 0.6 * (item.entity is None and by_file)
    seen = [column.header for column in named if any(_marked(mark, set(header_keys(column.header))) for mark in hits)]
    parts = []
    if seen:
        parts.append(f"headers of {item.label}: {', '.join(seen[:4])}")
    parts += ["its ids"] if by_id else []
    parts += ["its file name"] if by_system or by_file else []
    parts += ["the tables beside it"] if beside else []
    reason = f"{'; '.join(parts)}; {len(matched)} of {len(named)} columns known"
    if item.entity is None:
        reason = f"{item.reason} ({reason})"
    confidence = round(min(0.99, 0.35 + 0.6 * score), 2)
    return score, Detection(system.name, item.name, item.entity, confidence, reason, item)


def _marked(mark: str, keys: set[str]) -> bool:
    return mark in keys


def _has_ids(columns: Sequence[Column], item: SystemObject) -> bool:
    """Whether the first column of ids has the prefixes of this object."""
    if not item.ids:
        return False
    for column in columns:
        if header_key(column.header) in ("id", f"{item.name}id", "recordid"):
            values = column.profile.common
            return bool(values) and all(value.startswith(item.ids) and len(value) > 10 for value in values)
    return False


def _generic(file: str, sheet: str, columns: Sequence[Column], entity: str | None) -> Detection:
    """The entity whose names the headers speak, weighed by how few other entities know them."""
    scored = []
    stem = _stem(file, sheet)
    for hint in hints().values():
        if entity not in (None, hint.entity):
            continue
        guesses = map_columns(columns, hint.entity, None)
        mapped = {guess.field: guess for guess in guesses if guess.field}
        enough = len(mapped) >= hint.least and all(need & set(mapped) for need in hint.needs)
        enough = enough or (
            hint.entity == "contact" and any(g.column.profile.share("email") > 0.6 for g in mapped.values())
        )
        if not enough and entity is None:
            continue
        named = _name_hint(stem, hint)
        score = named + sum(_weight(guess) for guess in mapped.values()) + _persons(mapped, hint.entity)
        scored.append((score, len(mapped), hint.entity, named, mapped))
    if not scored:
        return Detection("generic", "table", None, 0.0, _why_none(columns))
    scored.sort(key=lambda item: (-item[0], -item[1]))
    score, count, name, named, mapped = scored[0]
    second = scored[1][0] if len(scored) > 1 else 0.0
    confidence = (
        1.0
        if entity
        else round(max(0.3, min(0.95, 0.4 + 0.35 * (score - second) / score + 0.2 * count / len(columns))), 2)
    )
    shown = ", ".join(guess.column.header or guess.column.name for guess in mapped.values() if guess.field)[:120]
    reason = "set in audit.toml" if entity else f"its columns speak of {entities()[name].title.lower()} ({shown})"
    if named and not entity:
        reason += "; so does its name"
    return Detection("generic", "table", name, confidence, reason)


def _persons(mapped: Mapping[str, Guess], entity: str) -> float:
    """A table with names of persons beside names of companies is a list of persons, whatever its own name says."""
    persons = mapped.keys() & {"full_name", "last_name", "first_name"}
    return 1.0 if entity == "contact" and persons and mapped.keys() >= {"company_name"} else 0.0


def _weight(guess: Guess) -> float:
    known_to = max((claims(key) for key in header_keys(guess.column.header)[:1]), default=0)
    return guess.confidence / max(1, known_to) + 0.1 * guess.confidence


def _why_none(columns: Sequence[Column]) -> str:
    shown = ", ".join(column.header or column.name for column in columns[:6])
    return (
        f"no column tells a person, company, deal, payment or campaign ({shown}{', ...' if len(columns) > 6 else ''})"
    )


def _stem(file: str, sheet: str) -> str:
    """The name that tells most: the sheet's where a workbook has telling ones, else the file's without its ending."""
    stem = PurePosixPath(file).name.lower()
    stem = stem.rsplit(".", 1)[0] if "." in stem else stem
    plain = not sheet or re.fullmatch(r"(?i)(sheet|tabelle|hoja|feuil|planilha|feuille)?\s*\d*", sheet)
    return stem if plain else f"{stem} {sheet.lower()}"


def _name_hint(stem: str, hint: EntityHint) -> float:
    """1.2 where the last telling word of a file's name speaks of the entity, 0.6 where an earlier one does."""
    words = [word for word in _STEM_WORDS.findall(stem) if word not in _PLAIN]
    places = [place for place, word in enumerate(words) if any(fnmatchcase(word, known) for known in hint.words)]
    if not places:
        return 0.0
    return 1.2 if places[-1] == len(words) - 1 else 0.6


@cache
def hints() -> Mapping[str, EntityHint]:
    """How tables of unknown origin show their entity, from `systems/_tables.toml`."""
    data = tomllib.loads((resources.files("audit.sources") / "systems" / "_tables.toml").read_text("utf-8"))
    return MappingProxyType(
        {
            name: EntityHint(
                name, frozenset(spec["words"]), tuple(frozenset(need) for need in spec["needs"]), spec.get("least", 2)
            )
            for name, spec in data.items()
        }
    )
