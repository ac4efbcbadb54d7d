"""The report's page: one safe file, complete without a script, masked, and the same every time."""

import hashlib
import re
from base64 import b64encode
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest
from conftest import FIRST, HOSTILE, LAST

from audit.causes import wilson
from audit.result import AuditResult
from audit.score import Score
from reports import masking
from reports.outputs.html import render
from reports.sections import SECTIONS, View
from reports.sections.audience import Audience, chosen
from reports.sections.view import BANDS
from reports.wording import LOCALES, words_of
from rules.catalogue import RULES


class Page(HTMLParser):
    """Tags with their attributes, ids, headings, and the text outside of style and script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("style", "script"):
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="session")
def parsed(page: str) -> Page:
    return Page(page)


def test_nothing_is_loaded_from_anywhere(page: str, parsed: Page) -> None:
    for tag, attrs in parsed.tags:
        for name in ("src", "href", "srcset", "action", "data", "poster", "xlink:href"):
            value = attrs.get(name)
            assert value is None or value.startswith("#") or value in ("data:,", "certificate.html"), (tag, name, value)
        assert not [name for name in attrs if name.startswith("on")], tag
    assert not {"img", "iframe", "object", "embed", "form", "base", "video", "audio"} & {tag for tag, _ in parsed.tags}
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|sendBeacon|WebSocket", page)


def test_policy_names_the_one_script_by_its_hash(page: str, parsed: Page) -> None:
    policy = next(attrs["content"] for attrs in parsed.named("meta") if attrs.get("http-equiv"))
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 1
    digest = b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert policy is not None
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe-eval" not in policy


def test_size_stays_within_its_budget(page: str) -> None:
    assert len(page.encode()) < 1_000_000


def test_ids_are_unique_and_every_link_has_its_target(parsed: Page) -> None:
    ids = [attrs["id"] for _, attrs in parsed.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    for attrs in parsed.named("a"):
        assert attrs["href"] == "certificate.html" or (attrs["href"] or "").removeprefix("#") in ids


def test_structure_serves_screen_readers(page: str, parsed: Page) -> None:
    assert page.startswith("<!DOCTYPE html>")
    assert parsed.named("html")[0]["lang"] == "en"
    headings = [int(tag[1]) for tag, _ in parsed.tags if re.fullmatch(r"h[1-6]", tag)]
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))
    assert all(attrs.get("scope") in ("col", "row") for attrs in parsed.named("th"))
    assert len(parsed.named("caption")) == len(parsed.named("table")) > 20
    pictures = re.findall(r"<svg(.*?)</svg>", page, re.DOTALL)
    assert len(pictures) > 6
    assert all("<title" in picture and 'role="img"' in picture for picture in pictures)
    assert all(attrs.get("aria-label") for attrs in parsed.named("div") if attrs.get("role") == "region")


def test_every_section_is_there_in_order(parsed: Page) -> None:
    ids = [attrs["id"] for attrs in parsed.named("section")]
    assert ids == list(chosen(tuple(SECTIONS), Audience.EVERYTHING))
    order = "summary people inventory score findings duplicates metrics changes since unchecked method".split()
    assert [name for name in ids if name in order] == order


def test_masked_report_holds_no_value_of_a_person(page: str, result: AuditResult) -> None:
    contact = result.dataset["contact"]
    for name in ("email", "phone"):
        for value in contact.original(name).dropna().unique():
            assert value not in page
    text = " ".join(Page(page[: page.index('<section id="method"')]).text)
    for word in {*FIRST, *LAST, "Wijaya", "Pieter", "Vries", "O'Brien"}:
        assert not re.search(rf"\b{word}\b", text, re.IGNORECASE), word
    assert "•••@k•••.example" in page
    assert "amelia.secret" not in page


def test_full_report_shows_the_values_under_the_same_names(page: str, full_page: str) -> None:
    assert "@kembara.example" in full_page
    assert "Ratna Wijaya" in full_page
    names = re.compile(r"\bC-\d{4}\b")
    of_method = {"C-0412"}
    assert set(names.findall(page)) - of_method == set(names.findall(full_page)) - of_method
    assert len(set(names.findall(page))) > 20


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_are_only_text(full_page: str, value: str) -> None:
    if "<" in value:
        assert value not in full_page
    assert "49{%" not in full_page
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x1b\x07") & set(full_page)
    assert [attrs.get("type") for attrs in Page(full_page).named("script")].count(None) == 1


def test_a_cell_of_a_million_characters_is_cut(full_page: str, result: AuditResult) -> None:
    assert result.dataset["contact"]["company_name"].str.len().max() == 1_000_000
    assert "A" * 200 not in full_page
    shown = View(result, words_of("en"), masked=False).value("contact", "company_name", "A" * 1_000_000)
    assert shown == "A" * (masking.CUT - 1) + "…"


def test_same_result_gives_the_same_page(result: AuditResult, page: str) -> None:
    assert render(View(result, words_of("en"), masked=True)) == page


def test_nothing_of_the_templates_is_left(page: str) -> None:
    text = " ".join(Page(page).text)
    placeholders = set(re.findall(r"\{\w+\}", (LOCALES / "en.toml").read_text("utf-8")))
    assert len(placeholders) > 20
    of_rules = " ".join(type(rule).__doc__ or "" for rule in RULES)
    assert not [name for name in placeholders if name in text and name not in of_rules]
    assert not re.search(r"\bnan\b|\bNone\b|<NA>|Undefined", text)


def test_shown_parts_say_where_the_rest_is(page: str) -> None:
    assert re.search(r"4 of \d+ shown; all of them are in findings\.csv", page)


def test_score_and_its_band_are_in_words(page: str, result: AuditResult) -> None:
    assert f"{result.score.overall:.1f}" in page
    band = next(name for lowest, name in BANDS if result.score.overall >= lowest)
    assert words_of("en")(f"first.verdict.{band}") in page


def test_rules_that_could_not_run_are_told(page: str, result: AuditResult) -> None:
    told = page[page.index('<section id="unchecked"') :]
    for item in result.rule_results:
        if item.outcome == "not_evaluated":
            assert item.rule_id in told


def test_an_audit_of_nothing_still_renders(result: AuditResult) -> None:
    from audit.dataset import Dataset

    score: Score = replace(
        result.score,
        overall=0.0,
        by_dimension=result.score.by_dimension.head(0),
        by_source=result.score.by_source.head(0),
        by_entity=result.score.by_entity.head(0),
        by_field=result.score.by_field.head(0),
        records={},
    )
    bare = replace(
        result,
        dataset=Dataset({}),
        findings=result.findings.head(0),
        matches={},
        score=score,
        cleaned=replace(
            result.cleaned,
            dataset=Dataset({}),
            changes=result.cleaned.changes.head(0),
            accounts=result.cleaned.accounts.head(0),
        ),
        metrics=result.metrics.head(0),
        impact=result.impact.head(0),
        inventory=result.inventory.head(0),
        overlap=pd.DataFrame(),
        inputs={},
        queue=None,
    )
    assert "Unreliable" in render(View(bare, words_of("en"), masked=True))


@pytest.mark.parametrize(
    ("entity", "field", "value", "shown"),
    [
        ("contact", "email", "jane.doe@kembara.example", "j•••@k•••.example"),
        ("contact", "phone", "+62 812 3456 123", "+62 •••• 123"),
        ("contact", "phone", "0812 3456 123", "•••• 123"),
        ("contact", "last_name", "Jane Smith", "J. S."),
        ("contact", "other_emails", "a.b@x.example; c@y.example", "a•••@x•••.example; c•••@y•••.example"),
        ("contact", "lifecycle_stage", "Lead", "Lead"),
        ("contact", "lifecycle_stage", "jane@x.example", "j•••@x•••.example"),
        ("contact", "owner", "Ratna Wijaya", "R. W."),
        ("contact", "created_by", "Import bot", "Import bot"),
        ("deal", "stage", "2026-10", "2026-10"),
        ("deal", "stage", "call 0812 3456 123", "c••• •••• 123"),
        ("contact", "created_at", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"),
        ("contact", "created_at", "31 December 2025", "31 December 2025"),
        ("contact", "created_at", "Jane Smith", "J••• S•••"),
        ("contact", "note", "call Jane on +62 812 3456 123", "c••• J••• o••• +62 •••• 123"),
        ("deal", "amount", "12,000.50", "12,000.50"),
        ("contact", "company_name", "Kembara Logistics", "K••• L•••"),
    ],
)
def test_masks(entity: str, field: str, value: str, shown: str) -> None:
    assert masking.mask_value(entity, field, value) == shown


def test_arguments_of_messages_are_masked_unless_they_count_or_name_a_place() -> None:
    assert masking.mask_argument("days", "12") == "12"
    assert masking.mask_argument("first", "contacts.csv, row 12") == "contacts.csv, row 12"
    assert masking.mask_argument("status", "won") == "won"
    assert masking.mask_argument("status", "jane@x.example") == "j•••@x•••.example"
    assert masking.mask_argument("anything", "Jane Smith") == "J••• S•••"


def test_sentences_hide_what_they_quote() -> None:
    told = masking.mask_sentence("nickname (Jane, jenny) at jane@x.example", ["Jane", "Jenny"])
    assert "ane" not in told.replace("j•••@x•••.example", "")
    assert "enny" not in told


def test_a_missing_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        words_of("en")("first.no_such_word")


def test_words_count_and_format_by_the_language() -> None:
    words = words_of("en")
    assert words("first.from_files", n=1) == "from 1 file"
    assert words("first.from_files", n=1200) == "from 1,200 files"
    assert words.percent(0.1234) == "12.3%"
    assert words.quantity(0.5, "rate") == "50.0%"
    assert words.quantity(5, "ratio") == "5.0 : 1"
    assert words.quantity(float("nan"), "money", "EUR") == "not computable"
    assert words.span(1000, 2000, "money", "EUR") == "EUR\u00a01,000 to\u00a02,000"
    assert words.difference(0.05, "rate") == "5.0 pp"


def test_wilson_interval_agrees_with_the_published_example() -> None:
    import numpy as np

    low, high = wilson(np.array([10.0, 0.0]), np.array([100.0, 20.0]))
    assert low == pytest.approx([0.0552, 0.0], abs=1e-4)
    assert high == pytest.approx([0.1744, 0.1611], abs=1e-4)
