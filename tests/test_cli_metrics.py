"""`crm-audit metrics`, and a project with goals, prices, rates, a fiscal year, an own period and a go-live, by hand."""

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from audit.cli import main
from reports.metrics.catalogue import METRICS
from reports.metrics.goals import GOALS

DEALS = """Deal ID,Deal Name,Amount,Currency,Deal Stage,Contact ID,Company,Email,Deal Owner,Created,Close Date
1,Fridge,900,EUR,Closed Won,101,Acme Ltd,ann.lee@acme.com,Ann,2026-02-01,2026-04-03
2,Freezer,1000,USD,Closed Won,102,Bolt GmbH,bob.ray@bolt.com,Ann,2026-03-01,2026-05-04
3,Shelf,400,EUR,Closed Lost,103,Cask Ltd,cem@cask.com,Ben,2026-03-01,2026-05-05
4,Table,300,EUR,Closed Won,101,Acme Ltd,ann.lee@acme.com,Ben,2025-06-01,2025-07-10
5,Chair,500,EUR,Proposal,103,Cask Ltd,cem@cask.com,Ben,2026-10-01,2026-12-01
6,Fridge,900,EUR,Closed Won,101,Acme Ltd,ann.lee@acme.com,Ann,2026-02-01,2026-04-03
"""
CONTACTS = """Record ID,First Name,Last Name,Email,Company,Created
101,Ann,Lee,ann.lee@acme.com,Acme Ltd,2026-01-05
102,Bob,Ray,bob.ray@bolt.com,Bolt GmbH,2026-02-05
103,Cem,Dune,cem@cask.com,Cask Ltd,2026-03-05
104,Ann,Lee,ann.lee@acme.com,Acme Ltd,2026-03-05
"""
CONFIG = """as_of = 2026-11-01
currency = "EUR"
[currency_rates]
date = 2026-10-31
USD = 0.5
[metrics]
fiscal_year_start = 4
goals = ["win_more_deals"]
targets = { win_rate = 0.8, revenue = 3000 }
target_period = "Spring"
period = [{ label = "Spring", start = 2026-04-01, end = 2026-04-21 }]
[business]
employees = 4
[prices]
contact_tiers = [{ up_to = 3, per_year = 30 }, { up_to = 10, per_year = 100 }]
minutes_per_duplicate = 6
per_hour = 50
[investment]
go_live = 2026-04-01
cost = 100
gain = 150
adjustments = { season = 30 }
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "in").mkdir()
    (folder / "in" / "contacts.csv").write_text(CONTACTS, "utf-8")
    (folder / "in" / "deals.csv").write_text(DEALS, "utf-8")
    (folder / "audit.toml").write_text(CONFIG, "utf-8")
    done = call("run", str(folder / "in"), "-c", str(folder / "audit.toml"), "-o", str(folder / "out"), "-q")
    assert done.exit_code == 0, done.output
    return folder / "out"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def line(report: Path, metric: str, period: str = "all") -> pd.Series:
    table = pd.read_csv(report / "metrics.csv", keep_default_na=False)
    found = table[(table["metric_id"] == metric) & (table["period"] == period) & (table["breakdown"] == "")]
    assert len(found) == 1
    return found.iloc[0]


class TestProject:
    def test_amounts_are_converted_and_the_page_says_at_which_rates(self, report: Path) -> None:
        revenue = line(report, "revenue")
        # 900 + 900 + 300 EUR and 1,000 USD at 0.5; the second fridge is the first one on two records.
        assert (float(revenue["raw"]), float(revenue["cleaned"]), revenue["unit_label"]) == (2600.0, 1700.0, "EUR")
        assert revenue["reason"].endswith("Amounts in USD are converted at the rates of 2026-10-31.")
        assert "Amounts in USD are converted at the rates of 2026-10-31." in (report / "report.html").read_text("utf-8")

    def test_fiscal_years_own_periods_and_both_sides_of_go_live(self, report: Path) -> None:
        assert float(line(report, "revenue", "FY2026")["cleaned"]) == 300.0
        assert float(line(report, "revenue", "FY2027-Q1")["cleaned"]) == 1400.0
        assert float(line(report, "revenue", "since go-live")["cleaned"]) == 1400.0
        assert float(line(report, "revenue", "since go-live")["previous"]) == 0.0
        # An own period of three weeks has every metric that knows periods, with the ones it is compared with.
        table = pd.read_csv(report / "metrics.csv", keep_default_na=False)
        dated = {metric.id for metric in METRICS if metric.dated_by}
        assert set(table.loc[table["period"] == "Spring", "metric_id"]) == dated
        assert {"Spring, the period before", "Spring, a year before"} <= set(table["period"])

    def test_goals_bring_their_metrics_and_targets_are_of_their_period(self, report: Path) -> None:
        goals = pd.read_csv(report / "reports" / "goals.csv").set_index("metric_id")
        assert goals.loc["win_rate", ["goal", "period"]].tolist() == ["win_more_deals", "Spring"]
        assert goals.loc["win_rate", ["cleaned", "target", "progress"]].tolist() == [1.0, 0.8, 1.25]
        assert goals.loc["revenue", ["cleaned", "target", "progress"]].tolist() == [900.0, 3000.0, 0.3]
        assert {"close_rate", "pipeline_coverage", "activities_per_user"} <= set(goals.index)
        page = (report / "report.html").read_text("utf-8")
        assert "125%" in page
        assert "30%" in page

    def test_costs_in_the_users_own_prices(self, report: Path) -> None:
        costs = pd.read_csv(report / "costs.csv").set_index("item")
        assert costs.loc["contact_tiers", "cost"] == 70.0
        assert costs.loc["contact_tiers", "assumption"] == "4 contacts at 100.00 a year, 3 at 30.00"
        assert costs.loc["duplicates", "assumption"] == "6 minutes each at 50 an hour"
        assert costs.loc["duplicates", "cost"] == costs.loc["duplicates", "count"] * 5

    def test_the_return_in_all_that_is_told_of_it(self, report: Path) -> None:
        tables = {name: pd.read_csv(report / "reports" / f"roi_{name}.csv") for name in
                  ("scenarios", "inputs", "months", "quarters", "years", "per_employee")}  # fmt: skip
        expected = tables["scenarios"].query("scenario == 'expected' and data == 'cleaned'").iloc[0]
        assert expected[["gain", "cost", "net_roi", "return_ratio", "profit_beyond"]].tolist() == [
            120.0, 100.0, 0.2, 1.2, 20.0,
        ]  # fmt: skip
        # 10 a month against 8.33 at its beginning: 1.67 short as August begins, which is a sixth of its gain.
        assert expected["break_even"] == "2026-08-06"
        assert tables["inputs"].query("kind == 'adjustment'")["amount"].tolist() == [30.0]
        assert tables["months"]["month"].iloc[[0, -1]].tolist() == ["2026-04", "2027-03"]
        assert tables["quarters"]["gain"].tolist() == [30.0] * 4
        assert tables["years"]["net_roi"].tolist() == [0.2]
        assert tables["per_employee"]["net_gain_per_employee"].tolist() == [5.0]

    def test_the_page_states_the_rule_of_the_verdict(self, report: Path) -> None:
        page = (report / "report.html").read_text("utf-8")
        assert "Reportable: the raw figure is at most 2% off the cleaned one" in page
        assert "With care: the raw figure is at most 10% off the cleaned one" in page


class TestMetrics:
    def test_lists_all_by_what_they_are_about(self) -> None:
        told = call("metrics").output
        assert all(f"  {metric.id} " in told for metric in METRICS)
        assert all(f"  {goal} " in told for goal in GOALS)
        listed = json.loads(call("metrics", "--format", "json").output)
        assert [one["metric_id"] for one in listed] == [metric.id for metric in METRICS]
        assert all(one["formula"] and one["symbols"] and one["unit"] and one["inputs"] for one in listed)
        assert {one["better"] for one in listed} == {"higher", "lower"}

    def test_says_all_about_one(self, report: Path) -> None:
        told = call("metrics", "won_deals", "--report", str(report))
        assert told.exit_code == 0, told.output
        for part in ("n(won)", "deal.close_date", "higher is better", "4 records as it is, 3 cleaned", "duplicates"):
            assert part in told.output

    def test_writes_the_ids_of_the_records_behind_it(self, report: Path, tmp_path: Path) -> None:
        target = tmp_path / "behind.csv"
        done = call("metrics", "won_deals", "--report", str(report), "--records", str(target), "--format", "json")
        account = json.loads(done.output)
        assert account["records"] == {"raw": 4, "cleaned": 3}
        assert account["difference"] == {"duplicates": -1.0}
        behind = pd.read_csv(target, dtype={"source_id": str})
        assert behind["source_id"].tolist() == ["1", "2", "4", "6"]
        assert behind["row"].tolist() == [1, 2, 4, 6]
        assert behind["raw"].all()
        assert behind.loc[behind["cleaned"], "source_id"].tolist() == ["1", "2", "4"]

    def test_in_a_period(self, report: Path) -> None:
        account = json.loads(
            call("metrics", "won_deals", "--period", "FY2026", "--report", str(report), "--format", "json").output
        )
        assert (account["cleaned"], account["records"]["cleaned"]) == (1.0, 1)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["winrate"], "Did you mean win_rate?"),
            (["win_rate", "--period", "1999"], "was not measured in '1999'"),
            (["list_size", "--period", "FY2026"], "It was in: all."),
            (["--period", "FY2026"], "about one metric"),
        ],
    )
    def test_wrong_use(self, report: Path, arguments: list[str], message: str) -> None:
        done = call("metrics", *arguments, "--report", str(report))
        assert done.exit_code == 2
        assert message in done.output

    def test_definitions_stand_beside_the_figures(self, report: Path) -> None:
        table = pd.read_csv(report / "metric_definitions.csv", keep_default_na=False).set_index("metric_id")
        assert list(table.index) == [metric.id for metric in METRICS]
        assert table.loc["win_rate", "symbols"] == "n(won) / (n(won) + n(lost))"
        assert table.loc["sales_cycle_days", "better"] == "lower"
        assert "deal.close_date" in table.loc["win_rate", "inputs"].split()
