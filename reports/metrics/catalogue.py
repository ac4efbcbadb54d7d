"""All metrics, in the order in which they are told, and which periods each is measured in."""

from collections.abc import Sequence

import pandas as pd

from audit.metric import Metric, Period
from reports.metrics import adoption, investment, marketing, payments, sales, service

METRICS: tuple[Metric, ...] = (
    *investment.METRICS,
    *sales.METRICS,
    *payments.METRICS,
    *marketing.METRICS,
    *service.METRICS,
    *adoption.METRICS,
)

MONTHLY = frozenset(
    """
    revenue collected_revenue won_deals win_rate new_leads new_customers marketing_spend cost_per_lead
    form_submissions tickets activities
    """.split()
)
"""Metrics that a monthly report shows month by month; the other ones are measured by quarter."""

STATES = frozenset(
    """
    open_deals open_pipeline_value weighted_pipeline_value list_size active_users user_adoption_rate
    net_roi return_ratio net_gain payback_months profit_beyond_break_even
    """.split()
)
"""Metrics that tell how things stand at the audit, or of an investment as a whole: measured once, for no period."""


def default_periods(as_of: pd.Timestamp, quarters: int = 4, months: int = 12) -> tuple[Period, ...]:
    """The whole, then the last complete calendar quarters and months before `as_of`, oldest first."""
    day = as_of.normalize()
    month = day.replace(day=1)
    quarter = month - pd.DateOffset(months=(month.month - 1) % 3)
    periods = [Period()]
    for back in range(quarters, 0, -1):
        start = quarter - pd.DateOffset(months=3 * back)
        periods.append(Period(f"{start.year}-Q{start.quarter}", start, start + pd.DateOffset(months=3)))
    for back in range(months, 0, -1):
        start = month - pd.DateOffset(months=back)
        periods.append(Period(f"{start:%Y-%m}", start, start + pd.DateOffset(months=1)))
    return tuple(periods)


def periods_of(metric: Metric, periods: Sequence[Period]) -> list[Period]:
    """Those of `periods` in which a metric is measured: a state in the open one only, most in quarters and longer."""
    return [period for period in periods if _measured_in(metric.id, period)]


def calendar_breakdown(period: Period) -> str:
    """The breakdown whose group of the same label is this period: "month", "quarter", or "" if it is no such period."""
    start, end = period.start, period.end
    if start is None or end is None or start != start.normalize().replace(day=1):
        return ""
    if end == start + pd.DateOffset(months=1) and period.label == f"{start:%Y-%m}":
        return "month"
    if end == start + pd.DateOffset(months=3) and period.label == f"{start.year}-Q{start.quarter}":
        return "quarter" if start.month % 3 == 1 else ""
    return ""


def _measured_in(metric_id: str, period: Period) -> bool:
    if period.start is None or period.end is None:
        return (period.start is None and period.end is None) or metric_id not in STATES
    if metric_id in STATES:
        return False
    return metric_id in MONTHLY or period.end - period.start > pd.Timedelta(days=31)
