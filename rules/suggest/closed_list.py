"""Fields that take their values from a short list."""

from collections.abc import Iterable

import numpy as np

from audit.values import text
from rules.suggest.seen import Seen
from rules.suggest.suggestion import Bar, Suggestion, column, literal

MOST_VALUES = 20
KEPT_BY_HAND = frozenset("contact account deal ticket campaign product".split())
"""Tables whose lists somebody keeps; those of the others are what a machine writes."""
GROWING = frozenset("campaign product".split())
"""Fields whose list grows by itself."""
LEAST_EACH = 0.004
"""A value belongs to the list if at least this share of the filled rows, and three of them, hold it."""
DROP = 8
"""Where a value occurs so many times less often than the one before it the list ends, if few rows lie beyond."""


def closed_lists(seen: Seen, bar: Bar) -> Iterable[Suggestion]:
    for name in seen.of_type("choice", "currency") if seen.entity in KEPT_BY_HAND else ():
        if name in GROWING:
            continue
        values = seen.table[name].dropna()
        rows = len(values)
        if rows < bar.least_rows:
            continue
        counts = values.value_counts().sort_index().sort_values(ascending=False, kind="stable")
        # Of spellings of one value only the commonest is on the list; the others are what it is for.
        listed = counts[~text.key(counts.index.to_series()).duplicated().to_numpy(dtype=bool)]
        listed = listed[~listed.index.isin(seen.doubted(name))]
        listed = listed.head(_length(listed.to_numpy(), rows, bar))
        exceptions = rows - int(listed.sum())
        if not 2 <= len(listed) <= MOST_VALUES or not bar.passes(rows, exceptions):
            continue
        title = seen.words(name)
        yield Suggestion(
            "closed list",
            seen.entity,
            name,
            f"{seen.headed(name)} that is not on the list",
            f"{column(name)} NOT IN ({', '.join(literal(value) for value in sorted(listed.index))})",
            f"{{value}} is none of the {len(listed)} values of {title}",
            rows,
            exceptions,
            seen.examples(name, (seen.table[name].notna() & ~seen.table[name].isin(listed.index)).to_numpy(dtype=bool)),
            severity="low",
            dimension="validity",
        )


def _length(counts: np.ndarray, rows: int, bar: Bar) -> int:
    """How many of the values, commonest first, are on the list."""
    beyond = counts[::-1].cumsum()[::-1]
    steep = [n for n in range(2, len(counts)) if counts[n - 1] >= DROP * counts[n] and bar.passes(rows, int(beyond[n]))]
    return steep[0] if steep else int((counts >= max(3, LEAST_EACH * rows)).sum())
