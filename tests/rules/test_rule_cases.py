"""Every rule against its pass, fail and fix cases in tests/cases, through the engine."""

import tomllib
from pathlib import Path

import pytest

from reports.sections.located import messages
from rules.cases import Case, read_cases, run_case
from rules.catalogue import RULES

CASES = Path(__file__).parents[1] / "cases"
BY_ID = {rule.id: rule for rule in RULES}


def cases() -> list:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}-{case.name}")
        for path in sorted(CASES.glob("*.toml"))
        for case in read_cases(tomllib.loads(path.read_text("utf-8")), path.name)
    ]


@pytest.mark.parametrize(("rule_id", "case"), cases())
def test_case(rule_id: str, case: Case) -> None:
    assert run_case(BY_ID[rule_id], case, messages).problems == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_pass_and_fail_cases(rule) -> None:
    content = tomllib.loads((CASES / f"{rule.id}.toml").read_text("utf-8"))
    assert content["pass"]
    assert content["fail"]
    if rule.fix_kind == "set":
        assert any("suggestion" in case for case in content["fail"])
