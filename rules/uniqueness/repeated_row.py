from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity
from audit.schema import TEXT, entities
from audit.values import text
from rules.evidence import everything, first_of, is_later, place_of

JUDGED = {
    "payment": ("source_id", "amount"),
    "activity": ("source_id", "at"),
    "ticket": ("source_id", "subject"),
    "campaign_member": ("source_id", "contact_id"),
    "spend": ("amount",),
    "product": ("source_id", "name"),
    "web_visit": ("source_id", "at"),
}
"""By entity, the field that a finding points to and what stands in for it where the source has none."""
MOST_SHARED = 0.01
_COMPARED = 3


class RepeatedRow(GroupRule):
    """A row that stands in its file twice, to the letter.

    **What is flagged**
    Payments, activities, tickets, campaign members, costs, products and visits of which every column, mapped or not,
    equals an earlier row of the same file; a column that only counts the rows aside. People, companies and deals are
    left to the rules for duplicates, which see more than letters.

    **Why it matters**
    Revenue, cost and activity are counted as often as the row stands there.

    **How to fix**
    Drop the repeats; then find the join or the appended export that made them.

    **Example**
    Invoice 536409, one hand warmer for 1.85, on two lines of the same export.

    **Fix safety**
    Safe where the row has an id of its own, which repeats with it. Without one, or where the id is that of an order
    with several lines, two equal rows may both be true.
    """

    id = "UNQ007"
    title = "Repeated row"
    family = Family.DUPLICATES
    fields: ClassVar = tuple(f"{entity}.{name}" for entity, names in JUDGED.items() for name in names)
    keys: ClassVar = {entity: names[0] for entity, names in JUDGED.items()}
    dimension = Dimension.UNIQUENESS
    severity = Severity.MEDIUM
    fix_kind = FixKind.DROP
    fix_safety = FixSafety.SAFE
    message = "the same, field by field, as {first}"
    args: ClassVar = ("first",)
    options: ClassVar = {"fewest_fields": 3}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        return {entity: self._judged(tables[entity], ctx) for entity in tables}

    def _judged(self, table: Table, ctx: Context) -> Flags:
        filled = table.frame[_read(table)].notna().sum(axis=1).to_numpy()
        enough = filled >= self.option("fewest_fields", ctx)
        twice = enough & _may_repeat(table)
        first = first_of(table, text.placed(_written(table.take(twice)), twice, table.index))
        later = is_later(table, first)
        return Flags(
            later,
            args={"first": place_of(table, first, later)},
            safe=_is_named(table, later),
            checked=enough,
        )


def _may_repeat(table: Table) -> np.ndarray:
    """Rows that share some of their texts with another row; most rows have an id or an address of their own."""
    names = [name for name in _read(table) if table[name].dtype == TEXT]
    first = [name for name in ("source_id", "email", "contact_email") if name in names] or names[:_COMPARED]
    rows, group = np.arange(len(table)), np.zeros(len(table), dtype="int64")
    for name in first:
        codes, values = table.distinct(name)
        # First by the field alone, which parts most rows from all others.
        many = (np.bincount(codes + 1)[codes + 1] > 1)[rows]
        rows, group = rows[many], group[many]
        group, size = np.unique(group * (len(values) + 1) + codes[rows], return_inverse=True, return_counts=True)[1:]
        shared = size[group] > 1
        rows, group = rows[shared], group[shared]
    mask = np.zeros(len(table), dtype=bool)
    mask[rows] = True
    return mask


def _written(table: Table) -> pd.Series:
    """All that the source wrote in a row, and in which file."""
    fields = [
        *(table.lineage[name].astype(TEXT) for name in ("file", "sheet")),
        *map(table.original, _read(table)),
        table.unread.astype(TEXT),
    ]
    parts = [pc.fill_null(text.arrow(column), "") for column in fields]
    return text.text_series(text.joined("\x1f", *parts), table.index)


def _is_named(table: Table, later: np.ndarray) -> np.ndarray:
    """Where a row has an id that is its own: in a file where, but for repeated rows, hardly an id stands twice."""
    if "source_id" not in table:
        return np.zeros(len(table), dtype=bool)
    rows = table.lineage[["file", "sheet"]].assign(id=table["source_id"])[~later].dropna(subset="id")
    shared = rows.duplicated().groupby(rows["file"], observed=True).mean()
    share = table.lineage["file"].astype(object).map(shared.rename(index=str)).fillna(1.0)
    return table["source_id"].notna().to_numpy(dtype=bool) & (share <= MOST_SHARED).to_numpy()


def _read(table: Table) -> list[str]:
    """The canonical fields of the table; what the pipeline derived from them is left out."""
    return [name for name in table.frame if name in entities()[table.entity].fields]
