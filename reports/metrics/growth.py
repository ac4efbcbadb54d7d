"""Sales over time and per head: monthly mean, against the months before go-live, margin, revenue per employee."""

from dataclasses import replace

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.metric import Group, Measured, Metric, MetricContext, Terms, Unit
from reports.metrics.aggregate import (
    Statistic,
    aggregate,
    divided,
    lacking,
    not_computable,
    ratio,
    unlabelled,
)
from reports.metrics.facts import Facts, facts
from reports.metrics.outcome import OUTCOME_FIELDS, charged, is_false, refunded
from reports.metrics.payments import PAYMENT_INPUTS
from reports.metrics.periods import months_between
from reports.metrics.sales import CLOSED_INPUTS, DEAL_BREAKDOWNS, amount, deal_metric, won

REVENUE_INPUTS = ("deal.amount", "deal.currency", *CLOSED_INPUTS, "deal.close_date")
PROFIT_INPUTS = (*REVENUE_INPUTS, "deal.profit", *PAYMENT_INPUTS, "payment.profit")
PROFIT_BREAKDOWNS = (*DEAL_BREAKDOWNS, "company_name", "country", "month", "quarter")
BASELINE_MONTHS = 12
revenue = deal_metric(won, Statistic.SUM, "won deals", value=amount, needs=("deal.amount",), money=True)


def months_of(known: Facts, ctx: MetricContext) -> int:
    """Months of the period; over all time, from the first won deal to the month of the audit."""
    start, end = ctx.period.start, ctx.period.end
    if start is None or end is None:
        at = known.closed.at[known.outcomes.won]
        start = start or at.min()
        end = end or ctx.as_of + pd.Timedelta(days=1)
        if pd.isna(start):
            return 0
    last = end - pd.Timedelta(days=1)
    return max(1, (last.year - start.year) * 12 + last.month - start.month + 1)


def average_monthly_revenue(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    measured = revenue(dataset, ctx, breakdown)
    months = 0 if measured.missing else months_of(facts(dataset), ctx)
    if not months:
        return not_computable(measured.missing or "No won deal has a close date.")
    return divided(measured, months, of_period=True)


def revenue_against_baseline(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Mean monthly revenue since go-live over that of as many whole months before, less one."""
    start = pd.to_datetime(ctx.investment.get("go_live"))
    if start is None or pd.isna(start):
        return not_computable("No go_live in [investment] says when the CRM came.")
    if missing := lacking(dataset, OUTCOME_FIELDS, "deal.amount"):
        return not_computable(missing)
    known = facts(dataset)
    months = min(months_between(start, ctx.as_of.normalize() + pd.Timedelta(days=1)), BASELINE_MONTHS)
    first = known.closed.at[known.outcomes.won].min()
    if months < 1:
        return not_computable("Less than a month has passed since go-live.")
    begin = start - pd.DateOffset(months=months)
    if pd.isna(first) or first > begin + pd.DateOffset(months=1):
        return not_computable(f"Won deals do not reach back to {begin:%Y-%m}, {months} months before go-live.")
    end = start + pd.DateOffset(months=months)
    at, since = known.closed.times, known.closed.times >= start.to_datetime64()
    inside = known.outcomes.won & (at >= begin.to_datetime64()) & (at < end.to_datetime64())
    amounts = amount(known)
    after, before = (
        aggregate(known["deal"], inside & part, ctx, "", Statistic.SUM, what="won deals", value=amounts, money=True)
        for part in (since, ~since)
    )
    if after.lines.unit_label[0] != before.lines.unit_label[0]:
        return not_computable("Revenue before and after go-live is in different currencies.")
    found = ratio(after, before, over="won deals since go-live", under="won deals before go-live")
    return replace(found, lines=unlabelled(found.lines, less=1), terms=None)


def _profitable(known: Facts) -> tuple[Table, np.ndarray, np.ndarray, np.ndarray, str] | None:
    """The table whose records say their profit: it, which rows count, their sales and profit, the name of its clock."""
    deals, payments = known.get("deal"), known.get("payment")
    if deals.column("profit").notna().any() and known.outcomes.known:
        return (
            deals,
            known.outcomes.won & deals["profit"].notna().to_numpy(),
            deals.column("amount").to_numpy(dtype="float64"),
            deals["profit"].to_numpy(dtype="float64"),
            "deal",
        )
    if payments.column("profit").notna().any():
        return (
            payments,
            known.paid & payments["profit"].notna().to_numpy(),
            (charged(payments) - refunded(payments)).to_numpy(dtype="float64"),
            payments["profit"].to_numpy(dtype="float64"),
            "payment",
        )
    return None


def _profit(dataset: Dataset, ctx: MetricContext, breakdown: str, *, sales: bool = False) -> Measured:
    known = facts(dataset)
    found = _profitable(known)
    if found is None:
        return not_computable("No won deal or payment says its profit (deal.profit, payment.profit).")
    table, mask, sold, profit, clock = found
    at = known.closed if clock == "deal" else known.timeline("payment", "paid_at")
    value = sold if sales else profit
    return aggregate(
        table,
        mask & ~np.isnan(sold),
        ctx,
        breakdown,
        Statistic.SUM,
        what="sales with a profit",
        at=at,
        value=value,
        money=True,
        groups=known.cut(table.entity, breakdown),
    )


def profit(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    return _profit(dataset, ctx, breakdown)


def margin(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    bottom = _profit(dataset, ctx, breakdown, sales=True)
    # The currency of most sales, which need not be that of most profit.
    label = str(bottom.lines.unit_label[0]) if breakdown == "" else ""
    top = _profit(dataset, replace(ctx, currency=label or ctx.currency), breakdown)
    if top.missing or bottom.missing:
        return not_computable(top.missing or bottom.missing)
    # The same rows are counted in both, so that their lines are of the same groups and currencies.
    lines, below = top.lines, bottom.lines.value
    lines = replace(lines, value=np.divide(lines.value, below, out=np.full(len(below), np.nan), where=below != 0))
    if breakdown == "":
        lines = unlabelled(lines)
        if not below.all():
            return not_computable("The sales with a profit add up to 0.")
    terms = Terms(top.terms.top, bottom.terms.top, rows=top.terms.rows) if top.terms and bottom.terms else None
    return Measured(lines, top.records, terms=terms)


def revenue_per_employee(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    measured = revenue(dataset, ctx, breakdown)
    if measured.missing:
        return measured
    if breakdown == "team":
        heads = _heads_by_team(dataset, ctx)
        names = (name.strip().casefold() for name in measured.lines.group)
        value = measured.lines.value / np.array([heads.get(name, np.nan) for name in names], dtype="float64")
        return Measured(replace(measured.lines, value=value).take(np.flatnonzero(~np.isnan(value))))
    if ctx.business.employees:
        return divided(measured, ctx.business.employees)
    if "user" not in dataset:
        return not_computable("Neither [business] employees nor an export of users says how many people work here.")
    users = dataset["user"]
    enabled = ~is_false(users.column("active"))
    if not enabled.any():
        return not_computable("No user account is switched on.")
    return divided(measured, float(enabled.sum()))


def _heads_by_team(dataset: Dataset, ctx: MetricContext) -> dict[str, float]:
    if ctx.business.departments:
        return {name.strip().casefold(): heads for name, heads in ctx.business.departments.items()}
    users = dataset.get("user")
    if "team" not in users:
        return {}
    teams = users["team"][~is_false(users.column("active"))].str.strip().str.casefold()
    return {str(name): float(count) for name, count in teams.value_counts().items()}


METRICS: tuple[Metric, ...] = (
    Metric(
        id="average_monthly_revenue",
        name="Average monthly revenue",
        formula="Revenue over the months of the period; over all time, from the month of the first won deal to the "
        "audit",
        symbols="Σ amount(won) / n(months)",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=REVENUE_INPUTS,
        compute=average_monthly_revenue,
        breakdowns=(*DEAL_BREAKDOWNS, "currency"),
        source="Sales usage: average monthly sales",
        dated_by="deal.close_date",
        filters="won deals with an amount",
    ),
    Metric(
        id="revenue_against_baseline",
        name="Revenue against the months before go-live",
        formula="Revenue of the months since go-live (12 at most) over that of as many months before, less one",
        symbols="Σ amount(since go-live) / Σ amount(before) − 1",
        unit=Unit.RATE,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=REVENUE_INPUTS,
        compute=revenue_against_baseline,
        source="CRM evaluation: average monthly sales against the benchmark months",
        filters="won deals with an amount, in the currency of most value",
    ),
    Metric(
        id="profit",
        name="Profit",
        formula="Profit of won deals, added up; where no deal says it, of payments that came in",
        symbols="Σ profit",
        unit=Unit.MONEY,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=PROFIT_INPUTS,
        compute=profit,
        breakdowns=(*PROFIT_BREAKDOWNS, "currency"),
        source="Sales usage: net profit of sales, as exported",
        dated_by="deal.close_date",
        filters="sales that say their profit",
    ),
    Metric(
        id="margin",
        name="Margin",
        formula="Profit over net sales, of the sales that say both",
        symbols="Σ profit / Σ amount",
        unit=Unit.RATE,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=PROFIT_INPUTS,
        compute=margin,
        breakdowns=PROFIT_BREAKDOWNS,
        source="Sales usage: net profit over net sales",
        dated_by="deal.close_date",
        filters="sales that say their profit",
    ),
    Metric(
        id="revenue_per_employee",
        name="Revenue per employee",
        formula="Revenue over the employees: [business] employees and departments, else the user accounts switched on",
        symbols="Σ amount(won) / n(employees)",
        unit=Unit.MONEY_PER_ITEM,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=(*REVENUE_INPUTS, "user.active"),
        compute=revenue_per_employee,
        breakdowns=("team",),
        source="Sales usage: sales per employee and department",
        dated_by="deal.close_date",
        filters="won deals with an amount",
    ),
)
