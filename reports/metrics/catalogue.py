"""All metrics, in the order in which they are told, and which periods each is measured in."""

from collections.abc import Sequence

from audit.metric import Metric, Period
from reports.metrics import (
    adoption,
    calls,
    campaigns,
    contacts_made,
    customers,
    forecast,
    growth,
    investment,
    mailing,
    marketing,
    payments,
    pipeline,
    sales,
    service,
    service_load,
    stages,
)
from reports.metrics.periods import calendar_breakdown

METRICS: tuple[Metric, ...] = (
    *investment.METRICS,
    *sales.METRICS,
    *growth.METRICS,
    *stages.METRICS,
    *forecast.METRICS,
    *pipeline.METRICS,
    *contacts_made.METRICS,
    *payments.METRICS,
    *customers.METRICS,
    *marketing.METRICS,
    *mailing.METRICS,
    *campaigns.METRICS,
    *service.METRICS,
    *calls.METRICS,
    *service_load.METRICS,
    *adoption.METRICS,
)

MONTHLY = frozenset(
    """
    revenue collected_revenue won_deals win_rate new_leads new_customers marketing_spend cost_per_lead
    form_submissions tickets activities calls meetings proposals new_opportunities emails_sent open_rate click_rate
    bounce_rate page_views new_revenue
    """.split()
)
"""Metrics that a monthly report shows month by month; of the calendar, the other ones are measured by quarter."""

STATES = frozenset(
    """
    open_deals open_pipeline_value weighted_pipeline_value list_size active_users user_adoption_rate
    net_roi return_ratio net_gain payback_months profit_beyond_break_even
    revenue_against_baseline customer_lifetime_value clv_to_cac days_since_login records_kept_up_per_user
    days_in_current_stage zombie_deals zombie_pipeline_value pipeline_coverage activities_last_week activities_next_week
    """.split()
)
"""Metrics that tell how things stand at the audit, or of an investment as a whole: measured once, for no period."""


def periods_of(metric: Metric, periods: Sequence[Period]) -> list[Period]:
    """Those of `periods` in which a metric is measured: a state in the open one only, most in quarters and longer."""
    return [period for period in periods if _measured_in(metric.id, period)]


def _measured_in(metric_id: str, period: Period) -> bool:
    if period.start is None or period.end is None:
        return (period.start is None and period.end is None) or metric_id not in STATES
    if metric_id in STATES:
        return False
    return metric_id in MONTHLY or calendar_breakdown(period) != "month"
