"""Two fields that hold the same."""

from collections.abc import Iterable
from itertools import combinations

import numpy as np
import pandas as pd

from audit.rule import Dimension
from audit.schema import TEXT
from rules.suggest.seen import Seen
from rules.suggest.suggestion import Bar, Suggestion, column

MOST_BY_CHANCE = 0.5
"""Were the two drawn independently, at most this share of the rows would agree."""
SCREENED = 5_000
"""Rows by which pairs are screened before all rows are compared."""
_GROUPS = (("choice",), ("id", "reference"), ("email",), ("money",), ("number",), ("date", "datetime"))


def equalities(seen: Seen, bar: Bar) -> Iterable[Suggestion]:
    for types in _GROUPS:
        for first, second in combinations(seen.of_type(*types), 2):
            both = np.flatnonzero(seen.filled[first] & seen.filled[second])
            if len(both) < bar.least_rows or seen.shipped(Dimension.CONSISTENCY, second, first):
                continue
            a, b = seen.table[first], seen.table[second]
            some = both[:: max(1, len(both) // SCREENED)]
            if (a.iloc[some] == b.iloc[some]).mean() < bar.min_share - 0.02:
                continue
            differ = np.zeros(len(seen.table), dtype=bool)
            differ[both] = (a.iloc[both] != b.iloc[both]).to_numpy(dtype=bool)
            exceptions = int(differ.sum())
            if not bar.passes(len(both), exceptions) or _by_chance(a.iloc[both], b.iloc[both]) > MOST_BY_CHANCE:
                continue
            yield Suggestion(
                "equal",
                seen.entity,
                second,
                f"{seen.headed(first)} and {seen.words(second)} differ",
                f"{column(first)} <> {column(second)}",
                f"{seen.words(second)} is {{value}}, {seen.words(first)} {{{first}}}",
                len(both),
                exceptions,
                seen.examples(second, differ),
            )


def _by_chance(first: pd.Series, second: pd.Series) -> float:
    shares = [values.astype(TEXT).value_counts(normalize=True).astype("float64") for values in (first, second)]
    return float((shares[0] * shares[1].reindex(shares[0].index).fillna(0)).sum())
