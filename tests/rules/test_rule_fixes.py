"""Every rule's fail cases, cleaned: the fix removes its finding and adds none; cleaning again changes nothing."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from audit.cleaning import Strictness, clean
from audit.engine import run_rules
from audit.rule import Context
from rules.cases import Case, read_cases
from rules.catalogue import RULES

CASES = Path(__file__).parents[1] / "cases"
BY_ID = {rule.id: rule for rule in RULES}
CELLS = ("set", "clear")
TOGETHER = ("UNQ001", "UNQ002")
"""Each of these leaves some records of a person to the other."""


def cases() -> list:
    found = []
    for path in sorted(CASES.glob("*.toml")):
        if BY_ID[path.stem].fix_kind != "none":
            content = read_cases(tomllib.loads(path.read_text("utf-8")), path.name)
            found += [pytest.param(path.stem, case, id=f"{path.stem}-{case.name}") for case in content if case.found]
    return found


@pytest.mark.parametrize(("rule_id", "case"), cases())
def test_a_fix_removes_its_finding_and_adds_none(rule_id: str, case: Case) -> None:
    rules = [BY_ID[name] for name in (TOGETHER if rule_id in TOGETHER else (rule_id,))]
    data = case.data()
    ctx = Context(pd.Timestamp(case.as_of), case.country, {rule_id: case.options} if case.options else {})
    found, _ = run_rules(rules, data, ctx)
    cleaned = clean(data, found, rules, ctx, {}, strictness=Strictness.LOOSE)
    again, _ = run_rules(rules, cleaned.dataset, ctx)
    changed = cleaned.changes
    before = _places(found)
    assert _places(again) <= before, "a fix made a finding"
    mended = changed[changed["kind"].isin([*CELLS, "merge", "drop"])]
    gone = set(zip(mended["entity"], mended["record"], strict=True))
    left = {place[:2] for place in _places(again[again["fix_kind"].isin(CELLS)])}
    assert not gone & left, "a fix left its finding"
    second = clean(cleaned.dataset, again, rules, ctx, {}, strictness=Strictness.LOOSE)
    assert second.changes.empty, "cleaning twice is not cleaning once"


def _places(found: pd.DataFrame) -> set[tuple[str, int, str]]:
    return set(zip(found["entity"], found["record"], found["field"].astype(str), strict=True))
