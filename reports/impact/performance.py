"""The reports beside the metrics: standard reports, forecast, attribution, goals, each on raw and on cleaned tables."""

from collections.abc import Mapping

import pandas as pd

from audit.config import Config
from audit.dataset import Dataset
from audit.metric import MetricContext
from reports.metrics.attribution import WINDOWS, attribution
from reports.metrics.cohorts import cohorts
from reports.metrics.facts import facts
from reports.metrics.forecast import MONTH_TYPES, forecast
from reports.metrics.goals import progress
from reports.metrics.investment import sensitivities
from reports.metrics.returns import returns
from reports.metrics.standard import standard_reports
from reports.metrics.versions import version


def performance(
    raw: Dataset, cleaned: Dataset, metrics: pd.DataFrame, ctx: MetricContext, config: Config
) -> Mapping[str, pd.DataFrame]:
    """The reports by name; one for which there are no data is left out."""
    before = facts(raw)
    after = version(before, cleaned, ())
    expected, expected_raw = forecast(after, ctx), forecast(before, ctx)
    months = expected.months.merge(
        expected_raw.months[["month", "currency", "expected"]], on=["month", "currency"], how="left",
        suffixes=("", "_raw"),
    )  # fmt: skip
    windows = tuple(sorted({*WINDOWS, config.metrics.attribution_window_days}))
    found = {
        **standard_reports(metrics),
        "forecast_deals": expected.deals,
        "forecast_months": months[[*MONTH_TYPES, "expected_raw"]],
        "attribution": attribution(before, after, ctx, windows),
        "cohorts": cohorts(before, after, ctx),
        "roi_sensitivity": sensitivities(after, ctx),
        **returns(before, after, ctx),
        "goals": progress(metrics, config.metrics.goals, config.metrics.targets, config.metrics.target_period),
    }
    if len(expected.deals):
        found["forecast_basis"] = pd.DataFrame({"basis": [expected.basis]})
    return {name: table for name, table in found.items() if len(table)}
