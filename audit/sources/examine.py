"""What the rules about columns ask of the values, seen before a column that no field takes is let go.

Which columns say the same, and which values of a column are not what nearly all of the others are.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.schema import TEXT, entities
from audit.sources.detect import Detection
from audit.sources.mapping import Column, Guess
from audit.sources.profile import KIND_PATTERNS
from audit.sources.raw import RawTable
from audit.values.text import arrow, factorise, is_placeholder, matches

KINDS = ("email", "boolean", "date", "number")
"""Kinds that a column may be of; the first that fits is taken."""
KIND_SHARE = 0.8
LOOSE_TYPES = ("choice",)
"""Types of fields that may hold anything, so that nothing else says what their values should be."""
ALIKE = 0.98
NEARLY_DISTINCT = 10
"""Different values below which two columns that nearly agree may do so by chance."""
_WORTH_A_LOOK = 0.25
"""Share of a sample's different values from which all rows are looked at: few values may stand in most rows."""
_SAMPLE = 2_000
_ODD_SHOWN = 3


def examined(raw: RawTable, guesses: Sequence[Guess], found: Detection) -> list[Guess]:
    """The guesses of a table of a known entity with all that `audit.dataset.ColumnMapping` tells of their columns."""
    assert found.entity is not None
    fields, known = entities()[found.entity].fields, found.known
    twins = _twins(raw, [guess.column for guess in guesses])
    told = []
    for guess in guesses:
        column = guess.column
        if known is not None and (known.knows(column.header) or known.find(column.header)):
            column = replace(column, standard=True)
        if column.name in twins:
            first, alike = twins[column.name]
            column = replace(column, same_as=first, alike=alike)
        spec = fields.get(guess.field) if guess.field else None
        if spec is None or spec.type in LOOSE_TYPES:
            column = _of_kind(raw, column)
        if guess.field is None:
            column = _filled_up(raw, column)
        told.append(replace(guess, column=column))
    return told


def _of_kind(raw: RawTable, column: Column) -> Column:
    """The column with the kind that most of its values are of, and where others stand."""
    values = raw.frame[column.name]
    for kind in (kind for kind in KINDS if column.profile.share(kind) >= _WORTH_A_LOOK):
        odd = np.flatnonzero(values.notna().to_numpy() & ~matches(values, KIND_PATTERNS[kind].pattern))
        if len(odd) <= (1 - KIND_SHARE) * column.filled:
            odd = odd[~is_placeholder(values.iloc[odd])]
            if kind == "number" and len(odd) and matches(values.iloc[odd], KIND_PATTERNS["phone"].pattern).mean() > 0.5:
                continue  # Numbers to be called, some with brackets.
            if kind == "boolean" and len(odd) and matches(values.iloc[odd], KIND_PATTERNS["number"].pattern).all():
                continue  # Mostly 0 and 1, now and then 2, is a count.
            rows = tuple(int(row) for row in raw.rows[odd[:_ODD_SHOWN]])
            return replace(column, kind=kind, odd=len(odd), odd_rows=rows)
    return column


def _filled_up(raw: RawTable, column: Column) -> Column:
    """The column with the count of its cells that say nothing, where what is seen of it holds any."""
    seen = pd.Series([*column.profile.common, *column.profile.sample], dtype=TEXT)
    if column.profile.share("boolean") >= KIND_SHARE or not is_placeholder(seen).any():
        return column
    values = raw.frame[column.name]
    saying = values[is_placeholder(values) & ~matches(values, r"\d")].str.strip().value_counts()
    return replace(column, fillers=int(saying.sum()), filler=str(saying.index[0])) if len(saying) else column


def _twins(raw: RawTable, columns: Sequence[Column]) -> dict[str, tuple[str, float]]:
    """Column to the first header of the table that says the same, and in which share of the rows filled in either.

    Columns are compared by a sample of rows first; whole ones only where the sample agrees.
    """
    columns = [column for column in columns if column.distinct >= 2]
    if len(columns) < 2:
        return {}
    step = max(1, len(raw.frame) // _SAMPLE)
    sample = [raw.frame[column.name].iloc[::step] for column in columns]
    codes = factorise(pd.concat(sample, ignore_index=True))[1].reshape(len(columns), -1)
    twins: dict[str, tuple[str, float]] = {}
    for place, column in enumerate(columns):
        earlier = np.array([c.name not in twins and _comparable(c, column) for c in columns[:place]], dtype=bool)
        if not earlier.any():
            continue
        others = codes[:place][earlier]
        either = ((others >= 0) | (codes[place] >= 0)).sum(axis=1)
        agreed = ((others == codes[place]) & (others >= 0)).sum(axis=1)
        for first in np.flatnonzero(earlier)[(agreed >= ALIKE * either) & (either > 0)]:
            alike = _alike(raw.frame[columns[first].name], raw.frame[column.name])
            few = min(column.distinct, columns[first].distinct) < NEARLY_DISTINCT
            dated = column.profile.times >= KIND_SHARE
            # Times of one record are often nearly the same and mean different things.
            if alike >= (1.0 if few or dated else ALIKE):
                twins[column.name] = columns[first].header or columns[first].name, alike
                break
    return twins


def _comparable(left: Column, right: Column) -> bool:
    """Whether the counts of two columns allow that they say the same."""
    return all(
        min(a, b) >= ALIKE * max(a, b) - 1 for a, b in ((left.filled, right.filled), (left.distinct, right.distinct))
    )


def _alike(left: pd.Series, right: pd.Series) -> float:
    """In which share of the rows that fill either column both hold the same text."""
    one, other = arrow(left), arrow(right)
    either = pc.sum(pc.or_(pc.is_valid(one), pc.is_valid(other))).as_py()
    same = pc.sum(pc.fill_null(pc.equal(one, other), pa.scalar(False))).as_py()
    return (same or 0) / either if either else 0.0
