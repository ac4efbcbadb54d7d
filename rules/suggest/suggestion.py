"""What a suggestion is, and how much of the data must speak for it."""

from dataclasses import dataclass
from functools import cache, cached_property
from math import sqrt

Z = 1.959964
"""Of the normal distribution for an interval of 95 %."""
SLACK = 0.01


@dataclass(frozen=True)
class Bar:
    """Which share of the rows must keep a rule, and how many rows there must be."""

    min_share: float
    least_rows: int = 50

    def passes(self, rows: int, exceptions: int) -> bool:
        """Whether the share is high enough and not so by luck: the lower bound of Wilson (1927) is nearly as high."""
        if rows < self.least_rows:
            return False
        return 1 - exceptions / rows >= self.min_share and lower_bound(rows, exceptions) >= self.min_share - SLACK


def lower_bound(rows: int, exceptions: int) -> float:
    """The lower end of Wilson's 95 % interval for the share of rows that keep a rule."""
    share, z2 = 1 - exceptions / rows, Z * Z
    centre = share + z2 / (2 * rows)
    spread = Z * sqrt(share * (1 - share) / rows + z2 / (4 * rows * rows))
    return (centre - spread) / (1 + z2 / rows)


@dataclass(frozen=True)
class Suggestion:
    """A rule that could be pinned: `rows` were judged, `exceptions` of them break it, `examples` are their values."""

    kind: str
    entity: str
    field: str
    title: str
    condition: str
    message: str
    rows: int
    exceptions: int
    examples: tuple[str, ...] = ()
    severity: str = "medium"
    dimension: str = "consistency"

    @property
    def share(self) -> float:
        return 1 - self.exceptions / self.rows

    @cached_property
    def lower(self) -> float:
        return lower_bound(self.rows, self.exceptions)


def column(name: str) -> str:
    """A column's name as SQL reads it."""
    return f'"{name}"' if name in _reserved() else name


def literal(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


@cache
def _reserved() -> frozenset[str]:
    import duckdb

    with duckdb.connect() as connection:
        words = connection.execute("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'")
        return frozenset(word for (word,) in words.fetchall())
