"""The standard reports: which metrics stand side by side, by what. They are views of the metrics table."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Report:
    """Metrics by one breakdown, as one table."""

    title: str
    breakdown: str
    metrics: tuple[str, ...]


REPORTS: Mapping[str, Report] = {
    "pipeline": Report(
        "Pipeline",
        "stage",
        ("open_deals", "open_pipeline_value", "weighted_pipeline_value", "zombie_deals", "stage_days"),
    ),
    "conversion_by_source": Report(
        "Conversion by source", "lead_source", ("new_leads", "lead_conversion_rate", "win_rate", "revenue")
    ),
    "lead_sources": Report(
        "Lead sources",
        "lead_source",
        ("new_leads", "cost_per_lead", "new_opportunities", "won_deals", "new_customers"),
    ),
    "sales_cycle": Report(
        "Sales cycle by source",
        "lead_source",
        ("won_deals", "sales_cycle_days", "median_sales_cycle_days", "stage_days"),
    ),
    "performance_by_owner": Report(
        "Performance by owner",
        "owner",
        ("new_opportunities", "won_deals", "lost_deals", "win_rate", "revenue", "average_deal_size",
         "activities_last_week", "activities_next_week"),
    ),
    "profitability_by_customer": Report(
        "Profitability by customer", "company_name", ("revenue", "won_deals", "profit", "margin")
    ),
    "lost_deals": Report("Lost deals with their reasons", "lost_reason", ("lost_deals", "lost_value")),
    "campaign_returns": Report(
        "Campaign returns",
        "campaign",
        ("marketing_spend", "new_leads", "campaign_responses", "response_rate", "won_deals", "revenue",
         "campaign_return", "open_rate", "click_rate"),
    ),
    "performance_by_team": Report(
        "Performance by team", "team", ("won_deals", "win_rate", "revenue", "average_deal_size", "revenue_per_employee")
    ),
}  # fmt: skip


def standard_reports(metrics: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every report that has a line: group, unit_label, and two columns per metric, ID raw and ID cleaned."""
    found = {}
    for name, report in REPORTS.items():
        part = metrics[(metrics["breakdown"] == report.breakdown) & metrics["metric_id"].isin(report.metrics)]
        if part.empty:
            continue
        columns = []
        # Counts have no currency: they stand on the line of the currency with most value.
        keys = part["group"].fillna("").astype(object)
        labels = part["unit_label"].fillna("").astype(object)
        size = part["cleaned"].fillna(0).abs()
        main = pd.DataFrame({"group": keys, "label": labels, "size": size})
        main = main[main["label"] != ""].sort_values("size", ascending=False, kind="stable").drop_duplicates("group")
        home = main.set_index("group")["label"]
        labels = labels.where(labels != "", keys.map(home).fillna(""))
        part = part.assign(group=keys, unit_label=labels)
        for metric_id in report.metrics:
            mine = part[part["metric_id"] == metric_id].drop_duplicates(["group", "unit_label"])
            if len(mine):
                mine = mine.set_index(["group", "unit_label"])[["raw", "cleaned"]]
                columns.append(mine.rename(columns={side: f"{metric_id} {side}" for side in ("raw", "cleaned")}))
        if columns:
            table = pd.concat(columns, axis=1)
            lead = table.iloc[:, 1].fillna(0)
            found[name] = table.loc[lead.sort_values(ascending=False, kind="stable").index].reset_index()
    return found
