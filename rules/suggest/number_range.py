"""Numbers that keep within bounds: scales, shares, and sizes beyond which a value is a slip of the hand."""

from collections.abc import Iterable
from math import floor, log10

import numpy as np
import pandas as pd

from rules.catalogue import RULES
from rules.suggest.seen import Seen
from rules.suggest.suggestion import Bar, Suggestion, column

SCALE_STEPS = 11
SCALE_TOP = 10
_POSITIVE = frozenset(name for rule in RULES if rule.slug == "non_positive_amount" for name in rule.fields)
FENCE = 3.0
"""Tukey's outer fence: so many interquartile ranges, of the logarithms, beyond the quartiles."""
GAP = 2.0
"""The exceptions begin so many times beyond the largest value within, or the bound would cut through a tail."""


def number_ranges(seen: Seen, bar: Bar) -> Iterable[Suggestion]:
    for name in seen.of_type("money", "number"):
        values = seen.table[name].dropna()
        if len(values) < bar.least_rows or values.nunique() < 3:
            continue
        bounds = _scale(values, bar) or _sign(seen, name, values) or _size(values)
        if bounds is None:
            continue
        low, high = bounds
        wrong = ((seen.table[name] < low) | (seen.table[name] > high)).fillna(False).to_numpy(dtype=bool)
        exceptions = int(wrong.sum())
        if not bar.passes(len(values), exceptions):
            continue
        title = seen.words(name)
        upper = np.isfinite(high)
        yield Suggestion(
            "range",
            seen.entity,
            name,
            f"{seen.headed(name)} outside {_plain(low)} to {_plain(high)}" if upper else f"Negative {title}",
            f"{column(name)} NOT BETWEEN {_plain(low)} AND {_plain(high)}" if upper else f"{column(name)} < 0",
            f"{title} is {{value}}, not between {_plain(low)} and {_plain(high)}" if upper else f"{title} is {{value}}",
            len(values),
            exceptions,
            seen.examples(name, wrong),
            dimension="validity",
        )


def _scale(values: pd.Series, bar: Bar) -> tuple[float, float] | None:
    """The ends of a scale of few whole numbers, or of shares of one."""
    within = values[values.between(0, 1)]
    if len(within) >= bar.min_share * len(values) and within.nunique() > 2 and (within % 1 != 0).any():
        return 0.0, 1.0
    steps = values[(values % 1 == 0) & values.between(0, SCALE_TOP)]
    counts = steps.value_counts()
    usual = counts[counts >= max(3, 0.004 * len(values))].index
    if steps.size < bar.min_share * len(values) or not 3 <= len(usual) <= SCALE_STEPS:
        return None
    low, high = float(usual.min()), float(usual.max())
    # A count peters out towards its top; a scale does not.
    return (low, high) if counts[high] >= 0.02 * len(values) and high - low + 1 == len(usual) else None


def _sign(seen: Seen, name: str, values: pd.Series) -> tuple[float, float] | None:
    """No less than nothing, where few are and no shipped rule says so, of the amount in its own currency or another."""
    said = f"{seen.entity}.{name.removesuffix('_base')}" in _POSITIVE
    return (0.0, np.inf) if (values < 0).any() and not said else None


def _size(values: pd.Series) -> tuple[float, float] | None:
    """Bounds with a gap beyond them; None where the data just tail off."""
    positive = values[values > 0]
    if positive.empty or (values < 0).any():
        return None
    logs = np.log10(positive.to_numpy())
    lower, upper = np.quantile(logs, [0.25, 0.75])
    fence = 10 ** (upper + FENCE * max(upper - lower, 0.05))
    inside, beyond = positive[positive <= fence], positive[positive > fence]
    if beyond.empty or beyond.min() < GAP * inside.max():
        return None
    unit = 10.0 ** floor(log10(inside.max()))
    return 0.0, float(np.ceil(inside.max() / unit) * unit)


def _plain(value: float) -> str:
    return str(int(value)) if value % 1 == 0 else repr(value)
