"""The return on investment: the worked examples, break-even, the [investment] table, and the measured uplift."""

import math
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.dataset import Dataset, table_from_frame
from audit.errors import ConfigError, UsageError
from audit.metric import MetricContext
from reports.metrics.catalogue import METRICS
from reports.metrics.roi import (
    break_even_date,
    evaluate,
    net_roi,
    payback_months,
    profit_beyond,
    read_investment,
    return_ratio,
)

BY_ID = {metric.id: metric for metric in METRICS}
AS_OF = pd.Timestamp("2026-11-01")
START = pd.Timestamp("2026-01-01")


@pytest.mark.parametrize(
    ("gain", "cost", "roi"), [(75_000, 12_000, 5.25), (11_000, 1_000, 10.0), (100_000, 25_000, 3.0), (10, 10, 0.0)]
)
def test_net_roi_of_the_worked_examples(gain: float, cost: float, roi: float) -> None:
    assert net_roi(gain, cost) == roi
    assert return_ratio(gain, cost) == roi + 1


def test_return_ratio_of_five_to_one_is_500_per_cent() -> None:
    assert return_ratio(5, 1) == 5.0
    assert net_roi(-5, 10) == -1.5


@pytest.mark.parametrize(("gain", "cost"), [(1, 0), (1, -1), (float("nan"), 1), (1, float("inf"))])
def test_impossible_input_is_refused(gain: float, cost: float) -> None:
    for function in (net_roi, return_ratio):
        with pytest.raises(UsageError):
            function(gain, cost)


class TestBreakEven:
    def test_within_a_month(self) -> None:
        # 12,000 at once, 6,250 a month: after one month 5,750 are open, 0.92 of the second month's gain.
        gains, costs = [6_250.0] * 12, [12_000.0] + [0.0] * 11
        assert payback_months(gains, costs) == pytest.approx(1.92)
        assert break_even_date(gains, costs, START) == pd.Timestamp("2026-02-26")
        assert profit_beyond(gains, costs) == 63_000.0

    def test_at_a_month_end(self) -> None:
        assert payback_months([50.0, 50.0], [100.0, 0.0]) == 2.0
        assert break_even_date([50.0, 50.0], [100.0, 0.0], START) == pd.Timestamp("2026-03-01")

    def test_costs_of_a_month_come_first(self) -> None:
        assert payback_months([100.0, 100.0], [50.0, 50.0]) == 0.5

    def test_gain_before_cost(self) -> None:
        assert payback_months([100.0, 0.0], [0.0, 50.0]) == 1.0

    def test_what_goes_below_again_was_not_paid_back(self) -> None:
        # 50 left after a month, 100 due at the beginning of the third: covered for good half way through it.
        assert payback_months([150.0, 0.0, 100.0], [100.0, 0.0, 100.0]) == 2.5
        # A loss in the second month, made good in the third.
        assert payback_months([150.0, -100.0, 100.0], [100.0, 0.0, 0.0]) == 2.5
        assert payback_months([150.0, -100.0], [100.0, 0.0]) is None

    def test_never(self) -> None:
        assert payback_months([10.0], [100.0]) is None
        assert break_even_date([10.0], [100.0], START) is None
        assert profit_beyond([10.0], [100.0]) == 0.0
        assert payback_months([], []) is None

    def test_months_must_agree(self) -> None:
        with pytest.raises(UsageError, match="1 months and costs over 2"):
            payback_months([1.0], [1.0, 1.0])

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 1000)), min_size=1, max_size=24))
    def test_break_even_is_where_the_cumulated_gain_reaches_the_cumulated_cost(self, months: list) -> None:
        gains, costs = [float(gain) for gain, _ in months], [float(cost) for _, cost in months]
        found = payback_months(gains, costs)
        assert (found is None) == (sum(gains) < sum(costs))
        if found is not None:
            whole = math.ceil(found) - 1
            part = found - whole
            assert sum(gains[:whole]) + part * gains[whole] == pytest.approx(sum(costs[: whole + 1]))
            for month in range(whole + 1, len(months)):
                assert sum(gains[:month]) >= sum(costs[: month + 1])


class TestInvestment:
    def test_every_cost_and_gain(self) -> None:
        investment = read_investment(
            {
                "subscription": 6_000,
                "implementation": 3_000,
                "training": 1_000,
                "maintenance": 1_200,
                "personnel": 800,
                "margin_uplift": 60_000,
                "retained_revenue": 10_000,
                "cost_reductions": 2_000,
                "hours_saved": 100,
                "hourly_cost": 50,
                "adjustments": {"new hires": 2_000},
                "go_live": date(2026, 1, 1),
            }
        )
        result = evaluate(investment)
        assert result.cost == pytest.approx(12_000)
        assert result.gain == pytest.approx(75_000)
        assert result.net_roi == pytest.approx(5.25)
        assert result.return_ratio == pytest.approx(6.25)
        assert investment.cost_per_month[0] == pytest.approx(4_000 + 8_000 / 12)
        assert result.break_even == pd.Timestamp("2026-01-24")
        assert result.profit_beyond == pytest.approx(63_000)

    def test_monthly_amounts(self) -> None:
        result = evaluate(read_investment({"cost": [100, 0, 0], "gain": [20, 60, 100]}))
        assert result.payback == pytest.approx(2.2)
        assert result.break_even is None

    def test_totals(self) -> None:
        assert evaluate(read_investment({"gain": 11_000, "cost": 1_000})).net_roi == pytest.approx(10.0)

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"subscripton": 1}, "unknown key 'subscripton'"),
            ({"cost": "12,000"}, "cost is '12,000'"),
            ({"cost": True}, "cost is True"),
            ({"cost": -1}, "below 0"),
            ({"cost": float("nan")}, "cost is nan"),
            ({"hours_saved": 10}, "go together"),
            ({"months": 0}, "months is 0"),
            ({"months": 12, "gain": [1, 2]}, "gain has 2 amounts for 12 months"),
            ({"go_live": "spring"}, "go_live is 'spring'"),
            ({"margin": 35}, "margin is 35"),
            ({"adjustments": {"season": "much"}}, "adjustments.season"),
        ],
    )
    def test_a_wrong_value_is_named(self, values: dict, message: str) -> None:
        with pytest.raises(ConfigError, match=message):
            read_investment(values)


def compute(metric: str, investment: dict, deals: pd.DataFrame | None = None, currency: str | None = None) -> tuple:
    tables = {} if deals is None else {"deal": table_from_frame("deal", deals)}
    measured = BY_ID[metric].compute(
        Dataset(tables), MetricContext(AS_OF, currency=currency, investment=investment), ""
    )
    return float(measured.values["value"].iloc[0]), measured.values["unit_label"].iloc[0], measured.missing


class TestMetrics:
    table = {"cost": 12_000, "gain": 75_000}

    def test_stated_gains(self) -> None:
        assert compute("net_roi", self.table) == (pytest.approx(5.25), "", "")
        assert compute("return_ratio", self.table) == (pytest.approx(6.25), "", "")
        assert compute("net_gain", self.table, currency="EUR") == (pytest.approx(63_000), "EUR", "")
        assert compute("payback_months", self.table)[0] == pytest.approx(0.16)
        assert compute("profit_beyond_break_even", self.table)[0] == pytest.approx(63_000)

    @pytest.mark.parametrize(
        ("investment", "missing"),
        [
            ({}, "no [investment]"),
            ({"gain": 5}, "no costs"),
            ({"gain": 5, "cost": 0}, "no costs"),
            ({"cost": 5}, "no gains"),
            ({"cost": 5, "margin": 0.5, "go_live": "2026-05-01"}, "No source holds deals."),
        ],
    )
    def test_what_is_missing_is_said(self, investment: dict, missing: str) -> None:
        value, _, said = compute("net_roi", investment)
        assert value != value
        assert missing in said

    def test_never_paid_back(self) -> None:
        assert "do not cover" in compute("payback_months", {"cost": 10, "gain": 1})[2]

    def test_uplift_is_measured_against_the_months_before_go_live(self) -> None:
        deals = pd.DataFrame(
            {
                "amount": [100.0, 300.0, 500.0, 900.0, 7.0],
                "currency": ["USD"] * 4 + ["EUR"],
                "status": "won",
                "close_date": ["2026-07-01", "2026-08-31", "2026-09-01", "2026-10-31", "2026-10-01"],
            }
        )
        investment = {"subscription": 1_200, "margin": 0.5, "go_live": "2026-09-01"}
        # Two of twelve months have passed: cost 200; gain 0.5 * ((500 - 200) + (900 - 200)) = 500.
        assert compute("net_gain", investment, deals) == (pytest.approx(300.0), "USD", "")
        assert compute("net_roi", investment, deals)[0] == pytest.approx(1.5)
        assert "Less than a month" in compute("net_roi", {**investment, "go_live": "2026-10-20"}, deals)[2]
        assert "are not in GBP" in compute("net_roi", investment, deals, currency="GBP")[2]
        assert "only 0 whole months" in compute("net_roi", investment, deals[2:])[2]

    def test_months_before_the_first_won_deal_are_no_baseline(self) -> None:
        months = ["2026-02-10", "2026-03-10", "2026-04-10", "2026-05-10", "2026-06-10", "2026-07-10"]
        deals = pd.DataFrame({"amount": [60.0, 90.0, 90.0, 90.0, 200.0, 200.0], "status": "won", "close_date": months})
        investment = {"cost": 12, "margin": 0.5, "go_live": "2026-06-01", "months": 5}
        # Of January to May, March to May are whole: 90 a month. June and July bring 110 more, later months 90 less.
        assert compute("net_gain", investment, deals)[0] == pytest.approx(0.5 * (2 * 110 - 3 * 90) - 12)
