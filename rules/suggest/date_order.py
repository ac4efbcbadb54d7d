"""Dates of which one comes before the other."""

from collections.abc import Iterable
from itertools import permutations

import numpy as np
import pandas as pd

from audit.rule import Dimension
from rules.suggest.seen import Seen
from rules.suggest.suggestion import Bar, Suggestion, column

LEAST_SURPRISE = 0.05
"""Were the two dates drawn independently, at least this share of the rows would be out of order; else the order says
only that the one happens in another era."""
BARE = 0.02
"""A column of which this share has no time of day is compared by the day."""


def date_orders(seen: Seen, bar: Bar) -> Iterable[Suggestion]:
    dates = {name: seen.table[name] for name in seen.of_type("date", "datetime")}
    days = {name: _bare(values) for name, values in dates.items()}
    found: dict[tuple[str, str], Suggestion] = {}
    for first, later in permutations(dates, 2):
        # Whatever happens to a record, a change of it comes last.
        if later == "updated_at":
            continue
        both = seen.filled[first] & seen.filled[later]
        if both.sum() < bar.least_rows or seen.shipped(Dimension.CONSISTENCY, later, first):
            continue
        by_day = days[first] or days[later]
        a, b = ((values.dt.normalize() if by_day else values) for values in (dates[first][both], dates[later][both]))
        wrong = (a > b).to_numpy(dtype=bool)
        exceptions = int(wrong.sum())
        if not bar.passes(len(a), exceptions) or (a < b).mean() < LEAST_SURPRISE or _by_chance(a, b) < LEAST_SURPRISE:
            continue
        rows = np.flatnonzero(both)[wrong]
        cast = "CAST({} AS DATE)" if by_day else "{}"
        found[first, later] = Suggestion(
            "order of dates",
            seen.entity,
            later,
            f"{seen.headed(later)} before {seen.words(first)}",
            f"{cast.format(column(later))} < {cast.format(column(first))}",
            f"{seen.words(later)} is {{value}}, before {seen.words(first)}: {{{first}}}",
            len(a),
            exceptions,
            seen.examples(later, _mask(rows, len(seen.table))),
        )
    # What follows from two others need not be said.
    names = list(dates)
    implied = {
        (first, later)
        for first, later in found
        if any((first, middle) in found and (middle, later) in found for middle in names)
    }
    return [item for pair, item in found.items() if pair not in implied]


def _bare(values: pd.Series) -> bool:
    filled = values.dropna()
    return bool(len(filled)) and (filled == filled.dt.normalize()).mean() >= BARE


def _by_chance(first: pd.Series, later: pd.Series) -> float:
    """The share of all pairings of a first and a later date that would be out of order."""
    ordered = np.sort(later.to_numpy())
    return float(np.searchsorted(ordered, first.to_numpy(), side="left").mean() / len(ordered))


def _mask(rows: np.ndarray, size: int) -> np.ndarray:
    mask = np.zeros(size, dtype=bool)
    mask[rows] = True
    return mask
