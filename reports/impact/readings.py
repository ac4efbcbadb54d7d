"""Reading metrics off one set of tables: the whole per period, and the groups of every breakdown.

What a metric is over all time is computed once. Where it is made of what dated records add, its periods are read off
those; only the other metrics are computed period by period.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from audit.metric import Lines, Measured, Metric, MetricContext, Period, Unit
from audit.schema import TEXT
from reports.impact.calendar import Calendar, Sums, sums
from reports.impact.contributions import Totals, totals
from reports.metrics.catalogue import periods_of
from reports.metrics.facts import Facts
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


def contexts(raw: Facts, metrics: Sequence[Metric], ctx: MetricContext) -> dict[str, MetricContext]:
    """The context of each metric: with its headline currency fixed, so that raw and cleaned are in the same.

    Ratios of amounts, which have no currency, are of the first that an amount has.
    """
    whole = replace(ctx, period=Period())
    labels = {
        metric.id: str(metric.compute(raw, whole, "").lines.unit_label[0])
        for metric in metrics
        if metric.unit in (Unit.MONEY, Unit.MONEY_PER_ITEM)
    }
    home = ctx.currency or next((label for label in labels.values() if label), None)
    found = {name: label or ctx.currency for name, label in labels.items()}
    return {metric.id: replace(whole, currency=found.get(metric.id, home)) for metric in metrics}


Reading = tuple[float, int, str, str]
"""Value, rows, currency code, and what is missing."""


class Reader:
    """One set of tables, read metric by metric."""

    def __init__(self, data: Facts, ctxs: Mapping[str, MetricContext], periods: Sequence[Period]) -> None:
        self.data, self.ctxs, self.periods = data, ctxs, tuple(periods)
        self._wholes: dict[str, Measured] = {}
        self._sums: dict[str, Sums | None] = {}
        self._calendars: dict[tuple[str, ...], Calendar] = {}

    def whole(self, metric: Metric) -> Measured:
        """The metric over all time."""
        if metric.id not in self._wholes:
            self._wholes[metric.id] = metric.compute(self.data, self.ctxs[metric.id], "")
        return self._wholes[metric.id]

    def calendar(self, metric: Metric) -> Calendar:
        """The closed periods of a metric."""
        mine = periods_of(metric, self.periods)
        return self._calendars.setdefault(tuple(period.label for period in mine), Calendar(mine))

    def sums(self, metric: Metric) -> Sums | None:
        """What its records add up to by period; None where they do not tell the metric."""
        if metric.id not in self._sums:
            terms = self.whole(metric).terms
            self._sums[metric.id] = None if terms is None else sums(terms, self.calendar(metric))
        return self._sums[metric.id]

    def totals(self, metric: Metric) -> list[tuple[Period, Totals]]:
        """What its records add up to, over all time and in each period that they tell; none for other metrics."""
        terms = self.whole(metric).terms
        if terms is None:
            return []
        added, place = self.sums(metric), self.calendar(metric).labels()
        found = []
        for period in periods_of(metric, self.periods):
            if _open(period):
                found.append((period, totals(terms, period)))
            elif added is not None:
                found.append((period, added.totals(place[period.label])))
        return found

    def read(self, metric: Metric) -> list[tuple[str, Reading]]:
        """The metric in each of its periods, by label."""
        whole, mine = self.whole(metric), periods_of(metric, self.periods)
        everything = _first(whole)
        # What cannot be computed over all time for want of records cannot be in any part of it.
        if whole.missing and not everything[1]:
            return [(period.label, everything) for period in mine]
        found = self._by_records(metric)
        if found is None:
            found = self._by_calendar(metric, mine)
        return [
            (period.label, everything if _open(period) else found.get(period.label) or self._direct(metric, period))
            for period in mine
        ]

    def values(self, metric: Metric) -> np.ndarray:
        """The value of the metric in each of its periods, in their order."""
        whole, mine = self.whole(metric), periods_of(metric, self.periods)
        added = None if whole.missing and not whole.lines.rows[0] else self.sums(metric)
        if added is None:
            return np.array([reading[0] for _, reading in self.read(metric)])
        place = self.calendar(metric).labels()
        by_period = added.values
        return np.array([whole.lines.value[0] if _open(period) else by_period[place[period.label]] for period in mine])

    def headlines(self, metrics: Sequence[Metric]) -> pd.DataFrame:
        """Each metric for the whole of each of its periods; columns of READING_TYPES."""
        return _frame(
            [
                (metric.id, label, "", "", unit, value, rows, missing)
                for metric in metrics
                for label, (value, rows, unit, missing) in self.read(metric)
            ]
        )

    def groups(self, pairs: Sequence[tuple[Metric, str]]) -> tuple[pd.DataFrame, list[tuple[Metric, str]]]:
        """Each metric by each breakdown over the whole, and those pairs of which the groups tell anything."""
        found: list[tuple[str, str, Lines]] = []
        telling = []
        for metric, breakdown in pairs:
            whole = self.whole(metric)
            if whole.missing and not whole.lines.rows.any():
                continue
            lines = metric.compute(self.data, self.ctxs[metric.id], breakdown).lines
            names = set(lines.group)
            if names <= {BLANK, ""} or (breakdown in ("source", "currency") and len(names) < 2):
                continue
            telling.append((metric, breakdown))
            found.append((metric.id, breakdown, lines))
        return _group_frame(found), telling

    def _by_records(self, metric: Metric) -> dict[str, Reading] | None:
        added = self.sums(metric)
        if added is None:
            return None
        unit = str(self.whole(metric).lines.unit_label[0])
        read: dict[str, Reading] = {}
        absent: dict[bool, Reading] = {}
        for place, (period, value) in enumerate(zip(self.calendar(metric).periods, added.values, strict=True)):
            rows = int(added.rows[place])
            if not np.isnan(value):
                read[period.label] = (float(value), rows, unit, "")
            else:
                # Why a value does not exist is the same for all periods without records; others count theirs.
                lacks = added.added[place] == 0
                read[period.label] = absent[lacks] if rows == 0 and lacks in absent else self._direct(metric, period)
                if rows == 0:
                    absent[lacks] = read[period.label]
        return read

    def _by_calendar(self, metric: Metric, periods: Sequence[Period]) -> dict[str, Reading]:
        """The readings of calendar months and quarters, all from one computation each instead of one per period."""
        read: dict[str, Reading] = {}
        ctx = self.ctxs[metric.id]
        for breakdown in CALENDAR:
            mine = [period for period in periods if calendar_breakdown(period) == breakdown]
            named = "quarter" if breakdown == "year" else breakdown
            if named not in metric.breakdowns or len(mine) < 2:
                continue
            starts, ends = (pd.DatetimeIndex(times) for times in zip(*((p.start, p.end) for p in mine), strict=True))
            span = replace(ctx, period=Period("", starts.min(), ends.max()))
            found = _in_headline_currency(metric.compute(self.data, span, breakdown), metric, ctx)
            absent: Reading | None = None
            for period in mine:
                if period.label not in found:
                    # What a period without any row reads (0 or nothing) is the same for all of them.
                    absent = absent or self._direct(metric, period)
                read[period.label] = found.get(period.label) or absent  # type: ignore[assignment]
        return read

    def _direct(self, metric: Metric, period: Period) -> Reading:
        return _first(metric.compute(self.data, replace(self.ctxs[metric.id], period=period), ""))


def _open(period: Period) -> bool:
    return period.start is None and period.end is None


def _first(measured: Measured) -> Reading:
    lines = measured.lines
    return float(lines.value[0]), int(lines.rows[0]), str(lines.unit_label[0]), measured.missing


def _in_headline_currency(measured: Measured, metric: Metric, ctx: MetricContext) -> dict[str, Reading]:
    """The groups that are calendar periods, by label."""
    lines = measured.lines
    if metric.unit in (Unit.MONEY, Unit.MONEY_PER_ITEM):
        lines = lines.take(np.flatnonzero(lines.unit_label == (ctx.currency or "")))
    found: dict[str, Reading] = {}
    for group, value, unit, rows in zip(lines.group, lines.value, lines.unit_label, lines.rows, strict=True):
        found.setdefault(str(group), (float(value), int(rows), str(unit), ""))
    return found


def _group_frame(found: Sequence[tuple[str, str, Lines]]) -> pd.DataFrame:
    if not found:
        return _frame([])
    sizes = [len(lines.group) for _, _, lines in found]
    columns = {
        "metric_id": np.repeat(np.array([metric_id for metric_id, _, _ in found], dtype=object), sizes),
        "period": np.full(sum(sizes), WHOLE, dtype=object),
        "breakdown": np.repeat(np.array([breakdown for _, breakdown, _ in found], dtype=object), sizes),
        "missing": np.full(sum(sizes), "", dtype=object),
    }
    for name in Lines.__dataclass_fields__:
        columns[name] = np.concatenate([getattr(lines, name) for _, _, lines in found])
    return pd.DataFrame(columns)[list(READING_TYPES)].astype(dict(READING_TYPES))


def _frame(lines: Sequence[tuple]) -> pd.DataFrame:
    return pd.DataFrame(list(lines), columns=list(READING_TYPES)).astype(dict(READING_TYPES))


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
