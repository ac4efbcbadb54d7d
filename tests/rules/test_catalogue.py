"""The catalogue of rules: fresh, complete, and no two rules that say the same."""

import string
from pathlib import Path

import pytest
from click.testing import CliRunner

from audit.engine import MAX_ARGS
from audit.rule import FixKind, Rule
from audit.schema import entities
from rules import pages
from rules.catalogue import RULES
from rules.pages import catalogue_markdown, page

PREFIX = {
    "completeness": "CMP",
    "validity": "VAL",
    "uniqueness": "UNQ",
    "consistency": "CON",
    "timeliness": "TIM",
    "accuracy": "ACC",
}


def test_the_file_is_fresh() -> None:
    assert pages.CATALOGUE.read_text("utf-8") == catalogue_markdown(RULES), "run python -m rules.pages"


def test_check_says_when_the_file_is_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "CATALOGUE", tmp_path / "CATALOGUE.md")
    run = CliRunner().invoke
    assert run(pages.main, ["--check"]).exit_code == 1
    assert run(pages.main).exit_code == 0
    assert run(pages.main, ["--check"]).exit_code == 0
    pages.CATALOGUE.write_text("old", "utf-8")
    assert run(pages.main, ["--check"]).exit_code == 1
    assert pages.CATALOGUE.read_text("utf-8") == "old"


def test_every_rule_is_in_the_table_and_has_a_page() -> None:
    text = catalogue_markdown(RULES)
    for rule in RULES:
        assert f"| [{rule.id}](#" in text
        assert f"## {rule.id} {rule.title}\n" in text
        assert page(rule).why in text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_told_as_the_others_are(rule: Rule) -> None:
    told = page(rule)
    assert bool(told.safety) == (rule.fix_kind is not FixKind.NONE)
    assert told.summary.endswith(".")
    assert "\n" not in told.summary
    assert rule.id.startswith(PREFIX[rule.dimension])
    module = type(rule).__module__.split(".")
    assert module[:2] == ["rules", str(rule.dimension)]
    assert "".join(word.capitalize() for word in module[2].split("_")) == type(rule).__name__
    assert 0 < len(rule.title) <= 40


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_fields_exist_and_the_message_can_be_filled(rule: Rule) -> None:
    derived = {"person", "organisation", "person_confidence", "organisation_confidence"}
    for name in (*rule.fields, *rule.requires):
        entity, _, field = name.partition(".")
        assert field in entities()[entity].fields or (name in rule.requires and field in derived)
    assert len(rule.args) <= MAX_ARGS
    used = {name for _, name, _, _ in string.Formatter().parse(rule.message) if name}
    assert used <= {"value", "suggestion", "field", *rule.args}
    assert set(rule.args) <= used


def test_no_two_rules_share_an_id_or_a_text() -> None:
    told = [page(rule) for rule in RULES]
    for part in ("summary", "what", "why", "how", "example"):
        texts = [getattr(text, part) for text in told]
        assert len(set(texts)) == len(texts), part
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert len({rule.title for rule in RULES}) == len(RULES)
    assert len({rule.message for rule in RULES}) == len(RULES)


def test_a_docstring_without_a_heading_is_refused() -> None:
    class Terse(type(RULES[0])):
        """Only a summary."""

    with pytest.raises(ValueError, match="What is flagged"):
        page(Terse())
