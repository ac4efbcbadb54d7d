"""Which fields count in the score, whether a source holds them or not, and with which weight."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from audit.dataset import Dataset, SourceInfo
from audit.schema import entities
from audit.sources.systems import systems

STANDS_IN: Mapping[str, str] = {
    "contact.first_name": "full_name",
    "contact.last_name": "full_name",
    "contact.phone": "mobile",
    "contact.owner": "owner_id",
    "account.owner": "owner_id",
    "deal.owner": "owner_id",
}
"""The field that says the same in other exports: of the two columns of a source, the one that is more often right
counts."""


@dataclass(frozen=True)
class Source:
    """A source that must be there: so many records of an entity. Those that are missing count as unknown."""

    name: str
    entity: str
    records: int


def counted_fields(
    dataset: Dataset, weights: Mapping[str, float] | None = None
) -> dict[tuple[str, str], dict[str, float]]:
    """The weight of each field that counts, by entity and source.

    These are the expected fields of the entity, less those that the source's system has no place for, and those that
    `weights` names (``entity.field``). They depend on no column being there. A weight of 0 takes a field out.
    """
    given = weights or {}
    held = {
        (entity, str(source))
        for entity in dataset
        for source in dataset[entity].lineage["source"].astype("category").cat.categories
    }
    told: dict[tuple[str, str], list[SourceInfo]] = {}
    for info in dataset.sources:
        if info.entity is not None:
            told.setdefault((info.entity, info.source), []).append(info)
    return {
        key: dict(_weights(key[0], told.get(key, []), given))
        for key in sorted(held | {key for key in told if any(info.rows_read for info in told[key])})
    }


def _weights(entity: str, tables: list[SourceInfo], given: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    places = [_places(info.system, info.object) for info in tables]
    for name, spec in entities()[entity].fields.items():
        if spec.qualified in given:
            weight = given[spec.qualified]
        else:
            same = {name, STANDS_IN.get(spec.qualified, name)}
            possible = not places or any(place is None or place & same for place in places)
            weight = spec.weight if spec.expected and possible else 0.0
        if weight > 0:
            yield name, weight


@cache
def _places(system: str, kind: str) -> frozenset[str] | None:
    """The fields for which a system's export has a place; None where the system is not known."""
    known = (
        next((item for item in systems()[system].objects if item.name == kind), None) if system in systems() else None
    )
    if known is None:
        return None
    fields = {name for name, _ in known.index.values()} | {name for _, name in known.prefixes} | set(known.constants)
    return frozenset(fields | set(known.coalesce) | {name for rule in known.by_file for name in rule.set})
