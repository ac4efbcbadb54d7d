"""Service metrics: tickets, how fast they are answered and solved, how satisfied customers are."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from audit.values import text
from reports.metrics.aggregate import Statistic, aggregate, lacking, not_computable
from reports.metrics.facts import Facts, facts

SATISFIED = frozenset({"good", "satisfied", "verysatisfied", "happy", "great", "excellent", "positive", "thumbsup"})
DISSATISFIED = frozenset({"bad", "dissatisfied", "verydissatisfied", "unhappy", "poor", "neutral", "negative", "okay"})
TOP_BOX = 0.8
"""Share of the scale from which a rating counts as satisfied: 4 of 5, 8 of 10."""

TICKET_BREAKDOWNS = ("owner", "team", "channel", "type", "priority", "product", "source", "month", "quarter")


def reply_minutes(tickets: Table) -> pd.Series:
    """As given, else from creation to first reply; a reply before the ticket is no duration."""
    measured = (tickets.column("first_reply_at") - tickets.column("created_at")) / pd.Timedelta(minutes=1)
    return _not_negative(tickets.column("first_reply_minutes").fillna(measured))


def resolution_hours(tickets: Table) -> pd.Series:
    """As given, else from creation to closing; a ticket closed before it was created has no duration."""
    measured = (tickets.column("closed_at") - tickets.column("created_at")) / pd.Timedelta(hours=1)
    return _not_negative(tickets.column("resolution_hours").fillna(measured))


def satisfied(tickets: Table) -> pd.Series:
    """1 for a satisfied customer, 0 for another, blank where none answered.

    Words as Zendesk writes them (Good, Bad), or ratings on a scale up to 5, 10 or 100, judged by the highest seen.
    """
    codes, distinct = tickets.distinct("csat")
    words = text.key(distinct)
    given = _figures(distinct)
    highest = given.max()
    scale = 5 if highest <= 5 else 10 if highest <= 10 else 100
    score = (given >= TOP_BOX * scale).astype("float64").where(given.notna())
    score = score.mask(words.isin(SATISFIED), 1.0).mask(words.isin(DISSATISFIED), 0.0)
    return pd.Series(np.append(score.to_numpy(), np.nan)[codes], index=tickets.index)


def rating(tickets: Table) -> np.ndarray:
    """The rating of each ticket as a number up to 100; NaN for words and where there is none."""
    codes, distinct = tickets.distinct("csat")
    return np.append(_figures(distinct).to_numpy(), np.nan)[codes]


def _figures(distinct: pd.Series) -> pd.Series:
    pattern = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(?:/\s*\d+|%)?\s*$")
    found = pd.to_numeric(distinct.str.extract(pattern)[0]).astype("float64")
    return found.where(found <= 100)


def _of_tickets(known: Facts, value: Callable[[Table], pd.Series]) -> np.ndarray:
    return value(known["ticket"]).to_numpy(dtype="float64")


def ticket_metric(
    statistic: Statistic,
    what: str,
    *needs: str | tuple[str, ...],
    value: Callable[[Table], pd.Series] | None = None,
    label: str = "",
) -> Callable[[Dataset, MetricContext, str], Measured]:
    """A metric over all tickets, by the day on which they were opened."""

    def compute(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
        if missing := lacking(dataset, "ticket", *needs):
            return not_computable(missing, label)
        known = facts(dataset)
        tickets = known["ticket"]
        return aggregate(
            tickets,
            np.ones(len(tickets), dtype=bool),
            ctx,
            breakdown,
            statistic,
            what=what,
            at=known.timeline("ticket", "created_at"),
            value=None if value is None else known.once(_of_tickets, value),
            label=label,
        )

    return compute


def _not_negative(values: pd.Series) -> pd.Series:
    return values.where(values >= 0)


METRICS: tuple[Metric, ...] = (
    Metric(
        id="tickets",
        name="Tickets",
        formula="Number of support cases, by the date they were opened",
        symbols="n(tickets)",
        unit=Unit.COUNT,
        group=Group.CUSTOMER_PERCEPTION,
        inputs=("ticket.created_at",),
        compute=ticket_metric(Statistic.COUNT, "tickets"),
        breakdowns=("status", *TICKET_BREAKDOWNS),
        higher_is_better=False,
        source="Help desk usage: tickets created in the period",
        dated_by="ticket.created_at",
        filters="all tickets",
    ),
    Metric(
        id="first_reply_minutes",
        name="First reply, median",
        formula="Median number of minutes from opening a ticket to the first reply",
        symbols="median (first reply − created)",
        unit=Unit.MINUTES,
        group=Group.CUSTOMER_PERCEPTION,
        inputs=("ticket.first_reply_minutes", "ticket.first_reply_at", "ticket.created_at"),
        compute=ticket_metric(
            Statistic.MEDIAN,
            "tickets",
            ("ticket.first_reply_minutes", "ticket.first_reply_at"),
            value=reply_minutes,
        ),
        breakdowns=TICKET_BREAKDOWNS,
        higher_is_better=False,
        source="Zendesk: first reply time in minutes, median",
        dated_by="ticket.created_at",
        filters="tickets with a first reply",
    ),
    Metric(
        id="resolution_hours",
        name="Time to resolve, mean",
        formula="Mean number of hours from opening a ticket to closing it; open tickets left out",
        symbols="Σ (closed − created) / n(closed)",
        unit=Unit.HOURS,
        group=Group.CUSTOMER_PERCEPTION,
        inputs=("ticket.resolution_hours", "ticket.closed_at", "ticket.created_at"),
        compute=ticket_metric(
            Statistic.MEAN, "tickets", ("ticket.resolution_hours", "ticket.closed_at"), value=resolution_hours
        ),
        breakdowns=TICKET_BREAKDOWNS,
        higher_is_better=False,
        source="Service usage: mean time to resolve (MTTR), full resolution time",
        dated_by="ticket.created_at",
        filters="closed tickets",
    ),
    Metric(
        id="median_resolution_hours",
        name="Time to resolve, median",
        formula="Median number of hours from opening a ticket to closing it; open tickets left out",
        symbols="median (closed − created)",
        unit=Unit.HOURS,
        group=Group.CUSTOMER_PERCEPTION,
        inputs=("ticket.resolution_hours", "ticket.closed_at", "ticket.created_at"),
        compute=ticket_metric(
            Statistic.MEDIAN, "tickets", ("ticket.resolution_hours", "ticket.closed_at"), value=resolution_hours
        ),
        breakdowns=TICKET_BREAKDOWNS,
        higher_is_better=False,
        source="Zendesk: full resolution time, median",
        dated_by="ticket.created_at",
        filters="closed tickets",
    ),
    Metric(
        id="csat",
        name="Customer satisfaction",
        formula="Satisfied answers (Good, or the top fifth of the scale: 4 or 5 of 5) over all answers",
        symbols="n(satisfied) / n(rated)",
        unit=Unit.RATE,
        group=Group.CUSTOMER_PERCEPTION,
        inputs=("ticket.csat", "ticket.created_at"),
        compute=ticket_metric(Statistic.MEAN, "tickets", "ticket.csat", value=satisfied),
        breakdowns=TICKET_BREAKDOWNS,
        source="CSAT, top-two box of a five-point scale; Zendesk: good over good and bad",
        dated_by="ticket.created_at",
        filters="tickets with a rating",
    ),
)
