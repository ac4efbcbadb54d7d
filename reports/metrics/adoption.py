"""Adoption metrics: who uses the CRM, and how much is logged in it."""

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from reports.metrics.aggregate import Statistic, aggregate, lacking, not_computable, ratio, together
from reports.metrics.facts import facts
from reports.metrics.outcome import is_false

KEPT_UP = ("contact", "account", "deal")
KEPT_UP_DAYS = 90
ACTIVE_DAYS = 30
"""A user who signed in within so many days before the audit uses the CRM."""


def _signed_in(dataset: Dataset, ctx: MetricContext) -> tuple[np.ndarray, np.ndarray]:
    """Users with an account that is switched on, and those of them who signed in lately."""
    users = dataset["user"]
    enabled = ~is_false(users.column("active"))
    last = users["last_login_at"]
    lately = last.between(ctx.as_of - pd.Timedelta(days=ACTIVE_DAYS), ctx.as_of + pd.Timedelta(days=1))
    return enabled, enabled & lately.to_numpy(dtype=bool)


def active_users(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := lacking(dataset, "user.last_login_at"):
        return not_computable(missing)
    _, using = _signed_in(dataset, ctx)
    return aggregate(dataset["user"], using, ctx, breakdown, Statistic.COUNT, what="users who signed in lately")


def user_adoption_rate(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := lacking(dataset, "user.last_login_at"):
        return not_computable(missing)
    enabled, using = _signed_in(dataset, ctx)
    return aggregate(
        dataset["user"], enabled, ctx, breakdown, Statistic.MEAN, what="user accounts", value=using.astype("float64")
    )


def activities(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := lacking(dataset, "activity"):
        return not_computable(missing)
    logged = dataset["activity"]
    every, at = np.ones(len(logged), dtype=bool), facts(dataset).timeline("activity", "at")
    return aggregate(logged, every, ctx, breakdown, Statistic.COUNT, what="activities", at=at)


def activities_per_user(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    return ratio(
        activities(dataset, ctx, breakdown), user_accounts(dataset, ctx, ""), over="activities", under="user accounts"
    )


def user_accounts(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Accounts that are switched on; a state, whatever the period."""
    if missing := lacking(dataset, "user"):
        return not_computable(missing)
    users = dataset["user"]
    enabled = ~is_false(users.column("active"))
    return aggregate(users, enabled, ctx, breakdown, Statistic.COUNT, what="user accounts")


def days_since_login(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := lacking(dataset, "user.last_login_at"):
        return not_computable(missing)
    users = dataset["user"]
    enabled, _ = _signed_in(dataset, ctx)
    days = (ctx.as_of - users["last_login_at"]) / pd.Timedelta(days=1)
    value = days.clip(lower=0).to_numpy(dtype="float64")
    return aggregate(users, enabled, ctx, breakdown, Statistic.MEDIAN, what="user accounts", value=value)


def records_kept_up_per_user(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Records of the CRM's own tables that somebody updated lately, over the accounts switched on."""
    since = ctx.as_of - pd.Timedelta(days=KEPT_UP_DAYS)
    parts = []
    for entity in KEPT_UP:
        if dataset.has(f"{entity}.updated_at"):
            table = dataset[entity]
            lately = table["updated_at"].between(since, ctx.as_of + pd.Timedelta(days=1)).to_numpy(dtype=bool)
            parts.append(aggregate(table, lately, ctx, "", Statistic.COUNT, what="records"))
    if not parts:
        return not_computable(f"No source says when {', '.join(KEPT_UP)} records were updated.")
    return ratio(together(parts), user_accounts(dataset, ctx, ""), over="updated records", under="user accounts")


METRICS: tuple[Metric, ...] = (
    Metric(
        id="active_users",
        name="Active users",
        formula=f"Users with an account switched on who signed in within {ACTIVE_DAYS} days before the audit",
        symbols="n(users signed in)",
        unit=Unit.COUNT,
        group=Group.USER_ADOPTION,
        inputs=("user.active", "user.last_login_at"),
        compute=active_users,
        breakdowns=("role", "team", "region", "source"),
        source="Software usage: monthly active users",
        filters="accounts switched on",
    ),
    Metric(
        id="user_adoption_rate",
        name="User adoption rate",
        formula=f"Users who signed in within {ACTIVE_DAYS} days before the audit over all accounts switched on",
        symbols="n(users signed in) / n(accounts)",
        unit=Unit.RATE,
        group=Group.USER_ADOPTION,
        inputs=("user.active", "user.last_login_at"),
        compute=user_adoption_rate,
        breakdowns=("role", "team", "region", "source"),
        source="Software usage: active over provisioned users",
        filters="accounts switched on",
    ),
    Metric(
        id="days_since_login",
        name="Days since the last sign-in",
        formula="Median days since the users with an account switched on last signed in",
        symbols="median (as of − last sign-in)",
        unit=Unit.DAYS,
        group=Group.USER_ADOPTION,
        inputs=("user.active", "user.last_login_at"),
        compute=days_since_login,
        breakdowns=("role", "team", "region", "source"),
        higher_is_better=False,
        source="Software usage: recency of logins",
        filters="accounts switched on that ever signed in",
    ),
    Metric(
        id="records_kept_up_per_user",
        name="Records kept up per user",
        formula=f"Contacts, companies and deals updated within {KEPT_UP_DAYS} days before the audit over the accounts "
        "switched on",
        symbols="n(records updated) / n(accounts)",
        unit=Unit.NUMBER,
        group=Group.USER_ADOPTION,
        inputs=(*(f"{entity}.updated_at" for entity in KEPT_UP), "user.active"),
        compute=records_kept_up_per_user,
        source="CRM usage: records kept up to date",
        filters="accounts switched on",
    ),
    Metric(
        id="activities_per_user",
        name="Activities per user",
        formula="Activities logged in the period over the accounts switched on",
        symbols="n(activities) / n(accounts)",
        unit=Unit.NUMBER,
        group=Group.USER_ADOPTION,
        inputs=("activity.at", "user.active"),
        compute=activities_per_user,
        breakdowns=("type", "month", "quarter"),
        source="CRM usage: activity per user",
        dated_by="activity.at",
        filters="all activities; accounts switched on",
    ),
    Metric(
        id="activities",
        name="Activities logged",
        formula="Number of calls, meetings, tasks and mails logged, by date",
        symbols="n(activities)",
        unit=Unit.COUNT,
        group=Group.USER_ADOPTION,
        inputs=("activity.at",),
        compute=activities,
        breakdowns=("type", "owner", "source", "month", "quarter"),
        source="CRM usage: activity reports",
        dated_by="activity.at",
        filters="all activities",
    ),
)
