"""The records that any fix can change, with all that cleaning looks at for them: cleaning those is cleaning all.

Where few records have a finding, most of a table is the same however strictly and of whatever it is cleaned.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.cleaning.clean import LINKS
from audit.dataset import Dataset, Table
from audit.rule import FixKind
from audit.schema import TEXT
from audit.values import text
from reports.metrics.versions import Derived, differing_rows

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
    kept, index = None, whole.index
    if len(place) < len(part):
        keep = np.ones(len(whole), dtype=bool)
        keep[np.delete(rows, place)] = False
        kept, index = np.flatnonzero(keep), whole.index[keep]
    columns: dict[str, pd.Series] = {}
    apart: dict[str, np.ndarray] = {}
    for name in dict.fromkeys([*whole.frame.columns, *done.frame.columns]):
        before = part.column(name)
        if len(place) < len(part):
            before = pd.Series(before.array.take(place), index=done.index)
        different = np.flatnonzero(differing_rows(before, done[name])) if name in done else np.array([], dtype=np.int64)
        if len(different):
            places = rows[place[different]]
            columns[name] = _written(whole.column(name), places, done[name].iloc[different], kept).set_axis(index)
            apart[name] = places if kept is None else np.searchsorted(kept, places)
        else:
            column = whole.column(name)
            columns[name] = column if kept is None else pd.Series(column.array.take(kept), index=index)
    frame = pd.DataFrame(columns, index=index)
    if kept is None:
        return Derived(whole.entity, frame, whole.text, whole.lineage, whole, None, apart)
    return Derived(whole.entity, frame, whole.text.iloc[:0], whole.lineage.iloc[kept], whole, kept, apart)


def _written(column: pd.Series, places: np.ndarray, values: pd.Series, kept: np.ndarray | None) -> pd.Series:
    """The column with other values at some places; of it the rows that are `kept` (None: all)."""
    if column.dtype != TEXT:
        column = column.copy()
        column.iloc[places] = values.array
        return column if kept is None else column.iloc[kept]
    # Text is taken from both at once: assigning to a column of text takes several times as long.
    order = np.arange(len(column))
    order[places] = len(column) + np.arange(len(values))
    both = pa.concat_arrays([text.arrow(column), text.arrow(values)])
    return text.text_series(both.take(pa.array(order if kept is None else order[kept])))
