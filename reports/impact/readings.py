"""Reading metrics off one set of tables: the whole per period, and the groups of every breakdown."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.metric import Measured, Metric, MetricContext, Period, Unit
from audit.schema import TEXT
from reports.metrics.catalogue import periods_of
from reports.metrics.periods import calendar_breakdown
from reports.metrics.timeline import BLANK, CALENDAR

KEY = ["metric_id", "period", "breakdown", "group", "unit_label"]
"""What identifies a reading."""

READING_TYPES: Mapping[str, object] = {
    **dict.fromkeys(KEY, TEXT),
    "value": "float64",
    "rows": "int64",
    "missing": TEXT,
}

WHOLE = "all"
"""The period of every breakdown."""

MAX_GROUPS = 50
"""Groups told of a breakdown: those with most rows. A free-text field must not fill the report."""

MAX_CALENDAR_GROUPS = 120
"""The latest groups told of a breakdown by time."""


def contexts(dataset: Dataset, metrics: Sequence[Metric], ctx: MetricContext) -> dict[str, MetricContext]:
    """The context of each metric: with its headline currency fixed, so that raw and cleaned are in the same."""
    found = {}
    for metric in metrics:
        label = ""
        if metric.unit in (Unit.MONEY, Unit.MONEY_PER_ITEM):
            label = str(metric.compute(dataset, replace(ctx, period=Period()), "").values["unit_label"].iloc[0])
        found[metric.id] = replace(ctx, period=Period(), currency=label or ctx.currency)
    return found


def headlines(
    dataset: Dataset, metrics: Sequence[Metric], ctxs: Mapping[str, MetricContext], periods: Sequence[Period]
) -> pd.DataFrame:
    """Each metric for the whole of each of its periods."""
    lines = []
    for metric in metrics:
        mine = periods_of(metric, periods)
        whole = _direct(dataset, metric, ctxs[metric.id], Period())
        # What cannot be computed over all time for want of records cannot be in any part of it.
        lacking = bool(whole[3]) and not whole[1]
        read = {} if lacking else _by_calendar(dataset, metric, ctxs[metric.id], mine)
        for period in mine:
            if lacking or (period.start is None and period.end is None):
                found = whole
            else:
                found = read.get(period.label) or _direct(dataset, metric, ctxs[metric.id], period)
            value, rows, label, missing = found
            lines.append((metric.id, period.label, "", "", label, value, rows, missing))
    return _frame(lines)


def groups(
    dataset: Dataset, pairs: Sequence[tuple[Metric, str]], ctxs: Mapping[str, MetricContext]
) -> tuple[pd.DataFrame, list[tuple[Metric, str]]]:
    """Each metric by each breakdown over the whole, and those pairs of which the groups tell anything."""
    frames, telling = [], []
    computable: dict[str, bool] = {}
    for metric, breakdown in pairs:
        if metric.id not in computable:
            computable[metric.id] = _computable(dataset, metric, ctxs[metric.id])
        if not computable[metric.id]:
            continue
        values = metric.compute(dataset, ctxs[metric.id], breakdown).values
        names = set(values["group"])
        if names <= {BLANK, ""} or (breakdown in ("source", "currency") and len(names) < 2):
            continue
        telling.append((metric, breakdown))
        values = values.assign(metric_id=metric.id, period=WHOLE, breakdown=breakdown, missing="")
        frames.append(values[list(READING_TYPES)].astype(dict(READING_TYPES)))
    return pd.concat(frames, ignore_index=True) if frames else _frame([]), telling


def _computable(dataset: Dataset, metric: Metric, ctx: MetricContext) -> bool:
    measured = metric.compute(dataset, ctx, "")
    return not measured.missing or bool(measured.values["rows"].any())


def told(raw: pd.DataFrame, cleaned: pd.DataFrame) -> pd.DataFrame:
    """The keys of the groups that are told: of each breakdown those with most rows, or the latest."""
    every = pd.concat([raw, cleaned]).groupby(KEY, sort=False)["rows"].max().reset_index()
    by_time = every["breakdown"].isin(CALENDAR)
    # A blank date is no point in time: it comes before all.
    when = every["group"].where(every["group"] != BLANK, "")
    order = pd.DataFrame({"time": when.where(by_time, ""), "rows": every["rows"].where(~by_time, 0), "key": when})
    every = every.loc[order.sort_values(["time", "rows", "key"], ascending=[False, False, True]).index]
    limit = np.where(by_time.loc[every.index], MAX_CALENDAR_GROUPS, MAX_GROUPS)
    return every[every.groupby(["metric_id", "breakdown"]).cumcount().to_numpy() < limit].sort_index()[KEY]


def _by_calendar(
    dataset: Dataset, metric: Metric, ctx: MetricContext, periods: Sequence[Period]
) -> dict[str, tuple[float, int, str, str]]:
    """The readings of calendar months and quarters, all from one computation each instead of one per period."""
    read = {}
    for breakdown in CALENDAR:
        mine = [period for period in periods if calendar_breakdown(period) == breakdown]
        named = "quarter" if breakdown == "year" else breakdown
        if named not in metric.breakdowns or len(mine) < 2:
            continue
        starts, ends = (pd.DatetimeIndex(times) for times in zip(*((p.start, p.end) for p in mine), strict=True))
        measured = metric.compute(dataset, replace(ctx, period=Period("", starts.min(), ends.max())), breakdown)
        found = _in_headline_currency(measured, metric, ctx)
        absent: tuple[float, int, str, str] | None = None
        for period in mine:
            if period.label in found.index:
                line = found.loc[period.label]
                read[period.label] = (float(line["value"]), int(line["rows"]), str(line["unit_label"]), "")
            else:
                # What a period without any row reads (0 or nothing) is the same for all of them.
                absent = absent or _direct(dataset, metric, ctx, period)
                read[period.label] = absent
    return read


def _in_headline_currency(measured: Measured, metric: Metric, ctx: MetricContext) -> pd.DataFrame:
    values = measured.values
    if metric.unit in (Unit.MONEY, Unit.MONEY_PER_ITEM):
        values = values[values["unit_label"] == (ctx.currency or "")]
    return values.drop_duplicates("group").set_index("group")


def _direct(dataset: Dataset, metric: Metric, ctx: MetricContext, period: Period) -> tuple[float, int, str, str]:
    measured = metric.compute(dataset, replace(ctx, period=period), "")
    line = measured.values.iloc[0]
    return float(line["value"]), int(line["rows"]), str(line["unit_label"]), measured.missing


def _frame(lines: Sequence[tuple]) -> pd.DataFrame:
    return pd.DataFrame(list(lines), columns=list(READING_TYPES)).astype(dict(READING_TYPES))
