"""Customer metrics: how often and for how much customers buy, whether they come back, what they are worth."""

from dataclasses import replace

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from reports.metrics.aggregate import Statistic, aggregate, lacking, not_computable, ratio, unlabelled
from reports.metrics.facts import Facts, facts
from reports.metrics.marketing import CUSTOMER_INPUTS, SPEND_INPUTS, customer_acquisition_cost
from reports.metrics.outcome import BUYER_INPUTS, OUTCOME_FIELDS, PAYMENT_BUYER, firsts, sounds
from reports.metrics.payments import PAYMENT_INPUTS
from reports.metrics.sales import CLOSED_INPUTS, DEAL_BREAKDOWNS, amount, per_buyer

RENEWAL = r"\brenew(?:al|als|ed)?\b|\bverlangerung|\brenovacion|\brenouvellement|\brenovacao|\bperpanjangan"
PURCHASE_INPUTS = tuple(
    dict.fromkeys(
        (
            *PAYMENT_INPUTS,
            *(f"payment.{name}" for name in PAYMENT_BUYER),
            "deal.amount",
            "deal.currency",
            *CLOSED_INPUTS,
            "deal.close_date",
            *BUYER_INPUTS,
        )
    )
)
BOUGHT_INPUTS = (*CLOSED_INPUTS, "deal.close_date", *BUYER_INPUTS)


def _won_by_buyer(dataset: Dataset) -> str:
    """Why nothing can be said of won deals by buyer; "" where it can."""
    if missing := lacking(dataset, OUTCOME_FIELDS):
        return missing
    known = facts(dataset)
    if not known.outcomes.known:
        return "No deal says whether it was won or lost."
    return "" if (known.deal_buyers >= 0).any() else "No deal names its buyer."


def deals_per_customer(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := _won_by_buyer(dataset):
        return not_computable(missing)
    known = facts(dataset)
    deals, who = known["deal"], known.deal_buyers
    rows = np.flatnonzero(known.outcomes.won & (who >= 0) & known.closed.contains(ctx.period))
    count = pd.Series(1.0, index=rows).groupby(who[rows]).transform("sum")
    once, value = np.zeros(len(deals), dtype=bool), np.full(len(deals), np.nan)
    once[rows[firsts(who[rows])]], value[rows] = True, count
    groups = known.cut("deal", breakdown)
    return aggregate(deals, once, ctx, breakdown, Statistic.MEAN, what="buyers", value=value, groups=groups)


def new_revenue(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := _won_by_buyer(dataset) or lacking(dataset, "deal.amount"):
        return not_computable(missing)
    known = facts(dataset)
    return aggregate(
        known["deal"],
        known.first_won,
        ctx,
        breakdown,
        Statistic.SUM,
        what="first won deals",
        at=known.closed,
        value=amount(known),
        money=True,
        groups=known.cut("deal", breakdown),
    )


def cross_sell_ratio(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Of the buyers, those who bought two or more different products."""
    if missing := _won_by_buyer(dataset) or lacking(dataset, "deal.product"):
        return not_computable(missing)
    known = facts(dataset)
    deals, who = known["deal"], known.deal_buyers
    products, _ = deals.distinct("product")
    rows = np.flatnonzero(known.outcomes.won & (who >= 0) & (products >= 0) & known.closed.contains(ctx.period))
    different = pd.Series(products[rows]).groupby(who[rows]).transform("nunique").to_numpy()
    once, value = np.zeros(len(deals), dtype=bool), np.full(len(deals), np.nan)
    once[rows[firsts(who[rows])]] = True
    value[rows] = different >= 2
    return aggregate(deals, once, ctx, breakdown, Statistic.MEAN, what="buyers of known products", value=value)


def up_sell_ratio(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Of the won deals of buyers who had bought before, those larger than the one before, in the same currency."""
    if missing := _won_by_buyer(dataset) or lacking(dataset, "deal.amount"):
        return not_computable(missing)
    known = facts(dataset)
    deals, who, amounts = known["deal"], known.deal_buyers, amount(known)
    currency = deals.distinct("currency")[0] if "currency" in deals else np.zeros(len(deals), dtype=np.int64)
    rows = np.flatnonzero(known.outcomes.won & (who >= 0) & ~np.isnan(amounts) & ~np.isnat(known.closed.times))
    rows = rows[np.lexsort((deals.index.to_numpy()[rows], known.closed.times[rows], currency[rows], who[rows]))]
    again = np.zeros(len(rows), dtype=bool)
    again[1:] = (who[rows][1:] == who[rows][:-1]) & (currency[rows][1:] == currency[rows][:-1])
    larger = np.r_[False, amounts[rows][1:] > amounts[rows][:-1]] if len(rows) else again
    mask, value = np.zeros(len(deals), dtype=bool), np.full(len(deals), np.nan)
    mask[rows[again]], value[rows] = True, larger
    return aggregate(deals, mask, ctx, breakdown, Statistic.MEAN, what="repeat deals", at=known.closed, value=value)


def _renewals(known: Facts) -> np.ndarray:
    deals = known["deal"]
    return sounds(deals, "type", RENEWAL) | sounds(deals, "pipeline", RENEWAL)


def renewal_rate(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := lacking(dataset, ("deal.type", "deal.pipeline"), OUTCOME_FIELDS):
        return not_computable(missing)
    known = facts(dataset)
    mask = _renewals(known)
    if not mask.any():
        return not_computable("No deal is called a renewal by its type or pipeline.")
    closed = known.outcomes.won | known.outcomes.lost
    return aggregate(
        known["deal"],
        mask & closed,
        ctx,
        breakdown,
        Statistic.MEAN,
        what="closed renewals",
        at=known.closed,
        value=known.outcomes.won.astype("float64"),
        groups=known.cut("deal", breakdown),
    )


def returned(dataset: Dataset, ctx: MetricContext, breakdown: str, *, gone: bool = False) -> Measured:
    """Of the customers of one cycle, those who bought again in the next one, which ends with the period."""
    known = facts(dataset)
    found = known.purchases
    if not found.bought.any():
        return not_computable("No won deal or payment names its buyer.")
    cycle = pd.Timedelta(days=ctx.business.customer_cycle_days)
    end = ctx.period.end or ctx.as_of.normalize() + pd.Timedelta(days=1)
    edges = [(end - 2 * cycle).to_datetime64(), (end - cycle).to_datetime64(), end.to_datetime64()]
    times = found.at.times
    before = found.bought & (times >= edges[0]) & (times < edges[1])
    after = found.bought & (times >= edges[1]) & (times < edges[2])
    if not before.any():
        return not_computable(f"Nobody is known to have bought in the customer cycle before {end - cycle:%Y-%m-%d}.")
    rows = np.flatnonzero(before)
    once = np.zeros(len(before), dtype=bool)
    once[rows[firsts(found.who[rows])]] = True
    # The last one is who is not named, -1.
    stayed = np.zeros(int(found.who.max(initial=-1)) + 2, dtype=bool)
    stayed[found.who[after]] = True
    value = ~stayed[found.who] if gone else stayed[found.who]
    return aggregate(found.table, once, ctx, breakdown, Statistic.MEAN, what="customers", value=value)


def retention_rate(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    return returned(dataset, ctx, breakdown)


def churn_rate(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    return returned(dataset, ctx, breakdown, gone=True)


def customer_lifetime_value(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """What each customer has brought in so far, averaged."""
    known = facts(dataset)
    found = known.purchases
    if not found.bought.any():
        return not_computable("No won deal or payment names its buyer.")
    once, value = per_buyer(found.table, found.who, found.bought, found.amounts, ctx)
    return aggregate(found.table, once, ctx, breakdown, Statistic.MEAN, what="customers", value=value, money=True)


def clv_to_cac(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    worth, cost = customer_lifetime_value(dataset, ctx, ""), customer_acquisition_cost(dataset, ctx, "")
    units = [str(part.lines.unit_label[0]) for part in (worth, cost)]
    if not worth.missing and not cost.missing and units[0] != units[1]:
        return not_computable(f"Value is in {units[0] or 'an unnamed currency'}, cost in {units[1] or 'another'}.")
    found = ratio(worth, cost, over="customers", under="acquisition costs")
    return replace(found, lines=unlabelled(found.lines), terms=None)


METRICS: tuple[Metric, ...] = (
    Metric(
        id="deals_per_customer",
        name="Sales per customer",
        formula="Won deals over the buyers of the period",
        symbols="n(won) / n(buyers)",
        unit=Unit.NUMBER,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=BOUGHT_INPUTS,
        compute=deals_per_customer,
        breakdowns=("industry", "region", "source"),
        source="Sales usage: orders per customer",
        dated_by="deal.close_date",
        filters="won deals that name their buyer",
    ),
    Metric(
        id="new_revenue",
        name="Revenue from new customers",
        formula="Amounts of the first won deal of each buyer, added up, by close date",
        symbols="Σ amount(first won per buyer)",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.amount", "deal.currency", *BOUGHT_INPUTS),
        compute=new_revenue,
        breakdowns=(*DEAL_BREAKDOWNS, "currency", "month", "quarter"),
        source="Sales usage: new business revenue",
        dated_by="deal.close_date",
        filters="first won deal of each buyer",
    ),
    Metric(
        id="renewal_rate",
        name="Renewal rate",
        formula="Won renewals over won and lost renewals, by close date",
        symbols="n(won renewals) / n(closed renewals)",
        unit=Unit.RATE,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*CLOSED_INPUTS, "deal.close_date", "deal.type", "deal.pipeline"),
        compute=renewal_rate,
        breakdowns=(*DEAL_BREAKDOWNS, "month", "quarter"),
        source="Subscription usage: renewals by number",
        dated_by="deal.close_date",
        filters="deals whose type or pipeline says renewal",
    ),
    Metric(
        id="cross_sell_ratio",
        name="Cross-sell ratio",
        formula="Buyers with won deals of two or more products over buyers of any known product",
        symbols="n(buyers of ≥ 2 products) / n(buyers)",
        unit=Unit.RATE,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*BOUGHT_INPUTS, "deal.product"),
        compute=cross_sell_ratio,
        breakdowns=("source",),
        source="Sales usage: customers with more than one product",
        dated_by="deal.close_date",
        filters="won deals that name buyer and product",
    ),
    Metric(
        id="up_sell_ratio",
        name="Up-sell ratio",
        formula="Repeat deals larger than the same buyer's deal before, over all repeat deals, by close date",
        symbols="n(amount > amount before) / n(repeat deals)",
        unit=Unit.RATE,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.amount", "deal.currency", *BOUGHT_INPUTS),
        compute=up_sell_ratio,
        breakdowns=("owner", "source", "month", "quarter"),
        source="Sales usage: up-sells among repeat sales, in one currency each",
        dated_by="deal.close_date",
        filters="won deals of buyers who had bought before",
    ),
    Metric(
        id="retention_rate",
        name="Customer retention",
        formula="Customers of one customer cycle who bought again in the next, over all customers of the first; the "
        "cycle is [business] customer_cycle_days (365), and the second ends with the period or the audit",
        symbols="n(bought in both cycles) / n(bought in the first)",
        unit=Unit.RATE,
        group=Group.CUSTOMER_PERCEPTION,
        inputs=PURCHASE_INPUTS,
        compute=retention_rate,
        breakdowns=("source",),
        source="Retention by cohort, judged against the customer life cycle of the trade",
        dated_by="payment.paid_at",
        filters="payments that came in; where none names its buyer, won deals",
    ),
    Metric(
        id="churn_rate",
        name="Customer churn",
        formula="One less customer retention: customers of one cycle who did not buy in the next",
        symbols="1 − n(bought in both cycles) / n(bought in the first)",
        unit=Unit.RATE,
        group=Group.CUSTOMER_PERCEPTION,
        inputs=PURCHASE_INPUTS,
        compute=churn_rate,
        breakdowns=("source",),
        higher_is_better=False,
        source="Churn by cohort, judged against the customer life cycle of the trade",
        dated_by="payment.paid_at",
        filters="payments that came in; where none names its buyer, won deals",
    ),
    Metric(
        id="customer_lifetime_value",
        name="Customer lifetime value so far",
        formula="What customers have paid until now (won amounts where there are no payments), averaged over them",
        symbols="Σ amount / n(customers)",
        unit=Unit.MONEY_PER_ITEM,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=PURCHASE_INPUTS,
        compute=customer_lifetime_value,
        breakdowns=("currency", "source"),
        source="Historic customer lifetime value (CLV): no forecast, no discount",
        filters="payments that came in, less refunds; where none names its buyer, won deals",
    ),
    Metric(
        id="clv_to_cac",
        name="Lifetime value to acquisition cost",
        formula="Customer lifetime value so far over customer acquisition cost; 3 : 1 is the usual mark",
        symbols="CLV / CAC",
        unit=Unit.RATIO,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=tuple(dict.fromkeys((*PURCHASE_INPUTS, *SPEND_INPUTS, *CUSTOMER_INPUTS))),
        compute=clv_to_cac,
        source="Marketing usage: LTV to CAC",
        filters="as of both metrics",
    ),
)
