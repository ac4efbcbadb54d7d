"""What holds for every metric: what it says of itself, that it reads its inputs alone, that it changes nothing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from audit.dataset import Dataset, Table, empty_table, table_from_frame
from audit.metric import Business, Metric, MetricContext, Period
from audit.schema import entities
from reports.metrics.catalogue import (
    METRICS,
    MONTHLY,
    STATES,
    periods_of,
)
from reports.metrics.periods import calendar_breakdown, default_periods

AS_OF = pd.Timestamp("2026-11-01")
INVESTMENT = {"cost": 100, "margin": 0.5, "go_live": "2026-08-01"}
BUSINESS = Business(first_reply_hours=4)
CTX = MetricContext(AS_OF, investment=INVESTMENT, business=BUSINESS)
by_id = pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.id)

TEXTS = {
    "status": ["won", "lost", "open", "paid", "Refunded", None],
    "record_type": ["contact", "lead", "customer", None],
    "currency": ["USD", "eur", None],
    "marketing_status": ["subscribed", "unsubscribed", None],
    "lifecycle_stage": ["customer", "lead", None],
    "csat": ["10", "2", "good", None],
    "kind": ["marketing", "crm", "sales", "service", None],
    "type": [
        "call",
        "meeting",
        "proposal",
        "sent",
        "open",
        "click",
        "reply",
        "bounce",
        "unsubscribe",
        "renewal",
        "complaint",
    ],
    "direction": ["in", "out", None],
    "outcome": ["abandoned", "connected", None],
    "field": ["dealstage", "phone"],
    "object": ["Deal", "Contact"],
    "lead_source": ["Referral", "Google", None],
}


def filled(entity: str, rows: int = 400) -> Table:
    """A table with something in every column, seeded by its name."""
    random = np.random.default_rng(len(entity))
    columns = {}
    for name, field in entities()[entity].fields.items():
        if field.type in ("date", "datetime"):
            days = random.integers(0, 700, rows).astype("timedelta64[D]")
            columns[name] = pd.Series(np.datetime64("2024-12-01") + days).mask(random.random(rows) < 0.2)
        elif field.type == "boolean":
            columns[name] = pd.Series(random.random(rows) < 0.5, dtype="boolean").mask(random.random(rows) < 0.2)
        elif field.is_text:
            words = TEXTS.get(name, ["a", "b", "c d", None])
            columns[name] = pd.Series([words[place] for place in random.integers(0, len(words), rows)], dtype="str")
        else:
            columns[name] = pd.Series(random.integers(0, 1000, rows) / 4).mask(random.random(rows) < 0.2)
    return table_from_frame(entity, pd.DataFrame(columns))


AMOUNTS = ("amount", "profit", "refunded", "unit_price", "cost")
BY_THEIR_ENDS = {"average_monthly_revenue", "calls_per_day", "list_growth_rate", "retention_rate", "churn_rate"}
"""They are rates of the time that a period lasts, or of the one before it."""

FULL = Dataset({name: filled(name) for name in entities()})


def values(metric: Metric, dataset: Dataset, ctx: MetricContext = CTX, breakdown: str = "") -> pd.DataFrame:
    return metric.compute(dataset, ctx, breakdown).values


def test_ids_are_unique_and_named_lists_name_metrics() -> None:
    ids = [metric.id for metric in METRICS]
    assert len(set(ids)) == len(ids)
    assert set(ids) >= MONTHLY | STATES
    assert not MONTHLY & STATES


@by_id
def test_says_what_it_is(metric: Metric) -> None:
    for text in (metric.name, metric.formula, metric.symbols, metric.source, metric.inputs):
        assert text
    for name in metric.inputs:
        entity, _, field = name.partition(".")
        assert field in entities()[entity].fields


@by_id
def test_is_computed_where_everything_is_there(metric: Metric) -> None:
    measured = metric.compute(FULL, CTX, "")
    assert measured.missing == ""
    assert measured.values["group"].tolist() == [""]
    assert measured.values["value"].notna().all()


@by_id
def test_reads_nothing_but_its_inputs(metric: Metric) -> None:
    tables = {}
    for name in FULL:
        table = FULL[name]
        columns = [column for column in table.frame if f"{name}.{column}" in metric.inputs]
        if columns:
            tables[name] = Table(name, table.frame[columns], table.text, table.lineage)
    for period in (Period(), Period("H1", pd.Timestamp("2026-01-01"), pd.Timestamp("2026-07-01"))):
        ctx = MetricContext(AS_OF, period, investment=INVESTMENT, business=BUSINESS)
        pd.testing.assert_frame_equal(values(metric, Dataset(tables), ctx), values(metric, FULL, ctx))


@by_id
def test_does_not_change_its_tables_and_ignores_row_order(metric: Metric) -> None:
    before = {name: FULL[name].frame.copy() for name in FULL}
    first = values(metric, FULL)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(FULL[name].frame, frame)
    shuffled = {}
    for name in FULL:
        table = FULL[name]
        order = np.random.default_rng(1).permutation(len(table))
        shuffled[name] = Table(name, table.frame.iloc[order], table.text.iloc[order], table.lineage.iloc[order])
    pd.testing.assert_frame_equal(values(metric, Dataset(shuffled)), first, rtol=1e-9)


@by_id
def test_nothing_is_never_zero(metric: Metric) -> None:
    bare = MetricContext(AS_OF)
    for nothing in (Dataset({}), Dataset({name: empty_table(name) for name in entities()})):
        measured = metric.compute(nothing, bare, "")
        assert measured.values["value"].isna().all()
        assert measured.missing
        for breakdown in metric.breakdowns:
            assert metric.compute(nothing, bare, breakdown).values["value"].isna().all()


@by_id
def test_an_amount_of_another_currency_moves_nothing(metric: Metric) -> None:
    ctx = replace(CTX, currency="USD")
    tables = dict(FULL.tables)
    for name in ("deal", "payment", "spend", "campaign"):
        table = FULL[name]
        other = table["currency"].ne("USD").fillna(True).to_numpy(dtype=bool)
        dear = {field: table[field].mask(other, table[field] * 1000) for field in AMOUNTS if field in table}
        tables[name] = table.with_columns(**dear)
    np.testing.assert_array_equal(values(metric, Dataset(tables), ctx)["value"], values(metric, FULL, ctx)["value"])


@by_id
def test_one_row_is_no_error(metric: Metric) -> None:
    single = Dataset({name: FULL[name].take(np.arange(len(FULL[name])) == 7) for name in FULL})
    for period in (Period(), Period("2026", pd.Timestamp("2026-01-01"), pd.Timestamp("2027-01-01"))):
        measured = metric.compute(single, replace(CTX, period=period), "")
        value = measured.values["value"].iloc[0]
        assert np.isfinite(value) or measured.missing


@by_id
def test_a_period_open_on_one_side_is_one_with_all_that_lies_there(metric: Metric) -> None:
    if metric.id in BY_THEIR_ENDS or not metric.dated_by:
        return
    middle = pd.Timestamp("2025-12-01")
    for start, end, closed in (
        (None, middle, Period("", pd.Timestamp("1990-01-01"), middle)),
        (middle, None, Period("", middle, pd.Timestamp("2050-01-01"))),
    ):
        found, expected = (
            values(metric, FULL, replace(CTX, period=period)) for period in (Period("", start, end), closed)
        )
        pd.testing.assert_frame_equal(found, expected)


@by_id
def test_blank_columns_are_no_error(metric: Metric) -> None:
    blank = Dataset(
        {name: table_from_frame(name, pd.DataFrame({c: [None] * 3 for c in FULL[name].frame})) for name in FULL}
    )
    for breakdown in ("", *metric.breakdowns):
        metric.compute(blank, CTX, breakdown)


@by_id
def test_groups_are_unique_and_additive_ones_add_up(metric: Metric) -> None:
    for breakdown in metric.breakdowns:
        groups = values(metric, FULL, breakdown=breakdown)
        assert not groups[["group", "unit_label"]].duplicated().any()
        if metric.unit == "count" and groups["unit_label"].eq("").all():
            assert groups["value"].sum() == pytest.approx(values(metric, FULL)["value"].sum())


@by_id
def test_a_calendar_group_reads_the_same_as_its_period(metric: Metric) -> None:
    for period in default_periods(AS_OF)[1:]:
        breakdown = calendar_breakdown(period)
        if breakdown in metric.breakdowns:
            direct = values(metric, FULL, replace(CTX, period=period)).iloc[0]
            groups = values(metric, FULL, breakdown=breakdown)
            chosen = groups[(groups["group"] == period.label) & (groups["unit_label"] == direct["unit_label"])]
            if direct["rows"] and not np.isnan(direct["value"]):
                assert chosen["value"].tolist() == pytest.approx([direct["value"]])
            else:
                assert not chosen["value"].any()
                assert direct["value"] == 0 or np.isnan(direct["value"])


class TestPeriods:
    def test_defaults_are_the_last_complete_ones(self) -> None:
        labels = [period.label for period in default_periods(pd.Timestamp("2026-11-17 08:00"))]
        assert labels[:3] == ["all", "2024", "2025"]
        assert labels[3:11] == ["2024-Q4", *(f"2025-Q{q}" for q in (1, 2, 3, 4)), *(f"2026-Q{q}" for q in (1, 2, 3))]
        assert labels[11:] == [f"2025-{n}" for n in (10, 11, 12)] + [f"2026-{n:02}" for n in range(1, 11)]

    def test_calendar_breakdown(self) -> None:
        kinds = [calendar_breakdown(period) for period in default_periods(AS_OF)]
        assert kinds == ["", *["year"] * 2, *["quarter"] * 8, *["month"] * 13]
        odd = Period("2026-10", pd.Timestamp("2026-10-01"), pd.Timestamp("2026-10-15"))
        assert calendar_breakdown(odd) == ""

    def test_which_metric_is_measured_in_which(self) -> None:
        chosen = {metric.id: periods_of(metric, default_periods(AS_OF)) for metric in METRICS}
        assert len(chosen["revenue"]) == 24
        assert len(chosen["sales_cycle_days"]) == 11
        assert [period.label for period in chosen["list_size"]] == ["all"]


def test_every_metric_says_which_records_count_and_when() -> None:
    for metric in METRICS:
        if metric.id.startswith(("net_", "return_", "payback", "profit_beyond")):
            continue
        assert metric.filters, metric.id
        assert bool(metric.dated_by) == (metric.id not in STATES), metric.id
        if metric.dated_by:
            entity, _, name = metric.dated_by.partition(".")
            assert name in entities()[entity].fields
