"""Lead, spend, customer and list metrics against hand-computed tables."""

import numpy as np
import pandas as pd
import pytest

from audit.dataset import Dataset, table_from_frame
from audit.metric import Measured, MetricContext, Period
from reports.metrics.catalogue import METRICS

BY_ID = {metric.id: metric for metric in METRICS}
AS_OF = pd.Timestamp("2026-11-01")
OCTOBER = Period("2026-10", pd.Timestamp("2026-10-01"), pd.Timestamp("2026-11-01"))

CONTACTS = pd.DataFrame(
    {
        "source_id": ["c1", "c2", "c3", "c4", "c5"],
        "record_type": ["contact", "Lead", "lead", "customer", "subscriber"],
        "email": ["a@x.test", "B@x.test", None, "d@x.test", "e@x.test"],
        "lead_source": ["Google", "google", None, None, None],
        "lifecycle_stage": ["Customer", "lead", "lead", None, None],
        "email_opt_out": [False, None, None, False, True],
        "created_at": ["2026-10-01", "2026-10-31 23:59", "2026-09-01", "2026-10-01", None],
    }
)
SPEND = pd.DataFrame(
    {
        "period": ["2026-09-01", "2026-10-01", "2026-10-01", "2026-10-01"],
        "kind": ["marketing", None, "CRM", "Sales"],
        "channel": ["GOOGLE", "google", None, None],
        "amount": [100.0, 60.0, 500.0, 40.0],
    }
)
DEALS = pd.DataFrame(
    {
        "status": ["won", "won", "won", "lost"],
        "company_name": ["Acme", " acme", "Beta", "Gamma"],
        "contact_id": [None, "c2", None, "c3"],
        "close_date": ["2026-09-05", "2026-10-05", "2026-10-06", "2026-10-07"],
        "owner": ["Ann", "Ben", "Ben", "Ann"],
    }
)


def data(**tables: pd.DataFrame) -> Dataset:
    return Dataset({name: table_from_frame(name, frame) for name, frame in tables.items()})


def run(metric: str, dataset: Dataset, breakdown: str = "", **context: object) -> Measured:
    return BY_ID[metric].compute(dataset, MetricContext(AS_OF, **context), breakdown)  # type: ignore[arg-type]


def whole(metric: str, dataset: Dataset, **context: object) -> float:
    return float(run(metric, dataset, **context).values["value"].iloc[0])


def by(metric: str, dataset: Dataset, breakdown: str, **context: object) -> dict[str, float]:
    values = run(metric, dataset, breakdown, **context).values
    return dict(zip(values["group"], values["value"], strict=True))


class TestLeads:
    def test_payers_and_subscribers_are_no_leads(self) -> None:
        assert whole("new_leads", data(contact=CONTACTS)) == 3
        assert whole("new_leads", data(contact=CONTACTS), period=OCTOBER) == 2
        assert run("new_leads", data(contact=CONTACTS)).records["contact"].tolist() == [0, 1, 2]

    def test_without_a_record_type_everybody_is(self) -> None:
        assert whole("new_leads", data(contact=CONTACTS.drop(columns="record_type"))) == 5
        assert whole("new_leads", data(contact=CONTACTS.assign(record_type=[None] * 3 + ["customer", "VIP"]))) == 4

    def test_beside_a_crm_a_list_without_types_is_none(self) -> None:
        assert whole("new_leads", data(contact=CONTACTS.assign(record_type=["lead"] + [None] * 4))) == 1

    def test_values_are_grouped_as_they_are_written(self) -> None:
        assert by("new_leads", data(contact=CONTACTS), "lead_source") == {"(blank)": 1, "Google": 1, "google": 1}

    def test_months(self) -> None:
        assert by("new_leads", data(contact=CONTACTS), "month") == {"2026-09": 1, "2026-10": 2}

    def test_no_rows(self) -> None:
        assert run("new_leads", data()).missing == "No source holds contacts."
        assert "No source holds" in run("new_leads", data(contact=CONTACTS[3:])).missing

    def test_form_submissions(self) -> None:
        forms = pd.DataFrame({"form": ["Demo", "Demo", None], "submitted_at": ["2026-10-01", "2026-08-01", None]})
        assert whole("form_submissions", data(form_submission=forms)) == 3
        assert whole("form_submissions", data(form_submission=forms), period=OCTOBER) == 1
        assert by("form_submissions", data(form_submission=forms), "form") == {"Demo": 2, "(blank)": 1}
        assert np.isnan(whole("form_submissions", data()))


class TestConversion:
    def test_by_the_record_itself(self) -> None:
        assert whole("lead_conversion_rate", data(contact=CONTACTS)) == pytest.approx(1 / 3)
        assert by("lead_conversion_rate", data(contact=CONTACTS), "lead_source") == {
            "(blank)": 0.0,
            "Google": 1.0,
            "google": 0.0,
        }

    def test_by_a_won_deal_that_names_the_lead(self) -> None:
        assert whole("lead_conversion_rate", data(contact=CONTACTS, deal=DEALS)) == pytest.approx(2 / 3)
        mails = DEALS.assign(contact_id=None, contact_email=["b@X.test", None, None, None])
        assert whole("lead_conversion_rate", data(contact=CONTACTS, deal=mails)) == pytest.approx(2 / 3)

    def test_flag_and_date(self) -> None:
        flags = pd.DataFrame(
            {"converted": [True, False, None, False], "converted_at": [None, None, None, "2026-01-01"]}
        )
        assert whole("lead_conversion_rate", data(contact=flags)) == 0.5
        assert whole("lead_conversion_rate", data(contact=flags[1:2])) == 0.0

    def test_without_any_evidence_it_is_not_computable(self) -> None:
        bare = data(contact=CONTACTS[["source_id", "email"]])
        assert "Nothing tells" in run("lead_conversion_rate", bare).missing
        assert np.isnan(whole("lead_conversion_rate", data()))


class TestList:
    def test_who_can_be_mailed(self) -> None:
        assert whole("list_size", data(contact=CONTACTS)) == 3
        states = pd.DataFrame(
            {
                "email": ["a@x.test"] * 6,
                "marketing_status": ["subscribed", "Unsubscribed", "cleaned", "Non-marketing contact", None, None],
                "email_bounced": [None, None, None, None, True, False],
                "unsubscribed_at": [None] * 6,
            }
        )
        assert whole("list_size", data(contact=states)) == 2
        assert whole("list_size", data(contact=states[:1])) == 1

    def test_without_addresses(self) -> None:
        assert "contact.email" in run("list_size", data(contact=CONTACTS.drop(columns="email"))).missing


class TestSpend:
    def test_marketing_spend_leaves_crm_and_sales_cost_out(self) -> None:
        assert whole("marketing_spend", data(spend=SPEND)) == 160.0
        assert whole("marketing_spend", data(spend=SPEND), period=OCTOBER) == 60.0

    def test_campaign_costs_where_there_is_no_spend(self) -> None:
        campaigns = pd.DataFrame({"cost": [1.5, 0.0, 2.0], "name": ["a", "b", None], "date": ["2026-10-01"] * 3})
        assert whole("marketing_spend", data(campaign=campaigns)) == 3.5
        assert by("marketing_spend", data(campaign=campaigns), "campaign") == {"a": 1.5, "b": 0.0, "(blank)": 2.0}
        assert run("marketing_spend", data()).missing == "No source gives spend or campaign costs."

    def test_cost_per_lead(self) -> None:
        both = data(contact=CONTACTS, spend=SPEND)
        assert whole("cost_per_lead", both) == pytest.approx(160 / 3)
        assert whole("cost_per_lead", both, period=OCTOBER) == 30.0
        assert by("cost_per_lead", both, "month") == {"2026-09": 100.0, "2026-10": 30.0}
        assert by("cost_per_lead", both, "lead_source") == {"google": 80.0}

    def test_cost_per_lead_without_leads_or_spend(self) -> None:
        assert run("cost_per_lead", data(spend=SPEND)).missing == "No source holds contacts."
        before = Period("2020", pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01"))
        assert run("cost_per_lead", data(spend=SPEND, contact=CONTACTS), period=before).missing
        late = CONTACTS.assign(created_at="2026-12-01")
        assert (
            run("cost_per_lead", data(spend=SPEND, contact=late), period=OCTOBER).missing
            == "There are no new leads here."
        )

    def test_zero_spend_is_a_cost_of_zero(self) -> None:
        assert whole("cost_per_lead", data(contact=CONTACTS, spend=SPEND.assign(amount=0.0))) == 0.0

    def test_spend_in_two_currencies_is_told_apart(self) -> None:
        both = data(contact=CONTACTS, spend=SPEND.assign(currency=["EUR", "USD", "USD", "USD"]))
        assert whole("cost_per_lead", both) == pytest.approx(100 / 3)
        assert by("cost_per_lead", both, "currency") == pytest.approx({"EUR": 100 / 3, "USD": 20.0})


class TestCustomers:
    def test_first_won_deal_of_each_buyer(self) -> None:
        assert whole("new_customers", data(deal=DEALS)) == 2
        assert whole("new_customers", data(deal=DEALS), period=OCTOBER) == 1
        assert by("new_customers", data(deal=DEALS), "owner") == {"Ann": 1, "Ben": 1}

    def test_first_payment_where_there_are_no_deals(self) -> None:
        payments = pd.DataFrame(
            {
                "customer_id": ["u", "u", None, "w"],
                "email": [None, None, "v@x.test", None],
                "amount": [5.0, 5.0, 5.0, 5.0],
                "status": ["paid", "paid", "paid", "failed"],
                "paid_at": ["2026-10-02", "2026-09-02", "2026-10-09", "2026-10-09"],
            }
        )
        assert whole("new_customers", data(payment=payments)) == 2
        assert whole("new_customers", data(payment=payments), period=OCTOBER) == 1

    def test_contacts_called_customers_where_nothing_was_bought(self) -> None:
        assert whole("new_customers", data(contact=CONTACTS)) == 1
        assert np.isnan(whole("new_customers", data(contact=CONTACTS.drop(columns="lifecycle_stage"))))
        assert run("new_customers", data()).missing.startswith("No won deal")

    def test_acquisition_cost_counts_sales_spend_too(self) -> None:
        both = data(deal=DEALS, spend=SPEND)
        assert whole("customer_acquisition_cost", both) == 100.0
        assert whole("customer_acquisition_cost", both, period=OCTOBER) == 100.0
        assert run("customer_acquisition_cost", data(deal=DEALS)).missing == "No source gives spend or campaign costs."
        assert whole("customer_acquisition_cost", data(deal=DEALS[:1], spend=SPEND[:1])) == 100.0
