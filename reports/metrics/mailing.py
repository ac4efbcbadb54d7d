"""Mailing metrics: how many mails arrive, are opened and clicked, and how the list grows."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.metric import Group, Measured, Metric, MetricContext, Share, Terms, Unit
from reports.metrics.aggregate import Statistic, aggregate, figure, lacking, not_computable, ratio
from reports.metrics.facts import Facts, facts
from reports.metrics.timeline import Timeline

EVENT_INPUTS = (
    "activity.type",
    "activity.at",
    "activity.contact_id",
    "activity.contact_email",
    "activity.contact_name",
    "activity.campaign",
    "activity.subject",
)
CAMPAIGN_INPUTS = ("campaign.sent", "campaign.date", "campaign.start_date", "campaign.name")
GROWTH_DAYS = 30
STATED = ". Without a log of mails, as campaigns state it"

Counted = Callable[[Facts], np.ndarray]
"""Which of the first sends of `Facts.mailings` something is true of."""


def _delivered(known: Facts) -> np.ndarray:
    return ~known.once(_happened, "bounce")


def _happened(known: Facts, kind: str) -> np.ndarray:
    return known.mailings.happened(known.activities(kind))


def _event(kind: str) -> Counted:
    return lambda known: known.once(_happened, kind)


def _first_of(known: Facts, over: Counted) -> np.ndarray:
    return known.mailings.first[over(known)]


def _by_row(known: Facts, what: Counted) -> np.ndarray:
    """What happened to the first sends, as a column of the activities."""
    column = np.zeros(len(known["activity"]), dtype=bool)
    column[known.mailings.first] = what(known)
    return column


def mail_rate(what: Counted, columns: tuple[str, ...], base: tuple[str, ...] = ("sent",), *, minus: bool = False,
              over: Counted | None = None) -> Callable[[Dataset, MetricContext, str], Measured]:  # fmt: skip
    """The share of mails sent (or of those in `over`) to which `what` happened; a person and mailing count once.

    Without a log of mails sent, `columns` over `base` of the campaigns (`minus`: 1 less that).
    """

    def compute(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
        known = facts(dataset)
        if known.activities("sent").any():
            rows = known.mailings.first if over is None else known.once(_first_of, over)
            value = known.once(_by_row, what)
            return aggregate(
                known["activity"],
                rows,
                ctx,
                breakdown,
                Statistic.MEAN,
                what="mails sent",
                at=known.timeline("activity", "at"),
                value=value,
            )
        if missing := lacking(dataset, *(f"campaign.{name}" for name in (*columns[:1], *base))):
            return not_computable(f"No source logs mails sent one by one. {missing}")
        below, above = (campaign_sum(names)(dataset, ctx, breakdown) for names in (base, columns))
        found = ratio(above, below, over="campaigns", under="campaigns")
        if not minus or found.missing:
            return found
        return replace(found, lines=replace(found.lines, value=1 - found.lines.value), terms=None)

    return compute


def campaign_sum(names: tuple[str, ...]) -> Callable[[Dataset, MetricContext, str], Measured]:
    """Counts that campaigns state, added up; a campaign without the first of them does not count."""

    def compute(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
        if missing := lacking(dataset, f"campaign.{names[0]}"):
            return not_computable(missing)
        campaigns = dataset["campaign"]
        value = campaigns.column(names[0])
        for name in names[1:]:
            value = value + campaigns.column(name).fillna(0.0)
        return aggregate(
            campaigns,
            value.notna().to_numpy(),
            ctx,
            "name" if breakdown == "campaign" else breakdown,
            Statistic.SUM,
            what="campaigns",
            at=Timeline(campaigns.column("date").fillna(campaigns.column("start_date"))),
            value=value,
        )

    return compute


def emails_sent(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    known = facts(dataset)
    if known.activities("sent").any():
        return aggregate(
            known["activity"],
            known.mailings.first,
            ctx,
            breakdown,
            Statistic.COUNT,
            what="mails sent",
            at=known.timeline("activity", "at"),
        )
    if missing := lacking(dataset, "campaign.sent"):
        return not_computable(f"No source logs mails sent one by one. {missing}")
    return campaign_sum(("sent",))(dataset, ctx, breakdown)


def reply_rate(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Replies are nowhere but in a log of mails; one without any did not watch for them."""
    known = facts(dataset)
    if not (known.activities("sent").any() and known.activities("reply").any()):
        return not_computable("No source logs mails sent and the replies to them.")
    return mail_rate(_event("reply"), (), over=_delivered)(dataset, ctx, breakdown)


def _born(contacts: Table) -> np.ndarray:
    """When each address came; blank where there is none."""
    return contacts["created_at"].where(contacts["email"].notna()).to_numpy(dtype="datetime64[us]")


def _left(contacts: Table) -> np.ndarray | None:
    """When each address unsubscribed, else bounced; None where none did."""
    gone = contacts.column("unsubscribed_at").fillna(contacts.column("bounced_at")).where(contacts["email"].notna())
    return gone.to_numpy(dtype="datetime64[us]") if gone.notna().any() else None


def list_growth_rate(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """New addresses less those lost in the period, over those there at its beginning."""
    if missing := lacking(dataset, "contact.email", "contact.created_at"):
        return not_computable(missing)
    contacts = dataset["contact"]
    end = ctx.period.end or ctx.as_of.normalize() + pd.Timedelta(days=1)
    start = ctx.period.start or end - pd.Timedelta(days=GROWTH_DAYS)
    begin, finish = start.to_datetime64(), end.to_datetime64()
    born, left = contacts.derived(_born), contacts.derived(_left)
    new, there = (born >= begin) & (born < finish), born < begin
    lost = np.zeros(len(contacts), dtype=bool)
    if left is not None:
        lost, there = (left >= begin) & (left < finish), there & ~(left < begin)
    if not there.any():
        return not_computable(f"No address was on the list before {start:%Y-%m-%d}.")
    records = contacts.index.to_numpy()
    gains = Share("contact", records[new])
    losses = Share("contact", records[lost], np.full(np.count_nonzero(lost), -1.0))
    bottom = Share("contact", records[there])
    found = figure(float((len(gains.records) - len(losses.records)) / len(bottom.records)))
    return Measured(
        replace(found.lines, rows=np.array([len(bottom.records)], dtype="int64")),
        {"contact": records[new | lost]},
        terms=Terms((gains, losses), (bottom,)),
    )


def _rate(
    metric_id: str,
    name: str,
    formula: str,
    symbols: str,
    columns: tuple[str, ...],
    compute: Callable[[Dataset, MetricContext, str], Measured],
    source: str,
    *,
    higher: bool = True,
) -> Metric:
    return Metric(
        id=metric_id,
        name=name,
        formula=f"{formula}; each person and mailing counts once" + (STATED if columns else ""),
        symbols=symbols,
        unit=Unit.RATE,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*EVENT_INPUTS, *CAMPAIGN_INPUTS, *(f"campaign.{column}" for column in columns)),
        compute=compute,
        breakdowns=("campaign", "source", "month", "quarter"),
        higher_is_better=higher,
        source=source,
        dated_by="activity.at",
        filters="mails sent, one by person and mailing",
    )


BOUNCES = ("hard_bounces", "soft_bounces")
METRICS: tuple[Metric, ...] = (
    Metric(
        id="emails_sent",
        name="Mails sent",
        formula="Number of mails sent, each person and mailing once",
        symbols="n(sent)",
        unit=Unit.COUNT,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*EVENT_INPUTS, *CAMPAIGN_INPUTS),
        compute=emails_sent,
        breakdowns=("campaign", "source", "month", "quarter"),
        source="Mailing tool usage: sends",
        dated_by="activity.at",
        filters="mails sent, one by person and mailing",
    ),
    _rate(
        "delivery_rate",
        "Delivery rate",
        "Mails sent that did not bounce over mails sent",
        "1 − n(bounced) / n(sent)",
        BOUNCES,
        mail_rate(_delivered, BOUNCES, minus=True),
        "Mailing tool usage: delivered over sent",
    ),
    _rate(
        "open_rate",
        "Open rate",
        "Mails opened over mails delivered",
        "n(opened) / n(delivered)",
        ("opens", "delivered"),
        mail_rate(_event("open"), ("opens",), ("delivered",), over=_delivered),
        "Mailing tool usage: unique opens over delivered (Mailchimp, HubSpot)",
    ),
    _rate(
        "click_rate",
        "Click rate",
        "Mails in which a link was clicked over mails delivered",
        "n(clicked) / n(delivered)",
        ("clicks", "delivered"),
        mail_rate(_event("click"), ("clicks",), ("delivered",), over=_delivered),
        "Mailing tool usage: unique clicks over delivered",
    ),
    _rate(
        "reply_rate",
        "Reply rate",
        "Mails that were answered over mails delivered",
        "n(answered) / n(delivered)",
        (),
        reply_rate,
        "Outreach tool usage: replies over delivered mails",
    ),
    _rate(
        "bounce_rate",
        "Bounce rate",
        "Mails that bounced over mails sent",
        "n(bounced) / n(sent)",
        BOUNCES,
        mail_rate(_event("bounce"), BOUNCES),
        "Mailing tool usage: hard and soft bounces over sent",
        higher=False,
    ),
    _rate(
        "unsubscribe_rate",
        "Unsubscribe rate",
        "Unsubscriptions over mails delivered",
        "n(unsubscribed) / n(delivered)",
        ("unsubscribes", "delivered"),
        mail_rate(_event("unsubscribe"), ("unsubscribes",), ("delivered",), over=_delivered),
        "Mailing tool usage: unsubscribes over delivered",
        higher=False,
    ),
    Metric(
        id="list_growth_rate",
        name="List growth",
        formula="New addresses less those unsubscribed or bounced in the period, over the addresses at its beginning; "
        f"over all time, the last {GROWTH_DAYS} days",
        symbols="(n(new) − n(lost)) / n(at the beginning)",
        unit=Unit.RATE,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("contact.email", "contact.created_at", "contact.unsubscribed_at", "contact.bounced_at"),
        compute=list_growth_rate,
        source="Mailing tool usage: audience growth",
        dated_by="contact.created_at",
        filters="contacts with an address",
    ),
)
