"""How bad data bends each figure: a defect planted in a clean table moves it one way, and cleaning takes it back."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd
import pytest

from audit.cleaning import Strictness, clean
from audit.dataset import Dataset, Table, table_from_frame
from audit.engine import run_rules
from audit.matching import match
from audit.matching.links import link
from audit.metric import MetricContext, Period, Rates
from audit.rule import Context
from reports.impact import measure, open_questions
from reports.metrics.attribution import credits
from reports.metrics.catalogue import METRICS
from reports.metrics.forecast import forecast
from rules.catalogue import RULES
from tests.metrics import bent_tables as bent
from tests.metrics.bent_tables import Frames, clean_tables

AS_OF = pd.Timestamp("2026-11-01")
BY_ID = {metric.id: metric for metric in METRICS}
LIVE = {"cost": 500, "margin": 0.5, "go_live": "2026-05-01", "months": 6}
CTX = MetricContext(AS_OF, currency="EUR", investment=LIVE)


def as_dataset(frames: Frames) -> Dataset:
    tables: Mapping[str, Table] = {
        name: table_from_frame(name, frame, source="crm", file=f"{name}.csv") for name, frame in frames.items()
    }
    loaded = Dataset(tables)
    found = {"contact": match(loaded["contact"])}
    return link(loaded, {name: result.clusters for name, result in found.items()})


def value(metric: str, data: Dataset, group: str = "", breakdown: str = "") -> float:
    values = BY_ID[metric].compute(data, CTX, breakdown).values.set_index("group")["value"]
    return float(values.get(group, 0.0))


Planting = Callable[[Frames], Frames]


def as_it_is(frames: Frames) -> Frames:
    return frames


# Row of the table, metric, defect, where the defect moves it, and the true tables where they are not the clean ones.
PLANTED: list[tuple[str, str, Planting, int, Planting]] = [
    ("new leads", "new_leads", bent.more_leads, 1, as_it_is),
    ("new leads", "new_leads", bent.joke_records, 1, as_it_is),
    ("new leads", "form_submissions", bent.double_forms, 1, as_it_is),
    ("new leads", "form_submissions", bent.bots, 1, as_it_is),
    ("conversion", "lead_conversion_rate", bent.more_leads, -1, as_it_is),
    ("cost per lead, CAC", "cost_per_lead", bent.more_leads, -1, as_it_is),
    ("cost per lead, CAC", "customer_acquisition_cost", bent.duplicate_customers, -1, bent.one_customer),
    ("open, click, reply rate", "open_rate", bent.mailed_twice, -1, as_it_is),
    ("open, click, reply rate", "click_rate", bent.clicked_twice_mailed, -1, bent.clicked),
    ("open, click, reply rate", "reply_rate", bent.clicked_twice_mailed, -1, bent.clicked),
    ("list size", "list_size", bent.more_leads, 1, as_it_is),
    ("list size", "list_size", bent.bounced_unseen, 1, bent.bounced_seen),
    ("list size", "list_size", bent.gone_stale, 1, as_it_is),
    ("pipeline, coverage, forecast", "open_pipeline_value", bent.deal_twice("open"), 1, as_it_is),
    ("pipeline, coverage, forecast", "pipeline_coverage", bent.deal_twice("open"), 1, as_it_is),
    ("win rate", "won_deals", bent.deal_twice("won"), 1, as_it_is),
    ("win rate", "win_rate", bent.deal_twice("won"), 1, as_it_is),
    ("average deal, ARPU", "revenue_per_customer", bent.duplicate_customers, -1, bent.one_customer),
    ("average deal, ARPU", "customer_lifetime_value", bent.split_customer, -1, as_it_is),
    ("revenue total", "revenue", bent.deal_twice("won"), 1, as_it_is),
    ("revenue total", "collected_revenue", bent.paid_twice, 1, as_it_is),
    ("churn, retention", "churn_rate", bent.split_customer, 1, as_it_is),
    ("churn, retention", "retention_rate", bent.split_customer, -1, as_it_is),
    ("support per customer", "tickets_per_customer", bent.split_tickets, -1, bent.same_tickets),
    ("CRM ROI", "net_roi", bent.deal_twice("won"), 1, as_it_is),
]


def measured(metric: str, frames: Frames) -> pd.Series:
    """The line of a metric, raw against cleaned, with all rules and the matching of people."""
    tables = {name: table_from_frame(name, frame, source="crm", file=f"{name}.csv") for name, frame in frames.items()}
    loaded = Dataset(tables)
    matches = {"contact": match(loaded["contact"])}
    raw = link(loaded, {name: found.clusters for name, found in matches.items()})
    ctx = Context(AS_OF, "DE", {})
    found, _ = run_rules(RULES, raw, ctx)
    questions = open_questions(found, raw, matches)

    def cleaner(families: frozenset[str] | None, strictness: Strictness) -> Dataset:
        lines = questions if strictness is Strictness.LOOSE else found
        return clean(raw, lines, RULES, ctx, matches, families=families, strictness=strictness).dataset

    lines = measure(raw, cleaner, (), [BY_ID[metric]], CTX, (Period(),), questions).metrics
    return lines[lines["breakdown"] == ""].iloc[0]


@pytest.mark.parametrize(
    ("metric", "plant", "direction", "true"),
    [row[1:] for row in PLANTED],
    ids=[f"{row[1]}-{getattr(row[2], '__name__', 'plant')}" for row in PLANTED],
)
def test_the_defect_bends_it_that_way_and_cleaning_takes_it_back(
    metric: str, plant: Planting, direction: int, true: Planting
) -> None:
    truth = value(metric, as_dataset(true(clean_tables())))
    line = measured(metric, plant(clean_tables()))
    assert (line["raw"] - truth) * direction > 0, (line["raw"], truth)
    # The range of the verdict: the interval, with the cleaned figure where it lies outside.
    low, high = min(line["low"], line["cleaned"]), max(line["high"], line["cleaned"])
    assert low - 1e-9 <= truth <= high + 1e-9, (truth, low, high)
    assert abs(line["cleaned"] - truth) <= abs(line["raw"] - truth)


class TestBendsWithoutAFix:
    """Where only a person, another source or another metric tells what is right: the figure moves, none is made up."""

    true = staticmethod(lambda: as_dataset(clean_tables()))

    def planted(self, plant: Planting) -> Dataset:
        return as_dataset(plant(clean_tables()))

    def test_leads_that_a_form_never_made_flatter_the_conversion(self) -> None:
        data = self.planted(bent.never_created)
        assert value("lead_conversion_rate", data) > value("lead_conversion_rate", self.true())
        # The submissions without a lead say how many there are.
        assert value("form_submissions", data) == value("form_submissions", self.true())
        found, _ = run_rules(RULES, data, Context(AS_OF, "DE", {}))
        assert found["rule_id"].eq("CMP010").sum() == 4

    def test_mail_to_the_dead_lowers_the_open_rate_until_a_bounce_tells_of_them(self) -> None:
        frames = clean_tables()
        sent = frames["activity"].head(2).assign(contact_id=["C90", "C91"])
        dead = {**frames, "activity": pd.concat([frames["activity"], sent], ignore_index=True)}
        told = sent.assign(type="bounce", campaign=None, at="2026-10-02")
        known = {**dead, "activity": pd.concat([dead["activity"], told], ignore_index=True)}
        assert value("open_rate", as_dataset(dead)) < value("open_rate", as_dataset(frames))
        assert value("open_rate", as_dataset(known)) == value("open_rate", as_dataset(frames))

    def test_silent_deals_fill_the_pipeline_and_are_told_apart(self) -> None:
        clean_data, data = self.true(), self.planted(bent.silent_deals)
        for metric in ("open_pipeline_value", "pipeline_coverage"):
            assert value(metric, data) > value(metric, clean_data)
        assert value("zombie_pipeline_value", data) == 1800.0
        assert value("open_pipeline_value", data) - 1800.0 == value("open_pipeline_value", clean_data)
        amounts = [forecast(tables, CTX).months["amount"].sum() for tables in (clean_data, data)]
        assert amounts[0] == amounts[1]

    def test_a_deal_on_two_records_raises_the_forecast(self) -> None:
        clean_data, data = self.true(), self.planted(bent.deal_twice("open"))
        expected = [forecast(tables, CTX).months["expected"].sum() for tables in (clean_data, data)]
        assert expected[1] > expected[0]

    def test_losers_whom_nobody_closes_flatter_the_win_rate_and_not_the_close_rate(self) -> None:
        clean_data, data = self.true(), self.planted(bent.losers_left_open)
        assert value("win_rate", data) > value("win_rate", clean_data)
        assert value("close_rate", data) == value("close_rate", clean_data) == value("win_rate", clean_data)

    def test_revenue_moves_to_the_blank_source(self) -> None:
        clean_data, data = self.true(), self.planted(bent.sources_blank)
        assert value("revenue", data, "Web", "lead_source") < value("revenue", clean_data, "Web", "lead_source")
        assert value("revenue", data, "(blank)", "lead_source") > 0

    def test_an_overwritten_source_takes_the_revenue_and_the_first_touch_keeps_it(self) -> None:
        clean_data, data = self.true(), self.planted(bent.source_overwritten)
        assert value("revenue", data, "Import", "lead_source") == value("revenue", clean_data)
        assert value("revenue", data, "Web", "lead_source") == 0.0
        pd.testing.assert_frame_equal(credits(data, CTX), credits(clean_data, CTX))

    def test_revenue_moves_between_months_and_payments_do_not(self) -> None:
        clean_data, data = self.true(), self.planted(bent.closed_in_bulk)
        assert value("revenue", data, "2026-10", "month") > value("revenue", clean_data, "2026-10", "month")
        assert value("revenue", data) == value("revenue", clean_data)
        months = [value("collected_revenue", tables, "2026-03", "month") for tables in (clean_data, data)]
        assert months[0] == months[1]

    @pytest.mark.parametrize(("plant", "sign"), [(bent.created_by_import, -1), (bent.closed_in_bulk, 1)])
    def test_the_sales_cycle_goes_either_way(self, plant: Planting, sign: int) -> None:
        for metric in ("sales_cycle_days", "median_sales_cycle_days"):
            assert (value(metric, self.planted(plant)) - value(metric, self.true())) * sign > 0

    def test_zero_amounts_pull_the_average_deal_down(self) -> None:
        data = self.planted(bent.zero_amounts)
        assert value("average_deal_size", data) < value("average_deal_size", self.true())
        found, _ = run_rules(RULES, data, Context(AS_OF, "DE", {}))
        assert found["rule_id"].eq("VAL029").sum() == 1

    def test_another_currency_moves_the_average_either_way_until_it_is_converted(self) -> None:
        clean_data, data = self.true(), self.planted(bent.in_rupiah)
        assert value("average_deal_size", data) != value("average_deal_size", clean_data)
        rates = replace(CTX, rates=Rates("EUR", {"IDR": 1 / 20_000}))
        found = BY_ID["average_deal_size"].compute(data, rates, "").values["value"].iloc[0]
        assert found == pytest.approx(value("average_deal_size", clean_data))

    @pytest.mark.parametrize(
        ("unseen", "seen"),
        [(bent.refunds_unseen, bent.refunds_seen), (bent.failed_as_paid, bent.failed_known)],
    )
    def test_refunds_and_failures_that_nobody_knows_make_revenue_too_high(
        self, unseen: Planting, seen: Planting
    ) -> None:
        assert value("collected_revenue", self.planted(unseen)) > value("collected_revenue", self.planted(seen))
        # The CRM's own figure is blind to both.
        assert value("revenue", self.planted(unseen)) == value("revenue", self.planted(seen))

    def test_a_rep_whose_name_is_gone_loses_the_deals(self) -> None:
        clean_data, data = self.true(), self.planted(bent.owner_left)
        assert value("lost_deals", data, "Ben", "owner") < value("lost_deals", clean_data, "Ben", "owner")
        # How much of it nobody owns stands beside.
        assert value("lost_deals", data, "(blank)", "owner") == value("lost_deals", clean_data, "Ben", "owner")

    def test_a_deal_split_between_two_reps_counts_for_both(self) -> None:
        clean_data, data = self.true(), self.planted(bent.other_owner)
        owners = {name: value("won_deals", data, name, "owner") for name in ("Ann", "Ben")}
        true = {name: value("won_deals", clean_data, name, "owner") for name in ("Ann", "Ben")}
        assert owners["Ben"] > true["Ben"]
        assert sum(owners.values()) == sum(true.values()) + 2

    def test_tickets_without_a_person_make_support_per_customer_too_low(self) -> None:
        data, true = (self.planted(plant) for plant in (bent.tickets_unlinked, bent.same_tickets))
        assert value("tickets_per_customer", data) < value("tickets_per_customer", true)
