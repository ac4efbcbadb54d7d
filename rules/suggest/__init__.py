"""Rules that this data nearly always keeps, proposed for the user to pin or to dismiss; one module per kind."""

from collections.abc import Callable, Iterable

import pandas as pd

from audit.dataset import Dataset
from rules.suggest.closed_list import closed_lists
from rules.suggest.date_order import date_orders
from rules.suggest.equality import equalities
from rules.suggest.number_range import number_ranges
from rules.suggest.pattern import patterns
from rules.suggest.required_if import required_ifs
from rules.suggest.seen import Seen
from rules.suggest.suggestion import Bar, Suggestion
from rules.suggest.unique import unique_fields

KINDS: tuple[Callable[[Seen, Bar], Iterable[Suggestion]], ...] = (
    required_ifs,
    date_orders,
    closed_lists,
    patterns,
    unique_fields,
    number_ranges,
    equalities,
)
PER_KIND = 8
"""Suggestions of one kind for one table; those with most rows behind them."""

__all__ = ["Bar", "Suggestion", "suggest"]


def suggest(dataset: Dataset, as_of: pd.Timestamp, min_share: float = 0.99) -> tuple[Suggestion, ...]:
    """What at least `min_share` of the rows keep, beyond what the shipped rules say, by table and kind.

    The same data gives the same suggestions in the same order.
    """
    bar = Bar(min_share)
    found: list[Suggestion] = []
    for entity in dataset:
        seen = Seen(dataset, entity, as_of)
        if len(seen.table) < bar.least_rows:
            continue
        for kind in KINDS:
            kept = sorted(kind(seen, bar), key=lambda item: (-item.rows, item.field, item.condition))[:PER_KIND]
            found += sorted(kept, key=lambda item: (item.field, item.condition))
    return tuple(found)
