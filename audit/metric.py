"""The metric contract: what a metric says about itself and what it returns.

A metric is computed twice, on raw and on cleaned tables, by the same function; it never knows which it was given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.schema import TEXT


class Group(StrEnum):
    """What a metric tells about."""

    BUSINESS_PERFORMANCE = "business performance"
    USER_ADOPTION = "user adoption"
    CUSTOMER_PERCEPTION = "customer perception"


class Unit(StrEnum):
    """How a metric's value reads. Rates are fractions of 1 in files and per cent on the page."""

    MONEY = "money"
    RATE = "rate"
    COUNT = "count"
    DAYS = "days"
    MINUTES = "minutes"
    HOURS = "hours"
    MONTHS = "months"
    RATIO = "ratio"
    NUMBER = "number"
    MONEY_PER_ITEM = "money_per_item"


@dataclass(frozen=True)
class Period:
    """From `start` (included) to `end` (excluded); None is open. `label` is what the reader sees."""

    label: str = "all"
    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None

    def contains(self, times: pd.Series) -> pd.Series:
        """Which times lie in the period. A blank time lies only in a period open on both sides."""
        inside = pd.Series(True, index=times.index)
        if self.start is not None:
            inside &= (times >= self.start).fillna(False)
        if self.end is not None:
            inside &= (times < self.end).fillna(False)
        return inside


@dataclass(frozen=True)
class Rates:
    """What one unit of other currencies is worth in `currency`, as of `day`; amounts are converted by nothing else."""

    currency: str
    factors: Mapping[str, float]
    day: date | None = None


@dataclass(frozen=True)
class Business:
    """What only the user knows: the ``[business]`` table of audit.toml.

    `customer_cycle_days` is how long a customer of this trade takes to buy again; `first_reply_hours` and
    `resolution_hours` are the service promised; `employees` may be split by department.
    """

    employees: float | None = None
    departments: Mapping[str, float] = field(default_factory=dict)
    customer_cycle_days: int = 365
    first_reply_hours: float | None = None
    resolution_hours: float | None = None
    silent_days: int = 90


@dataclass(frozen=True)
class MetricContext:
    """What a metric may know besides the tables.

    `investment` is the ``[investment]`` table of audit.toml: costs and gains for the return on the CRM. `rates` convert
    currencies; without them, amounts of different currencies are kept apart. `fiscal_start` is the month in which the
    fiscal year begins.
    """

    as_of: pd.Timestamp
    period: Period = field(default_factory=Period)
    currency: str | None = None
    investment: Mapping[str, Any] = field(default_factory=dict)
    rates: Rates | None = None
    business: Business = field(default_factory=Business)
    fiscal_start: int = 1


@dataclass(frozen=True)
class Share:
    """What each of some records adds to a sum: `amounts` (None: 1 each), dated `at` (None: it knows no period)."""

    entity: str
    records: np.ndarray
    amounts: np.ndarray | None = None
    at: np.ndarray | None = None


@dataclass(frozen=True)
class Terms:
    """A metric as what its records add to it: the sum of `top` over that of `bottom`, or by itself where that is None.

    Where `median` is set, the metric is the median of the amounts of `top`. With `both`, it exists only where some
    record adds to `top`: the cost of nothing is not 0. `rows` are the records counted behind it where those are not
    the ones of `bottom`, or of `top` where that is None.
    """

    top: tuple[Share, ...]
    bottom: tuple[Share, ...] | None = None
    median: bool = False
    both: bool = False
    rows: tuple[Share, ...] | None = None

    @property
    def counted(self) -> tuple[Share, ...]:
        return self.rows or self.bottom or self.top


@dataclass(frozen=True)
class Lines:
    """Values by group, as arrays of one length: the group's name, its value, currency code or "", rows behind it."""

    group: np.ndarray
    value: np.ndarray
    unit_label: np.ndarray
    rows: np.ndarray

    def take(self, places: np.ndarray) -> "Lines":
        return Lines(self.group[places], self.value[places], self.unit_label[places], self.rows[places])


@dataclass(frozen=True)
class Measured:
    """Values of a metric for one set of tables.

    `lines` has one line per group: `group` (text, "" for the whole), `value` (NaN is not computable), `unit_label`
    (currency code or "") and `rows`. `records` names the rows behind it, as entity -> record numbers. `missing` says
    what is lacking where nothing could be computed. `terms` tells, for the whole, what each record adds to the value;
    None where the metric is no sum, mean, ratio or median.
    """

    lines: Lines
    records: Mapping[str, Any] = field(default_factory=dict)
    missing: str = ""
    terms: Terms | None = None

    @cached_property
    def values(self) -> pd.DataFrame:
        """The lines as a table: group (TEXT), value (float64), unit_label (TEXT), rows (int64)."""
        return pd.DataFrame(
            {
                "group": pd.Series(self.lines.group, dtype=TEXT),
                "value": self.lines.value,
                "unit_label": pd.Series(self.lines.unit_label, dtype=TEXT),
                "rows": self.lines.rows,
            }
        )


@dataclass(frozen=True)
class Metric:
    """One metric: id in the field's terms, formula in words and symbols, and the function that computes it."""

    id: str
    name: str
    formula: str
    symbols: str
    unit: Unit
    group: Group
    inputs: tuple[str, ...]
    compute: Callable[[Dataset, MetricContext, str], Measured]
    """``compute(dataset, context, breakdown)``; breakdown is "" or one of `breakdowns`."""
    breakdowns: tuple[str, ...] = ()
    higher_is_better: bool = True
    source: str = ""
    dated_by: str = ""
    """The day that decides the period of a record; "" for a metric that tells how things stand at the audit."""
    filters: str = ""
    """Which records count, beyond what the formula says."""
