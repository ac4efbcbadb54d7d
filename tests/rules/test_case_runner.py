"""Cases of own and plugged-in rules: how they are read, run and told."""

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import ClassVar

import pytest
from click.testing import CliRunner

from audit.cli import main
from audit.config import OwnRuleConfig
from audit.errors import ConfigError
from audit.rule import Dimension, Family, RecordRule, Severity
from reports.sections.located import messages
from rules import own
from rules.cases import cases_of, own_cases, read_cases, run_case
from rules.catalogue import RULES
from rules.own import own_rule

VAL001 = next(rule for rule in RULES if rule.id == "VAL001")


def spec(*cases: dict, condition: str = "amount > 50000 AND next_step IS NULL") -> OwnRuleConfig:
    return OwnRuleConfig(
        id="OWN001", title="Large", entity="deal", field="next_step", condition=condition, message="m", case=cases
    )


def problems(*cases: dict, **values: str) -> list[tuple[str, ...]]:
    given = spec(*cases, **values)
    return [run_case(own_rule(given), case, messages).problems for case in own_cases(given)]


def test_rows_to_pass_and_rows_to_fail() -> None:
    good = {
        "name": "good",
        "pass": [{"amount": 60000, "next_step": "call"}, {"amount": "50.000,00"}],
        "fail": [{"amount": "60.000,00"}],
    }
    bad = {"name": "bad", "pass": [{"amount": 60000}], "fail": [{"amount": 1, "next_step": "x"}, {"amount": 70000}]}
    only = {"name": "only", "fail": [{"amount": 50001}]}
    assert problems(good, bad, only) == [
        (),
        ("not flagged: fail row 1", "flagged, but should not be: pass row 1"),
        (),
    ]


def test_further_tables_and_the_day() -> None:
    condition = "close_date < as_of AND NOT EXISTS (SELECT 1 FROM account a WHERE a.source_id = deal.company_id)"
    case = {
        "pass": [{"close_date": "2026-01-01", "company_id": "1"}, {"close_date": "2026-03-01", "company_id": "9"}],
        "fail": [{"close_date": "2026-01-01", "company_id": "9"}],
        "account": [{"source_id": "1"}],
        "as_of": "2026-02-01",
    }
    assert problems(case, condition=condition) == [()]
    later, alone = {**case, "as_of": "2026-04-01"}, {**case, "account": []}
    assert problems(later, condition=condition) == [("flagged, but should not be: pass row 2",)]
    assert "is not evaluated" in problems(alone, condition=condition)[0][0]


def test_what_cannot_be_judged_is_not_passed() -> None:
    assert problems({"pass": [{"next_step": "x"}]}, condition="amount > 5") == [
        ("expected to be passed, is not evaluated (no row could be judged)",)
    ]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"name": "c", "pass": [{"amuont": 1}]}, "case c: there is no field of deal named 'amuont'.*'amount'"),
        ({"pas": [{"amount": 1}]}, "case 1.*go into pass and fail"),
        ({"deal": [{"amount": 1}], "pass": [{}]}, "rows of deal go into pass and fail"),
        ({"pass": [{"amount": 1}], "acount": []}, "no key named 'acount'.*'account'"),
    ],
)
def test_a_case_that_cannot_be_read_says_what_was_meant(case: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=f"OWN001.*{said}"):
        own_cases(spec(case))


def test_every_expectation_of_a_case_is_checked() -> None:
    row = {"contact": [{"email": "ann@@acme.com"}], "found": ["contact.0.email"]}
    wrong = {
        "pass": [{"name": "p", "contact": row["contact"]}],
        "fail": [
            {"name": "f", **row, "found": ["contact.0.phone"]},
            {"name": "o", **row, "outcome": "passed"},
            {"name": "s", **row, "suggestion": {"contact.0.email": "x@y.com"}},
            {"name": "m", **row, "message": {"contact.0.email": "nothing wrong"}},
        ],
    }
    told = [run_case(VAL001, case, messages).problems for case in read_cases(wrong, "x")]
    assert [len(found) for found in told] == [1, 2, 1, 1, 1]
    for found, part in zip(
        told, ("flagged, but", "not flagged", "expected to be passed", "x@y.com", "nothing wrong"), strict=True
    ):
        assert part in found[0]
    with pytest.raises(ConfigError, match=r"no kind of case named 'fial'.*'fail'"):
        read_cases({"fial": []}, "x")


class Plugged(type(VAL001)):
    """A rule of a package that brings its cases as an attribute."""

    id = "EXT001"
    cases: ClassVar = {
        "pass": [{"name": "good", "contact": [{"email": "ann@acme.com"}]}],
        "fail": [{"name": "bad", "contact": [{"email": "ann@@acme.com"}], "found": ["contact.0.email"]}],
    }


class Unstable(RecordRule):
    """It flags the first row it is given, whatever that is."""

    id, title, message = "EXT002", "First", "m"
    family, dimension, severity = Family.OWN, Dimension.VALIDITY, Severity.LOW
    fields = ("contact.email",)

    def check(self, table, ctx):
        from audit.rule import Flags

        return Flags([number == 0 for number in range(len(table))])


def test_a_rule_whose_answer_depends_on_the_part_is_found_out() -> None:
    content = {"fail": [{"contact": [{"email": "a"}, {"email": "b"}], "found": ["contact.0.email"]}]}
    (case,) = read_cases(content, "x")
    assert run_case(Unstable(), case, messages).problems == (
        "in 3 parts of the data it finds something else than on the whole",
    )


def test_cases_beside_the_class(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "package_rules.py").write_text(
        f"from {type(VAL001).__module__} import {type(VAL001).__name__} as Base\n\n\n"
        "class Rule(Base):\n    id = 'EXT003'\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import package_rules

    assert cases_of(package_rules.Rule()) == []
    path = tmp_path / "cases" / "EXT003.toml"
    path.write_text('[[pass]]\nname = "good"\ncontact = [{ email = "ann@acme.com" }]\n', "utf-8")
    assert [case.name for case in cases_of(package_rules.Rule())] == ["pass: good"]
    path.write_text("[[pass", "utf-8")
    with pytest.raises(ConfigError, match="cases of rule EXT003 cannot be read"):
        cases_of(package_rules.Rule())


OWN = """
[[own_rule]]
id = "OWN001"
title = "Large deal"
entity = "deal"
field = "amount"
condition = "amount > 50000"
message = "m"
[[own_rule.case]]
name = "small and large"
pass = [{ amount = 50000 }]
fail = [{ amount = LARGE }]
[[own_rule]]
id = "OWN002"
title = "Untested"
entity = "deal"
field = "amount"
condition = "amount < 0"
message = "m"
"""


@pytest.mark.parametrize(("large", "code"), [("50001", 0), ("1", 1)])
def test_the_command_runs_own_and_plugged_in_cases(tmp_path, monkeypatch, large, code) -> None:
    monkeypatch.setattr(EntryPoint, "load", lambda point: Plugged)
    monkeypatch.setattr(own, "entry_points", lambda group: [EntryPoint("p", "x:Plugged", own.ENTRY_POINTS)])
    path = tmp_path / "audit.toml"
    path.write_text(OWN.replace("LARGE", large), "utf-8")
    result = CliRunner().invoke(main, ["rules", "test", "-c", str(path)], catch_exceptions=False)
    assert result.exit_code == code, result.output
    for part in ("OWN001  Large deal", "OWN002  Untested   no cases", "EXT001", "ok    pass: good", "ok    fail: bad"):
        assert part in result.output
    failing = [
        "FAIL  small and large",
        "not flagged: fail row 1",
        "expected  fail row 1",
        "found     nothing (2 rows judged)",
    ]
    assert all((part in result.output) == bool(code) for part in failing)
    assert f"{3 - code} of 3 cases hold." in result.output


def test_without_own_rules_there_is_nothing_to_test(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["rules", "test"])
    assert result.exit_code == 2
    assert "no own and no plugged-in rules" in result.output
