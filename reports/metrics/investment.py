"""Return-on-investment metrics: the ``[investment]`` table of audit.toml, with the revenue that the tables show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from audit.schema import TEXT
from reports.metrics.aggregate import converted, currencies, figure, headline_currency, lacking, not_computable
from reports.metrics.facts import facts
from reports.metrics.outcome import OUTCOME_FIELDS
from reports.metrics.periods import months_between
from reports.metrics.roi import Investment, Return, evaluate
from reports.metrics.sales import CLOSED_INPUTS, amount
from reports.metrics.scenarios import read_scenarios, sensitivity

INVESTMENT_INPUTS = ("deal.amount", "deal.currency", *CLOSED_INPUTS, "deal.close_date")
MIN_BASELINE_MONTHS = 3
SWING_TYPES: Mapping[str, object] = {
    "input": TEXT,
    "kind": TEXT,
    "low": "float64",
    "net_roi": "float64",
    "high": "float64",
}
"""The net ROI as it is, and with one input (a gain, cost or adjustment) a fifth lower and a fifth higher."""
RETURN_SOURCE = "Return on investment as the field computes it; both usages are given, each by its name"


NO_DEALS = np.array([], dtype=np.int64)


@dataclass(frozen=True)
class Invested:
    """The investment with the gains that the tables show; None, and why, where there is none.

    `deals` are the records behind a measured uplift.
    """

    found: Investment | None = None
    currency: str = ""
    missing: str = ""
    deals: np.ndarray = field(default_factory=lambda: NO_DEALS)


def measured_uplift(
    dataset: Dataset, found: Investment, ctx: MetricContext
) -> tuple[tuple[float, ...], np.ndarray, str, str]:
    """The margin uplift per month since go-live, the won deals that show it, their currency, and what it lacks.

    Uplift of a month = margin * (revenue of the month - mean monthly revenue of as many months before go-live); months
    before the first won deal are not taken for months without sales.
    """
    assert found.go_live is not None and found.margin is not None
    if missing := lacking(dataset, OUTCOME_FIELDS, "deal.amount"):
        return (), NO_DEALS, "", missing
    start = found.go_live
    months = min(found.months, months_between(start, ctx.as_of.normalize() + pd.Timedelta(days=1)))
    if months < 1:
        return (), NO_DEALS, "", "Less than a month has passed since go-live."
    edges = [start + pd.DateOffset(months=number) for number in range(-months, months + 1)]
    known = facts(dataset)
    deals, won, at, amounts = known["deal"], known.outcomes.won, known.closed.at, amount(known)
    baseline = sum(bool(edge >= at[won].min()) for edge in edges[:months])
    if baseline < min(months, MIN_BASELINE_MONTHS):
        return (), NO_DEALS, "", f"Won deals cover only {baseline} whole months before go-live, too few for a baseline."
    currency, amounts = converted(currencies(deals, ctx), amounts, ctx)
    headline = headline_currency(currency, won, amounts, ctx)
    unit_label = str(currency.labels[headline])
    if ctx.currency and unit_label != ctx.currency:
        return (), NO_DEALS, "", f"The won deals are not in {ctx.currency}, the currency of the investment."
    counted = won & (currency.codes == headline) & at.notna().to_numpy() & ~np.isnan(amounts)
    month = np.searchsorted(np.array(edges, dtype="datetime64[us]"), at[counted].to_numpy(), side="right")
    revenue = np.bincount(month, weights=amounts[counted], minlength=2 * months + 2)[1:-1]
    uplift = found.margin * (revenue[months:] - revenue[months - baseline : months].mean())
    inside = np.flatnonzero(counted)[(month > months - baseline) & (month <= 2 * months)]
    return tuple(float(amount) for amount in uplift), deals.index.to_numpy()[inside], unit_label, ""


def invested(dataset: Dataset, ctx: MetricContext) -> Invested:
    if not ctx.investment:
        return Invested(missing="There is no [investment] table in audit.toml.")
    found, unit_label, deals = read_scenarios(ctx.investment)[0], ctx.currency or "", NO_DEALS
    if found.go_live is not None and found.margin is not None and "margin_uplift" not in found.gains:
        uplift, deals, unit_label, missing = measured_uplift(dataset, found, ctx)
        if missing:
            return Invested(missing=missing)
        found = found.first(len(uplift))
        found = replace(found, gains={**found.gains, "margin_uplift": uplift})
    if not found.gains:
        return Invested(missing="[investment] names no gains, nor margin and go_live to measure them.")
    if not found.costs or not sum(found.cost_per_month) > 0:
        return Invested(missing="[investment] names no costs.")
    return Invested(found, unit_label, deals=deals)


def sensitivities(dataset: Dataset, ctx: MetricContext) -> pd.DataFrame:
    """The net ROI when one input alone is less or more by SPREAD, what moves it most first; columns of SWING_TYPES."""
    found = invested(dataset, ctx).found
    swings = [] if found is None else sensitivity(found)
    base = np.nan if found is None else evaluate(found).net_roi
    lines = [(swing.name, swing.kind, swing.low, base, swing.high) for swing in swings]
    return pd.DataFrame(lines, columns=list(SWING_TYPES)).astype(dict(SWING_TYPES))


def investment_metric(
    value: Callable[[Return], float | None], *, money: bool = False
) -> Callable[[Dataset, MetricContext, str], Measured]:
    """A figure of the return on the whole investment; periods and breakdowns do not apply."""

    def compute(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
        known = invested(dataset, ctx)
        unit_label = known.currency if money else ""
        if known.found is None:
            return not_computable(known.missing, unit_label)
        number = value(evaluate(known.found))
        if number is None:
            return not_computable("The gains do not cover the costs in the months given.", unit_label)
        return replace(figure(number, unit_label), records={"deal": known.deals} if len(known.deals) else {})

    return compute


METRICS: tuple[Metric, ...] = (
    Metric(
        id="net_roi",
        name="Net return on investment",
        formula="Gain less cost, over cost; 0 % is break-even. Gains are those of [investment]; with margin and "
        "go_live, the margin uplift is measured: margin times the revenue above the monthly mean before go-live",
        symbols="(gain − cost) / cost",
        unit=Unit.RATE,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=INVESTMENT_INPUTS,
        compute=investment_metric(lambda result: result.net_roi),
        source=RETURN_SOURCE,
    ),
    Metric(
        id="return_ratio",
        name="Return ratio",
        formula="Gain over cost; 1 is break-even, 5 (5:1, 500 %) and better is the usual mark of a good CRM return",
        symbols="gain / cost",
        unit=Unit.RATIO,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=INVESTMENT_INPUTS,
        compute=investment_metric(lambda result: result.return_ratio),
        source=RETURN_SOURCE,
    ),
    Metric(
        id="net_gain",
        name="Net gain",
        formula="Gain less cost over the months of the investment",
        symbols="gain − cost",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=INVESTMENT_INPUTS,
        compute=investment_metric(lambda result: result.net_gain, money=True),
        source=RETURN_SOURCE,
    ),
    Metric(
        id="payback_months",
        name="Payback",
        formula="Months from go-live until the cumulated gain covers the cumulated cost for good; costs are paid at "
        "the beginning of a month, gains come evenly over it",
        symbols="min t: Σ gain(≤ s) ≥ Σ cost(≤ s) for all s ≥ t",
        unit=Unit.MONTHS,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=INVESTMENT_INPUTS,
        compute=investment_metric(lambda result: result.payback),
        higher_is_better=False,
        source="Payback period of investment appraisal",
    ),
    Metric(
        id="profit_beyond_break_even",
        name="Profit beyond break-even",
        formula="What the gains leave after the cost is covered, at the end of the months given; 0 if it never is",
        symbols="max(0, gain − cost)",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=INVESTMENT_INPUTS,
        compute=investment_metric(lambda result: result.profit_beyond, money=True),
        source=RETURN_SOURCE,
    ),
)
