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
        ("new_leads", "cost_per_lead", "new_opportunities", "won_deals", "new_customers", "customer_acquisition_cost"),
    ),
    "sales_cycle": Report(
        "Sales cycle by source",
        "lead_source",
        ("won_deals", "sales_cycle_days", "median_sales_cycle_days", "stage_days"),
    ),
    "performance_by_owner": Report(
        "Performance by owner",
        "owner",
        ("new_opportunities", "won_deals", "lost_deals", "win_rate", "revenue", "average_deal_size", "margin",
         "activities_last_week", "activities_next_week"),
    ),
    "profitability_by_customer": Report(
        "Profitability by customer", "company_name", ("revenue", "won_deals", "profit", "margin")
    ),
    "lost_deals": Report("Lost deals with their reasons", "lost_reason", ("lost_deals", "lost_value")),
    "campaign_returns": Report(
        "Campaign returns",
        "campaign",
        ("marketing_spend", "new_leads", "campaign_responses", "response_rate", "won_deals", "new_customers", "revenue",
         "campaign_return", "open_rate", "click_rate", "reply_rate"),
    ),
    "performance_by_team": Report(
        "Performance by team", "team", ("won_deals", "win_rate", "revenue", "average_deal_size", "revenue_per_employee")
    ),
}  # fmt: skip


FOLDED = frozenset({"marketing_spend", "cost_per_lead", "customer_acquisition_cost", "campaign_return"})
"""Metrics whose groups by lead source or campaign have names without regard to case."""


def standard_reports(metrics: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every report that has a line: group, unit_label, and two columns per metric, ID raw and ID cleaned."""
    found = {}
    whole = metrics[(metrics["breakdown"] == "") & metrics["unit_label"].fillna("").ne("")]
    headline = whole["unit_label"].mode().iloc[0] if len(whole) else ""
    for name, report in REPORTS.items():
        part = metrics[(metrics["breakdown"] == report.breakdown) & metrics["metric_id"].isin(report.metrics)]
        if part.empty:
            continue
        columns = []
        # Counts have no currency: they stand on the line of the currency of the whole, else of the one with most value.
        keys = _as_others_write(part)
        labels = part["unit_label"].fillna("").astype(object)
        size = part["cleaned"].fillna(0).abs()
        main = pd.DataFrame({"group": keys, "label": labels, "other": labels != headline, "size": -size})
        main = main[main["label"] != ""].sort_values(["other", "size"], kind="stable").drop_duplicates("group")
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
            # Amounts of different currencies are in no order with each other.
            lead = -table.iloc[:, 1].fillna(0)
            apart = ~table.index.get_level_values("unit_label").isin(["", headline])
            order = pd.DataFrame({"apart": apart, "lead": lead}).sort_values(["apart", "lead"], kind="stable")
            found[name] = table.loc[order.index].reset_index()
    return found


def _as_others_write(part: pd.DataFrame) -> pd.Series:
    """The groups; those of FOLDED metrics as the other metrics write them, where one does in most cases."""
    keys, folded = part["group"].fillna("").astype(object), part["metric_id"].isin(FOLDED)
    plain = keys[~folded].loc[part.loc[~folded, "cleaned"].abs().sort_values(ascending=False, kind="stable").index]
    written = {name.strip().casefold(): name for name in plain.iloc[::-1]}
    return keys.mask(folded, keys.map(lambda name: written.get(name.strip().casefold(), name)))
