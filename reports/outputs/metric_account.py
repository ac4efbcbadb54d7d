"""All that can be said of one metric of a run: its definition, its figures, why they differ, the records behind it."""

import difflib
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from audit.config import Config
from audit.dataset import Dataset
from audit.errors import UsageError
from audit.metric import Measured, Metric, Period, Unit
from audit.result import AuditResult
from audit.schema import TEXT
from reports.metrics.catalogue import METRICS, periods_of
from reports.metrics.facts import facts
from reports.metrics.settings import metric_context, periods
from reports.outputs.tables import pseudonyms

WHOLE = "all"
MONEY = (Unit.MONEY, Unit.MONEY_PER_ITEM)
FIGURES = (
    "raw",
    "cleaned",
    "low",
    "high",
    "strict",
    "loose",
    "previous",
    "year_before",
    "unit_label",
    "verdict",
    "reason",
)


def named(metric_id: str) -> Metric:
    """Raises UsageError, with what was probably meant, where there is no such metric."""
    known = {metric.id: metric for metric in METRICS}
    if metric_id not in known:
        near = difflib.get_close_matches(metric_id, known, n=1)
        raise UsageError(
            f"There is no metric {metric_id!r}.",
            hint=f"Did you mean {near[0]}?" if near else "See `crm-audit metrics`.",
        )
    return known[metric_id]


def definition(metric: Metric) -> dict[str, Any]:
    """What a metric says of itself."""
    return {
        "metric_id": metric.id,
        "name": metric.name,
        "group": str(metric.group),
        "unit": str(metric.unit),
        "better": "higher" if metric.higher_is_better else "lower",
        "formula": metric.formula,
        "symbols": metric.symbols,
        "inputs": list(metric.inputs),
        "dated_by": metric.dated_by,
        "filters": metric.filters,
        "breakdowns": list(metric.breakdowns),
        "source": metric.source,
    }


def metric_account(result: AuditResult, metric: Metric, label: str = WHOLE) -> dict[str, Any]:
    """Definition, figures of a period, the difference by issue family, and what moves it most."""
    period = _period(result, metric, label)
    lines = result.metrics[result.metrics["metric_id"].eq(metric.id) & result.metrics["breakdown"].fillna("").eq("")]
    figure = lines[lines["period"] == period.label].iloc[0]
    impact = result.impact[result.impact["metric_id"].eq(metric.id) & result.impact["period"].eq(period.label)]
    listed = result.worklist[result.worklist["metric_id"] == metric.id]
    return {
        **definition(metric),
        "period": period.label,
        **{name: _plain(figure[name]) for name in FIGURES},
        "difference": {str(line.family): float(line.change) for line in impact.itertuples()},
        "worklist": [
            {"rule_id": line.rule_id, "records": int(line.records), "after": float(line.after),
             "change": float(line.change)}
            for line in listed.itertuples()
        ],
    }  # fmt: skip


def records_behind(result: AuditResult, metric: Metric, label: str = WHOLE) -> pd.DataFrame:
    """The records that the figures rest on: entity, record, source, file, sheet, row, source_id, raw, cleaned.

    The last two say in which of the two tables the record counts.
    """
    period = _period(result, metric, label)
    ctx = metric_context(Config.model_validate(result.settings), result.as_of)
    ctx = replace(ctx, period=period, currency=_currency(result, metric) or ctx.currency)
    sides = {
        side: _behind(metric.compute(facts(data), ctx, ""))
        for side, data in (("raw", result.dataset), ("cleaned", result.cleaned.dataset))
    }
    parts = []
    for entity in sorted({name for side in sides.values() for name in side}):
        held = {side: found.get(entity, np.array([], dtype=np.int64)) for side, found in sides.items()}
        numbers = np.union1d(held["raw"], held["cleaned"])
        parts.append(
            _places(result.dataset, entity, numbers).assign(
                raw=np.isin(numbers, held["raw"]), cleaned=np.isin(numbers, held["cleaned"])
            )
        )
    columns = ["entity", "record", "source", "file", "sheet", "row", "source_id", "raw", "cleaned"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _behind(measured: Measured) -> dict[str, np.ndarray]:
    return {str(entity): np.unique(np.asarray(numbers)) for entity, numbers in measured.records.items()}


def _places(dataset: Dataset, entity: str, numbers: np.ndarray) -> pd.DataFrame:
    table = dataset.get(entity)
    lineage = table.lineage.reindex(numbers)
    frame = pd.DataFrame({name: lineage[name].astype(TEXT).to_numpy() for name in ("source", "file", "sheet")})
    ids = table.column("source_id").reindex(numbers) if "source_id" in table else pd.Series(pd.NA, index=numbers)
    number = pd.Series(numbers, dtype="int64")
    return frame.assign(
        entity=entity,
        record=pseudonyms(pd.Series(entity, index=number.index), number),
        row=lineage["row"].to_numpy(),
        source_id=ids.astype(TEXT).to_numpy(),
    )


def _period(result: AuditResult, metric: Metric, label: str) -> Period:
    """Raises UsageError for a period in which the run did not measure the metric."""
    mine = periods_of(metric, periods(Config.model_validate(result.settings), result.as_of))
    found = next((period for period in mine if period.label == label), None)
    if found is None:
        raise UsageError(
            f"{metric.name} was not measured in {label!r}.",
            hint=f"It was in: {', '.join(period.label for period in mine)}.",
        )
    return found


def _currency(result: AuditResult, metric: Metric) -> str:
    """The currency of the run's figures: the metric's own, else the first that an amount has."""
    whole = result.metrics[result.metrics["period"].eq(WHOLE) & result.metrics["breakdown"].fillna("").eq("")]
    labels = whole.set_index("metric_id")["unit_label"].fillna("")
    own, amounts = str(labels.get(metric.id, "")), [one.id for one in METRICS if one.unit in MONEY]
    if own or metric.unit in MONEY:
        return own
    return next((str(labels[name]) for name in amounts if labels.get(name, "")), "")


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return None if pd.isna(value) else float(value)
