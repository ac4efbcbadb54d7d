"""`crm-audit roi` from two figures alone, losses under every scenario, and the return as tables and on the page."""

import json
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from audit.cli import main
from audit.dataset import Dataset, table_from_frame
from audit.errors import UsageError
from audit.metric import Business, MetricContext, Rates
from reports.metrics.catalogue import METRICS
from reports.metrics.returns import returns
from reports.metrics.roi import net_roi, read_investment
from reports.metrics.scenarios import scenarios, sensitivity
from reports.sections.blocks import Figure, Heading, Table
from reports.sections.returns import return_on_crm
from reports.wording import words_of

AS_OF = pd.Timestamp("2026-11-01")
BY_ID = {metric.id: metric for metric in METRICS}
DEALS = pd.DataFrame(
    {
        "amount": [100.0, 300.0, 1000.0, 1800.0],
        "currency": ["EUR", "EUR", "USD", "USD"],
        "status": "won",
        "close_date": ["2026-07-01", "2026-08-31", "2026-09-01", "2026-10-31"],
    }
)
UPLIFT = {"subscription": 1_200, "margin": 0.5, "go_live": "2026-09-01"}


def roi(*arguments: str) -> Any:
    done = CliRunner().invoke(main, ["roi", *arguments])
    assert done.exit_code == 0, done.output
    return done.output if "json" not in arguments else json.loads(done.output)


class TestFromTwoFigures:
    def test_payback_break_even_and_the_profit_beyond(self) -> None:
        # The cost at once, 6,250 a month: covered after 1.92 months.
        data = roi("--gain", "75000", "--cost", "12000", "--go-live", "2026-01-01", "--format", "json")
        assert data["payback_months"] == pytest.approx(1.92)
        assert (data["break_even"], data["profit_beyond"]) == ("2026-02-26", pytest.approx(63_000))
        told = roi("--gain", "75000", "--cost", "12000")
        for part in ("paid back     after 1.9 months", "profit beyond 63,000.00", "per month", "per year"):
            assert part in told

    def test_over_another_time(self) -> None:
        data = roi("--gain", "24000", "--cost", "12000", "--over", "24", "--format", "json")
        assert data["payback_months"] == pytest.approx(12.0)
        assert [(year["gain"], year["cost"]) for year in data["years"]] == [
            (pytest.approx(12_000), 12_000.0), (pytest.approx(12_000), 0.0),
        ]  # fmt: skip
        assert data["years"][1]["net_roi"] is None

    def test_what_is_not_the_crms_doing_and_who_shares_it(self) -> None:
        data = roi("--gain", "75000", "--cost", "12000", "--adjust", "season=5000", "--adjust", "new hires=10000",
                   "--department", "Sales=6", "--department", "Support=4", "--format", "json")  # fmt: skip
        assert data["gain"] == pytest.approx(60_000)
        assert data["adjustments"] == {"season": 5_000.0, "new hires": 10_000.0}
        assert (data["employees"], data["net_gain_per_employee"]) == (10.0, pytest.approx(4_800))
        assert [part["net_gain"] for part in data["departments"]] == pytest.approx([28_800, 19_200])

    @pytest.mark.parametrize(
        "wrong",
        [
            ("--gain", "1", "--cost", "-1"),
            ("--gain", "1", "--cost", "0"),
            ("--gain", "nan", "--cost", "1"),
            ("--gain", "1e308", "--cost", "1"),
            ("--gain", "100", "--cost", "1e-320"),
            ("--gain", "1", "--cost", "1", "--over", "0"),
            ("--gain", "1", "--cost", "1", "--adjust", "season"),
            ("--gain", "1", "--cost", "1", "--adjust", "season=inf"),
            ("--gain", "1", "--cost", "1", "--department", "Sales=0"),
            ("--gain", "1", "--cost", "1", "--employees", "inf"),
            ("--gain", "1", "--cost", "1", "--employees", "0"),
        ],
    )
    def test_what_cannot_be_is_a_plain_error(self, wrong: tuple[str, ...]) -> None:
        done = CliRunner().invoke(main, ["roi", *wrong])
        assert done.exit_code == 2
        assert done.output.startswith("Error: ")
        assert "Traceback" not in done.output

    def test_with_a_table_its_own_keys_are_meant(self, tmp_path: Any) -> None:
        path = tmp_path / "audit.toml"
        path.write_text("[investment]\ncost = 1\ngain = 2\n")
        done = CliRunner().invoke(main, ["roi", "-c", str(path), "--adjust", "season=1"])
        assert done.exit_code == 2
        assert "adjustments of its own" in done.output


def test_a_loss_is_worse_under_the_low_scenario() -> None:
    found = scenarios(read_investment({"gain": -500, "cost": 1_000}))
    assert [found[name].net_roi for name in ("low", "expected", "high")] == pytest.approx([-1.6, -1.5, -1.4])


def test_a_return_beyond_any_number_is_refused() -> None:
    with pytest.raises(UsageError, match="beyond any number"):
        net_roi(1e300, 1e-300)


def test_a_cost_of_nothing_moves_nothing() -> None:
    found = sensitivity(read_investment({"gain": 120, "subscription": 60, "training": 0}))
    assert next(swing for swing in found if swing.name == "training").width == 0.0


class TestTables:
    ctx = MetricContext(AS_OF, currency="EUR", investment=UPLIFT, rates=Rates("EUR", {"USD": 0.5}),
                        business=Business(employees=10, departments={"Sales": 3, "Support": 1}))  # fmt: skip

    def tables(self) -> dict[str, pd.DataFrame]:
        data = Dataset({"deal": table_from_frame("deal", DEALS)})
        half = Dataset({"deal": table_from_frame("deal", DEALS.assign(amount=DEALS["amount"] / 2))})
        return returns(data, half, self.ctx)

    def test_a_measured_uplift_is_in_the_currency_of_the_rates_and_names_its_deals(self) -> None:
        data = Dataset({"deal": table_from_frame("deal", DEALS)})
        found = BY_ID["net_gain"].compute(data, self.ctx, "")
        # Two months: cost 200; gain 0.5 * ((500 - 200) + (900 - 200)) = 500.
        assert found.values["value"].tolist() == [pytest.approx(300.0)]
        assert found.records["deal"].tolist() == [0, 1, 2, 3]

    def test_raw_and_cleaned_side_by_side(self) -> None:
        found = self.tables()["roi_scenarios"].set_index(["data", "scenario"])
        assert found.loc[("raw", "expected"), "net_gain"] == pytest.approx(300.0)
        assert found.loc[("cleaned", "expected"), "net_gain"] == pytest.approx(50.0)
        assert found.loc[("cleaned", "low"), "net_roi"] == pytest.approx(0.0)
        assert found.loc[("raw", "expected"), "currency"] == "EUR"

    def test_what_it_is_made_of_and_who_shares_it(self) -> None:
        found = self.tables()
        assert found["roi_inputs"][["input", "amount"]].to_numpy().tolist() == [
            ["subscription", pytest.approx(200.0)], ["margin_uplift", pytest.approx(250.0)],
        ]  # fmt: skip
        assert found["roi_months"]["month"].tolist() == ["2026-09", "2026-10"]
        assert found["roi_per_employee"]["department"].fillna("").tolist() == ["", "Sales", "Support"]
        assert found["roi_per_employee"]["net_gain"].tolist() == pytest.approx([50.0, 37.5, 12.5])

    def test_nothing_without_an_investment(self) -> None:
        assert returns(Dataset({}), Dataset({}), MetricContext(AS_OF)) == {}

    @pytest.mark.parametrize("language", ["en", "id"])
    def test_on_the_page(self, language: str) -> None:
        words = words_of(language)
        view: Any = SimpleNamespace(
            words=words,
            result=SimpleNamespace(reports=self.tables()),
            figure=Figure,
            text=lambda value, limit=60: value,
        )
        heading, scenario, inputs, heads = return_on_crm(view)
        assert isinstance(heading, Heading)
        assert all(isinstance(table, Table) for table in (scenario, inputs, heads))
        # What is expected of the data as it is, and three scenarios of the cleaned ones.
        assert len(scenario.rows) == 4
        assert scenario.rows[0][1].text == words.percent(1.5)
        assert [row[0].text for row in heads.rows] == [words("returns.everybody"), "Sales", "Support"]
