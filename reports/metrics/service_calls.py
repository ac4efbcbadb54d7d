"""Service metrics beyond the ticket's clock: calls, cost per interaction, the service promised, load, promoters."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from reports.metrics.aggregate import Statistic, aggregate, divided, lacking, not_computable, ratio, together
from reports.metrics.facts import Facts, facts
from reports.metrics.marketing import SPEND_INPUTS, spend_on
from reports.metrics.outcome import buyers, sounds
from reports.metrics.rows import row_metric
from reports.metrics.service import TICKET_BREAKDOWNS, rating, reply_minutes, resolution_hours

INBOUND = r"^in(?:coming|bound)?$|\binbound\b|\bincoming\b|\beingehend|\bentrante|\bmasuk\b"
ABANDONED = r"\babandon|\bmissed\b|\bno answer\b|\bhung up\b|\bhang up\b|\bverpasst|\bunanswered\b|\btidak dijawab\b"
CALL_BACK = r"\bcall(?:ed|ing)? ?back\b|\bruckruf|\bdevolver llamada|\brappel\b|\btelepon balik\b"
COMPLAINT = r"\bcomplain|\bbeschwerde|\breklamation|\bqueja|\breclam|\bkeluhan"
SERVICE_COSTS = r"\bservice\b|\bsupport\b|\bhelp ?desk\b|\bcall cent(?:er|re)\b|\bkundendienst\b|\blayanan\b"
TICKET_CUSTOMER = ("contact_id", "contact_email", "company_id", "contact_name", "company_name")
CALL_INPUTS = ("activity.type", "activity.at", "activity.direction", "activity.outcome", "activity.subject")
CALL_BREAKDOWNS = ("owner", "source", "month", "quarter")


def _calls(known: Facts, ctx: MetricContext) -> np.ndarray:
    return known.activities("calls")


def _received(known: Facts, ctx: MetricContext) -> np.ndarray:
    return known.activities("calls") & sounds(known["activity"], "direction", INBOUND)


def _abandoned(known: Facts, ctx: MetricContext) -> np.ndarray:
    return sounds(known["activity"], "outcome", ABANDONED).astype("float64")


def _called_back(known: Facts, ctx: MetricContext) -> np.ndarray:
    return np.logical_or.reduce([sounds(known["activity"], name, CALL_BACK) for name in ("type", "outcome", "subject")])


def _handling(known: Facts, ctx: MetricContext) -> np.ndarray:
    """Minutes of a call; one that lasted no time was not handled."""
    seconds = known["activity"]["duration_seconds"]
    return (seconds.where(seconds > 0) / 60).to_numpy(dtype="float64")


def _some(kind: Callable[[Facts, MetricContext], np.ndarray], what: str) -> Callable[[Facts, MetricContext], str]:
    return lambda known, ctx: "" if kind(known, ctx).any() else f"No activity is {what}."


calls_received = row_metric(
    "activity",
    Statistic.COUNT,
    "calls received",
    "activity.type",
    "activity.direction",
    which=_received,
    at="at",
    check=_some(_received, "an incoming call"),
)


def calls_per_day(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Calls over the days of the period; over all time, from the first call to the last."""
    measured = row_metric(
        "activity", Statistic.COUNT, "calls", "activity.type", "activity.at", which=_calls, at="at",
        check=_some(_calls, "a call"),
    )(dataset, ctx, breakdown)  # fmt: skip
    if measured.missing:
        return measured
    known = facts(dataset)
    at = known.timeline("activity", "at").at[known.activities("calls")]
    start = ctx.period.start if ctx.period.start is not None else at.min()
    end = ctx.period.end if ctx.period.end is not None else at.max() + pd.Timedelta(days=1)
    if pd.isna(start) or pd.isna(end):
        return not_computable("No call has a date.")
    return divided(measured, max(1, (end.normalize() - start.normalize()).days))


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
    hours = pd.to_timedelta(resolution_hours(tickets), unit="h").astype("timedelta64[us]")
    return tickets.column("closed_at").fillna(tickets.column("created_at") + hours)


def _closed(known: Facts, ctx: MetricContext) -> np.ndarray:
    created = known["ticket"].column("created_at")
    return (_closed_at(known) >= created).fillna(False).to_numpy(dtype=bool)


def _same_day(known: Facts, ctx: MetricContext) -> np.ndarray:
    created = known["ticket"].column("created_at")
    return (_closed_at(known).dt.normalize() == created.dt.normalize()).to_numpy(dtype=bool).astype("float64")


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


def _metric(
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
    group: Group = Group.CUSTOMER_PERCEPTION,
    higher: bool = False,
) -> Metric:
    return Metric(
        id=metric_id,
        name=name,
        formula=formula,
        symbols=symbols,
        unit=unit,
        group=group,
        inputs=inputs,
        compute=compute,
        breakdowns=breakdowns,
        higher_is_better=higher,
        source=source,
        dated_by="ticket.created_at" if "ticket.created_at" in inputs else "activity.at",
        filters=filters,
    )


RESOLUTION_INPUTS = ("ticket.resolution_hours", "ticket.closed_at", "ticket.created_at")
METRICS: tuple[Metric, ...] = (
    _metric(
        "calls_received",
        "Calls received",
        "Number of incoming calls logged, by date",
        "n(incoming calls)",
        Unit.COUNT,
        CALL_INPUTS,
        calls_received,
        CALL_BREAKDOWNS,
        "Call centre usage: calls offered",
        "activities whose type says call and whose direction is in",
        higher=True,
    ),
    _metric(
        "calls_per_day",
        "Calls per day",
        "Calls over the days of the period; over all time, from the first call to the last",
        "n(calls) / n(days)",
        Unit.NUMBER,
        CALL_INPUTS,
        calls_per_day,
        ("owner",),
        "Call centre usage: calls per day",
        "activities whose type says call",
        higher=True,
    ),
    _metric(
        "abandoned_call_rate",
        "Calls abandoned",
        "Incoming calls abandoned, missed or not answered over incoming calls",
        "n(abandoned) / n(incoming calls)",
        Unit.RATE,
        CALL_INPUTS,
        row_metric(
            "activity",
            Statistic.MEAN,
            "calls received",
            "activity.direction",
            "activity.outcome",
            which=_received,
            value=_abandoned,
            at="at",
            check=_some(_received, "an incoming call"),
        ),
        CALL_BREAKDOWNS,
        "Call centre usage: abandonment rate",
        "incoming calls",
    ),
    _metric(
        "call_handling_minutes",
        "Handling time of a call",
        "Mean duration of the calls that lasted any time",
        "Σ duration / n(calls)",
        Unit.MINUTES,
        (*CALL_INPUTS, "activity.duration_seconds"),
        row_metric(
            "activity",
            Statistic.MEAN,
            "calls",
            "activity.type",
            "activity.duration_seconds",
            which=_calls,
            value=_handling,
            at="at",
            check=_some(_calls, "a call"),
        ),
        CALL_BREAKDOWNS,
        "Call centre usage: average handling time",
        "calls with a duration above 0",
    ),
    _metric(
        "call_backs",
        "Call-backs",
        "Activities that say call back in their type, outcome or subject",
        "n(call-backs)",
        Unit.COUNT,
        CALL_INPUTS,
        row_metric("activity", Statistic.COUNT, "call-backs", "activity.type", which=_called_back, at="at"),
        CALL_BREAKDOWNS,
        "Call centre usage: call-backs",
        "activities that say call back",
    ),
    _metric(
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
    _metric(
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
    _metric(
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
    _metric(
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
    _metric(
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
    _metric(
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
    _metric(
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
