"""The short ways of measuring give what the long ones give: periods off records, versions off raw tables, parts."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from audit.cleaning import Strictness, clean
from audit.dataset import Dataset
from audit.metric import Metric, MetricContext, Period
from audit.rule import Context
from reports.impact.affected import Affected
from reports.impact.calendar import Calendar
from reports.impact.readings import Reader, contexts
from reports.metrics.catalogue import METRICS
from reports.metrics.facts import Facts, facts
from reports.metrics.periods import default_periods
from reports.metrics.versions import version
from tests.benchmarks.metrics import AS_OF, findings, tables

CTX = MetricContext(AS_OF)
OWN = Period("odd", pd.Timestamp("2025-12-24"), pd.Timestamp("2026-02-03"))
PERIODS = default_periods(AS_OF, go_live=pd.Timestamp("2025-11-15"), own=[OWN])
RAW = tables(400)
FOUND = findings(RAW)
RULES = Context(AS_OF, None, {})


def fresh(data: Dataset) -> Facts:
    """The same tables without anything worked out of them."""
    return facts(data.replace(**{name: replace(data[name]) for name in data}))


def cleaned(strictness: Strictness, families: frozenset[str] | None = None) -> Callable[[Dataset], Dataset]:
    return lambda part: clean(part, FOUND, (), RULES, {}, families=families, strictness=strictness).dataset


def pairs() -> list[tuple[Metric, str]]:
    return [(metric, breakdown) for metric in METRICS for breakdown in metric.breakdowns]


def test_a_metric_reads_the_same_off_its_records_as_computed_for_the_period() -> None:
    reader = Reader(fresh(RAW), contexts(fresh(RAW), METRICS, CTX), PERIODS)
    told = 0
    for metric in METRICS:
        told += reader.sums(metric) is not None
        for (label, (value, rows, unit, missing)), period in zip(
            reader.read(metric), (p for p in PERIODS if p.label in dict(reader.read(metric))), strict=True
        ):
            assert label == period.label
            measured = metric.compute(reader.data, replace(reader.ctxs[metric.id], period=period), "")
            assert value == pytest.approx(measured.lines.value[0], nan_ok=True), (metric.id, label)
            assert (rows, unit, missing) == (measured.lines.rows[0], measured.lines.unit_label[0], measured.missing)
        np.testing.assert_array_equal(reader.values(metric), [reading[0] for _, reading in reader.read(metric)])
    assert told > 20


@pytest.mark.parametrize("strictness", list(Strictness))
def test_a_version_that_takes_over_reads_what_a_fresh_one_reads(strictness: Strictness) -> None:
    raw = fresh(RAW)
    ctxs = contexts(raw, METRICS, CTX)
    first = Reader(raw, ctxs, PERIODS)
    first.headlines(METRICS)
    first.groups(pairs())
    made = cleaned(strictness)(RAW)
    names = {name for metric in METRICS for name in metric.inputs}
    names |= {f"{entity}.{breakdown}" for _, breakdown in pairs() for entity in RAW}
    own, other = Reader(version(raw, made, names), ctxs, PERIODS), Reader(fresh(made), ctxs, PERIODS)
    pd.testing.assert_frame_equal(own.headlines(METRICS), other.headlines(METRICS))
    pd.testing.assert_frame_equal(own.groups(pairs())[0], other.groups(pairs())[0])


@pytest.mark.parametrize("families", [None, frozenset({"duplicates"}), frozenset({"mistagged", "structure"})])
@pytest.mark.parametrize("strictness", list(Strictness))
def test_cleaning_what_is_affected_is_cleaning_everything(
    strictness: Strictness, families: frozenset[str] | None
) -> None:
    make = cleaned(strictness, families)
    whole, part = make(RAW), Affected.of(RAW, FOUND).cleaned(make)
    for name in RAW:
        pd.testing.assert_frame_equal(whole[name].frame, part[name].frame)
        pd.testing.assert_frame_equal(whole[name].lineage, part[name].lineage)


def test_what_did_not_change_is_the_same_table() -> None:
    affected = Affected.of(RAW, FOUND)
    assert affected.cleaned(lambda part: part)["deal"] is RAW["deal"]
    assert version(facts(RAW), RAW, {"deal.amount"}).changed == frozenset()


def test_layers_of_periods_do_not_overlap() -> None:
    calendar = Calendar(PERIODS)
    assert sorted(place for layer in calendar.layers for place in layer.places) == list(range(len(PERIODS) - 1))
    for layer in calendar.layers:
        assert (layer.starts[1:] >= layer.ends[:-1]).all()
    times = np.array(["2025-12-24", "2026-02-03", "2026-02-02T23:59", "NaT"], dtype="datetime64[us]")
    (layer,) = (layer for layer in calendar.layers if calendar.labels()["odd"] in layer.places)
    place = list(layer.places).index(calendar.labels()["odd"])
    assert (layer.bins(times) == place).tolist() == [True, False, True, False]


@pytest.mark.parametrize("hour", [0, 6])
def test_the_period_of_a_time_is_the_one_that_contains_it(hour) -> None:
    ends = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-04-01", "2026-05-01"]) + pd.Timedelta(hours=hour)
    periods = [Period("a", ends[0], ends[1]), Period("b", ends[2], ends[3])]
    edges = [edge + pd.Timedelta(microseconds=step) for edge in ends for step in (-1, 0, 1)]
    times = pd.Series([*edges, pd.NaT, "1969-12-31", "2200-01-01"], dtype="datetime64[us]")
    calendar = Calendar(periods)
    (layer,) = calendar.layers
    inside = [next((n for n, p in enumerate(periods) if p.start <= at < p.end), 2) for at in times]
    assert layer.bins(times.to_numpy()).tolist() == inside
    assert (calendar.days is None) == bool(hour)
    if calendar.days is not None:
        numbers = calendar.days.numbers(times.to_numpy())
        assert calendar.days.periods(layer)[numbers].tolist() == inside
        assert calendar.days.counts(numbers).tolist() == [inside.count(0), inside.count(1)]
