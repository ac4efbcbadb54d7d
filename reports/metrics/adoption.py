"""Adoption metrics: who uses the CRM, and how much is logged in it."""

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from reports.metrics.aggregate import Statistic, aggregate, lacking, not_computable
from reports.metrics.facts import facts
from reports.metrics.outcome import is_false

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
    ),
)
