"""The return on a CRM: pure functions of gains and costs, and the ``[investment]`` table of audit.toml.

The field mixes two usages, both given here by name:

- net ROI = (gain - cost) / cost: 75,000 on 12,000 is 525 %; break-even is 0 %
- return ratio = gain / cost: 5:1 or 500 %; break-even is 1:1 or 100 %

Rates are fractions of 1: 525 % is 5.25.
"""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from audit.errors import ConfigError, UsageError

ONE_OFF_COSTS = ("implementation", "training")
COSTS = ("subscription", "implementation", "training", "maintenance", "personnel", "cost")
"""`cost` is for a total that is not split further."""

GAINS = ("margin_uplift", "retained_revenue", "cost_reductions", "gain")
"""`gain` is for a total that is not split further; hours saved times their cost are a gain too."""

SETTINGS = ("hours_saved", "hourly_cost", "adjustments", "months", "go_live", "margin")

GOOD_RETURN_RATIO = 5.0
"""5:1 and better is the usual mark of a good CRM return."""

DEFAULT_MONTHS = 12

ROUNDING = 1e-12
"""Of what was spent, so little is not owed any more."""

MOST = 1e15
"""No amount of an investment is larger: such a figure is a slip, and its sums would not be exact."""


def net_roi(gain: float, cost: float) -> float:
    """(gain - cost) / cost, a fraction: 5.25 is 525 %. Raises UsageError unless the cost is above 0."""
    return _told((_finite(gain, "gain") - _positive(cost)) / cost, gain, cost)


def return_ratio(gain: float, cost: float) -> float:
    """gain / cost: 5.0 is 5:1 or 500 %. Raises UsageError unless the cost is above 0."""
    return _told(_finite(gain, "gain") / _positive(cost), gain, cost)


def payback_months(gains: Sequence[float], costs: Sequence[float]) -> float | None:
    """Months until cumulated gain covers cumulated cost for good; None if it does not at the end of the series.

    Both are amounts per month. The costs of a month are paid at its beginning, its gain comes evenly over the month.
    Where a cost or a loss takes the balance below 0 once more, it was not paid back before.
    """
    if len(gains) != len(costs):
        raise UsageError(
            f"Gains run over {len(gains)} months and costs over {len(costs)}.", hint="Give both for the same months."
        )
    balance, spent = 0.0, 0.0
    covered: float | None = None
    for month, (gain, cost) in enumerate(zip(gains, costs, strict=True)):
        balance -= _finite(cost, "cost")
        spent += cost
        owed = -ROUNDING * spent
        if balance < owed:
            covered = None
        if covered is None and spent > 0:
            if balance >= owed:
                covered = float(month)
            elif balance + gain >= owed:
                covered = month - balance / gain
        balance += _finite(gain, "gain")
        if balance < owed:
            covered = None
    return covered


def break_even_date(gains: Sequence[float], costs: Sequence[float], start: pd.Timestamp) -> pd.Timestamp | None:
    """The day on which cumulated gain comes to cover cumulated cost, from monthly amounts beginning at `start`."""
    months = payback_months(gains, costs)
    if months is None:
        return None
    whole = math.floor(months)
    begin, end = start + pd.DateOffset(months=whole), start + pd.DateOffset(months=whole + 1)
    # The rounding keeps 0.1 + 0.2 from costing a day.
    return begin + pd.Timedelta(days=math.floor(round((months - whole) * (end - begin).days, 6)))


def profit_beyond(gains: Sequence[float], costs: Sequence[float]) -> float:
    """What is left at the end of the series after the cost is covered; 0 where it never is."""
    return max(0.0, math.fsum(gains) - math.fsum(costs))


@dataclass(frozen=True)
class Investment:
    """Costs and gains of a CRM by name, each as amounts per month from `go_live` on.

    `adjustments` are parts of the gain that are not the CRM's doing (new hires, market, season), to be taken off.
    `margin` is the net margin on sales by which more revenue becomes gain.
    """

    costs: Mapping[str, tuple[float, ...]]
    gains: Mapping[str, tuple[float, ...]]
    adjustments: Mapping[str, float] = field(default_factory=dict)
    months: int = DEFAULT_MONTHS
    go_live: pd.Timestamp | None = None
    margin: float | None = None

    @property
    def cost_per_month(self) -> tuple[float, ...]:
        return tuple(math.fsum(amounts) for amounts in zip(*self.costs.values(), strict=True))

    @property
    def gain_per_month(self) -> tuple[float, ...]:
        """All gains less the adjustments, which are spread evenly."""
        off = math.fsum(self.adjustments.values()) / self.months
        gains = self.gains.values() or [(0.0,) * self.months]
        return tuple(math.fsum(amounts) - off for amounts in zip(*gains, strict=True))

    def first(self, months: int) -> "Investment":
        """The same, of the first months alone; adjustments in proportion."""
        if months >= self.months:
            return self
        return replace(
            self,
            costs={name: amounts[:months] for name, amounts in self.costs.items()},
            gains={name: amounts[:months] for name, amounts in self.gains.items()},
            adjustments={name: amount * months / self.months for name, amount in self.adjustments.items()},
            months=months,
        )


@dataclass(frozen=True)
class Return:
    """What came of an investment. `payback` is in months; it and `break_even` are None where it is not reached."""

    gain: float
    cost: float
    net_gain: float
    net_roi: float
    return_ratio: float
    payback: float | None
    break_even: pd.Timestamp | None
    profit_beyond: float


def evaluate(investment: Investment) -> Return:
    """The return on an investment. Raises UsageError where there is no cost."""
    gains, costs = investment.gain_per_month, investment.cost_per_month
    gain, cost = math.fsum(gains), math.fsum(costs)
    start = investment.go_live
    return Return(
        gain=gain,
        cost=cost,
        net_gain=gain - cost,
        net_roi=net_roi(gain, cost),
        return_ratio=return_ratio(gain, cost),
        payback=payback_months(gains, costs),
        break_even=None if start is None else break_even_date(gains, costs, start),
        profit_beyond=profit_beyond(gains, costs),
    )


def read_investment(values: Mapping[str, Any]) -> Investment:
    """The ``[investment]`` table. Raises ConfigError for an unknown key or a value that cannot be.

    An amount is a total over `months` (default 12) or a list of one amount per month. Totals of implementation and
    training fall into the first month, all others are spread evenly.
    """
    known = (*COSTS, *GAINS, *SETTINGS)
    for key in values:
        if key not in known:
            raise ConfigError(f"[investment]: unknown key {key!r}.", hint=f"Known here: {', '.join(known)}.")
    months = _months(values)
    costs = {name: _series(name, values[name], months) for name in COSTS if values.get(name) is not None}
    for name, amounts in costs.items():
        if min(amounts) < 0:
            raise ConfigError(f"[investment]: {name} is below 0.", hint="Costs are given as positive amounts.")
    gains = {name: _series(name, values[name], months) for name in GAINS if values.get(name) is not None}
    hours, hourly = values.get("hours_saved"), values.get("hourly_cost")
    if (hours is None) != (hourly is None):
        raise ConfigError("[investment]: hours_saved and hourly_cost go together.", hint="Give both or none.")
    if hours is not None:
        rate = _number("hourly_cost", hourly)
        gains["hours_saved"] = tuple(amount * rate for amount in _series("hours_saved", hours, months))
    margin = values.get("margin")
    if margin is not None and not 0 <= _number("margin", margin) <= 1:
        raise ConfigError(f"[investment]: margin is {margin}.", hint="Give a fraction of 1: 0.35 is 35 %.")
    adjustments = values.get("adjustments") or {}
    if not isinstance(adjustments, Mapping):
        adjustments = {"adjustments": adjustments}
    return Investment(
        costs=costs,
        gains=gains,
        adjustments={str(name): _number(f"adjustments.{name}", amount) for name, amount in adjustments.items()},
        months=months,
        go_live=_day(values.get("go_live")),
        margin=None if margin is None else float(margin),
    )


def _months(values: Mapping[str, Any]) -> int:
    lists = {name: len(value) for name, value in values.items() if isinstance(value, list | tuple)}
    months = values.get("months", max(lists.values(), default=DEFAULT_MONTHS))
    if isinstance(months, bool) or not isinstance(months, int) or not 1 <= months <= 1200:
        raise ConfigError(f"[investment]: months is {months!r}.", hint="Give a whole number from 1 to 1200.")
    for name, length in lists.items():
        if length != months:
            raise ConfigError(
                f"[investment]: {name} has {length} amounts for {months} months.", hint="Give one amount per month."
            )
    return months


def _series(name: str, value: Any, months: int) -> tuple[float, ...]:
    if isinstance(value, list | tuple):
        return tuple(_number(name, amount) for amount in value)
    total = _number(name, value)
    if name in ONE_OFF_COSTS:
        return (total, *(0.0,) * (months - 1))
    return (total / months,) * months


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ConfigError(f"[investment]: {name} is {value!r}.", hint="Give a number without currency or separators.")
    if abs(value) > MOST:
        raise ConfigError(f"[investment]: {name} is {value:g}.", hint=f"Give an amount below {MOST:g}.")
    return float(value)


def _day(value: Any) -> pd.Timestamp | None:
    if value is None:
        return None
    if isinstance(value, str):
        with suppress(ValueError):
            value = date.fromisoformat(value)
    if not isinstance(value, date | datetime):
        raise ConfigError(f"[investment]: go_live is {value!r}.", hint="Give a day as 2025-01-31.")
    return pd.Timestamp(value).tz_localize(None).normalize()


def _finite(value: float, name: str) -> float:
    if not math.isfinite(value):
        raise UsageError(f"The {name} is {value}.", hint="Give a number.")
    return value


def _told(result: float, gain: float, cost: float) -> float:
    if not math.isfinite(result):
        raise UsageError(f"A gain of {gain:g} on a cost of {cost:g} is beyond any number.", hint="Check the cost.")
    return result


def _positive(cost: float) -> float:
    if _finite(cost, "cost") <= 0:
        raise UsageError(f"The cost is {cost:g}; a return on it cannot be computed.", hint="Give a cost above 0.")
    return cost
