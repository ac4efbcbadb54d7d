"""Sales activity: calls, meetings, proposals, and how many of them a sale takes."""

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from reports.metrics.aggregate import Statistic, lacking, not_computable, ratio
from reports.metrics.facts import Facts
from reports.metrics.rows import Compute, row_metric
from reports.metrics.sales import CLOSED_INPUTS, DATED_BREAKDOWNS, deal_metric, won

ACTIVITY_BREAKDOWNS = ("owner", "campaign", "direction", "source", "month", "quarter")
ACTIVITY_INPUTS = ("activity.type", "activity.at")
WON_INPUTS = (*CLOSED_INPUTS, "deal.close_date")

KINDS = {"calls": "calls", "meetings": "meetings", "proposals": "proposals and quotes"}
"""Metric id -> what it counts."""


def of_kind(kind: str) -> Compute:
    """The number of activities of a kind (`Facts.activities`)."""

    def which(known: Facts, ctx: MetricContext) -> np.ndarray:
        return known.activities(kind)

    def check(known: Facts, ctx: MetricContext) -> str:
        return "" if known.activities(kind).any() else f"No activity is one of the {KINDS[kind]}."

    return row_metric("activity", Statistic.COUNT, KINDS[kind], "activity.type", which=which, at="at", check=check)


won_deals = deal_metric(won, Statistic.COUNT, "won deals")
CREATED = row_metric("deal", Statistic.COUNT, "opportunities", "deal.created_at", at="created_at")


def per_won_deal(kind: str) -> Compute:
    def compute(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
        return ratio(
            of_kind(kind)(dataset, ctx, breakdown),
            won_deals(dataset, ctx, breakdown),
            over=KINDS[kind],
            under="won deals",
        )

    return compute


def calls_per_opportunity(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := lacking(dataset, "deal"):
        return not_computable(missing)
    calls = of_kind("calls")(dataset, ctx, breakdown)
    return ratio(calls, CREATED(dataset, ctx, breakdown), over="calls", under="opportunities")


def _count(kind: str, name: str, formula: str) -> Metric:
    return Metric(
        id=kind,
        name=name,
        formula=formula,
        symbols=f"n({kind})",
        unit=Unit.COUNT,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=ACTIVITY_INPUTS,
        compute=of_kind(kind),
        breakdowns=ACTIVITY_BREAKDOWNS,
        source="CRM usage: activity reports by type",
        dated_by="activity.at",
        filters=f"activities whose type says {KINDS[kind]}",
    )


def _per_sale(kind: str, name: str) -> Metric:
    return Metric(
        id=f"{kind}_per_won_deal",
        name=name,
        formula=f"{KINDS[kind].capitalize()} over won deals of the same period",
        symbols=f"n({kind}) / n(won)",
        unit=Unit.NUMBER,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*ACTIVITY_INPUTS, *WON_INPUTS),
        compute=per_won_deal(kind),
        breakdowns=("owner", "month", "quarter"),
        higher_is_better=False,
        source="Sales usage: effort per sale",
        dated_by="activity.at",
        filters=f"activities whose type says {KINDS[kind]}; won deals",
    )


def _within(days: int) -> Compute:
    """Activities of the week before (-7) or after (7) the audit."""

    def which(known: Facts, ctx: MetricContext) -> np.ndarray:
        at = known["activity"].column("at")
        at = at.fillna(known["activity"].column("due_at")) if days > 0 else at
        edges = sorted((ctx.as_of.normalize(), ctx.as_of.normalize() + pd.Timedelta(days=days)))
        return ((at >= edges[0]) & (at < edges[1])).fillna(False).to_numpy(dtype=bool)

    return row_metric("activity", Statistic.COUNT, "activities", ("activity.at", "activity.due_at"), which=which)


def _week(metric_id: str, name: str, formula: str, days: int) -> Metric:
    return Metric(
        id=metric_id,
        name=name,
        formula=formula,
        symbols="n(activities)",
        unit=Unit.COUNT,
        group=Group.USER_ADOPTION,
        inputs=("activity.at", "activity.due_at"),
        compute=_within(days),
        breakdowns=("owner", "type"),
        source="CRM usage: performance by owner",
        filters="all activities",
    )


METRICS: tuple[Metric, ...] = (
    _week("activities_last_week", "Activities last week", "Activities of the seven days before the audit", -7),
    _week(
        "activities_next_week", "Activities next week", "Activities planned or due in the seven days from the audit", 7
    ),
    _count("calls", "Calls", "Number of phone calls logged, in and out, by date"),
    _count("meetings", "Meetings", "Number of meetings, visits and demonstrations logged, by date"),
    _count("proposals", "Proposals", "Number of proposals and quotes logged, by date"),
    _per_sale("calls", "Calls per sale"),
    _per_sale("meetings", "Meetings per sale"),
    _per_sale("proposals", "Proposals per sale"),
    Metric(
        id="calls_per_opportunity",
        name="Calls per opportunity",
        formula="Calls over opportunities created in the same period",
        symbols="n(calls) / n(deals created)",
        unit=Unit.NUMBER,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*ACTIVITY_INPUTS, "deal.created_at"),
        compute=calls_per_opportunity,
        breakdowns=("owner", "month", "quarter"),
        higher_is_better=False,
        source="Sales usage: effort per opportunity",
        dated_by="activity.at",
        filters="activities whose type says call; all deals",
    ),
    Metric(
        id="new_opportunities",
        name="New opportunities",
        formula="Number of deals, by the day on which they were created",
        symbols="n(deals created)",
        unit=Unit.COUNT,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.created_at",),
        compute=CREATED,
        breakdowns=DATED_BREAKDOWNS,
        source="CRM usage: opportunities created",
        dated_by="deal.created_at",
        filters="all deals",
    ),
)
