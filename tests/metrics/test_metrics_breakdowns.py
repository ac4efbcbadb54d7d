"""Metrics by group, against tables small enough to compute by hand; amounts in several currencies."""

from collections.abc import Mapping

import pandas as pd
import pytest

from audit.dataset import Dataset, table_from_frame
from audit.metric import Business, Measured, MetricContext, Rates
from reports.metrics.catalogue import METRICS
from tests.metrics.hand_tables import USERS

BY_ID = {metric.id: metric for metric in METRICS}
AS_OF = pd.Timestamp("2026-11-01")
Tables = Mapping[str, Mapping[str, list]]

DEALS = {
    "status": ["won", "won", "won", "lost", "open"],
    "amount": [100.0, 300.0, 200.0, 50.0, 80.0],
    "company_id": ["a", "a", "b", "c", "a"],
    "owner": ["Ann", "Ann", "Ben", "Ann", "Ben"],
    "close_date": ["2026-09-15", "2026-10-10", "2026-10-31", "2026-10-20", "2026-12-01"],
    "campaign": ["Spring", None, "spring", "Spring", None],
}
SPEND = {
    "period": ["2026-10-01", "2026-10-01", "2026-09-01"],
    "amount": [60.0, 40.0, 100.0],
    "kind": ["marketing", "Customer support", "marketing"],
    "campaign": ["Spring", None, "Autumn"],
}
CHANGES = {
    "object": ["Deal", "Deal", "Deal", "Contact", "Deal", "Deal"],
    "record_id": ["1", "1", "1", "1", "2", "2"],
    "field": ["dealstage", "dealstage", "dealstage", "dealstage", "amount", "dealstage"],
    "new_value": ["Qualified", "Offer", "Won", "Offer", "5", "Qualified"],
    "changed_at": ["2026-10-01", "2026-10-05", "2026-10-15", "2026-10-16", "2026-10-01", "2026-10-02"],
}


def run(metric: str, tables: Tables, breakdown: str = "", **context: object) -> Measured:
    data = Dataset({name: table_from_frame(name, pd.DataFrame(columns)) for name, columns in tables.items()})
    return BY_ID[metric].compute(data, MetricContext(AS_OF, **context), breakdown)  # type: ignore[arg-type]


def by(metric: str, tables: Tables, breakdown: str, **context: object) -> dict:
    values = run(metric, tables, breakdown, **context).values
    return dict(zip(values["group"], values["value"], strict=True))


class TestBreakdowns:
    accounts = {"source_id": ["a", "b"], "industry": ["Pharma", "Dairy"], "country": ["DE", "ID"]}

    def test_looked_up_of_owner_and_account(self) -> None:
        tables = {"deal": DEALS, "user": {**USERS, "full_name": ["ann", "Ben", "Cy", "Di"]}, "account": self.accounts}
        assert by("won_deals", tables, "team") == {"Sales": 3}
        assert by("revenue", tables, "industry") == {"Pharma": 400.0, "Dairy": 200.0}
        assert by("won_deals", tables, "region") == {"DE": 2, "ID": 1}

    def test_what_counts_buyers_and_profit_is_looked_up_too(self) -> None:
        tables = {"deal": {**DEALS, "profit": [10.0, 30.0, 20.0, 5.0, 8.0]}, "user": USERS, "account": self.accounts}
        assert by("new_customers", tables, "industry") == {"Pharma": 1, "Dairy": 1}
        assert by("new_revenue", tables, "region") == {"DE": 100.0, "ID": 200.0}
        assert by("revenue_per_customer", tables, "industry") == {"Pharma": 400.0, "Dairy": 200.0}
        assert by("deals_per_customer", tables, "region") == {"DE": 2.0, "ID": 1.0}
        assert by("margin", tables, "team") == {"Sales": pytest.approx(0.1)}
        assert by("close_rate", tables, "team") == {"Sales": 0.75}
        renewals = {**tables, "deal": {**tables["deal"], "type": ["Renewal"] * 5}}
        assert by("renewal_rate", renewals, "industry") == {"Pharma": 1.0, "Dairy": 1.0, "(blank)": 0.0}

    def test_a_team_is_called_by_its_manager_where_it_has_no_name(self) -> None:
        users = {"full_name": ["Ann", "Ben"], "manager": ["Zoe", "Yan"]}
        assert by("won_deals", {"deal": DEALS, "user": users}, "team") == {"Zoe": 2, "Yan": 1}

    def test_acquisition_cost_by_campaign(self) -> None:
        # The first sale to a names Spring, that to b spring; 60 were spent on it.
        assert by("customer_acquisition_cost", {"deal": DEALS, "spend": SPEND}, "campaign") == {"spring": 30.0}

    def test_own_column_comes_first(self) -> None:
        deals = {**DEALS, "team": ["North"] * 5}
        assert by("won_deals", {"deal": deals, "user": USERS}, "team") == {"North": 3}

    def test_stage_durations_by_stage_and_source(self) -> None:
        tables = {
            "field_change": CHANGES,
            "deal": {"source_id": ["1", "2"], "lead_source": ["Web", "Fair"], "status": ["won", "open"]},
        }
        assert by("stage_days", tables, "stage") == {"Offer": 10.0, "Qualified": 4.0}
        assert by("stage_days", tables, "lead_source") == {"Web": 7.0}

    def test_revenue_per_employee_by_department(self) -> None:
        business = Business(departments={"sales": 2})
        found = by("revenue_per_employee", {"deal": DEALS, "user": USERS}, "team", business=business)
        assert found == {"Sales": 300.0}

    def test_campaign_return_by_campaign(self) -> None:
        assert by("campaign_return", {"deal": DEALS, "spend": SPEND}, "campaign") == {"spring": 4.0}


class TestRates:
    deals = {
        "status": ["won", "won", "won"],
        "amount": [100.0, 200.0, 50.0],
        "currency": ["EUR", "USD", "XYZ"],
        "company_id": ["a", "a", "b"],
        "close_date": ["2026-10-01"] * 3,
    }
    rates = Rates("EUR", {"USD": 0.5})

    def test_converts_what_has_a_rate_and_keeps_the_rest_apart(self) -> None:
        tables = {"deal": self.deals}
        context = {"rates": self.rates, "currency": "EUR"}
        assert run("revenue", tables, **context).values["value"].iloc[0] == 200.0
        assert by("revenue", tables, "currency", **context) == {"EUR": 100.0, "USD": 200.0, "XYZ": 50.0}
        values = run("revenue", tables, "company_id", **context).values
        assert sorted(zip(values["unit_label"], values["value"], strict=True)) == [("EUR", 200.0), ("XYZ", 50.0)]

    def test_without_rates_nothing_is_added_across_currencies(self) -> None:
        assert run("revenue", {"deal": self.deals}, currency="EUR").values["value"].iloc[0] == 100.0

    def test_a_buyer_in_two_currencies_is_one_buyer(self) -> None:
        found = run("revenue_per_customer", {"deal": self.deals}, rates=self.rates, currency="EUR").values
        assert (found["value"].iloc[0], found["rows"].iloc[0]) == (200.0, 1)
