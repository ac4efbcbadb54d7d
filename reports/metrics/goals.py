"""Business goals: the metrics that serve each, and how far targets are reached."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.schema import TEXT
from reports.metrics.catalogue import METRICS


@dataclass(frozen=True)
class Goal:
    """A business goal in the reader's words, and the metrics that tell whether it is reached."""

    title: str
    metrics: tuple[str, ...]


GOALS: Mapping[str, Goal] = {
    "shorter_sales_cycle": Goal(
        "Shorten the sales cycle",
        ("sales_cycle_days", "median_sales_cycle_days", "stage_days", "days_in_current_stage", "calls_per_won_deal",
         "records_kept_up_per_user"),
    ),
    "win_more_deals": Goal(
        "Win more deals",
        ("win_rate", "close_rate", "won_deals", "average_deal_size", "meetings_per_won_deal", "proposals",
         "open_pipeline_value", "pipeline_coverage", "activities_per_user"),
    ),
    "lower_acquisition_cost": Goal(
        "Win customers at lower cost",
        ("customer_acquisition_cost", "cost_per_lead", "lead_conversion_rate", "cost_per_click", "campaign_return",
         "clv_to_cac"),
    ),
    "keep_customers": Goal(
        "Keep customers",
        ("retention_rate", "churn_rate", "renewal_rate", "customer_lifetime_value", "csat", "nps",
         "tickets_per_customer"),
    ),
    "grow_the_list": Goal(
        "Grow the list",
        ("list_size", "list_growth_rate", "new_leads", "form_submissions", "unsubscribe_rate", "bounce_rate"),
    ),
    "better_follow_up": Goal(
        "Follow up better",
        ("first_reply_minutes", "lead_conversion_rate", "calls", "meetings", "activities_per_user",
         "days_since_login"),
    ),
    "sell_more_to_customers": Goal(
        "Sell more to each customer",
        ("deals_per_customer", "revenue_per_customer", "cross_sell_ratio", "up_sell_ratio", "customer_lifetime_value"),
    ),
    "better_service": Goal(
        "Serve customers better",
        ("csat", "nps", "first_reply_minutes", "resolution_hours", "same_day_resolution_rate", "sla_compliance",
         "abandoned_call_rate", "cost_per_interaction"),
    ),
    "better_campaigns": Goal(
        "Run better campaigns",
        ("campaign_return", "response_rate", "open_rate", "click_rate", "reply_rate", "cost_per_conversion",
         "referral_share"),
    ),
    "use_the_crm": Goal(
        "Have the CRM used",
        ("user_adoption_rate", "active_users", "days_since_login", "records_kept_up_per_user", "activities_per_user"),
    ),
    "pay_off_the_crm": Goal(
        "Have the CRM pay off",
        ("net_roi", "return_ratio", "payback_months", "revenue_against_baseline", "revenue_per_employee"),
    ),
}  # fmt: skip

PROGRESS_TYPES: Mapping[str, object] = {
    "goal": TEXT,
    "metric_id": TEXT,
    "group": TEXT,
    "period": TEXT,
    "unit": TEXT,
    "unit_label": TEXT,
    "raw": "float64",
    "cleaned": "float64",
    "target": "float64",
    "progress": "float64",
    "reached": "boolean",
    "verdict": TEXT,
}
"""One line per goal chosen and metric of it, and per target without a goal. `progress` is the part of the target that
the cleaned value reaches (target over value where less is better); `reached` is blank without a target."""


def progress(
    metrics: pd.DataFrame, goals: tuple[str, ...], targets: Mapping[str, float], period: str = "all"
) -> pd.DataFrame:
    """How far the cleaned figures of a period reach what was aimed for; states, which know none, as they stand."""
    about = {metric.id: metric for metric in METRICS}
    lines = metrics[(metrics["breakdown"] == "") & metrics["period"].isin([period, "all"])]
    whole = lines.assign(other=lines["period"] != period).sort_values("other", kind="stable")
    whole = whole.drop_duplicates("metric_id").set_index("metric_id")
    served = [(name, metric_id) for name in goals for metric_id in GOALS[name].metrics]
    named = {metric_id for _, metric_id in served}
    served += [("", metric_id) for metric_id in targets if metric_id not in named]
    told = []
    for goal, metric_id in served:
        if metric_id not in whole.index:
            continue
        figure, metric = whole.loc[metric_id], about[metric_id]
        value, target = float(figure["cleaned"]), float(targets.get(metric_id, np.nan))
        top, bottom = (value, target) if metric.higher_is_better else (target, value)
        part = top / bottom if bottom else np.nan
        known = not np.isnan(target) and not np.isnan(value)
        reached = (value >= target if metric.higher_is_better else value <= target) if known else pd.NA
        told.append(
            (goal, metric_id, str(metric.group), figure["period"], str(metric.unit), figure["unit_label"],
             float(figure["raw"]), value, target, part, reached, figure["verdict"])
        )  # fmt: skip
    return pd.DataFrame(told, columns=list(PROGRESS_TYPES)).astype(dict(PROGRESS_TYPES))
