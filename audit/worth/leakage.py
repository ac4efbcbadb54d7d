"""Fields that tell of an outcome only because they were filled once it was known."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.schema import entities
from audit.sources.headers import header_key
from audit.sources.systems import systems
from audit.worth.outcome import NO, UNDECIDED, YES, Outcome

LEAST = 20
"""Records below which times and shares say too little."""
LATE = 0.5
"""A field is late when so many of its values came when the outcome was known."""
RARE, OFTEN = 0.1, 0.2
"""Filled in a tenth as many records that are undecided as in decided ones, of which at least a fifth have it."""
OBJECTS = {
    "deal": "deal", "opportunity": "deal", "contact": "contact", "lead": "contact", "person": "contact",
    "account": "account", "company": "account", "organization": "account",
}  # fmt: skip


def leak(table: Table, name: str, outcome: Outcome, history: pd.DataFrame) -> str:
    """Why a field leaks the outcome: "states", "history", "dated", "decided" or "only"; "" where nothing says so."""
    if name in outcome.stated_by:
        return "states"
    filled = table.original(name).notna().to_numpy(dtype=bool)
    yes = outcome.label == YES
    if _late(_filled_at(table, name, history), outcome.at, yes):
        return "history"
    if entities()[table.entity][name].type in ("date", "datetime"):
        written = table[name].to_numpy(dtype="datetime64[us]")
        # A day has no hour: what happened on the day of the outcome may have come before it.
        if _late(written.astype("datetime64[D]"), outcome.at.astype("datetime64[D]") + np.timedelta64(1, "D"), yes):
            return "dated"
    decided = outcome.label != UNDECIDED
    if min(decided.sum(), (~decided).sum()) >= LEAST:
        share, before = filled[decided].mean(), filled[~decided].mean()
        return "decided" if share >= OFTEN and before <= RARE * share else ""
    no = outcome.label == NO
    if min(yes.sum(), no.sum()) >= LEAST and filled[yes].mean() >= OFTEN and filled[no].mean() <= 0.005:
        return "only"
    return ""


def _late(at: np.ndarray, when: np.ndarray, rows: np.ndarray) -> bool:
    """Whether most of the times known in `rows` are at or after those in `when`."""
    known = rows & ~np.isnat(at) & ~np.isnat(when)
    return int(known.sum()) >= LEAST and float((at[known] >= when[known]).mean()) >= LATE


def _filled_at(table: Table, name: str, history: pd.DataFrame) -> np.ndarray:
    """When each record's field was first filled, by the history of changes; NaT where that is not told."""
    mine = history[(history["entity"] == table.entity) & (history["field"] == name) & history["from_blank"]]
    never = np.full(len(table), np.datetime64("NaT"), dtype="datetime64[us]")
    if mine.empty or "source_id" not in table:
        return never
    first = mine.sort_values("at", kind="stable").drop_duplicates("record_id").set_index("record_id")["at"]
    return table["source_id"].map(first).to_numpy(dtype="datetime64[us]")


def changes(dataset: Dataset) -> pd.DataFrame:
    """The history by canonical names: entity, field, record_id, at, from_blank, by; unknown fields are left out."""
    table = dataset.get("field_change")
    names = (
        table.column("object").astype(object),
        table.column("field").astype(object),
        table.lineage["source"].astype(object),
    )
    keys = pd.DataFrame(dict(zip(("object", "field", "source"), names, strict=True)))
    distinct = keys.drop_duplicates().dropna(subset="field")
    system = {info.source: info.system for info in dataset.sources}
    known = [_canonical(row.object, row.field, system.get(row.source, "")) for row in distinct.itertuples()]
    distinct = distinct.assign(entity=[entity for entity, _ in known], name=[name for _, name in known])
    found = keys.merge(distinct, on=["object", "field", "source"], how="left").set_index(keys.index)
    frame = pd.DataFrame(
        {
            "entity": found["entity"].astype(object),
            "field": found["name"].astype(object),
            "record_id": table.column("record_id"),
            "at": table.column("changed_at"),
            "from_blank": table.column("old_value").isna().to_numpy(dtype=bool),
            "by": table.column("changed_by"),
        }
    )
    return frame[frame["field"].notna().to_numpy(dtype=bool)].reset_index(drop=True)


def _canonical(kind: object, header: object, system: str) -> tuple[str | None, str | None]:
    """Entity and field of a line of a history; None where it names neither."""
    words = header_key(str(kind)) if isinstance(kind, str) else ""
    named = [entity for word, entity in OBJECTS.items() if word in words]
    options: Iterable[str] = named[:1] or dict.fromkeys(OBJECTS.values())
    for entity in options:
        objects = systems()[system].objects if system in systems() else ()
        for item in objects:
            hit = item.find(str(header)) if item.entity == entity else None
            if hit is not None:
                return entity, hit[0]
        for name, spec in entities()[entity].fields.items():
            if header_key(str(header)) in {header_key(name), *map(header_key, spec.aliases)}:
                return entity, name
    return None, None
