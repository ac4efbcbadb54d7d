"""metrics.csv: every metric, period and breakdown, raw and cleaned; metric_definitions.csv: what each metric is."""

from pathlib import Path

import pandas as pd

from audit.result import AuditResult
from reports.metrics.catalogue import METRICS
from reports.outputs.metric_account import definition
from reports.outputs.tables import write_table

COLUMNS = """
    metric_id unit period breakdown group raw cleaned low high verdict metric unit_label reason strict loose previous
    year_before
""".split()


FIGURES = ("raw", "cleaned", "low", "high", "strict", "loose", "previous", "year_before")


def write_metrics(result: AuditResult, folder: Path) -> list[Path]:
    names = {metric.id: metric.name for metric in METRICS}
    told = pd.DataFrame([definition(metric) for metric in METRICS])
    listed = {name: told[name].map(" ".join) for name in ("inputs", "breakdowns")}
    return [
        write_table(told.assign(**listed), folder / "metric_definitions.csv"),
        write_table(
            rounded(result.metrics).assign(metric=result.metrics["metric_id"].map(names))[COLUMNS],
            folder / "metrics.csv",
        ),
    ]


def rounded(metrics: pd.DataFrame) -> pd.DataFrame:
    """Values to six decimals, so that the last bit of a sum does not depend on the machine."""
    return metrics.assign(**{name: metrics[name].round(6) for name in FIGURES})
