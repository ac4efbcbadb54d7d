"""Periods, goals, attribution, forecast and the standard reports against tables computed by hand."""

import numpy as np
import pandas as pd
import pytest

from audit.config import Config
from audit.dataset import Dataset, table_from_frame
from audit.errors import ConfigError
from audit.metric import Business, MetricContext, Period
from audit.result import METRIC_TYPES
from reports.metrics.attribution import attribution, credits
from reports.metrics.catalogue import METRICS, periods_of
from reports.metrics.forecast import forecast
from reports.metrics.goals import GOALS, progress
from reports.metrics.periods import before, default_periods, year_before
from reports.metrics.settings import check_names, metric_context, periods
from reports.metrics.standard import REPORTS, standard_reports

AS_OF = pd.Timestamp("2026-11-17")
CTX = MetricContext(AS_OF)


def data(**tables: dict | pd.DataFrame) -> Dataset:
    return Dataset({name: table_from_frame(name, pd.DataFrame(frame)) for name, frame in tables.items()})


class TestPeriods:
    def test_fiscal_years_are_called_by_the_year_in_which_they_end(self) -> None:
        found = {period.label: period for period in default_periods(AS_OF, fiscal_start=4)}
        assert (found["FY2026"].start, found["FY2026"].end) == (pd.Timestamp("2025-04-01"), pd.Timestamp("2026-04-01"))
        assert found["FY2027-Q2"].start == pd.Timestamp("2026-07-01")
        assert "FY2027-Q3" not in found
        assert found["2026-10"].start == pd.Timestamp("2026-10-01")

    def test_around_go_live_as_many_months_before_as_since(self) -> None:
        found = {period.label: period for period in default_periods(AS_OF, go_live=pd.Timestamp("2026-07-01"))}
        assert (found["before go-live"].start, found["since go-live"].end) == (
            pd.Timestamp("2026-03-01"),
            pd.Timestamp("2026-11-01"),
        )
        assert "since go-live" not in {p.label for p in default_periods(AS_OF, go_live=pd.Timestamp("2026-11-01"))}

    def test_the_last_day_of_a_month_ends_it(self) -> None:
        found = [period.label for period in default_periods(pd.Timestamp("2026-12-31"))]
        assert {"2026-12", "2026-Q4", "2026"} <= set(found)
        assert "2026-12" not in [period.label for period in default_periods(pd.Timestamp("2026-12-30"))]

    def test_comparisons(self) -> None:
        every = default_periods(AS_OF)
        named = {period.label: period for period in every}
        for label, earlier, last_year in (
            ("2026-10", "2026-09", "2025-10"),
            ("2026-Q3", "2026-Q2", "2025-Q3"),
            ("2025", "2024", "2024"),
        ):
            assert before(named[label], every) == named[earlier]
            assert year_before(named[label], every) == named[last_year]
        assert before(Period(), every) is None
        assert year_before(Period(), every) is None

    def test_own_periods_bring_those_they_are_compared_with(self) -> None:
        config = Config.model_validate(
            {"metrics": {"period": [{"label": "Fair", "start": "2026-05-01", "end": "2026-05-11"}]}}
        )
        every = periods(config, AS_OF)
        fair = next(period for period in every if period.label == "Fair")
        assert before(fair, every) == Period(
            "Fair, the period before", pd.Timestamp("2026-04-21"), pd.Timestamp("2026-05-01")
        )
        assert year_before(fair, every).start == pd.Timestamp("2025-05-01")  # type: ignore[union-attr]


class TestConfig:
    def test_rates_and_business_reach_the_metrics(self) -> None:
        config = Config.model_validate(
            {"currency": "EUR", "currency_rates": {"date": "2026-10-31", "USD": 0.9},
             "business": {"employees": 12, "first_reply_hours": 4}}
        )  # fmt: skip
        ctx = metric_context(config, AS_OF)
        assert ctx.rates is not None
        assert (ctx.rates.currency, dict(ctx.rates.factors)) == ("EUR", {"USD": 0.9})
        assert ctx.business == Business(employees=12, first_reply_hours=4)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"currency_rates": {"date": "2026-10-31", "USD": 0.9}},
            {"currency": "EUR", "currency_rates": {"date": "2026-10-31", "USD": 0}},
            {"currency": "EUR", "currency_rates": {"date": "2026-10-31", "dollar": 1.0}},
            {"currency": "EUR", "currency_rates": {"USD": 1.0}},
            {"metrics": {"fiscal_year_start": 13}},
            {"metrics": {"period": [{"label": "x", "start": "2026-01-02", "end": "2026-01-01"}]}},
            {"business": {"employees": 0}},
            {"prices": {"per_send": -1}},
        ],
    )
    def test_what_cannot_be_is_refused(self, wrong: dict) -> None:
        with pytest.raises(ValueError, match=r"."):
            Config.model_validate(wrong)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"metrics": {"targets": {"win_rat": 0.3}}},
            {"metrics": {"goals": ["world_peace"]}},
            {"metrics": {"target_period": "2026-Q9"}},
            {"metrics": {"period": [{"label": "2026-10", "start": "2026-05-01", "end": "2026-05-11"}]}},
            {"investment": {"subscripton": 1}},
            {"investment": {"gain": 1, "cost": 1, "scenarios": {"middle": 1}}},
        ],
    )
    def test_what_names_nothing_is_refused_before_anything_is_read(self, wrong: dict) -> None:
        with pytest.raises(ConfigError):
            check_names(Config.model_validate(wrong), AS_OF)

    def test_targets_may_be_of_any_period(self) -> None:
        own = [{"label": "Fair", "start": "2026-05-01", "end": "2026-05-11"}]
        for label in ("all", "2025", "2026-Q3", "2026-10", "Fair"):
            check_names(Config.model_validate({"metrics": {"target_period": label, "period": own}}), AS_OF)

    def test_an_own_period_however_short_has_every_dated_metric(self) -> None:
        fair = Period("Fair", pd.Timestamp("2026-05-01"), pd.Timestamp("2026-05-11"))
        assert {metric.id for metric in METRICS if periods_of(metric, [fair])} == {
            metric.id for metric in METRICS if metric.dated_by
        }


def metric_lines(*lines: tuple) -> pd.DataFrame:
    blank = dict.fromkeys(METRIC_TYPES, np.nan)
    names = ("metric_id", "breakdown", "group", "unit_label", "raw", "cleaned")
    rows = [
        {**blank, "period": "all", "verdict": "reportable", **dict(zip(names, line, strict=True))} for line in lines
    ]
    return pd.DataFrame(rows)


class TestGoals:
    def test_every_goal_names_metrics_that_exist(self) -> None:
        known = {metric.id for metric in METRICS}
        for goal in GOALS.values():
            assert set(goal.metrics) <= known

    def test_progress_goes_the_way_that_is_better(self) -> None:
        metrics = metric_lines(
            ("win_rate", "", "", "", 0.4, 0.3),
            ("sales_cycle_days", "", "", "", 50.0, 40.0),
            ("calls", "", "", "", 1.0, 1.0),
        )  # fmt: skip
        found = progress(metrics, ("shorter_sales_cycle",), {"win_rate": 0.6, "sales_cycle_days": 40.0})
        found = found.set_index("metric_id")
        assert found.loc["win_rate", "progress"] == 0.5
        assert not found.loc["win_rate", "reached"]
        assert found.loc["sales_cycle_days", "reached"]
        assert found.loc["sales_cycle_days", "goal"] == "shorter_sales_cycle"
        assert "calls" not in found.index

    def test_a_target_is_held_against_its_period_and_a_state_against_today(self) -> None:
        metrics = pd.concat(
            [
                metric_lines(("win_rate", "", "", "", 0.4, 0.3), ("list_size", "", "", "", 90.0, 80.0)),
                metric_lines(("win_rate", "", "", "", 0.6, 0.5)).assign(period="2026"),
            ]
        )
        found = progress(metrics, (), {"win_rate": 0.5, "list_size": 100.0}, "2026").set_index("metric_id")
        assert found.loc["win_rate", ["period", "cleaned", "progress"]].tolist() == ["2026", 0.5, 1.0]
        assert found.loc["list_size", ["period", "cleaned", "progress"]].tolist() == ["all", 80.0, 0.8]

    def test_no_goal_no_line(self) -> None:
        assert progress(metric_lines(("win_rate", "", "", "", 0.4, 0.3)), (), {}).empty


class TestStandardReports:
    def test_reports_name_metrics_with_their_breakdown(self) -> None:
        about = {metric.id: metric for metric in METRICS}
        for report in REPORTS.values():
            for metric in report.metrics:
                assert report.breakdown in about[metric].breakdowns, (report.title, metric)

    def test_counts_stand_beside_the_money_of_their_group(self) -> None:
        metrics = metric_lines(
            ("open_deals", "stage", "Offer", "", 3.0, 2.0),
            ("open_pipeline_value", "stage", "Offer", "EUR", 30.0, 20.0),
            ("open_pipeline_value", "stage", "Offer", "USD", 5.0, 5.0),
        )
        found = standard_reports(metrics)["pipeline"]
        columns = ["group", "unit_label", "open_deals cleaned", "open_pipeline_value raw"]
        assert found[columns].fillna(0).to_numpy().tolist() == [["Offer", "EUR", 2.0, 30.0], ["Offer", "USD", 0.0, 5.0]]

    def test_costs_by_channel_stand_beside_the_leads_of_the_same_name(self) -> None:
        metrics = metric_lines(
            ("new_leads", "lead_source", "Paid Search", "", 30.0, 20.0),
            ("new_leads", "lead_source", "paid search", "", 1.0, 1.0),
            ("cost_per_lead", "lead_source", "paid search", "EUR", 3.0, 4.0),
        )
        found = standard_reports(metrics)["lead_sources"].set_index("group")
        assert found.loc["Paid Search", "cost_per_lead cleaned"] == 4.0
        assert np.isnan(found.loc["paid search", "cost_per_lead cleaned"])

    def test_amounts_of_another_currency_come_last(self) -> None:
        metrics = metric_lines(
            ("revenue", "", "", "EUR", 30.0, 20.0),
            ("revenue", "company_name", "A", "IDR", 5e9, 5e9),
            ("revenue", "company_name", "B", "EUR", 10.0, 10.0),
            ("revenue", "company_name", "C", "EUR", 20.0, 20.0),
        )
        assert standard_reports(metrics)["profitability_by_customer"]["group"].tolist() == ["C", "B", "A"]

    def test_nothing_to_report(self) -> None:
        assert standard_reports(metric_lines(("open_deals", "", "", "", 3.0, 2.0))) == {}


class TestAttribution:
    contacts = {
        "source_id": ["1", "2"],
        "email": ["a@x.example", "b@x.example"],
        "lead_source": ["Fair", None],
        "created_at": ["2026-01-01", "2026-01-01"],
    }
    deals = {
        "status": ["won", "won", "lost"],
        "amount": [100.0, 60.0, 999.0],
        "contact_id": ["1", "2", "1"],
        "close_date": ["2026-06-30", "2026-06-30", "2026-06-30"],
    }
    forms = {
        "email": ["A@x.example ", "a@x.example", "a@x.example"],
        "submitted_at": ["2026-02-01", "2026-03-01", "2026-07-15"],
        "utm_source": ["Google", "Bing", "Late"],
    }
    mails = {
        "type": ["open", "open", "click"],
        "contact_email": ["a@x.example", "b@x.example", "a@x.example"],
        "at": ["2026-06-10", "2026-06-28", "2026-04-01"],
    }

    def by_source(self, dataset: Dataset) -> dict[str, dict[str, float]]:
        found = credits(dataset, CTX)
        found = found[found["dimension"] == "source"]
        return {
            str(model): dict(zip(part["group"], part["revenue"], strict=True)) for model, part in found.groupby("model")
        }

    def test_every_model(self) -> None:
        found = self.by_source(
            data(contact=self.contacts, deal=self.deals, form_submission=self.forms, activity=self.mails)
        )
        assert found["first touch"] == {"Fair": 100.0, "(no touch)": 60.0}
        assert found["last touch"] == {"Email": 100.0, "(no touch)": 60.0}
        assert found["linear"] == pytest.approx(
            {"Fair": 25.0, "Google": 25.0, "Bing": 25.0, "Email": 25.0, "(no touch)": 60.0}
        )
        assert found["position-based"] == pytest.approx(
            {"Fair": 40.0, "Google": 10.0, "Bing": 10.0, "Email": 40.0, "(no touch)": 60.0}
        )
        assert found["view-through, 7 days"] == {"Email": 60.0, "(no touch)": 100.0}
        assert found["view-through, 30 days"] == {"Email": 160.0}

    def test_one_and_two_touches(self) -> None:
        one = self.by_source(data(contact=self.contacts, deal=self.deals))
        assert one["position-based"] == {"Fair": 100.0, "(no touch)": 60.0}
        forms = {name: values[:1] for name, values in self.forms.items()}
        two = self.by_source(data(contact=self.contacts, deal=self.deals, form_submission=forms))
        assert two["position-based"] == {"Fair": 50.0, "Google": 50.0, "(no touch)": 60.0}

    def test_what_a_deal_states_counts_where_nobody_was_reached(self) -> None:
        deals = {**self.deals, "lead_source": ["Late entry", "Partner", "Web"], "campaign": [None, "Spring", None]}
        found = credits(data(contact=self.contacts, deal=deals, activity=self.mails), CTX)
        by = found.set_index(["dimension", "model", "group"])["revenue"].sort_index()
        # The first deal's person came by the fair, whatever the deal says; nothing but a mail is known of the second's.
        assert by["source", "first touch"].to_dict() == {"Fair": 100.0, "Partner": 60.0}
        assert by["campaign", "linear"].to_dict() == {"(no touch)": 100.0, "Spring": 60.0}
        assert by["source", "view-through, 7 days"].to_dict() == {"(no touch)": 100.0, "Email": 60.0}

    def test_every_model_gives_away_all_revenue(self) -> None:
        dataset = data(contact=self.contacts, deal=self.deals, form_submission=self.forms, activity=self.mails)
        totals = credits(dataset, CTX).groupby(["model", "dimension"])["revenue"].sum()
        assert totals.to_numpy() == pytest.approx(160.0)

    def test_no_rows(self) -> None:
        assert credits(data(), CTX).empty
        assert attribution(data(), data(), CTX).empty

    def test_cleaning_moves_the_touches_of_a_twin(self) -> None:
        contacts = {name: [*values, values[0]] for name, values in self.contacts.items()}
        contacts |= {"source_id": ["1", "2", "3"], "email": ["a@x.example", "b@x.example", "c@x.example"],
                     "lead_source": [None, None, None]}  # fmt: skip
        forms = {"email": ["c@x.example"], "submitted_at": ["2026-02-01"], "utm_source": ["Google"]}
        raw = data(contact=contacts, deal=self.deals, form_submission=forms)
        merged = {name: values[:2] for name, values in contacts.items()} | {"other_emails": ["c@x.example", None]}
        cleaned = data(contact=merged, deal=self.deals, form_submission=forms)
        found = attribution(raw, cleaned, CTX).set_index(["model", "dimension", "group"])
        assert found.loc[("first touch", "source", "Google"), "moved"] == 100.0
        assert found.loc[("first touch", "source", "(no touch)"), "moved"] == -100.0


def many_deals(closed: int, seed: int = 0) -> pd.DataFrame:
    """Referred deals are won four times in five, others once in five; 20 open ones."""
    draw = np.random.default_rng(seed)
    size = closed + 20
    source = draw.choice(["Referral", "Web"], size)
    won = draw.random(size) < np.where(source == "Referral", 0.8, 0.2)
    status = np.where(np.arange(size) < closed, np.where(won, "won", "lost"), "open")
    return pd.DataFrame(
        {
            "status": status,
            "lead_source": source,
            "amount": 100.0,
            "created_at": "2026-10-01",
            "updated_at": "2026-11-10",
            "close_date": np.where(status == "open", "2026-12-10", "2026-10-30"),
        }
    )


class TestForecast:
    def test_few_closed_deals_fall_back_to_the_share_won(self) -> None:
        frame = many_deals(30)
        found = forecast(data(deal=frame), CTX)
        won, closed = (frame["status"] == "won").sum(), 30
        assert found.basis.startswith("Only 30 deals are closed")
        assert found.deals["probability"].unique().tolist() == [won / closed]
        assert (found.deals["low"] < won / closed).all()
        assert (found.deals["high"] > won / closed).all()

    def test_many_are_learnt_from_and_the_driver_is_named(self) -> None:
        found = forecast(data(deal=many_deals(600)), CTX)
        assert found.basis.startswith("A logistic regression on 600 closed deals")
        deals = found.deals.assign(referred=found.deals["drivers"].str.contains(r"\+ lead source: referral"))
        assert deals["referred"].any()
        for referred, truth in ((True, 0.8), (False, 0.2)):
            assert deals.loc[deals["referred"] == referred, "probability"].mean() == pytest.approx(truth, abs=0.06)
        assert found.deals["low"].isna().all()

    def test_calibrated_on_deals_it_has_not_seen(self) -> None:
        frame = many_deals(1200, seed=3)
        hidden = frame["status"].iloc[600:1200]
        asked = frame.iloc[:1200].copy()
        asked.loc[asked.index[600:], "status"] = "open"
        found = forecast(data(deal=asked), CTX).deals.set_index("record")
        for low, high in ((0.0, 0.5), (0.5, 1.0)):
            mine = found[(found["probability"] >= low) & (found["probability"] < high)]
            assert mine["probability"].mean() == pytest.approx((hidden.loc[mine.index] == "won").mean(), abs=0.06)

    def test_noise_is_not_sold_as_a_model(self) -> None:
        frame = many_deals(600).assign(lead_source=np.random.default_rng(5).choice(["Web", "Fair", "Cold"], 620))
        found = forecast(data(deal=frame), CTX)
        spread = found.deals["probability"].max() - found.deals["probability"].min()
        assert "no better than their mean" in found.basis or spread < 0.15

    def test_months_and_zombies(self) -> None:
        frame = many_deals(30)
        rows = frame.index[frame["status"] == "open"]
        frame.loc[rows[0], "close_date"] = "2026-11-01"
        frame.loc[rows[1], ["updated_at", "created_at"]] = "2026-01-01"
        found = forecast(data(deal=frame), CTX)
        assert found.deals["zombie"].sum() == 2
        month = found.months.iloc[0]
        share = found.deals["probability"].iloc[0]
        assert (month["month"], month["deals"], month["amount"]) == ("2026-12", 18, 1800.0)
        assert month["expected"] == pytest.approx(1800 * share)
        assert month["low"] < month["expected"] < month["high"]

    def test_nothing_to_learn_from(self) -> None:
        for frame in ({}, {"deal": many_deals(0)}, {"deal": {"status": ["won"] * 30}}):
            found = forecast(data(**frame), CTX)
            assert found.deals.empty
            assert found.months.empty
            assert found.basis
