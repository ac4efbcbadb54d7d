"""Histories that an export keeps as full snapshots, turned into single field changes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from audit.dataset import ColumnMapping, SourceInfo
from audit.schema import TEXT
from audit.sources.assemble import Part, canonical
from audit.sources.detect import Detection
from audit.sources.mapping import Column, Guess
from audit.sources.raw import RawTable
from audit.values import date

_KEPT = ("source_id", "record_id", "changed_at", "changed_by")


def from_snapshots(raw: RawTable, found: Detection, columns: Sequence[Column]) -> tuple[Part, SourceInfo]:
    """Field changes from rows that each hold the whole record at one moment: what differs from the row before.

    The first row of a record gives a change from blank. Each change keeps the row number of its snapshot.
    """
    assert found.known is not None
    guesses = []
    taken: dict[str, str] = {}
    for column in columns:
        hit = found.known.find(column.header)
        field = hit[0] if hit and hit[0] not in taken.values() else None
        if field:
            taken[column.name] = field
        guesses.append(
            Guess(column, field, 0.99 if field else 0.0, f"a {found.known.label} header" if field else "no field fits")
        )
    frame = raw.frame[list(taken)].rename(columns=taken)
    at = date.parse(frame["changed_at"])[0] if "changed_at" in frame else pd.Series(pd.NaT, index=frame.index)
    order = pd.DataFrame({"record": frame["record_id"], "at": at}).sort_values(["record", "at"], kind="stable").index
    frame = frame.loc[order]
    rows = raw.rows[order.to_numpy()]
    again = frame["record_id"].eq(frame["record_id"].shift()).fillna(False).to_numpy(dtype=bool)
    pieces = []
    places = []
    for name in (field for field in taken.values() if field not in _KEPT):
        new, old = frame[name], frame[name].shift().where(again)
        changed = (new.fillna("") != old.fillna("")).to_numpy(dtype=bool)
        piece = frame.loc[changed, [field for field in _KEPT if field in frame]]
        pieces.append(piece.assign(field=name, old_value=old[changed], new_value=new[changed]))
        places.append(np.flatnonzero(changed))
    changes = pd.concat(pieces, ignore_index=True).astype(TEXT)
    place = np.concatenate(places)
    order_back = np.lexsort((place, rows[place]))
    changes = changes.iloc[order_back].reset_index(drop=True)
    virtual = RawTable(
        raw.file, raw.sheet, changes, tuple(changes.columns), rows[place][order_back], raw.set_aside, raw.notes
    )
    named = [Guess(Column(name, name, columns[0].profile), name, 0.99, "") for name in changes.columns]
    part, info = canonical(virtual, found, named)
    shown = tuple(_shown(guess) for guess in guesses)
    notes = (*raw.notes, f"{len(raw.frame):,} snapshots gave {len(changes):,} field changes")
    return part, replace(
        info,
        mapping=shown,
        notes=notes,
        rows_present=raw.rows_present,
        rows_read=len(raw.frame),
        rows_set_aside=len(raw.set_aside),
    )


def _shown(guess: Guess) -> ColumnMapping:
    """How a column of snapshots is listed: the watched ones end as values of changes."""
    field = guess.field if guess.field is None or guess.field in _KEPT else "new_value"
    reason = f"{guess.reason}; its changes are the records" if field == "new_value" else guess.reason
    column = guess.column
    return ColumnMapping(
        column.header or column.name, field, guess.confidence, reason, filled=column.filled, distinct=column.distinct
    )
