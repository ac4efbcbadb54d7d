"""The records that any fix can change, with all that cleaning looks at for them: cleaning those is cleaning all.

Where few records have a finding, most of a table is the same however strictly and of whatever it is cleaned.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.cleaning.clean import LINKS
from audit.dataset import Dataset, Table
from audit.rule import FixKind
from audit.values import text
from reports.metrics.versions import differing_rows

SOLD = ("deal", "payment")
"""Tables by which cleaning tells who is a customer: of the same person or organisation, whatever record they name."""


@dataclass(frozen=True)
class Affected:
    """A part of the tables: `part` is to be cleaned, `rows` say where its records stand in `whole`."""

    whole: Dataset
    part: Dataset
    rows: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, whole: Dataset, findings: pd.DataFrame) -> "Affected":
        """The part that the fixes of `findings` can change."""
        proposed = findings[findings["fix_kind"].ne(str(FixKind.NONE)) & ~findings["accepted"].astype(bool)]
        marks = {name: np.zeros(len(whole[name]), dtype=bool) for name in whole}
        for entity, lines in proposed.groupby("entity", sort=False):
            if entity in marks:
                for column in ("record", "into"):
                    records = lines[column].dropna().to_numpy(dtype="int64")
                    place = whole[str(entity)].index.get_indexer(records)
                    marks[str(entity)][place[place >= 0]] = True
        _mark_payers(whole, marks)
        touched = {name: mark.copy() for name, mark in marks.items()}
        for child, links in LINKS.items():
            for field, target in links:
                if child in whole and target in whole and field in whole[child]:
                    marks[child] |= _naming(whole[child], field, whole[target], touched[target])
        for name in SOLD:
            if name in whole:
                marks[name] |= _of_the_same(whole, name, touched)
        for mark in marks.values():
            # A table without a row would count as one that no source holds.
            mark[:1] = True
        rows = {name: np.flatnonzero(mark) for name, mark in marks.items()}
        part = whole.replace(**{name: whole[name].take(mark) for name, mark in marks.items()})
        return cls(whole, part, rows)

    def cleaned(self, clean: Callable[[Dataset], Dataset]) -> Dataset:
        """All tables as `clean` makes them of the part; but for the original text, which no metric reads."""
        done = clean(self.part)
        tables = {
            name: _restored(self.whole[name], self.part[name], done[name], self.rows[name])
            for name in done
            if done[name] is not self.part[name]
        }
        return self.whole.replace(**tables)


def _mark_payers(whole: Dataset, marks: dict[str, np.ndarray]) -> None:
    """Whose payments change is affected too: what they paid is added up again."""
    if "payment" not in whole or "contact" not in whole or "customer_id" not in whole["payment"]:
        return
    payments = whole["payment"].take(marks["payment"])
    named = _naming(whole["contact"], "source_id", payments, np.ones(len(payments), dtype=bool), own="customer_id")
    marks["contact"] |= named


def _naming(child: Table, field: str, target: Table, chosen: np.ndarray, *, own: str = "source_id") -> np.ndarray:
    """The rows of `child` whose `field` is, within one source, what the chosen rows of `target` hold in `own`."""
    found = np.zeros(len(child), dtype=bool)
    if own not in target or field not in child or not chosen.any():
        return found
    codes, values = child.distinct(field)
    sources, theirs = (table.lineage["source"].astype("category").cat for table in (child, target))
    for place, source in enumerate(sources.categories):
        at = np.flatnonzero(theirs.categories == source)
        if not len(at):
            continue
        ids = target[own][chosen & (theirs.codes.to_numpy() == at[0])]
        if len(ids):
            known = pc.is_in(text.arrow(values), value_set=text.arrow(ids).drop_null())
            known = np.append(known.to_numpy(zero_copy_only=False), False)
            found |= (sources.codes.to_numpy() == place) & known[codes]
    return found


def _of_the_same(whole: Dataset, name: str, touched: Mapping[str, np.ndarray]) -> np.ndarray:
    """Rows of a table of sales that belong to the person or organisation of a touched record."""
    found = np.zeros(len(whole[name]), dtype=bool)
    for entity in ("contact", "account"):
        for label in ("person", "organisation"):
            if entity in whole and label in whole[entity] and label in whole[name]:
                found |= whole[name][label].isin(whole[entity][label][touched[entity]].dropna()).to_numpy(dtype=bool)
    return found


def _restored(whole: Table, part: Table, done: Table, rows: np.ndarray) -> Table:
    """The whole table with the records of `part`, which stand at `rows` of it, as they are in `done`."""
    place = part.index.get_indexer(done.index)
    assert (place >= 0).all() and (np.diff(place) > 0).all(), "cleaning keeps the records' numbers and order"
    frame = whole.frame.copy(deep=False)
    for name in done.frame.columns:
        after = done[name]
        before = part.column(name)
        before = pd.Series(before.array.take(place), index=done.index) if len(place) < len(part) else before
        different = differing_rows(before, after)
        if different.any():
            column = whole.column(name).copy()
            column.iloc[rows[place[different]]] = after[different].array
            frame[name] = column
        elif name not in whole:
            frame[name] = whole.column(name)
    if len(place) == len(part):
        return Table(whole.entity, frame, whole.text, whole.lineage)
    keep = np.ones(len(whole), dtype=bool)
    keep[np.delete(rows, place)] = False
    return Table(whole.entity, frame[keep], whole.text.iloc[:0], whole.lineage[keep])
