"""How long deals stay in each stage, from the log of changes and from the deals themselves."""

from dataclasses import replace

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.metric import Group, Measured, Metric, MetricContext, Period, Unit
from reports.metrics.aggregate import Statistic, aggregate, group_rows, lacking, not_computable
from reports.metrics.cuts import looked_up
from reports.metrics.facts import facts
from reports.metrics.outcome import sounds
from reports.metrics.sales import CLOSED_INPUTS, DEAL_BREAKDOWNS, deal_metric, still_open
from reports.metrics.timeline import Groups, labelled

CHANGE_INPUTS = (
    "field_change.object",
    "field_change.record_id",
    "field_change.field",
    "field_change.new_value",
    "field_change.changed_at",
)


def stage_days_of(changes: Table) -> np.ndarray:
    """Days from each change of a deal's stage to the next one of the same deal; NaN for the last."""
    stage = sounds(changes, "field", r"stage|phase|fase|etap") & ~sounds(changes, "field", r"life ?cycle")
    if "object" in changes:
        stage &= sounds(changes, "object", r"deal|opportunity|verkaufschance|oportunidad|negoc")
    days = np.full(len(changes), np.nan)
    times = changes["changed_at"].to_numpy(dtype="datetime64[us]")
    records, _ = changes.distinct("record_id")
    sources = changes.lineage["source"].cat.codes.to_numpy() if len(changes) else np.array([], dtype=np.int8)
    rows = np.flatnonzero(stage & (records >= 0) & ~np.isnat(times))
    rows = rows[np.lexsort((rows, times[rows], sources[rows], records[rows]))]
    same = (records[rows][1:] == records[rows][:-1]) & (sources[rows][1:] == sources[rows][:-1])
    passed = (times[rows][1:] - times[rows][:-1]) / np.timedelta64(1, "D")
    days[rows[:-1][same]] = passed[same]
    return days


def stage_days(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := lacking(dataset, *CHANGE_INPUTS[1:]):
        return not_computable(missing)
    known = facts(dataset)
    changes = known["field_change"]
    days = stage_days_of(changes)
    if np.isnan(days).all():
        return not_computable("No log of changes shows a deal passing from one stage to another.")
    return aggregate(
        changes,
        ~np.isnan(days),
        ctx,
        breakdown,
        Statistic.MEAN,
        what="stages passed",
        at=known.timeline("field_change", "changed_at"),
        value=days,
        groups=_stage_groups(dataset, changes, breakdown),
    )


def _stage_groups(dataset: Dataset, changes: Table, breakdown: str) -> Groups | None:
    if breakdown == "stage":
        return group_rows(changes, "new_value")
    deals = dataset.get("deal")
    if breakdown in ("lead_source", "owner") and breakdown in deals:
        found = looked_up(changes, "record_id", deals, "source_id", deals[breakdown], same_source=False)
        return labelled(*pd.factorize(found, use_na_sentinel=True))
    return None


def _days_in_stage(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
    if missing := lacking(dataset, "deal.stage_changed_at"):
        return not_computable(missing)
    known = facts(dataset)
    since = (ctx.as_of - known["deal"]["stage_changed_at"]) / pd.Timedelta(days=1)
    days = since.where(since >= 0).to_numpy(dtype="float64")
    return deal_metric(still_open, Statistic.MEDIAN, "open deals", value=lambda _: days)(
        dataset, replace(ctx, period=Period()), breakdown
    )


METRICS: tuple[Metric, ...] = (
    Metric(
        id="stage_days",
        name="Days in a stage",
        formula="Mean days from one change of a deal's stage to the next, by the day it came into the stage",
        symbols="Σ (left − entered) / n(stages passed)",
        unit=Unit.DAYS,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=CHANGE_INPUTS,
        compute=stage_days,
        breakdowns=("stage", "lead_source", "owner", "source", "month", "quarter"),
        higher_is_better=False,
        source="CRM usage: stage duration from the field history",
        dated_by="field_change.changed_at",
        filters="changes of a deal's stage that another followed",
    ),
    Metric(
        id="days_in_current_stage",
        name="Days in the current stage, open deals",
        formula="Median days since the stage of an open deal last changed",
        symbols="median (as of − stage changed)(open)",
        unit=Unit.DAYS,
        group=Group.BUSINESS_PERFORMANCE,
        inputs=("deal.stage_changed_at", *CLOSED_INPUTS),
        compute=_days_in_stage,
        breakdowns=(*DEAL_BREAKDOWNS, "stage"),
        higher_is_better=False,
        source="CRM usage: age of the stage",
        filters="open deals",
    ),
)
