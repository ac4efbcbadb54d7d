"""Calls: how many come in, are lost, and how long they take."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.metric import Group, Measured, Metric, MetricContext, Unit
from reports.metrics.aggregate import Statistic, divided, not_computable
from reports.metrics.facts import Facts, facts
from reports.metrics.outcome import sounds
from reports.metrics.rows import row_metric

INBOUND = r"^in(?:coming|bound)?$|\binbound\b|\bincoming\b|\beingehend|\bentrante|\bmasuk\b"
ABANDONED = r"\babandon|\bmissed\b|\bno answer\b|\bhung up\b|\bhang up\b|\bverpasst|\bunanswered\b|\btidak dijawab\b"
CALL_BACK = r"\bcall(?:ed|ing)? ?back\b|\bruckruf|\bdevolver llamada|\brappel\b|\btelepon balik\b"
CALL_INPUTS = ("activity.type", "activity.at", "activity.direction", "activity.outcome", "activity.subject")
CALL_BREAKDOWNS = ("owner", "source", "month", "quarter")


def _calls(known: Facts, ctx: MetricContext) -> np.ndarray:
    return known.activities("calls")


def _received(known: Facts, ctx: MetricContext) -> np.ndarray:
    return known.activities("calls") & sounds(known["activity"], "direction", INBOUND)


def _abandoned(known: Facts, ctx: MetricContext) -> np.ndarray:
    return sounds(known["activity"], "outcome", ABANDONED).astype("float64")


def _called_back(known: Facts, ctx: MetricContext) -> np.ndarray:
    return np.logical_or.reduce([sounds(known["activity"], name, CALL_BACK) for name in ("type", "outcome", "subject")])


def _handling(known: Facts, ctx: MetricContext) -> np.ndarray:
    """Minutes of a call; one that lasted no time was not handled."""
    seconds = known["activity"]["duration_seconds"]
    return (seconds.where(seconds > 0) / 60).to_numpy(dtype="float64")


def _some(kind: Callable[[Facts, MetricContext], np.ndarray], what: str) -> Callable[[Facts, MetricContext], str]:
    return lambda known, ctx: "" if kind(known, ctx).any() else f"No activity is {what}."


calls_received = row_metric(
    "activity",
    Statistic.COUNT,
    "calls received",
    "activity.type",
    "activity.direction",
    which=_received,
    at="at",
    check=_some(_received, "an incoming call"),
)


def calls_per_day(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    """Calls over the days of the period; over all time, from the first call to the last."""
    measured = row_metric(
        "activity", Statistic.COUNT, "calls", "activity.type", "activity.at", which=_calls, at="at",
        check=_some(_calls, "a call"),
    )(dataset, ctx, breakdown)  # fmt: skip
    if measured.missing:
        return measured
    start, end = ctx.period.start, ctx.period.end
    if start is None or end is None:
        known = facts(dataset)
        at = known.timeline("activity", "at").at[known.activities("calls")]
        start = at.min() if start is None else start
        end = at.max() + pd.Timedelta(days=1) if end is None else end
    if pd.isna(start) or pd.isna(end):
        return not_computable("No call has a date.")
    return divided(measured, max(1, (end.normalize() - start.normalize()).days), of_period=True)


def service_metric(
    metric_id: str,
    name: str,
    formula: str,
    symbols: str,
    unit: Unit,
    inputs: tuple[str, ...],
    compute: Callable[[Dataset, MetricContext, str], Measured],
    breakdowns: tuple[str, ...],
    source: str,
    filters: str,
    *,
    group: Group = Group.CUSTOMER_PERCEPTION,
    higher: bool = False,
) -> Metric:
    return Metric(
        id=metric_id,
        name=name,
        formula=formula,
        symbols=symbols,
        unit=unit,
        group=group,
        inputs=inputs,
        compute=compute,
        breakdowns=breakdowns,
        higher_is_better=higher,
        source=source,
        dated_by="ticket.created_at" if "ticket.created_at" in inputs else "activity.at",
        filters=filters,
    )


METRICS: tuple[Metric, ...] = (
    service_metric(
        "calls_received",
        "Calls received",
        "Number of incoming calls logged, by date",
        "n(incoming calls)",
        Unit.COUNT,
        CALL_INPUTS,
        calls_received,
        CALL_BREAKDOWNS,
        "Call centre usage: calls offered",
        "activities whose type says call and whose direction is in",
        higher=True,
    ),
    service_metric(
        "calls_per_day",
        "Calls per day",
        "Calls over the days of the period; over all time, from the first call to the last",
        "n(calls) / n(days)",
        Unit.NUMBER,
        CALL_INPUTS,
        calls_per_day,
        ("owner",),
        "Call centre usage: calls per day",
        "activities whose type says call",
        higher=True,
    ),
    service_metric(
        "abandoned_call_rate",
        "Calls abandoned",
        "Incoming calls abandoned, missed or not answered over incoming calls",
        "n(abandoned) / n(incoming calls)",
        Unit.RATE,
        CALL_INPUTS,
        row_metric(
            "activity",
            Statistic.MEAN,
            "calls received",
            "activity.direction",
            "activity.outcome",
            which=_received,
            value=_abandoned,
            at="at",
            check=_some(_received, "an incoming call"),
        ),
        CALL_BREAKDOWNS,
        "Call centre usage: abandonment rate",
        "incoming calls",
    ),
    service_metric(
        "call_handling_minutes",
        "Handling time of a call",
        "Mean duration of the calls that lasted any time",
        "Σ duration / n(calls)",
        Unit.MINUTES,
        (*CALL_INPUTS, "activity.duration_seconds"),
        row_metric(
            "activity",
            Statistic.MEAN,
            "calls",
            "activity.type",
            "activity.duration_seconds",
            which=_calls,
            value=_handling,
            at="at",
            check=_some(_calls, "a call"),
        ),
        CALL_BREAKDOWNS,
        "Call centre usage: average handling time",
        "calls with a duration above 0",
    ),
    service_metric(
        "call_backs",
        "Call-backs",
        "Activities that say call back in their type, outcome or subject",
        "n(call-backs)",
        Unit.COUNT,
        CALL_INPUTS,
        row_metric("activity", Statistic.COUNT, "call-backs", "activity.type", which=_called_back, at="at"),
        CALL_BREAKDOWNS,
        "Call centre usage: call-backs",
        "activities that say call back",
    ),
)
