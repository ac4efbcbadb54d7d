"""Deal and payment metrics against hand-computed tables."""

import numpy as np
import pandas as pd
import pytest

from audit.dataset import Dataset, table_from_frame
from audit.metric import Measured, MetricContext, Period
from reports.metrics.catalogue import METRICS

BY_ID = {metric.id: metric for metric in METRICS}
AS_OF = pd.Timestamp("2026-11-01")
OCTOBER = Period("2026-10", pd.Timestamp("2026-10-01"), pd.Timestamp("2026-11-01"))
NAN = float("nan")

DEALS = pd.DataFrame(
    {
        "amount": [1000.0, 500.0, 300.0, 700.0, NAN, 50.0],
        "currency": ["USD", "usd", "EUR", "USD", "USD", "USD"],
        "status": ["won", "Won", "won", "lost", "won", "open"],
        "owner": ["Ann", "Ben", "Ann", None, "Ben", "Ann"],
        "created_at": ["2026-09-01", "2026-10-10", "2026-10-01", "2026-10-01", "2026-10-31", "2026-10-01"],
        "close_date": ["2026-10-01", "2026-10-20", "2026-10-11", "2026-10-05", "2026-10-30", "2026-12-01"],
        "probability": [1.0, 1.0, 1.0, 0.0, 1.0, 0.4],
        "company_id": ["1", "1", "2", "3", "4", "5"],
    }
)


def data(**tables: pd.DataFrame) -> Dataset:
    return Dataset({name: table_from_frame(name, frame) for name, frame in tables.items()})


def run(metric: str, dataset: Dataset, breakdown: str = "", **context: object) -> Measured:
    return BY_ID[metric].compute(dataset, MetricContext(AS_OF, **context), breakdown)  # type: ignore[arg-type]


def whole(metric: str, dataset: Dataset, **context: object) -> float:
    return float(run(metric, dataset, **context).values["value"].iloc[0])


def by(metric: str, dataset: Dataset, breakdown: str, **context: object) -> dict:
    values = run(metric, dataset, breakdown, **context).values
    return {
        (group, unit) if unit else group: value
        for group, unit, value in zip(values["group"], values["unit_label"], values["value"], strict=True)
    }


class TestDeals:
    def test_the_whole_in_the_currency_of_most_value(self) -> None:
        deals = data(deal=DEALS)
        assert whole("revenue", deals) == 1500.0
        assert run("revenue", deals).values["unit_label"].tolist() == ["USD"]
        assert whole("won_deals", deals) == 4
        assert whole("lost_deals", deals) == 1
        assert whole("win_rate", deals) == 0.8
        assert whole("average_deal_size", deals) == 750.0
        assert whole("open_deals", deals) == 1
        assert whole("open_pipeline_value", deals) == 50.0
        assert whole("weighted_pipeline_value", deals) == 20.0

    def test_cycle_leaves_out_deals_closed_before_they_were_created(self) -> None:
        assert whole("sales_cycle_days", data(deal=DEALS)) == pytest.approx((30 + 10 + 10) / 3)
        assert whole("median_sales_cycle_days", data(deal=DEALS)) == 10.0

    def test_revenue_per_customer_adds_up_each_buyer_first(self) -> None:
        assert whole("revenue_per_customer", data(deal=DEALS[:4])) == 1500.0
        # Buyer 4 has a won deal without an amount: nothing is known of it, so it does not count as 0.
        assert whole("revenue_per_customer", data(deal=DEALS)) == 1500.0

    def test_currencies_are_never_added(self) -> None:
        deals = data(deal=DEALS)
        assert by("revenue", deals, "currency") == {("USD", "USD"): 1500.0, ("EUR", "EUR"): 300.0}
        assert by("revenue", deals, "owner") == {
            ("Ben", "USD"): 500.0,
            ("Ann", "USD"): 1000.0,
            ("Ann", "EUR"): 300.0,
        }
        assert whole("revenue", deals, currency="EUR") == 300.0

    def test_an_unnamed_currency_is_one_of_its_own_beside_named_ones(self) -> None:
        deals = data(deal=DEALS.assign(currency=["USD", None, "EUR", "USD", "USD", "USD"]))
        assert by("revenue", deals, "currency") == {
            ("USD", "USD"): 1000.0,
            "(blank)": 500.0,
            ("EUR", "EUR"): 300.0,
        }

    def test_unnamed_currencies_alone_are_the_one_of_the_settings(self) -> None:
        deals = data(deal=DEALS.drop(columns="currency"))
        assert run("revenue", deals, currency="GBP").values["unit_label"].tolist() == ["GBP"]
        assert run("revenue", deals).values["unit_label"].tolist() == [""]
        assert whole("revenue", deals) == 1800.0

    def test_blank_breakdown_values_are_a_group(self) -> None:
        assert by("win_rate", data(deal=DEALS), "owner") == {"Ann": 1.0, "Ben": 1.0, "(blank)": 0.0}
        spelt = data(deal=DEALS.assign(owner=["(blank)", "Ben", "Ann", None, "Ben", "Ann"]))
        assert by("win_rate", spelt, "owner") == {"(blank)": 0.5, "Ben": 1.0, "Ann": 1.0}

    def test_period_goes_by_close_date(self) -> None:
        deals = data(deal=DEALS.assign(close_date=["2026-10-01", "2026-11-01", None, "2026-10-31", "2026-09-30", None]))
        assert whole("revenue", deals, period=OCTOBER) == 1000.0
        assert whole("win_rate", deals, period=OCTOBER) == 0.5
        assert by("won_deals", deals, "month") == {"(blank)": 1, "2026-09": 1, "2026-10": 1, "2026-11": 1}
        assert by("won_deals", deals, "quarter") == {"(blank)": 1, "2026-Q3": 1, "2026-Q4": 2}

    def test_a_period_without_won_deals_is_zero_revenue_but_has_no_average(self) -> None:
        before = Period("2020", pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01"))
        assert whole("revenue", data(deal=DEALS), period=before) == 0.0
        size = run("average_deal_size", data(deal=DEALS), period=before)
        assert np.isnan(size.values["value"].iloc[0])
        assert size.missing == "There are no won deals here."

    def test_one_row(self) -> None:
        one = data(deal=DEALS[:1])
        assert whole("win_rate", one) == 1.0
        assert whole("average_deal_size", one) == 1000.0
        assert whole("sales_cycle_days", one) == 30.0

    @pytest.mark.parametrize("metric", ["revenue", "won_deals", "win_rate", "sales_cycle_days", "open_pipeline_value"])
    def test_no_rows_is_not_computable(self, metric: str) -> None:
        for empty in (data(), data(deal=DEALS[:0])):
            measured = run(metric, empty)
            assert np.isnan(measured.values["value"].iloc[0])
            assert measured.missing == "No source holds deals."

    def test_a_missing_column_is_named(self) -> None:
        assert "Amount (deal.amount)" in run("revenue", data(deal=DEALS.drop(columns="amount"))).missing
        assert "deal.status" in run("win_rate", data(deal=DEALS.drop(columns="status"))).missing
        unknown = data(deal=DEALS.assign(status="in talks"))
        assert run("win_rate", unknown).missing == "No deal says whether it was won or lost."
        blank = data(deal=DEALS.assign(amount=NAN))
        assert run("revenue", blank).missing == "None of the 3 won deals has a value."

    def test_an_export_of_won_deals_alone_has_no_win_rate(self) -> None:
        won = data(deal=pd.DataFrame({"status": ["won"] * 20, "amount": 5.0}))
        assert run("win_rate", won).missing == "All 20 deals are won: nothing tells how many were lost."
        assert np.isnan(whole("lost_deals", won))
        assert whole("won_deals", won) == 20
        assert whole("win_rate", data(deal=pd.DataFrame({"status": ["won"] * 19 + ["lost"]}))) == 0.95

    def test_no_date_at_all_makes_no_period(self) -> None:
        undated = data(deal=DEALS.drop(columns="close_date"))
        assert whole("won_deals", undated) == 4
        assert "No date" in run("won_deals", undated, period=OCTOBER).missing

    def test_records_are_the_rows_behind(self) -> None:
        assert run("revenue", data(deal=DEALS)).records["deal"].tolist() == [0, 1, 4]
        assert run("win_rate", data(deal=DEALS), period=OCTOBER).records["deal"].tolist() == [0, 1, 2, 3, 4]

    @pytest.mark.parametrize(
        "columns",
        [
            {"is_won": [True, True, True, False, True, False], "is_closed": [True, True, True, True, True, False]},
            {"stage": ["Closed Won", "closedwon", "WON", "Closed Lost", "won", "Negotiation"]},
            {
                "won_at": ["2026-10-01"] * 3 + [None, "2026-10-01", None],
                "lost_at": [None] * 3 + ["2026-10-01", None, None],
            },
            {"status": ["closed", "won", "won", "lost", "won", "open"], "is_won": [True] + [None] * 5},
        ],
    )
    def test_outcome_where_no_status_says_it(self, columns: dict) -> None:
        deals = data(deal=DEALS.drop(columns="status").assign(**columns))
        assert (whole("won_deals", deals), whole("lost_deals", deals), whole("open_deals", deals)) == (4, 1, 1)


PAYMENTS = pd.DataFrame(
    {
        "amount": [100.0, 200.0, 80.0, 40.0, 60.0, 999.0, 10.0],
        "refunded": [0.0, 50.0, NAN, NAN, 0.0, 0.0, 0.0],
        "currency": ["usd", "usd", "usd", "usd", "usd", "usd", "eur"],
        "status": ["Paid", "Partial Refund", "Refunded", "Failed", "Paid", "Paid", None],
        "captured": [True, True, True, True, False, True, True],
        "mode": ["Live", "Live", "Live", "Live", "Live", "Test", "Live"],
        "paid_at": ["2026-10-05"] * 7,
    }
)


class TestPayments:
    def test_failed_uncaptured_test_and_refunded_money_is_not_collected(self) -> None:
        payments = data(payment=PAYMENTS)
        assert whole("collected_revenue", payments) == 250.0
        assert whole("refunds", payments) == 130.0
        assert by("collected_revenue", payments, "currency") == {("USD", "USD"): 250.0, ("EUR", "EUR"): 10.0}

    def test_without_a_status_every_payment_came_in(self) -> None:
        orders = pd.DataFrame({"amount": [10.0, -4.0], "country": ["DE", None]})
        assert whole("collected_revenue", data(payment=orders)) == 6.0
        assert by("collected_revenue", data(payment=orders), "country") == {"DE": 10.0, "(blank)": -4.0}

    def test_amount_from_quantity_and_price(self) -> None:
        lines = pd.DataFrame({"quantity": [2.0, -1.0], "unit_price": [4.15, 1.25]})
        assert whole("collected_revenue", data(payment=lines)) == pytest.approx(7.05)

    def test_nothing_is_not_zero(self) -> None:
        assert "payment.refunded" in run("refunds", data(payment=PAYMENTS[["amount"]])).missing
        assert run("collected_revenue", data()).missing == "No source holds payments."
        assert np.isnan(whole("collected_revenue", data(payment=PAYMENTS[["status"]])))
        assert whole("collected_revenue", data(payment=PAYMENTS[:1])) == 100.0
