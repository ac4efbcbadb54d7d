"""The sentences that the audit writes into its result: read off the code that writes them, known to every language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.matching.conflicts import REASONS
from audit.matching.levels import ACCOUNT, CONTACT
from reports.metrics.attribution import MODELS
from reports.wording import SOURCE, languages, words_of

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in languages() if language != SOURCE]
SAYING = frozenset({"Unreadable", "Refused", "not_computable", "unmapped", "RuleResult", "Ruling", "SetAside", "Guess"})
"""Calls whose texts reach a reader."""
SAYING_NAMES = frozenset({"reason", "missing", "over", "under", "what"})
"""Names of arguments that reach one."""
SAYING_FUNCTIONS = frozenset(
    "_contradicts _reason _distance _width lacking _why_none _other_currencies synonyms _alike _amounts_said "
    "_booleans ragged_reason _summary _odd _converted".split()
)
"""Functions of which every text does."""
MODULES = ("audit/engine.py", "audit/gates.py", "audit/sources/*.py", "reports/impact/*.py", "reports/metrics/*.py")
_WORD = re.compile(r"[^\W\d_]{3}")
SINGLE = "7"
"""What stands for a value in a sentence: it may be a number."""


def variants(node: ast.expr) -> list[str]:
    """What an expression of text may read, with SINGLE for every value; nothing for what is no text."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            said = [""]
            for part in parts:
                said = [head + tail for head in said for tail in variants(part) or [SINGLE]]
            return said
        case ast.FormattedValue(value=value):
            return variants(value) or [SINGLE]
        case ast.IfExp(body=body, orelse=other):
            return [*variants(body), *variants(other)]
        case ast.BoolOp(values=values):
            return [text for value in values for text in variants(value)]
    return []


def spoken(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text that a module passes to a reader, with its line."""
    for node in ast.walk(tree):
        found: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            found += node.args if name in SAYING else []
            found += [keyword.value for keyword in node.keywords if keyword.arg in SAYING_NAMES]
        elif isinstance(node, ast.FunctionDef) and node.name in SAYING_FUNCTIONS:
            inner = [one for statement in node.body for one in ast.walk(statement)]
            within = {
                id(part)
                for whole in inner
                if isinstance(whole, ast.JoinedStr)
                for part in ast.walk(whole)
                if part is not whole
            }
            doc = node.body[0].value if isinstance(node.body[0], ast.Expr) else None
            texts = [one for one in inner if isinstance(one, ast.JoinedStr | ast.Constant)]
            found += [one for one in texts if one is not doc and id(one) not in within]
        for expression in found:
            for text in variants(expression):
                if " " in text.strip():
                    yield node.lineno, text.strip()


def sentences() -> list[tuple[str, str]]:
    """Each sentence with the place that writes it."""
    found = {}
    for pattern in MODULES:
        for path in sorted(ROOT.glob(pattern)):
            for line, text in spoken(ast.parse(path.read_text("utf-8"))):
                found.setdefault(text, f"{path.relative_to(ROOT)}:{line}")
    return sorted((place, text) for text, place in found.items())


def test_the_code_is_searched() -> None:
    texts = [text for _, text in sentences()]
    assert len(texts) > 120
    assert "No deal names its buyer." in texts
    assert "Only 7 records are behind it." in texts
    assert "the header says a date, the values are none" in texts


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_the_code_is_known(language: str) -> None:
    whole = words_of(language).sentences.whole
    unknown = [
        (place, part)
        for place, text in sentences()
        if whole(text) is None
        for part in text.split("; ")
        if _WORD.search(part) and whole(part) is None
    ]
    assert unknown == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_words_of_matching_are_known(language: str) -> None:
    whole = words_of(language).sentences.whole
    comparisons = (*CONTACT, *ACCOUNT)
    phrases = [level.phrase.format("Jane", "Jana") for one in comparisons for level in one.levels if level.phrase]
    titles = [one.title for one in comparisons] + [level.name for one in comparisons for level in one.levels]
    assert len(phrases) > 60
    assert [text for text in (*phrases, *titles, *REASONS, *MODELS) if text and whole(text) is None] == []
