"""Every rule against its pass, fail and fix cases in tests/cases, through the engine."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from audit.dataset import Dataset, table_from_frame
from audit.engine import run_rules
from audit.rule import Context, Outcome
from audit.schema import TEXT, entities
from audit.values import boolean, date, money
from rules.catalogue import RULES

CASES = Path(__file__).parents[1] / "cases"
BY_ID = {rule.id: rule for rule in RULES}


def dataset(tables: dict[str, list[dict]]) -> Dataset:
    """Tables from the rows of a case: cells are text as a source would hold it, typed the way sources type them."""
    built = {}
    for entity, rows in tables.items():
        cells = [dict(row) for row in rows]
        sources = [str(row.pop("source", "test")) for row in cells]
        text = pd.DataFrame(cells).astype(TEXT).replace("", pd.NA)
        typed = text.copy()
        for name in text.columns:
            kind = entities()[entity].fields[name].type if name in entities()[entity].fields else "text"
            if kind in ("date", "datetime"):
                typed[name] = date.parse(text[name])[0]
            elif kind in ("money", "number"):
                typed[name] = money.number(text[name])[0]
            elif kind == "percent":
                typed[name] = money.percent(text[name])
            elif kind == "boolean":
                typed[name] = boolean.parse(text[name])
        table = table_from_frame(entity, typed, text=text[[c for c in text if typed[c].dtype != TEXT]])
        table.lineage["source"] = pd.Categorical(sources)
        built[entity] = table
    return Dataset(built)


def cases() -> list:
    found = []
    for path in sorted(CASES.glob("*.toml")):
        content = tomllib.loads(path.read_text("utf-8"))
        for kind in ("pass", "fail"):
            for number, case in enumerate(content.get(kind, ())):
                found.append(pytest.param(path.stem, kind, case, id=f"{path.stem}-{kind}{number}-{case['name']}"))
    return found


@pytest.mark.parametrize(("rule_id", "kind", "case"), cases())
def test_case(rule_id: str, kind: str, case: dict) -> None:
    rule = BY_ID[rule_id]
    tables = {name: rows for name, rows in case.items() if name in entities()}
    options = {rule_id: case["options"]} if "options" in case else {}
    ctx = Context(pd.Timestamp(case.get("as_of", "2026-11-01")), case.get("country"), options)
    data = dataset(tables)
    findings, (result,) = run_rules([rule], data, ctx)
    found = [f"{f.entity}.{f.record}.{f.field}" for f in findings.itertuples()]
    if case.get("outcome"):
        assert result.outcome == case["outcome"]
    elif kind == "pass":
        assert found == []
        assert result.outcome is Outcome.PASSED
    else:
        assert sorted(found) == sorted(case["found"])
    suggested = dict(zip(found, findings["suggestion"], strict=True))
    for place, value in case.get("suggestion", {}).items():
        assert suggested[place] == value
    safety = dict(zip(found, findings["fix_safety"], strict=True))
    for place, value in case.get("fix_safety", {}).items():
        assert safety[place] == value
    findings_by_parts, _ = run_rules([rule], data, ctx, partitions=3)
    pd.testing.assert_frame_equal(findings, findings_by_parts)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_pass_and_fail_cases(rule) -> None:
    content = tomllib.loads((CASES / f"{rule.id}.toml").read_text("utf-8"))
    assert content["pass"]
    assert content["fail"]
    if rule.fix_kind == "set":
        assert any("suggestion" in case for case in content["fail"])
