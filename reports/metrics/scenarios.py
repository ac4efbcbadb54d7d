"""What if: the return on a CRM under low, expected and high assumptions, and which input moves it most."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from audit.errors import ConfigError, UsageError
from reports.metrics.roi import Investment, Return, evaluate, read_investment

SPREAD = 0.2
"""How far low and high lie from what is expected where the user does not say."""

SCENARIOS = ("low", "expected", "high")


@dataclass(frozen=True)
class Swing:
    """The net ROI when one input alone is `low` or `high` (fractions of what is expected: 0.8, 1.2)."""

    name: str
    kind: str
    low: float
    high: float

    @property
    def width(self) -> float:
        return abs(self.high - self.low)


@dataclass(frozen=True)
class PerHead:
    """The return shared by department: heads, their part of cost and net gain, and that per employee."""

    department: str
    heads: float
    cost: float
    net_gain: float

    @property
    def net_gain_per_employee(self) -> float:
        return self.net_gain / self.heads


def scaled(investment: Investment, *, gains: float = 1.0, costs: float = 1.0) -> Investment:
    """The same with all gains and all costs times a factor; adjustments, which are not the CRM's doing, stay.

    What is a loss as a whole is worse by a factor below 1, not nearer to 0.
    """
    return replace(
        investment,
        gains={
            name: _times(amounts, gains if math.fsum(amounts) >= 0 else 2 - gains)
            for name, amounts in investment.gains.items()
        },
        costs={name: _times(amounts, costs) for name, amounts in investment.costs.items()},
    )


def scenarios(investment: Investment, factors: Mapping[str, float] | None = None) -> dict[str, Return]:
    """The return with gains as expected, and times the low and the high factor (default 0.8 and 1.2)."""
    chosen = scenario_factors(factors)
    return {name: evaluate(scaled(investment, gains=chosen[name])) for name in SCENARIOS}


def scenario_factors(factors: Mapping[str, float] | None) -> dict[str, float]:
    """By which the gains are taken in each scenario. Raises ConfigError for a factor that cannot be."""
    chosen = {"low": 1 - SPREAD, "expected": 1.0, "high": 1 + SPREAD, **(factors or {})}
    for name, factor in chosen.items():
        if name not in SCENARIOS:
            raise ConfigError(f"[investment]: no scenario {name!r}.", hint=f"There are: {', '.join(SCENARIOS)}.")
        if isinstance(factor, bool) or not isinstance(factor, int | float) or not math.isfinite(factor) or factor < 0:
            raise ConfigError(f"[investment]: scenario {name} is {factor!r}.", hint="Give a factor such as 0.8.")
    if not chosen["low"] <= chosen["expected"] <= chosen["high"]:
        raise ConfigError("[investment]: the scenarios are not in order.", hint="low <= expected <= high.")
    return chosen


def sensitivity(investment: Investment, spread: float = SPREAD) -> list[Swing]:
    """Every cost, gain and adjustment alone made less and more by `spread`; what moves the net ROI most first."""
    if not 0 < spread < 1:
        raise UsageError(f"A spread of {spread:g} cannot be.", hint="Give a fraction between 0 and 1, such as 0.2.")
    swings = []
    for kind, named in (("gain", investment.gains), ("cost", investment.costs)):
        for name, amounts in named.items():
            ends = []
            for factor in (1 - spread, 1 + spread):
                changed = {**named, name: _times(amounts, factor)}
                varied = replace(investment, **{f"{kind}s": changed})  # type: ignore[arg-type]
                ends.append(evaluate(varied).net_roi)
            swings.append(Swing(name, kind, *ends))
    for name, amount in investment.adjustments.items():
        ends = [
            evaluate(replace(investment, adjustments={**investment.adjustments, name: amount * factor})).net_roi
            for factor in (1 - spread, 1 + spread)
        ]
        swings.append(Swing(name, "adjustment", *ends))
    return sorted(swings, key=lambda swing: (-swing.width, swing.kind, swing.name))


def by_department(found: Return, departments: Mapping[str, float]) -> list[PerHead]:
    """Cost and net gain shared by heads; those of all departments add up to the whole.

    Raises ConfigError where a department has no employees.
    """
    for name, heads in departments.items():
        if not heads > 0:
            raise ConfigError(f"[business]: department {name!r} has {heads:g} employees.", hint="Give at least one.")
    total = math.fsum(departments.values())
    return [
        PerHead(name, heads, found.cost * heads / total, found.net_gain * heads / total)
        for name, heads in departments.items()
    ]


def by_month(investment: Investment) -> list[tuple[int, float, float, float]]:
    """Month (from 1), gain, cost and what is gained less spent up to its end."""
    balance, lines = 0.0, []
    for month, (gain, cost) in enumerate(zip(investment.gain_per_month, investment.cost_per_month, strict=True), 1):
        balance += gain - cost
        lines.append((month, gain, cost, balance))
    return lines


def by_quarter(investment: Investment) -> list[tuple[int, float, float, float]]:
    """Quarter since go-live (from 1), gain, cost and net ROI of that quarter alone; NaN in one without cost."""
    return _by(investment, 3)


def by_year(investment: Investment) -> list[tuple[int, float, float, float]]:
    """Year (from 1), gain, cost and net ROI of that year alone; NaN in a year without cost."""
    return _by(investment, 12)


def _by(investment: Investment, length: int) -> list[tuple[int, float, float, float]]:
    lines = []
    months = by_month(investment)
    for start in range(0, len(months), length):
        part = months[start : start + length]
        gain, cost = math.fsum(line[1] for line in part), math.fsum(line[2] for line in part)
        lines.append((start // length + 1, gain, cost, (gain - cost) / cost if cost > 0 else math.nan))
    return lines


def read_scenarios(values: Mapping[str, Any]) -> tuple[Investment, Mapping[str, float] | None]:
    """The ``[investment]`` table and, from its key `scenarios`, the factors of the gains."""
    factors = values.get("scenarios")
    if factors is not None and not isinstance(factors, Mapping):
        raise ConfigError("[investment]: scenarios is no table.", hint="scenarios = { low = 0.8, high = 1.2 }")
    rest = {name: value for name, value in values.items() if name != "scenarios"}
    return read_investment(rest), factors


def _times(amounts: Sequence[float], factor: float) -> tuple[float, ...]:
    return tuple(amount * factor for amount in amounts)
