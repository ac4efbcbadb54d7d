"""`crm-audit roi`: scenarios, sensitivity, per head, and what the command prints."""

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from click.testing import CliRunner

from audit.cli import main
from audit.dataset import Dataset
from audit.errors import ConfigError, UsageError
from audit.metric import MetricContext
from reports.metrics.investment import sensitivities
from reports.metrics.roi import evaluate, read_investment
from reports.metrics.scenarios import by_department, by_month, by_quarter, by_year, scenarios, sensitivity
from reports.sections.blocks import Figure
from reports.sections.returns import sensitivity_of_return
from reports.wording import words_of

AS_OF = pd.Timestamp("2026-11-01")
BASE = read_investment({"gain": 120, "cost": 60, "months": 12})


class TestScenarios:
    def test_gains_a_fifth_less_and_more(self) -> None:
        found = scenarios(BASE)
        assert [found[name].net_roi for name in ("low", "expected", "high")] == pytest.approx([0.6, 1.0, 1.4])

    def test_own_factors(self) -> None:
        assert scenarios(BASE, {"low": 0.5, "high": 2.0})["low"].net_roi == pytest.approx(0.0)

    def test_adjustments_stay_as_they_are(self) -> None:
        found = scenarios(read_investment({"gain": 120, "cost": 60, "adjustments": {"season": 20}}))
        assert found["expected"].gain == pytest.approx(100.0)
        assert found["low"].gain == pytest.approx(76.0)

    @pytest.mark.parametrize("wrong", [{"middle": 1.0}, {"low": -0.1}, {"low": 1.5}, {"high": "much"}, {"low": True}])
    def test_factors_that_cannot_be(self, wrong: dict) -> None:
        with pytest.raises(ConfigError):
            scenarios(BASE, wrong)


class TestSensitivity:
    def test_what_moves_it_most_comes_first(self) -> None:
        found = sensitivity(read_investment({"gain": 120, "subscription": 50, "training": 10}), 0.2)
        assert [swing.name for swing in found] == ["gain", "subscription", "training"]
        assert (found[0].low, found[0].high) == pytest.approx((0.6, 1.4))
        # 120 / (40 + 10) and 120 / (60 + 10), less one.
        assert (found[1].low, found[1].high) == pytest.approx((1.4, 120 / 70 - 1))

    def test_an_adjustment_is_an_input_too(self) -> None:
        found = sensitivity(read_investment({"gain": 120, "cost": 60, "adjustments": {"season": 30}}), 0.5)
        season = next(swing for swing in found if swing.kind == "adjustment")
        assert (season.low, season.high) == pytest.approx((105 / 60 - 1, 75 / 60 - 1))

    @pytest.mark.parametrize("spread", [0.0, 1.0, -0.2])
    def test_spreads_that_cannot_be(self, spread: float) -> None:
        with pytest.raises(UsageError):
            sensitivity(BASE, spread)


class TestPerHead:
    def test_departments_add_up(self) -> None:
        found = by_department(evaluate(BASE), {"Sales": 3, "Support": 1})
        assert [part.net_gain for part in found] == pytest.approx([45.0, 15.0])
        assert {part.net_gain_per_employee for part in found} == {15.0}
        assert sum(part.cost for part in found) == pytest.approx(60.0)

    def test_nobody_is_no_department(self) -> None:
        with pytest.raises(ConfigError):
            by_department(evaluate(BASE), {"Sales": 0})

    def test_no_departments(self) -> None:
        assert by_department(evaluate(BASE), {}) == []


def test_months_and_years_add_up() -> None:
    investment = read_investment({"gain": 240, "implementation": 100, "subscription": 24, "months": 24})
    months = by_month(investment)
    assert months[0] == pytest.approx((1, 10.0, 101.0, -91.0))
    assert months[-1][3] == pytest.approx(116.0)
    assert [year for year, *_ in by_year(investment)] == [1, 2]
    assert [cost for _, _, cost, _ in by_quarter(investment)] == pytest.approx([103.0, *[3.0] * 7])
    assert by_quarter(investment)[1] == pytest.approx((2, 30.0, 3.0, 9.0))
    assert [cost for _, _, cost, _ in by_year(investment)] == pytest.approx([112.0, 12.0])


class TestCommand:
    def run(self, *arguments: str) -> str:
        found = CliRunner().invoke(main, ["roi", *arguments])
        assert found.exit_code == 0, found.output
        return found.output

    @pytest.mark.parametrize(
        ("gain", "cost", "net", "ratio"),
        [
            ("75000", "12000", "525 %", "6.25:1"),
            ("11000", "1000", "1,000 %", "11:1"),
            ("100000", "25000", "300 %", "4:1"),
        ],
    )
    def test_worked_examples(self, gain: str, cost: str, net: str, ratio: str) -> None:
        told = self.run("--gain", gain, "--cost", cost)
        assert net in told
        assert ratio in told
        assert "scenarios" in told

    def test_a_table_with_everything(self, tmp_path: Path) -> None:
        path = tmp_path / "audit.toml"
        path.write_text(
            "[investment]\ngo_live = 2025-01-01\ncost = 1200\nmargin_uplift = 3000\nmonths = 24\n"
            "adjustments = { season = 600 }\nscenarios = { low = 0.5 }\n"
            "[business]\nemployees = 10\ndepartments = { Sales = 6, Support = 4 }\n"
        )
        told = self.run("-c", str(path), "--months")
        assert "taken off     600.00  season: not the CRM's doing" in told
        assert "per employee  120.00 net gain over 10 employees" in told
        assert "Sales" in told
        assert "year by year" in told
        assert "month by month" in told
        data = json.loads(self.run("-c", str(path), "--format", "json"))
        assert data["net_roi"] == pytest.approx(1.0)
        assert data["scenarios"]["low"]["gain"] == pytest.approx(900.0)
        # 50 are spent on the first of the month, and 100 come in evenly over it.
        assert data["break_even"] == "2025-01-16"

    @pytest.mark.parametrize("wrong", [("--gain", "1"), ("--gain", "1", "--cost", "0"), ("--spread", "2")])
    def test_wrong_use(self, wrong: tuple[str, ...], tmp_path: Path) -> None:
        path = tmp_path / "audit.toml"
        path.write_text("[investment]\ncost = 1\ngain = 2\n")
        found = CliRunner().invoke(main, ["roi", *wrong, "-c", str(path)])
        assert found.exit_code == 2


class TestSensitivityInTheReport:
    """Gain 120, cost 60: 100 %. A fifth of the gain is 24, which is 40 points; a fifth of the cost 12."""

    def test_as_a_table(self) -> None:
        table = sensitivities(Dataset({}), MetricContext(AS_OF, investment={"gain": 120, "cost": 60}))
        assert table["input"].tolist() == ["cost", "gain"]
        assert table.loc[0, ["low", "net_roi", "high"]].tolist() == pytest.approx([1.5, 1.0, 2 / 3])
        assert table.loc[1, ["low", "net_roi", "high"]].tolist() == pytest.approx([0.6, 1.0, 1.4])

    @pytest.mark.parametrize("investment", [{}, {"cost": 60}, {"gain": 60}])
    def test_nothing_without_gains_and_costs(self, investment: dict) -> None:
        assert sensitivities(Dataset({}), MetricContext(AS_OF, investment=investment)).empty

    @pytest.mark.parametrize("language", ["en", "id"])
    def test_as_a_picture_a_sentence_and_numbers(self, language: str) -> None:
        table = sensitivities(Dataset({}), MetricContext(AS_OF, investment={"gain": 120, "cost": 60}))
        view = SimpleNamespace(
            words=words_of(language), result=SimpleNamespace(reports={"roi_sensitivity": table}), figure=Figure
        )
        _, figure = sensitivity_of_return(view)
        assert "67" in figure.sentence
        assert "150" in figure.sentence
        assert figure.svg.count("var(--blue)") >= 1
        assert [row[2].text for row in figure.table.rows] == [view.words.percent(1.0)] * 2
        assert sensitivity_of_return(SimpleNamespace(result=SimpleNamespace(reports={}))) == []
