"""Service metrics beyond the ticket's clock: cost per interaction, the service promised, load, promoters."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from reports.metrics.aggregate import Statistic, aggregate, lacking, not_computable, ratio, together
from reports.metrics.calls import CALL_INPUTS, calls_received, service_metric
from reports.metrics.facts import Facts, facts
from reports.metrics.marketing import SPEND_INPUTS, spend_on
from reports.metrics.outcome import buyers, sounds
from reports.metrics.rows import row_metric
from reports.metrics.service import TICKET_BREAKDOWNS, rating, reply_minutes, resolution_hours
from reports.metrics.timeline import Timeline

COMPLAINT = r"\bcomplain|\bbeschwerde|\breklamation|\bqueja|\breclam|\bkeluhan"
SERVICE_COSTS = r"\bservice\b|\bsupport\b|\bhelp ?desk\b|\bcall cent(?:er|re)\b|\bkundendienst\b|\blayanan\b"
TICKET_CUSTOMER = ("contact_id", "contact_email", "company_id", "contact_name", "company_name")


def cost_per_interaction(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Spend on service over tickets and incoming calls."""
    if missing := lacking(dataset, "spend.amount", "spend.kind"):
        return not_computable(missing)
    spend = dataset["spend"]
    mask = sounds(spend, "kind", SERVICE_COSTS) & ~sounds(spend, "kind", r"\bmarketing\b")
    if not mask.any():
        return not_computable("No spend is of a kind called service or support.")
    cost = spend_on(dataset, ctx, breakdown, mask, "service costs")
    parts = []
    by = "" if breakdown == "currency" else breakdown
    if "ticket" in dataset:
        parts.append(row_metric("ticket", Statistic.COUNT, "tickets", at="created_at")(dataset, ctx, by))
    parts.append(calls_received(dataset, ctx, by))
    counted = [part for part in parts if not part.missing]
    if not counted:
        return not_computable("No source holds tickets or incoming calls.")
    return ratio(cost, together(counted), over="service costs", under="tickets and calls")


def sla_compliance(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Tickets answered and solved in the time promised; one still waiting beyond it was not."""
    promised = ctx.business
    if promised.first_reply_hours is None and promised.resolution_hours is None:
        return not_computable("[business] in audit.toml promises no first_reply_hours or resolution_hours.")
    if missing := lacking(dataset, "ticket"):
        return not_computable(missing)
    known = facts(dataset)
    tickets = known["ticket"]
    waited = ((ctx.as_of - tickets.column("created_at")) / pd.Timedelta(hours=1)).to_numpy(dtype="float64")
    kept = np.full(len(tickets), np.nan)
    for hours, limit in (
        (reply_minutes(tickets).to_numpy(dtype="float64") / 60, promised.first_reply_hours),
        (resolution_hours(tickets).to_numpy(dtype="float64"), promised.resolution_hours),
    ):
        if limit is None:
            continue
        open_too_long = np.isnan(hours) & tickets.column("closed_at").isna().to_numpy() & (waited > limit)
        here = np.where(np.isnan(hours), np.where(open_too_long, 0.0, np.nan), (hours <= limit).astype("float64"))
        kept = np.fmin(kept, here)
    return aggregate(
        tickets,
        ~np.isnan(kept),
        ctx,
        breakdown,
        Statistic.MEAN,
        what="tickets whose times are known",
        at=known.timeline("ticket", "created_at"),
        value=kept,
    )


def _closed_at(known: Facts) -> pd.Series:
    tickets = known["ticket"]
    hours = resolution_hours(tickets)
    # pandas rounds whatever stands in memory for an unknown number of hours.
    lasted = pd.to_timedelta(hours.fillna(0.0), unit="h").astype("timedelta64[us]").where(hours.notna())
    return tickets.column("closed_at").fillna(tickets.column("created_at") + lasted)


def _closed(known: Facts, ctx: MetricContext) -> np.ndarray:
    created = known["ticket"].column("created_at")
    return (_closed_at(known) >= created).fillna(False).to_numpy(dtype=bool)


def _same_day(known: Facts, ctx: MetricContext) -> np.ndarray:
    created = known["ticket"].column("created_at")
    return (_closed_at(known).dt.normalize() == created.dt.normalize()).to_numpy(dtype=bool).astype("float64")


def closed_tickets(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Cases handled: tickets by the day on which they were closed."""
    if missing := lacking(dataset, "ticket", ("ticket.closed_at", "ticket.resolution_hours")):
        return not_computable(missing)
    known = facts(dataset)
    return aggregate(
        known["ticket"],
        _closed(known, ctx),
        ctx,
        breakdown,
        Statistic.COUNT,
        what="closed tickets",
        at=Timeline(_closed_at(known)),
    )


def _complaints(known: Facts, ctx: MetricContext) -> np.ndarray:
    tickets = known["ticket"]
    return np.logical_or.reduce([sounds(tickets, name, COMPLAINT) for name in ("type", "tags", "subject")])


def _per(fields: tuple[str, ...], what: str) -> Callable[[Dataset, MetricContext, str], Measured]:
    """Tickets per agent or customer: how many each has, averaged over them."""

    def compute(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
        if missing := lacking(dataset, "ticket", tuple(f"ticket.{name}" for name in fields)):
            return not_computable(missing)
        known = facts(dataset)
        tickets = known["ticket"]
        who = buyers(tickets, fields)
        rows = np.flatnonzero((who >= 0) & known.timeline("ticket", "created_at").contains(ctx.period))
        once, value = np.zeros(len(tickets), dtype=bool), np.full(len(tickets), np.nan)
        once[rows[~pd.Series(who[rows]).duplicated().to_numpy()]] = True
        value[rows] = pd.Series(1.0, index=rows).groupby(who[rows]).transform("sum")
        return aggregate(tickets, once, ctx, breakdown, Statistic.MEAN, what=what, value=value)

    return compute


def _promoter(known: Facts, ctx: MetricContext) -> np.ndarray:
    """100 for 9 and 10, -100 for 6 and less, 0 between."""
    score = rating(known["ticket"])
    return np.where(np.isnan(score), np.nan, np.where(score >= 9, 100.0, np.where(score <= 6, -100.0, 0.0)))


def _scale_of_ten(known: Facts, ctx: MetricContext) -> str:
    score = rating(known["ticket"])
    if np.isnan(score).all():
        return "No ticket has a rating in figures."
    highest = np.nanmax(score)
    return "" if 5 < highest <= 10 else f"Ratings reach {highest:g}: that is no scale from 0 to 10."


RESOLUTION_INPUTS = ("ticket.resolution_hours", "ticket.closed_at", "ticket.created_at")
METRICS: tuple[Metric, ...] = (
    Metric(
        id="closed_tickets",
        name="Cases handled",
        formula="Number of tickets by the day on which they were closed; those closed before they were opened left out",
        symbols="n(closed)",
        unit=Unit.COUNT,
        group=Group.CUSTOMER_PERCEPTION,
        inputs=RESOLUTION_INPUTS,
        compute=closed_tickets,
        breakdowns=TICKET_BREAKDOWNS,
        source="Help desk usage: tickets solved in the period",
        dated_by="ticket.closed_at",
        filters="closed tickets",
    ),
    service_metric(
        "cost_per_interaction",
        "Cost per interaction",
        "Spend on service and support over tickets and incoming calls of the same period",
        "Σ amount(service) / (n(tickets) + n(incoming calls))",
        Unit.MONEY_PER_ITEM,
        (*SPEND_INPUTS, *CALL_INPUTS, "ticket.created_at"),
        cost_per_interaction,
        ("currency", "month", "quarter"),
        "Service usage: cost per contact",
        "spend whose kind says service or support",
    ),
    service_metric(
        "sla_compliance",
        "Service level kept",
        "Tickets answered and solved within the hours of [business], over those whose times are known; a ticket that "
        "waits longer than promised counts as not kept",
        "n(within the promise) / n(tickets)",
        Unit.RATE,
        (*RESOLUTION_INPUTS, "ticket.first_reply_minutes", "ticket.first_reply_at"),
        sla_compliance,
        TICKET_BREAKDOWNS,
        "Service level agreement: share of tickets within target",
        "tickets whose times are known",
        higher=True,
    ),
    service_metric(
        "same_day_resolution_rate",
        "Solved the same day",
        "Tickets closed on the day they were opened over closed tickets",
        "n(closed the same day) / n(closed)",
        Unit.RATE,
        RESOLUTION_INPUTS,
        row_metric(
            "ticket",
            Statistic.MEAN,
            "closed tickets",
            ("ticket.closed_at", "ticket.resolution_hours"),
            which=_closed,
            value=_same_day,
            at="created_at",
        ),
        TICKET_BREAKDOWNS,
        "Service usage: cases closed the same day",
        "closed tickets",
        higher=True,
    ),
    service_metric(
        "complaint_resolution_hours",
        "Time to resolve a complaint",
        "Mean hours from opening to closing of the tickets called complaints",
        "Σ (closed − created) / n(closed complaints)",
        Unit.HOURS,
        (*RESOLUTION_INPUTS, "ticket.type", "ticket.tags", "ticket.subject"),
        row_metric(
            "ticket",
            Statistic.MEAN,
            "complaints",
            ("ticket.closed_at", "ticket.resolution_hours"),
            which=_complaints,
            value=lambda known, ctx: resolution_hours(known["ticket"]).to_numpy(dtype="float64"),
            at="created_at",
        ),
        TICKET_BREAKDOWNS,
        "Service usage: complaint time to resolve",
        "tickets whose type, tags or subject say complaint",
    ),
    service_metric(
        "tickets_per_agent",
        "Tickets per agent",
        "Tickets over the agents who own any in the period",
        "n(tickets) / n(agents)",
        Unit.NUMBER,
        ("ticket.owner", "ticket.created_at"),
        _per(("owner",), "agents"),
        ("team", "source"),
        "Service usage: cases handled per agent",
        "tickets with an owner",
        higher=True,
    ),
    service_metric(
        "tickets_per_customer",
        "Tickets per customer",
        "Tickets over the customers who opened any in the period",
        "n(tickets) / n(customers)",
        Unit.NUMBER,
        (*(f"ticket.{name}" for name in TICKET_CUSTOMER), "ticket.created_at"),
        _per(TICKET_CUSTOMER, "customers"),
        ("source",),
        "Service usage: contacts per customer",
        "tickets that name their customer",
    ),
    service_metric(
        "nps",
        "Net promoter score",
        "Share of ratings 9 and 10 less share of ratings 0 to 6, from -100 to 100; only of ratings from 0 to 10",
        "100 · (n(9–10) − n(0–6)) / n(rated)",
        Unit.NUMBER,
        ("ticket.csat", "ticket.created_at"),
        row_metric(
            "ticket",
            Statistic.MEAN,
            "ratings",
            "ticket.csat",
            which=lambda known, ctx: ~np.isnan(rating(known["ticket"])),
            value=_promoter,
            at="created_at",
            check=_scale_of_ten,
        ),
        TICKET_BREAKDOWNS,
        "Reichheld, The One Number You Need to Grow (2003)",
        "tickets rated from 0 to 10",
        higher=True,
    ),
)
