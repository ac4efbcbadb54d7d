"""Campaign, referral and web metrics: responses, clicks, what campaigns bring back, page views and goals."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from audit.dataset import Dataset, Table
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from reports.metrics.aggregate import Statistic, aggregate, lacking, not_computable, ratio, summed, unlabelled
from reports.metrics.facts import Facts, facts
from reports.metrics.marketing import SPEND_INPUTS, folded, marketing_spend
from reports.metrics.outcome import OUTCOME_FIELDS, is_true, sounds
from reports.metrics.rows import row_metric
from reports.metrics.sales import CLOSED_INPUTS, amount
from reports.metrics.timeline import Timeline

RESPONDED = r"\brespon(?:d|se)|\banswered\b|\bregistered\b|\battended\b|\bgeantwortet\b|\brespondi|\brepondu\b"
REFERRAL = (
    r"\breferr?al|\brefer(?:red|ence)|\bword of mouth\b|\brecommend|\bempfehlung|\brecomenda|\brecommand"
    r"|\bindica(?:cao|coes)\b|\brujukan\b"
)
WEB_BREAKDOWNS = ("page", "medium", "campaign", "source", "month", "quarter")
VISIT_INPUTS = ("web_visit.at",)
RESPONSE_INPUTS = (
    "campaign_member.responded",
    "campaign_member.responded_at",
    "campaign_member.status",
    "campaign_member.created_at",
)
CLICK_INPUTS = ("spend.clicks", "spend.impressions", "spend.conversions", "spend.period")


def _responded(known: Facts) -> np.ndarray:
    members = known["campaign_member"]
    said = is_true(members.column("responded")) | members.column("responded_at").notna().to_numpy()
    return said | sounds(members, "status", RESPONDED)


RESPONSE_NEEDS = ("campaign_member.responded", "campaign_member.responded_at", "campaign_member.status")
campaign_responses = row_metric(
    "campaign_member",
    Statistic.COUNT,
    "responses",
    RESPONSE_NEEDS,
    which=lambda known, ctx: _responded(known),
    at="created_at",
)
response_rate = row_metric(
    "campaign_member",
    Statistic.MEAN,
    "campaign members",
    RESPONSE_NEEDS,
    value=lambda known, ctx: _responded(known).astype("float64"),
    at="created_at",
)


def _advertised(name: str) -> Callable[[Dataset, MetricContext, str], Measured]:
    """What the spend table counts beside its costs: impressions, clicks, conversions; else what campaigns state."""

    def compute(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
        table = _advertising(dataset, name)
        if table is None:
            return not_computable(lacking(dataset, (f"spend.{name}", f"campaign.{name}")))
        by = breakdown
        if table.entity == "campaign" and breakdown == "campaign":
            by = "name"
        if table.entity == "spend":
            at = Timeline(table.column("period"))
        else:
            at = Timeline(table.column("date").fillna(table.column("start_date")))
        known = table[name].notna().to_numpy()
        return aggregate(table, known, ctx, by, Statistic.SUM, what=name, at=at, value=table[name])

    return compute


def campaigns(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Campaigns by the day on which they were sent or began."""
    if missing := lacking(dataset, "campaign"):
        return not_computable(missing)
    table = dataset["campaign"]
    every, at = np.ones(len(table), dtype=bool), Timeline(table.column("date").fillna(table.column("start_date")))
    return aggregate(table, every, ctx, breakdown, Statistic.COUNT, what="campaigns", at=at)


def _advertising(dataset: Dataset, name: str) -> Table | None:
    return next((dataset[entity] for entity in ("spend", "campaign") if dataset.has(f"{entity}.{name}")), None)


def click_through_rate(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    above, below = (_advertised(name)(dataset, ctx, breakdown) for name in ("clicks", "impressions"))
    return ratio(above, below, over="clicks", under="impressions")


def _cost_per(name: str) -> Callable[[Dataset, MetricContext, str], Measured]:
    def compute(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
        table = _advertising(dataset, name)
        if table is None:
            return not_computable(lacking(dataset, (f"spend.{name}", f"campaign.{name}")))
        if table.entity == "campaign" and "spend" in dataset:
            return not_computable(f"Spend does not say its {name}, and campaigns say them without their cost.")
        groups = breakdown if breakdown != "currency" else ""
        return ratio(
            marketing_spend(dataset, ctx, breakdown),
            _folded_groups(_advertised(name)(dataset, ctx, groups), breakdown),
            over="marketing costs",
            under=name,
        )

    return compute


def _folded_groups(measured: Measured, breakdown: str) -> Measured:
    """Groups by campaign as `marketing_spend` names them: without regard to case."""
    if breakdown != "campaign" or measured.missing:
        return measured
    names = np.array([name.strip().casefold() for name in measured.lines.group], dtype=object)
    return Measured(summed(replace(measured.lines, group=names)), measured.records)


def campaign_return(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Won amounts of the deals that name a campaign, less marketing spend, over it."""
    known = facts(dataset)
    if missing := lacking(dataset, OUTCOME_FIELDS, "deal.amount", "deal.campaign"):
        return not_computable(missing)
    deals = known["deal"]
    named = known.outcomes.won & deals["campaign"].notna().to_numpy()
    if not named.any():
        return not_computable("No won deal names its campaign.")
    whole = marketing_spend(dataset, ctx, "")
    if whole.missing:
        return whole
    currency = str(whole.lines.unit_label[0])
    earned = aggregate(
        deals,
        named,
        replace(ctx, currency=currency or ctx.currency),
        breakdown,
        Statistic.SUM,
        what="won deals of campaigns",
        at=known.closed,
        value=amount(known),
        money=True,
        groups=folded(deals, "campaign") if breakdown == "campaign" else None,
    )
    if breakdown == "" and not earned.missing and str(earned.lines.unit_label[0]) != currency:
        return not_computable("Campaign costs and the deals of campaigns are in different currencies.")
    earned, cost = (
        replace(part, lines=part.lines.take(np.flatnonzero(part.lines.unit_label == currency)))
        for part in (earned, marketing_spend(dataset, ctx, breakdown))
    )
    found = ratio(earned, cost, over="won deals of campaigns", under="marketing costs")
    return replace(found, lines=unlabelled(found.lines, less=1), terms=None)


def _referred(known: Facts) -> np.ndarray:
    contacts = known["contact"]
    return sounds(contacts, "lead_source", REFERRAL) | sounds(contacts, "lead_source_detail", REFERRAL)


referral_leads = row_metric(
    "contact",
    Statistic.COUNT,
    "referred leads",
    ("contact.lead_source", "contact.lead_source_detail"),
    which=lambda known, ctx: known.leads & _referred(known),
    at="created_at",
)
referral_share = row_metric(
    "contact",
    Statistic.MEAN,
    "leads with a source",
    ("contact.lead_source", "contact.lead_source_detail"),
    which=lambda known, ctx: known.leads & known["contact"].column("lead_source").notna().to_numpy(),
    value=lambda known, ctx: _referred(known).astype("float64"),
    at="created_at",
)


def _visit_minutes(known: Facts, ctx: MetricContext) -> np.ndarray:
    seconds = known["web_visit"]["duration_seconds"]
    return (seconds.where(seconds >= 0) / 60).to_numpy(dtype="float64")


def _reached_goal(known: Facts, ctx: MetricContext) -> np.ndarray:
    return known["web_visit"]["goal"].notna().to_numpy().astype("float64")


def _simple(
    metric_id: str,
    name: str,
    formula: str,
    symbols: str,
    unit: Unit,
    inputs: tuple[str, ...],
    compute: Callable[[Dataset, MetricContext, str], Measured],
    breakdowns: tuple[str, ...],
    source: str,
    filters: str,
    *,
    higher: bool = True,
) -> Metric:
    return Metric(
        id=metric_id,
        name=name,
        formula=formula,
        symbols=symbols,
        unit=unit,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=inputs,
        compute=compute,
        breakdowns=breakdowns,
        higher_is_better=higher,
        source=source,
        dated_by=next(name for name in inputs if name.rpartition(".")[2] in ("created_at", "period", "at")),
        filters=filters,
    )


SPENT = ("campaign", "channel", "source", "month", "quarter")
STATED = ("campaign.clicks", "campaign.impressions", "campaign.conversions", "campaign.date", "campaign.start_date")
LEAD_FIELDS = ("contact.record_type", "contact.lead_source", "contact.lead_source_detail", "contact.created_at")
LEAD_BREAKDOWNS = ("owner", "country", "source", "month", "quarter")
METRICS: tuple[Metric, ...] = (
    Metric(
        id="campaigns",
        name="Campaigns",
        formula="Number of campaigns, by the day on which they were sent or began",
        symbols="n(campaigns)",
        unit=Unit.COUNT,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("campaign.date", "campaign.start_date"),
        compute=campaigns,
        breakdowns=("type", "status", "source", "month", "quarter"),
        source="CRM usage: campaigns run in the period",
        dated_by="campaign.start_date",
        filters="all campaigns",
    ),
    _simple(
        "campaign_responses",
        "Campaign responses",
        "Campaign members who responded, by the day on which they joined the campaign",
        "n(responded)",
        Unit.COUNT,
        RESPONSE_INPUTS,
        campaign_responses,
        ("campaign", "status", "source", "month", "quarter"),
        "CRM usage: responded campaign members (Salesforce)",
        "members with a response flag, date or status",
    ),
    _simple(
        "response_rate",
        "Response rate",
        "Campaign members who responded over all members",
        "n(responded) / n(members)",
        Unit.RATE,
        RESPONSE_INPUTS,
        response_rate,
        ("campaign", "source", "month", "quarter"),
        "CRM usage: responses over campaign members",
        "all campaign members",
    ),
    _simple(
        "click_through_rate",
        "Click-through rate",
        "Clicks over impressions of advertisements",
        "n(clicks) / n(impressions)",
        Unit.RATE,
        (*CLICK_INPUTS, *STATED),
        click_through_rate,
        SPENT,
        "Advertising usage: CTR",
        "advertising with clicks and impressions",
    ),
    _simple(
        "cost_per_click",
        "Cost per click",
        "Marketing spend over clicks",
        "Σ amount(marketing) / n(clicks)",
        Unit.MONEY_PER_ITEM,
        (*SPEND_INPUTS, *CLICK_INPUTS, *STATED),
        _cost_per("clicks"),
        ("campaign", "channel", "month", "quarter"),
        "Advertising usage: CPC",
        "spend of marketing kinds",
        higher=False,
    ),
    _simple(
        "cost_per_conversion",
        "Cost per conversion",
        "Marketing spend over conversions as the advertising tool counts them",
        "Σ amount(marketing) / n(conversions)",
        Unit.MONEY_PER_ITEM,
        (*SPEND_INPUTS, *CLICK_INPUTS, *STATED),
        _cost_per("conversions"),
        ("campaign", "channel", "month", "quarter"),
        "Advertising usage: cost per conversion",
        "spend of marketing kinds",
        higher=False,
    ),
    Metric(
        id="campaign_return",
        name="Campaign return on investment",
        formula="Won amounts of deals that name a campaign, less marketing spend, over marketing spend",
        symbols="(Σ amount(won of campaigns) − Σ amount(marketing)) / Σ amount(marketing)",
        unit=Unit.RATE,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*SPEND_INPUTS, "deal.amount", "deal.currency", *CLOSED_INPUTS, "deal.close_date", "deal.campaign"),
        compute=campaign_return,
        breakdowns=("campaign",),
        source="Marketing usage: campaign ROI, net",
        dated_by="deal.close_date",
        filters="won deals that name a campaign; spend of marketing kinds",
    ),
    _simple(
        "referral_leads",
        "Referrals",
        "New leads whose source says referral, recommendation or word of mouth, by creation date",
        "n(referred leads)",
        Unit.COUNT,
        LEAD_FIELDS,
        referral_leads,
        LEAD_BREAKDOWNS,
        "Marketing usage: referred leads",
        "contact and lead records with such a source",
    ),
    _simple(
        "referral_share",
        "Share of referrals",
        "Referred leads over leads with a source",
        "n(referred leads) / n(leads with a source)",
        Unit.RATE,
        LEAD_FIELDS,
        referral_share,
        LEAD_BREAKDOWNS,
        "Marketing usage: referral rate",
        "contact and lead records with a source",
    ),
    _simple(
        "page_views",
        "Page views",
        "Number of web visits logged, by date",
        "n(visits)",
        Unit.COUNT,
        VISIT_INPUTS,
        row_metric("web_visit", Statistic.COUNT, "visits", at="at"),
        WEB_BREAKDOWNS,
        "Web analytics usage: page views as exported",
        "all visits",
    ),
    _simple(
        "goal_completion_rate",
        "Goal completion",
        "Visits that reached a goal over all visits",
        "n(visits with a goal) / n(visits)",
        Unit.RATE,
        (*VISIT_INPUTS, "web_visit.goal"),
        row_metric("web_visit", Statistic.MEAN, "visits", "web_visit.goal", value=_reached_goal, at="at"),
        WEB_BREAKDOWNS,
        "Web analytics usage: goal conversion rate",
        "all visits",
    ),
    _simple(
        "minutes_per_visit",
        "Time per visit",
        "Mean duration of a visit",
        "Σ duration / n(visits)",
        Unit.MINUTES,
        (*VISIT_INPUTS, "web_visit.duration_seconds"),
        row_metric("web_visit", Statistic.MEAN, "visits", "web_visit.duration_seconds", value=_visit_minutes, at="at"),
        WEB_BREAKDOWNS,
        "Web analytics usage: mean session duration",
        "visits with a duration",
    ),
)
