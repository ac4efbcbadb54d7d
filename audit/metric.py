"""The metric contract: what a metric says about itself and what it returns.

A metric is computed twice, on raw and on cleaned tables, by the same function; it never knows which it was given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pandas as pd

from audit.dataset import Dataset


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
class MetricContext:
    """What a metric may know besides the tables.

    `investment` is the ``[investment]`` table of audit.toml: costs and gains for the return on the CRM.
    """

    as_of: pd.Timestamp
    period: Period = field(default_factory=Period)
    currency: str | None = None
    investment: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """Values of a metric for one set of tables.

    `values` has one row per group: columns `group` (text, "" for the whole) and `value` (float; NaN is not computable),
    `unit_label` (currency code or ""). `records` names the rows behind it, as entity -> record numbers. `missing` says
    what is lacking where nothing could be computed.
    """

    values: pd.DataFrame
    records: Mapping[str, Any] = field(default_factory=dict)
    missing: str = ""


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
