"""Metrics of public tables against plain pandas and the figures that are known of them."""

from pathlib import Path

import pandas as pd
import pytest

from audit.dataset import Dataset, Table, table_from_frame
from audit.metric import MetricContext, Period
from audit.sources import load
from reports.metrics.catalogue import METRICS

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "crm"
BY_ID = {metric.id: metric for metric in METRICS}
CTX = MetricContext(pd.Timestamp("2018-01-01"))

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the reference tables at ../shared are absent"),
]


def read(name: str, renamed: dict[str, str], **options: object) -> pd.DataFrame:
    frame = pd.read_csv(SHARED / name, **options)  # type: ignore[call-overload]
    return frame[list(renamed)].rename(columns=renamed)


def dataset(entity: str, frame: pd.DataFrame) -> Dataset:
    return Dataset({entity: table_from_frame(entity, frame)})


def whole(metric: str, data: Dataset, ctx: MetricContext = CTX) -> float:
    return float(BY_ID[metric].compute(data, ctx, "").values["value"].iloc[0])


def by(metric: str, data: Dataset, breakdown: str) -> pd.Series:
    values = BY_ID[metric].compute(data, CTX, breakdown).values
    return values.set_index("group")["value"]


def same(found: pd.Series, expected: pd.Series) -> None:
    expected.index = expected.index.astype(str)
    pd.testing.assert_series_equal(
        found.sort_index(), expected.sort_index(), check_names=False, check_dtype=False, check_index_type=False
    )


class TestMavenSalesOpportunities:
    @pytest.fixture
    def frame(self) -> pd.DataFrame:
        columns = {
            "opportunity_id": "source_id",
            "sales_agent": "owner",
            "product": "product",
            "account": "company_name",
            "deal_stage": "stage",
            "engage_date": "created_at",
            "close_date": "close_date",
            "close_value": "amount",
        }
        return read("maven-sales-opportunities/sales_pipeline.csv", columns, parse_dates=["engage_date", "close_date"])

    def test_the_known_figures(self, frame: pd.DataFrame) -> None:
        deals = dataset("deal", frame)
        assert whole("won_deals", deals) == 4238
        assert whole("lost_deals", deals) == 2473
        assert round(whole("win_rate", deals), 4) == 0.6315
        assert whole("open_deals", deals) == 8800 - 4238 - 2473

    def test_by_plain_pandas(self, frame: pd.DataFrame) -> None:
        deals, won = dataset("deal", frame), frame[frame["stage"] == "Won"]
        closed = frame[frame["stage"].isin(["Won", "Lost"])]
        cycle = (won["close_date"] - won["created_at"]).dt.days
        assert round(whole("revenue", deals), 2) == round(won["amount"].sum(), 2)
        assert whole("average_deal_size", deals) == pytest.approx(won["amount"].mean())
        assert whole("sales_cycle_days", deals) == pytest.approx(cycle.mean())
        assert whole("median_sales_cycle_days", deals) == cycle.median()
        assert whole("new_customers", deals) == won["company_name"].nunique()
        same(by("revenue", deals, "product"), won.groupby("product")["amount"].sum())
        same(by("revenue", deals, "month"), won.groupby(won["close_date"].dt.strftime("%Y-%m"))["amount"].sum())
        same(by("win_rate", deals, "owner"), closed["stage"].eq("Won").groupby(closed["owner"]).mean())
        june = Period("2017-06", pd.Timestamp("2017-06-01"), pd.Timestamp("2017-07-01"))
        expected = won[won["close_date"].dt.strftime("%Y-%m") == "2017-06"]["amount"].sum()
        assert whole("revenue", deals, MetricContext(CTX.as_of, june)) == expected

    def test_customers_and_people_by_plain_pandas(self, frame: pd.DataFrame) -> None:
        deals, won = dataset("deal", frame), frame[frame["stage"] == "Won"]
        by_account = won.groupby("company_name")
        assert whole("deals_per_customer", deals) == pytest.approx(by_account.size().mean())
        assert whole("revenue_per_customer", deals) == pytest.approx(by_account["amount"].sum().mean())
        assert whole("cross_sell_ratio", deals) == pytest.approx((by_account["product"].nunique() >= 2).mean())
        first = won.sort_values("close_date", kind="stable").drop_duplicates("company_name")
        assert round(whole("new_revenue", deals), 2) == round(first["amount"].sum(), 2)
        months = (2018 - 2017) * 12 + 1 - won["close_date"].min().month + 1
        assert round(whole("average_monthly_revenue", deals), 2) == round(won["amount"].sum() / months, 2)
        teams = pd.read_csv(SHARED / "maven-sales-opportunities/sales_teams.csv")
        users = teams.rename(columns={"sales_agent": "full_name", "manager": "team", "regional_office": "region"})
        both = Dataset({"deal": deals["deal"], "user": table_from_frame("user", users)})
        merged = won.merge(teams, left_on="owner", right_on="sales_agent")
        same(by("revenue", both, "region"), merged.groupby("regional_office")["amount"].sum())
        same(by("average_deal_size", both, "team"), merged.groupby("manager")["amount"].mean())
        heads = teams.groupby("manager").size()
        same(by("revenue_per_employee", both, "team"), merged.groupby("manager")["amount"].sum() / heads)
        assert round(whole("revenue_per_employee", both), 2) == round(won["amount"].sum() / len(teams), 2)


class TestXEducationLeads:
    def test_conversion(self) -> None:
        frame = read("x-education-leads/Leads.csv", {"Lead Source": "lead_source", "Converted": "converted"})
        leads = dataset("contact", frame.assign(converted=frame["converted"].astype(bool)))
        assert whole("new_leads", leads) == 9240
        assert whole("lead_conversion_rate", leads) == 3561 / 9240
        expected = frame.groupby(frame["lead_source"].fillna("(blank)"))["converted"].mean()
        same(by("lead_conversion_rate", leads, "lead_source"), expected)


class TestOlistMarketingFunnel:
    def test_leads_that_a_won_deal_names(self) -> None:
        leads = read(
            "olist-marketing-funnel/olist_marketing_qualified_leads_dataset.csv",
            {"mql_id": "source_id", "first_contact_date": "created_at", "origin": "lead_source"},
            parse_dates=["first_contact_date"],
            dayfirst=True,
        )
        deals = read(
            "olist-marketing-funnel/olist_closed_deals_dataset.csv",
            {"mql_id": "contact_id", "won_date": "won_at", "sr_id": "owner"},
            parse_dates=["won_date"],
            dayfirst=True,
        )
        tables: dict[str, Table] = {
            "contact": table_from_frame("contact", leads),
            "deal": table_from_frame("deal", deals),
        }
        data = Dataset(tables)
        assert whole("new_leads", data) == 8000
        assert whole("won_deals", data) == 842
        assert whole("lead_conversion_rate", data) == 842 / 8000
        converted = leads["source_id"].isin(deals["contact_id"])
        same(
            by("lead_conversion_rate", data, "lead_source"),
            converted.groupby(leads["lead_source"].fillna("(blank)")).mean(),
        )
        same(by("won_deals", data, "month"), deals["won_at"].dt.strftime("%Y-%m").value_counts())


class TestOrdersAndCosts:
    def test_saas_sales(self) -> None:
        frame = read(
            "saas-sales/SaaS-Sales.csv",
            {
                "Sales": "amount",
                "Order Date": "paid_at",
                "Region": "region",
                "Customer ID": "customer_id",
                "Profit": "profit",
                "Product": "product",
            },
            parse_dates=["Order Date"],
        )
        data = dataset("payment", frame)
        assert round(whole("profit", data), 2) == round(frame["profit"].sum(), 2)
        assert whole("margin", data) == pytest.approx(frame["profit"].sum() / frame["amount"].sum())
        sums = frame.groupby("product")[["profit", "amount"]].sum()
        same(by("margin", data, "product"), sums["profit"] / sums["amount"])
        assert whole("customer_lifetime_value", data) == pytest.approx(
            frame.groupby("customer_id")["amount"].sum().mean()
        )
        end = frame["paid_at"].max().normalize() + pd.Timedelta(days=1)
        year = pd.Timedelta(days=365)
        before = frame[(frame["paid_at"] >= end - 2 * year) & (frame["paid_at"] < end - year)]["customer_id"].unique()
        after = frame[(frame["paid_at"] >= end - year) & (frame["paid_at"] < end)]["customer_id"].unique()
        ctx = MetricContext(end - pd.Timedelta(days=1))
        assert whole("retention_rate", data, ctx) == pytest.approx(pd.Series(before).isin(after).mean())
        assert round(whole("collected_revenue", data), 2) == round(frame["amount"].sum(), 2)
        same(by("collected_revenue", data, "region"), frame.groupby("region")["amount"].sum())
        assert whole("new_customers", data) == frame["customer_id"].nunique()

    def test_online_retail(self) -> None:
        frame = read(
            "online-retail-30k/OnlineRetail.csv",
            {"Quantity": "quantity", "UnitPrice": "unit_price", "InvoiceDate": "paid_at", "Country": "country"},
            parse_dates=["InvoiceDate"],
        )
        data = dataset("payment", frame)
        expected = frame["quantity"] * frame["unit_price"]
        assert round(whole("collected_revenue", data), 2) == round(expected.sum(), 2)
        same(by("collected_revenue", data, "country"), expected.groupby(frame["country"]).sum())

    def test_facebook_ads(self) -> None:
        columns = {"Spent": "cost", "xyz_campaign_id": "name", "Clicks": "clicks", "Impressions": "impressions",
                   "Total_Conversion": "conversions"}  # fmt: skip
        frame = read("facebook-ads-kag/KAG_conversion_data.csv", columns)
        data = dataset("campaign", frame)
        sums = frame[["cost", "clicks", "impressions", "conversions"]].sum()
        assert whole("click_through_rate", data) == pytest.approx(sums["clicks"] / sums["impressions"])
        assert round(whole("cost_per_click", data), 2) == round(sums["cost"] / sums["clicks"], 2)
        assert round(whole("cost_per_conversion", data), 2) == round(sums["cost"] / sums["conversions"], 2)
        assert round(whole("marketing_spend", data), 2) == round(frame["cost"].sum(), 2)
        same(by("marketing_spend", data, "campaign"), frame.groupby("name")["cost"].sum())

    def test_support_tickets(self) -> None:
        frame = read(
            "support-tickets/customer_support_tickets.csv",
            {
                "Customer Satisfaction Rating": "csat",
                "Ticket Channel": "channel",
                "First Response Time": "first_reply_at",
                "Time to Resolution": "closed_at",
            },
        )
        data = dataset("ticket", frame)
        rated = frame["csat"].dropna()
        assert whole("tickets", data) == 8469
        assert whole("csat", data) == (rated >= 4).mean()
        same(by("tickets", data, "channel"), frame["channel"].value_counts())
        same(by("csat", data, "channel"), (rated >= 4).groupby(frame["channel"]).mean())


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("maven-sales-opportunities", {"won_deals": 4238, "lost_deals": 2473, "win_rate": 4238 / 6711}),
        ("x-education-leads", {"new_leads": 9240, "lead_conversion_rate": 3561 / 9240}),
        ("olist-marketing-funnel", {"new_leads": 8000, "won_deals": 842, "lead_conversion_rate": 842 / 8000}),
    ],
)
def test_the_same_from_the_files_as_they_are_loaded(folder: str, expected: dict[str, float]) -> None:
    loaded = load([SHARED / folder])
    assert {metric: whole(metric, loaded) for metric in expected} == pytest.approx(expected)


def test_teams_and_regions_from_the_files_as_they_are_loaded() -> None:
    folder = SHARED / "maven-sales-opportunities"
    pipeline, teams, accounts = (
        pd.read_csv(folder / f"{name}.csv") for name in ("sales_pipeline", "sales_teams", "accounts")
    )
    won = pipeline[pipeline["deal_stage"] == "Won"].merge(teams, on="sales_agent").merge(accounts, on="account")
    loaded = load([folder])
    same(by("revenue", loaded, "team"), won.groupby("manager")["close_value"].sum())
    same(by("average_deal_size", loaded, "region"), won.groupby("regional_office")["close_value"].mean())
    same(by("won_deals", loaded, "industry"), won.groupby("sector").size())
    first = won.sort_values("close_date", kind="stable").drop_duplicates("account")
    same(by("new_revenue", loaded, "industry"), first.groupby("sector")["close_value"].sum())
