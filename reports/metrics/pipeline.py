"""The pipeline against what was sold: how many deals are won of all that should be decided, and how far it reaches."""

from dataclasses import replace

import pandas as pd

from audit.dataset import Dataset
from audit.metric import Group, Measured, Metric, MetricContext, Period, Unit
from reports.metrics.aggregate import Statistic, aggregate, divided, lacking, not_computable, ratio, unlabelled
from reports.metrics.facts import facts
from reports.metrics.forecast import ZOMBIE_INPUTS, zombies
from reports.metrics.growth import REVENUE_INPUTS, revenue
from reports.metrics.outcome import OUTCOME_FIELDS
from reports.metrics.sales import DEAL_BREAKDOWNS, amount, deal_metric, is_won, still_open

QUARTERS = 4
open_pipeline = deal_metric(still_open, Statistic.SUM, "open deals", value=amount, needs=("deal.amount",), money=True)


def close_rate(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Won deals of all that were decided or that nobody expects any more."""
    if missing := lacking(dataset, OUTCOME_FIELDS):
        return not_computable(missing)
    known = facts(dataset)
    found = known.outcomes
    if not found.known:
        return not_computable("No deal says whether it was won or lost.")
    if found.won_alone:
        return not_computable(f"All {len(known['deal']):,} deals are won: nothing tells how many were lost.")
    return aggregate(
        known["deal"],
        found.won | found.lost | zombies(known, ctx),
        ctx,
        breakdown,
        Statistic.MEAN,
        what="deals decided or silent",
        at=known.closed,
        value=known.once(is_won),
        groups=known.cut("deal", breakdown),
    )


def pipeline_coverage(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """The open pipeline over what a quarter of the last year brought in."""
    end = ctx.as_of.normalize() + pd.Timedelta(days=1)
    year = Period("last year", end - pd.DateOffset(months=3 * QUARTERS), end)
    below = divided(revenue(dataset, replace(ctx, period=year), ""), QUARTERS, of_period=True)
    currency = str(below.lines.unit_label[0]) or ctx.currency
    above = open_pipeline(dataset, replace(ctx, period=Period(), currency=currency), "")
    if above.missing or below.missing:
        return not_computable(above.missing or below.missing)
    if above.lines.unit_label[0] != below.lines.unit_label[0]:
        return not_computable("The open pipeline and the revenue of the last year are in different currencies.")
    if not below.lines.value[0] > 0:
        return not_computable("Nothing was sold in the last year that the pipeline could be held against.")
    found = ratio(above, below, over="open deals", under="won deals of the last year")
    return replace(found, lines=unlabelled(found.lines))


METRICS: tuple[Metric, ...] = (
    Metric(
        id="close_rate",
        name="Close rate, silent deals as lost",
        formula="Won deals over won, lost and zombie deals, by close date: open deals that were to close before the "
        "audit, or in which nothing has happened for [business] silent_days (90), count as lost",
        symbols="n(won) / (n(won) + n(lost) + n(open, overdue or silent))",
        unit=Unit.RATE,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=ZOMBIE_INPUTS,
        compute=close_rate,
        breakdowns=(*DEAL_BREAKDOWNS, "month", "quarter"),
        source="Sales usage: win rate capped by age, so that losers whom nobody closes do not flatter it",
        dated_by="deal.close_date",
        filters="won and lost deals, and open ones that nobody expects any more",
    ),
    Metric(
        id="pipeline_coverage",
        name="Pipeline coverage",
        formula="Open pipeline over the mean revenue of a quarter of the last twelve months; 3 : 1 is the usual mark",
        symbols="Σ amount(open) / (Σ amount(won in the last 12 months) / 4)",
        unit=Unit.RATIO,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=REVENUE_INPUTS,
        compute=pipeline_coverage,
        source="Sales usage: pipeline coverage, held against what is usually sold instead of a quota",
        filters="open deals with an amount; deals won in the twelve months before the audit",
    ),
)
