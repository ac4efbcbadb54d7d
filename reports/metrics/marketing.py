"""Marketing metrics: leads and what they cost, customers won, conversion, who can be mailed, forms."""

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from reports.metrics.aggregate import Statistic, aggregate, group_rows, lacking, not_computable, ratio
from reports.metrics.facts import facts
from reports.metrics.outcome import BUYER_INPUTS, spells
from reports.metrics.payments import PAYMENT_INPUTS
from reports.metrics.sales import CLOSED_INPUTS, DATED_BREAKDOWNS
from reports.metrics.timeline import Groups, Timeline

NOT_MARKETING = frozenset(
    """
    crm crmcost software subscription sales personnel training service services support customerservice
    customersupport helpdesk callcenter callcentre
    """.split()
)
"""Kinds of spend that are no marketing."""

NOT_ACQUISITION = NOT_MARKETING - {"sales"}

LEAD_INPUTS = ("contact.record_type", "contact.created_at")
SPEND_INPUTS = (
    "spend.amount",
    "spend.currency",
    "spend.kind",
    "spend.period",
    "campaign.cost",
    "campaign.currency",
    "campaign.date",
    "campaign.start_date",
)
CONVERSION_INPUTS = (
    "contact.converted",
    "contact.converted_at",
    "contact.customer_since",
    "contact.lifecycle_stage",
    "contact.source_id",
    "contact.email",
    "deal.contact_id",
    "deal.contact_email",
    *CLOSED_INPUTS,
)
CONTACT_BREAKDOWNS = ("lead_source", "campaign", "owner", "country", "industry", "source")
CUSTOMER_INPUTS = (
    *CLOSED_INPUTS,
    "deal.close_date",
    *BUYER_INPUTS,
    *PAYMENT_INPUTS,
    "payment.customer_id",
    "payment.email",
    "payment.customer_name",
    "contact.lifecycle_stage",
    "contact.customer_since",
)


def new_leads(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    return _new_leads(dataset, ctx, breakdown)


def _new_leads(dataset: Dataset, ctx: MetricContext, breakdown: str, groups: Groups | None = None) -> Measured:
    if missing := lacking(dataset, "contact"):
        return not_computable(missing)
    known = facts(dataset)
    if not known.leads.any():
        return not_computable("No source holds contacts or leads of a CRM.")
    at = known.timeline("contact", "created_at")
    return aggregate(
        known["contact"], known.leads, ctx, breakdown, Statistic.COUNT, what="new leads", at=at, groups=groups
    )


def lead_conversion_rate(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := lacking(dataset, "contact"):
        return not_computable(missing)
    known = facts(dataset)
    contacts, deals = known["contact"], known.get("deal")
    linked = any(name in deals for name in ("contact_id", "contact_email")) and known.outcomes.known
    evidence = ("converted", "converted_at", "customer_since", "lifecycle_stage")
    if not linked and all(contacts.column(name).isna().all() for name in evidence):
        return not_computable(
            "Nothing tells which leads became customers: no converted flag, stage or linked won deal."
        )
    return aggregate(
        contacts,
        known.leads,
        ctx,
        breakdown,
        Statistic.MEAN,
        what="leads",
        at=known.timeline("contact", "created_at"),
        value=known.converted,
    )


def list_size(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := lacking(dataset, "contact.email"):
        return not_computable(missing)
    known = facts(dataset)
    at = known.timeline("contact", "created_at")
    return aggregate(known["contact"], known.mailable, ctx, breakdown, Statistic.COUNT, what="mailable contacts", at=at)


def _spend(dataset: Dataset, ctx: MetricContext, breakdown: str, apart: frozenset[str], what: str) -> Measured:
    """Spend of all kinds but those `apart`, else the costs that campaigns state."""
    if "spend" in dataset:
        spend = dataset["spend"]
        value, at, mask = spend.column("amount"), Timeline(spend.column("period")), ~spells(spend, "kind", apart)
    elif dataset.has("campaign.cost"):
        spend = dataset["campaign"]
        value, at = spend["cost"], Timeline(spend.column("date").fillna(spend.column("start_date")))
        mask = np.ones(len(spend), dtype=bool)
    else:
        return not_computable("No source gives spend or campaign costs.")
    return _by_channel(spend, ctx, breakdown, mask, what, at, value)


def spend_on(dataset: Dataset, ctx: MetricContext, breakdown: str, mask: np.ndarray, what: str) -> Measured:
    """The amounts of the rows of the spend table in `mask`."""
    spend = dataset["spend"]
    return _by_channel(spend, ctx, breakdown, mask, what, Timeline(spend.column("period")), spend.column("amount"))


def _by_channel(
    spend: Table, ctx: MetricContext, breakdown: str, mask: np.ndarray, what: str, at: Timeline, value: pd.Series
) -> Measured:
    groups = None
    if breakdown == "lead_source":
        groups = folded(spend, "channel")
    elif breakdown == "campaign":
        groups = folded(spend, "campaign" if spend.entity == "spend" else "name")
    return aggregate(
        spend, mask, ctx, breakdown, Statistic.SUM, what=what, at=at, value=value, money=True, groups=groups
    )


def folded(table: Table, name: str) -> Groups:
    """Groups of a field without regard to case, so that a channel meets the lead source of the same name."""
    by = group_rows(table, name)
    labels, place = np.unique(pd.Series(by.labels, dtype="str").str.strip().str.casefold(), return_inverse=True)
    return Groups(place[by.codes], labels.astype(object))


def marketing_spend(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    return _spend(dataset, ctx, breakdown, NOT_MARKETING, "marketing costs")


def cost_per_lead(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    known = facts(dataset)
    groups = folded(known.get("contact"), breakdown) if breakdown in ("lead_source", "campaign") else None
    leads = _new_leads(known, ctx, "" if breakdown == "currency" else breakdown, groups)
    return ratio(marketing_spend(known, ctx, breakdown), leads, over="marketing costs", under="new leads")


def new_customers(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Buyers by their first won deal; where no deal is won, by their first payment; else contacts called customers."""
    return _new_customers(dataset, ctx, breakdown)


def _new_customers(dataset: Dataset, ctx: MetricContext, breakdown: str, *, by_channel: bool = False) -> Measured:
    """`by_channel` names groups as those of the spend, without regard to case."""
    known = facts(dataset)
    for entity, mask, at in (
        ("deal", known.first_won, known.closed),
        ("payment", known.first_paid, known.timeline("payment", "paid_at")),
        ("contact", known.called_customers, known.timeline("contact", "customer_since")),
    ):
        if mask.any():
            groups = folded(known[entity], breakdown) if by_channel else known.cut(entity, breakdown)
            return aggregate(
                known[entity], mask, ctx, breakdown, Statistic.COUNT, what="new customers", at=at, groups=groups
            )
    return not_computable("No won deal or payment names its buyer, and no contact is said to be a customer.")


def customer_acquisition_cost(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    spend = _spend(dataset, ctx, breakdown, NOT_ACQUISITION, "acquisition costs")
    by = "" if breakdown == "currency" else breakdown
    customers = _new_customers(dataset, ctx, by, by_channel=by in ("lead_source", "campaign"))
    return ratio(spend, customers, over="acquisition costs", under="new customers")


def form_submissions(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := lacking(dataset, "form_submission"):
        return not_computable(missing)
    forms = dataset["form_submission"]
    every, at = np.ones(len(forms), dtype=bool), Timeline(forms.column("submitted_at"))
    return aggregate(forms, every, ctx, breakdown, Statistic.COUNT, what="form submissions", at=at)


METRICS: tuple[Metric, ...] = (
    Metric(
        id="new_leads",
        name="New leads",
        formula="Number of persons in the CRM (contact and lead records), by creation date",
        symbols="n(leads)",
        unit=Unit.COUNT,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=LEAD_INPUTS,
        compute=new_leads,
        breakdowns=(*CONTACT_BREAKDOWNS, "month", "quarter"),
        source="CRM usage: records created in the period",
        dated_by="contact.created_at",
        filters="contact and lead records; no subscribers or customers of other tools",
    ),
    Metric(
        id="lead_conversion_rate",
        name="Lead conversion rate",
        formula="Leads that became customers over all leads, by the lead's creation date; a lead became a customer "
        "when its record says so (converted, customer stage or date) or a won deal names it",
        symbols="n(leads that became customers) / n(leads)",
        unit=Unit.RATE,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*LEAD_INPUTS, *CONVERSION_INPUTS),
        compute=lead_conversion_rate,
        breakdowns=(*CONTACT_BREAKDOWNS, "month", "quarter"),
        source="CRM usage: lead to customer conversion by cohort; 'converted' is taken as its source means it",
        dated_by="contact.created_at",
        filters="contact and lead records",
    ),
    Metric(
        id="list_size",
        name="List size",
        formula="Contact records that may be mailed: with an address, not opted out, unsubscribed or bounced",
        symbols="n(mailable contacts)",
        unit=Unit.COUNT,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(
            "contact.email",
            "contact.email_opt_out",
            "contact.email_bounced",
            "contact.unsubscribed_at",
            "contact.marketing_status",
            "contact.created_at",
        ),
        compute=list_size,
        breakdowns=(*CONTACT_BREAKDOWNS, "month"),
        source="Mailing tool usage: subscribed, deliverable contacts (Mailchimp audience, HubSpot marketing contacts)",
        filters="contacts with an address, not opted out or bounced",
    ),
    Metric(
        id="marketing_spend",
        name="Marketing spend",
        formula="Spend on marketing, added up; without a spend table, the costs that campaigns state",
        symbols="Σ amount(marketing)",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=SPEND_INPUTS,
        compute=marketing_spend,
        breakdowns=("channel", "campaign", "source", "currency", "month", "quarter"),
        higher_is_better=False,
        source="Advertising and campaign cost as exported",
        dated_by="spend.period",
        filters="spend of marketing kinds",
    ),
    Metric(
        id="cost_per_lead",
        name="Cost per lead",
        formula="Marketing spend over new leads of the same period; by lead source or campaign where the spend is "
        "booked under the same name",
        symbols="Σ amount(marketing) / n(leads)",
        unit=Unit.MONEY_PER_ITEM,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*SPEND_INPUTS, *LEAD_INPUTS),
        compute=cost_per_lead,
        breakdowns=("lead_source", "campaign", "currency", "month", "quarter"),
        higher_is_better=False,
        source="Marketing usage: cost per lead (CPL)",
        dated_by="spend.period",
        filters="spend of marketing kinds; contact and lead records",
    ),
    Metric(
        id="new_customers",
        name="New customers",
        formula="Buyers whose first won deal closed in the period; where none is won, whose first payment fell in it",
        symbols="n(buyers with their first purchase)",
        unit=Unit.COUNT,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=CUSTOMER_INPUTS,
        compute=new_customers,
        breakdowns=DATED_BREAKDOWNS,
        source="CRM usage: accounts with a first closed-won opportunity",
        dated_by="deal.close_date",
        filters="first purchase of each buyer",
    ),
    Metric(
        id="customer_acquisition_cost",
        name="Customer acquisition cost",
        formula="Marketing and sales spend over new customers of the same period; by lead source or campaign where the "
        "spend is booked under the same name",
        symbols="Σ amount(marketing, sales) / n(new customers)",
        unit=Unit.MONEY_PER_ITEM,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*SPEND_INPUTS, *CUSTOMER_INPUTS),
        compute=customer_acquisition_cost,
        breakdowns=("lead_source", "campaign", "currency", "month", "quarter"),
        higher_is_better=False,
        source="Marketing usage: customer acquisition cost (CAC)",
        dated_by="spend.period",
        filters="spend on marketing and sales",
    ),
    Metric(
        id="form_submissions",
        name="Form submissions",
        formula="Number of web forms submitted, by submission date",
        symbols="n(submissions)",
        unit=Unit.COUNT,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("form_submission.submitted_at",),
        compute=form_submissions,
        breakdowns=("form", "channel", "utm_source", "utm_campaign", "source", "month", "quarter"),
        source="Form tool usage: submissions in the period",
        dated_by="form_submission.submitted_at",
        filters="all submissions",
    ),
)
