"""Sales metrics: revenue, deals won and lost, their size and speed, the open pipeline."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from reports.metrics.aggregate import Statistic, aggregate, converted, currencies, lacking, not_computable
from reports.metrics.facts import Facts, facts
from reports.metrics.outcome import BUYER_INPUTS, OUTCOME_FIELDS, Outcomes, firsts

CLOSED_INPUTS = ("deal.status", "deal.is_won", "deal.is_closed", "deal.won_at", "deal.lost_at", "deal.stage")
CLOSE_DATES = ("deal.close_date", "deal.won_at", "deal.lost_at")
DEAL_BREAKDOWNS = ("owner", "team", "region", "lead_source", "campaign", "product", "industry", "type", "source")
DATED_BREAKDOWNS = (*(name for name in DEAL_BREAKDOWNS if name != "type"), "month", "quarter")
"""Of what happens on a day; a type of deal says nothing of it."""
Value = Callable[[Facts], np.ndarray]
Which = Callable[[Outcomes], np.ndarray]


def amount(known: Facts) -> np.ndarray:
    return known["deal"]["amount"].to_numpy(dtype="float64")


def won(found: Outcomes) -> np.ndarray:
    return found.won


def lost(found: Outcomes) -> np.ndarray:
    return found.lost


def closed(found: Outcomes) -> np.ndarray:
    return found.won | found.lost


def still_open(found: Outcomes) -> np.ndarray:
    return found.open


def is_won(known: Facts) -> np.ndarray:
    return known.outcomes.won.astype("float64")


def cycle_days(known: Facts) -> np.ndarray:
    """Whole days from creation to close; a deal that closed before it was created has no cycle."""
    days = (known.closed.at - known["deal"]["created_at"].dt.normalize()).dt.days.to_numpy(dtype="float64")
    return np.where(days >= 0, days, np.nan)


def weighted_amount(known: Facts) -> np.ndarray:
    return amount(known) * known["deal"]["probability"].to_numpy(dtype="float64")


def deal_metric(
    which: Which,
    statistic: Statistic,
    what: str,
    *,
    value: Value | None = None,
    needs: tuple[str | tuple[str, ...], ...] = (),
    money: bool = False,
    of_lost: bool = False,
) -> Callable[[Dataset, MetricContext, str], Measured]:
    """A metric over the deals that `which` picks, by the day on which they closed or are to close.

    One that tells `of_lost` deals is not computable from an export of won deals alone.
    """

    def compute(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
        if missing := lacking(dataset, OUTCOME_FIELDS, *needs):
            return not_computable(missing)
        known = facts(dataset)
        deals, found = known["deal"], known.outcomes
        if not found.known:
            return not_computable("No deal says whether it was won or lost.")
        if of_lost and found.won_alone:
            return not_computable(f"All {len(deals):,} deals are won: nothing tells how many were lost.")
        return aggregate(
            deals,
            which(found),
            ctx,
            breakdown,
            statistic,
            what=what,
            at=known.closed,
            value=None if value is None else known.once(value),
            money=money,
            groups=known.cut("deal", breakdown),
        )

    return compute


def revenue_per_customer(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Won amounts summed per buyer, then averaged over the buyers of the period."""
    if missing := lacking(dataset, OUTCOME_FIELDS, "deal.amount"):
        return not_computable(missing)
    known = facts(dataset)
    deals, who = known["deal"], known.deal_buyers
    if not known.outcomes.known:
        return not_computable("No deal says whether it was won or lost.")
    if (who < 0).all():
        return not_computable("No deal names its buyer.")
    bought = known.outcomes.won & known.closed.contains(ctx.period)
    once, value = per_buyer(deals, who, bought, amount(known), ctx)
    return aggregate(
        deals,
        once,
        ctx,
        breakdown,
        Statistic.MEAN,
        what="buyers",
        value=value,
        money=True,
        groups=known.cut("deal", breakdown),
    )


def per_buyer(
    table: Table, who: np.ndarray, bought: np.ndarray, amounts: np.ndarray, ctx: MetricContext
) -> tuple[np.ndarray, np.ndarray]:
    """One row of each buyer and currency, and on it what that buyer spent, in the currency of that row."""
    rows = np.flatnonzero(bought & (who >= 0))
    currency, worth = converted(currencies(table, ctx), amounts, ctx)
    buyer = pd.Series(who[rows] * len(currency.labels) + currency.codes[rows])
    total = pd.Series(worth[rows]).groupby(buyer).transform("sum", min_count=1)
    if ctx.rates is not None:
        # The sum is in the currency of the rate table; `aggregate` will convert it once more.
        _, factor = converted(currencies(table, ctx), np.ones(len(amounts)), ctx)
        total = total / factor[rows]
    first = rows[firsts(buyer.to_numpy())]
    once, value = np.zeros(len(table), dtype=bool), np.full(len(table), np.nan)
    once[first], value[rows] = True, total
    return once, value


METRICS: tuple[Metric, ...] = (
    Metric(
        id="revenue",
        name="Revenue",
        formula="Amounts of won deals, added up, by close date",
        symbols="Σ amount(won)",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.amount", "deal.currency", *CLOSED_INPUTS, "deal.close_date"),
        compute=deal_metric(won, Statistic.SUM, "won deals", value=amount, needs=("deal.amount",), money=True),
        breakdowns=(*DEAL_BREAKDOWNS, "company_name", "currency", "month", "quarter"),
        source="CRM usage: the sum of closed-won opportunities, as in Salesforce and HubSpot deal reports",
        dated_by="deal.close_date",
        filters="won deals with an amount",
    ),
    Metric(
        id="won_deals",
        name="Won deals",
        formula="Number of won deals, by close date",
        symbols="n(won)",
        unit=Unit.COUNT,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*CLOSED_INPUTS, "deal.close_date"),
        compute=deal_metric(won, Statistic.COUNT, "won deals"),
        breakdowns=(*DEAL_BREAKDOWNS, "company_name", "month", "quarter"),
        source="CRM usage: closed-won opportunities",
        dated_by="deal.close_date",
        filters="won deals",
    ),
    Metric(
        id="lost_deals",
        name="Lost deals",
        formula="Number of lost deals, by close date",
        symbols="n(lost)",
        unit=Unit.COUNT,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*CLOSED_INPUTS, "deal.close_date"),
        compute=deal_metric(lost, Statistic.COUNT, "lost deals", of_lost=True),
        breakdowns=(*DEAL_BREAKDOWNS, "lost_reason", "month", "quarter"),
        higher_is_better=False,
        source="CRM usage: closed-lost opportunities",
        dated_by="deal.close_date",
        filters="lost deals",
    ),
    Metric(
        id="lost_value",
        name="Lost value",
        formula="Amounts of lost deals, added up, by close date",
        symbols="Σ amount(lost)",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.amount", "deal.currency", *CLOSED_INPUTS, "deal.close_date"),
        compute=deal_metric(
            lost, Statistic.SUM, "lost deals", value=amount, needs=("deal.amount",), money=True, of_lost=True
        ),
        breakdowns=(*DEAL_BREAKDOWNS, "lost_reason", "currency", "month", "quarter"),
        higher_is_better=False,
        source="CRM usage: the sum of closed-lost opportunities",
        dated_by="deal.close_date",
        filters="lost deals with an amount",
    ),
    Metric(
        id="win_rate",
        name="Win rate",
        formula="Won deals over won and lost deals, by close date; open deals left out",
        symbols="n(won) / (n(won) + n(lost))",
        unit=Unit.RATE,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*CLOSED_INPUTS, "deal.close_date"),
        compute=deal_metric(closed, Statistic.MEAN, "closed deals", value=is_won, of_lost=True),
        breakdowns=(*DEAL_BREAKDOWNS, "month", "quarter"),
        source="CRM usage: closed-won over all closed opportunities (close rate)",
        dated_by="deal.close_date",
        filters="won and lost deals",
    ),
    Metric(
        id="average_deal_size",
        name="Average deal size",
        formula="Won amount over won deals that have an amount, by close date",
        symbols="Σ amount(won) / n(won)",
        unit=Unit.MONEY_PER_ITEM,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.amount", "deal.currency", *CLOSED_INPUTS, "deal.close_date"),
        compute=deal_metric(won, Statistic.MEAN, "won deals", value=amount, needs=("deal.amount",), money=True),
        breakdowns=(*DEAL_BREAKDOWNS, "currency", "month", "quarter"),
        source="CRM usage: mean amount of closed-won opportunities; blank amounts do not count, as in SQL AVG",
        dated_by="deal.close_date",
        filters="won deals with an amount",
    ),
    Metric(
        id="sales_cycle_days",
        name="Sales cycle, mean",
        formula="Mean days from creation to close of won deals; those closed before they were created left out",
        symbols="Σ (closed − created) / n(won)",
        unit=Unit.DAYS,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.created_at", *CLOSED_INPUTS, "deal.close_date"),
        compute=deal_metric(won, Statistic.MEAN, "won deals", value=cycle_days, needs=("deal.created_at", CLOSE_DATES)),
        breakdowns=(*DEAL_BREAKDOWNS, "month", "quarter"),
        higher_is_better=False,
        source="CRM usage: average days to close of won deals",
        dated_by="deal.close_date",
        filters="won deals with both days in order",
    ),
    Metric(
        id="median_sales_cycle_days",
        name="Sales cycle, median",
        formula="Median days from creation to close of won deals; half of them took no longer",
        symbols="median (closed − created)(won)",
        unit=Unit.DAYS,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.created_at", *CLOSED_INPUTS, "deal.close_date"),
        compute=deal_metric(
            won, Statistic.MEDIAN, "won deals", value=cycle_days, needs=("deal.created_at", CLOSE_DATES)
        ),
        breakdowns=(*DEAL_BREAKDOWNS, "month", "quarter"),
        higher_is_better=False,
        source="The same durations; the median is not moved by a few deals with wrong dates",
        dated_by="deal.close_date",
        filters="won deals with both days in order",
    ),
    Metric(
        id="open_deals",
        name="Open deals",
        formula="Number of deals neither won nor lost; in a period: those expected to close in it",
        symbols="n(open)",
        unit=Unit.COUNT,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*CLOSED_INPUTS, "deal.close_date"),
        compute=deal_metric(still_open, Statistic.COUNT, "open deals"),
        breakdowns=(*DEAL_BREAKDOWNS, "stage", "pipeline", "month"),
        source="CRM usage: open opportunities",
        filters="deals neither won, lost, deleted nor archived",
    ),
    Metric(
        id="open_pipeline_value",
        name="Open pipeline",
        formula="Amounts of deals neither won nor lost, added up; in a period: those expected to close in it",
        symbols="Σ amount(open)",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.amount", "deal.currency", *CLOSED_INPUTS, "deal.close_date"),
        compute=deal_metric(still_open, Statistic.SUM, "open deals", value=amount, needs=("deal.amount",), money=True),
        breakdowns=(*DEAL_BREAKDOWNS, "stage", "pipeline", "currency", "month"),
        source="CRM usage: the sum of open opportunities",
        filters="open deals with an amount",
    ),
    Metric(
        id="weighted_pipeline_value",
        name="Weighted pipeline",
        formula="Amounts of open deals, each times its probability, added up",
        symbols="Σ (amount × probability)(open)",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.amount", "deal.probability", "deal.currency", *CLOSED_INPUTS, "deal.close_date"),
        compute=deal_metric(
            still_open,
            Statistic.SUM,
            "open deals",
            value=weighted_amount,
            needs=("deal.amount", "deal.probability"),
            money=True,
        ),
        breakdowns=(*DEAL_BREAKDOWNS, "stage", "pipeline", "currency", "month"),
        source="CRM usage: expected revenue, as in Salesforce forecasts",
        filters="open deals with an amount and a probability",
    ),
    Metric(
        id="revenue_per_customer",
        name="Revenue per customer",
        formula="Won amounts added up per buyer, averaged over the buyers of the period",
        symbols="Σ amount(won) / n(buyers)",
        unit=Unit.MONEY_PER_ITEM,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.amount", "deal.currency", *CLOSED_INPUTS, "deal.close_date", *BUYER_INPUTS),
        compute=revenue_per_customer,
        breakdowns=("industry", "region", "source", "currency"),
        source="Average revenue per account (ARPA)",
        dated_by="deal.close_date",
        filters="won deals that name their buyer",
    ),
)
