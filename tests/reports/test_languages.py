"""Every language says everything: nothing is missing, half-filled or left in English."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest
from babel import Locale

from audit.errors import UsageError
from audit.result import AuditResult
from audit.schema import entities
from reports.metrics.catalogue import METRICS
from reports.metrics.goals import GOALS
from reports.metrics.standard import REPORTS
from reports.outputs.html import render
from reports.sections import View
from reports.sections.pages import page_of
from reports.sentences import Sentences, placeholders
from reports.wording import LOCALES, SOURCE, is_text, languages, over, string_table, words_of
from rules.catalogue import RULES

OTHERS = [language for language in languages() if language != SOURCE]
OWN_TABLES = ("field", "field_of", "metric", "goal", "report", "rule", "told")
"""Tables that a language adds to those of the English file: texts that are English where they are written."""
METRIC_TEXTS = ("name", "formula", "symbols", "filters", "source")
PAGE_TEXTS = ("summary", "what", "why", "how", "example", "safety")
_WORD = re.compile(r"[^\W\d_]{2,}")


def texts(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every text of a table (or its plural forms) by its dotted key."""
    for key, value in table.items():
        if is_text(value):
            yield f"{path}{key}", value
        elif isinstance(value, dict):
            yield from texts(value, f"{path}{key}.")


def page_words(language: str) -> dict[str, Any]:
    own = (*OWN_TABLES, "same_as_english")
    return dict(texts({key: value for key, value in string_table(language).items() if key not in own}))


def forms(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def written_elsewhere() -> Iterator[tuple[str, str]]:
    """Every text that is English where it is written, by the key that its counterpart has."""
    for metric in METRICS:
        for part in METRIC_TEXTS:
            if getattr(metric, part):
                yield f"metric.{metric.id}.{part}", getattr(metric, part)
    for name, goal in GOALS.items():
        yield f"goal.{name}.title", goal.title
    for name, report in REPORTS.items():
        yield f"report.{name}.title", report.title
    for rule in RULES:
        yield f"rule.{rule.id}.title", rule.title
        yield f"rule.{rule.id}.message", rule.message
        for part in PAGE_TEXTS:
            if text := getattr(page_of(rule), part):
                yield f"rule.{rule.id}.{part}", text


class Visible(HTMLParser):
    """What a reader sees of a page: the text outside of scripts and styles, and what screen readers say."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("script", "style")
        self.parts += [
            value or ""
            for name, value in attrs
            if name in ("aria-label", "placeholder", "title") or name.startswith("data-")
        ]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def visible(page: str) -> str:
    parser = Visible()
    parser.feed(page)
    return " ".join(" ".join(parser.parts).split())


def telling(text: str) -> str:
    """The longest run of a text's own words, where it is long enough to be nobody's data; else "" ."""
    runs = re.split(r"\{\w*\}|``[^`]*``|`[^`]*`", " ".join(text.split()))
    longest = max(runs, key=len).strip(" .,:;()")
    return longest if len(_WORD.findall(longest)) >= 3 and len(longest) >= 16 else ""


@pytest.mark.parametrize("language", OTHERS)
def test_no_word_of_the_pages_is_missing_or_unknown(language: str) -> None:
    english, other = page_words(SOURCE), page_words(language)
    assert sorted(english.keys() - other.keys()) == [], "not said in this language"
    assert sorted(other.keys() - english.keys()) == [], "said, but asked for by nobody"


@pytest.mark.parametrize("language", OTHERS)
def test_texts_ask_for_the_same_values(language: str) -> None:
    english, other = page_words(SOURCE), page_words(language)
    for key in english.keys() & other.keys():
        asked = set().union(*map(placeholders, forms(english[key])))
        for text in forms(other[key]):
            # A form for one thing may leave its number out.
            assert asked - {"n"} <= set(placeholders(text)) <= asked, key
        assert "n" not in asked or "n" in placeholders(forms(other[key])[-1]), key


@pytest.mark.parametrize("language", languages())
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    wanted = {*Locale.parse(language).plural_form.tags, "other"}
    for key, text in texts(
        {name: table for name, table in string_table(language).items() if name != "same_as_english"}
    ):
        assert isinstance(text, str) or set(text) == wanted, key


@pytest.mark.parametrize("language", OTHERS)
def test_texts_of_rules_and_metrics_are_all_said(language: str) -> None:
    said = dict(texts(string_table(language)))
    wanted = dict(written_elsewhere())
    assert sorted(wanted.keys() - said.keys()) == [], "not said in this language"
    unknown = {key for key in said if key.partition(".")[0] in ("metric", "goal", "report", "rule")} - wanted.keys()
    assert sorted(unknown) == [], "said, but there is nothing of the kind"
    for rule in RULES:
        key = f"rule.{rule.id}.message"
        assert placeholders(said[key]) == placeholders(rule.message), key


@pytest.mark.parametrize("language", OTHERS)
def test_code_in_texts_is_kept(language: str) -> None:
    said = dict(texts(string_table(language)))
    for key, english in written_elsewhere():
        if key.startswith("rule.") and key in said:
            code = sorted(re.findall(r"``(.+?)``", english))
            assert sorted(re.findall(r"``(.+?)``", said[key])) == code, key


@pytest.mark.parametrize("language", OTHERS)
def test_every_field_has_a_name(language: str) -> None:
    table = string_table(language)
    fields = {(entity.name, field) for entity in entities().values() for field in entity.fields}
    common, own = table["field"], {(e, f) for e, names in table.get("field_of", {}).items() for f in names}
    assert not {(entity, field) for entity, field in fields if field not in common} - own
    assert not own - fields
    assert not common.keys() - {field for _, field in fields}


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    """A text that reads the same must be named as one that does in this language as well."""
    table = string_table(language)
    english = {**page_words(SOURCE), **dict(written_elsewhere())}
    english |= {
        f"field.{field.name}": field.title for entity in entities().values() for field in entity.fields.values()
    }
    said = dict(texts(table))
    said |= {f"told.{pattern}": text for pattern, text in table["told"].items()}
    english |= {f"told.{pattern}": pattern for pattern in table["told"]}
    same = {
        key
        for key, text in english.items()
        if key in said
        and any(one in forms(text) and _WORD.search(re.sub(r"\{\w+\}|``.+?``", "", one)) for one in forms(said[key]))
    }
    assert sorted(same - set(table["same_as_english"])) == [], "translate, or name it in same_as_english"
    assert sorted(set(table["same_as_english"]) - same) == [], "these differ from the English"


@pytest.mark.parametrize("language", OTHERS)
def test_sentences_ask_for_the_same_values(language: str) -> None:
    for pattern, text in string_table(language)["told"].items():
        names = re.findall(r"\{(\w+)\}", pattern)
        assert len(names) == len(set(names)), pattern
        for form in forms(text):
            assert set(placeholders(form)) == set(names), pattern


def english_left(page: str, language: str, ours: str = "") -> list[str]:
    """The English texts that stand on a page of another language; `ours` are texts of the user that may."""
    seen = visible(page)
    table = string_table(language)
    english = [text for value in page_words(SOURCE).values() for text in forms(value)]
    english += [text for _, text in written_elsewhere()] + list(table["told"])
    said = " ".join(text for _, value in texts(table) for text in forms(value))
    said += " ".join(text for value in table["told"].values() for text in forms(value)) + ours
    return sorted({run for text in english if (run := telling(text)) and run in seen and run not in said})


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("masked", [True, False])
def test_a_page_says_nothing_in_english(result: AuditResult, language: str, masked: bool) -> None:
    page = render(View(result, words_of(language), masked=masked))
    assert f'<html lang="{language}"' in page
    assert english_left(page, language) == []
    assert len(english_left(render(View(result, words_of(SOURCE), masked=masked)), language)) > 300


@pytest.mark.parametrize("language", OTHERS)
def test_the_sample_says_nothing_in_english(sample_audit: AuditResult, language: str) -> None:
    page = render(View(sample_audit, words_of(language), masked=True))
    assert english_left(page, language, ours=sample_audit.title) == []


def test_numbers_dates_and_amounts_go_by_the_language() -> None:
    words = words_of("id")
    assert words.number(1234567.5, 1) == "1.234.567,5"
    assert words.percent(0.1234) == "12,3%"
    assert words.money(1234.5, "IDR") == "IDR\u00a01.234"
    assert words.money(12.5, "EUR") == "EUR\u00a012,50"
    assert words.date(pd.Timestamp("2026-11-12")) == "12 November 2026"
    assert words.short_date(pd.Timestamp("2026-05-01")) == "1 Mei 2026"
    assert words.month(pd.Timestamp("2026-08-01")) == "Agu 2026"
    assert words("first.from_files", n=1200) == "dari 1.200 berkas"
    assert words("first.from_files", n=1) == "dari 1 berkas"


def test_a_word_that_a_language_lacks_is_said_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    merged = over(
        {"a": {"x": "one", "y": {"one": "1", "other": "{n}"}}, "b": "two"}, {"a": {"y": {"other": "{n} buah"}}}
    )
    assert merged == {"a": {"x": "one", "y": {"other": "{n} buah"}}, "b": "two"}
    assert words_of("id").of("rule", "OWN999", "title", "A rule of their own") == "A rule of their own"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError) as error:
        words_of("xx")
    assert "en, id" in str(error.value.hint)


def test_a_language_is_one_file() -> None:
    for path in sorted(LOCALES.iterdir()):
        assert path.suffix == ".toml"
        tomllib.loads(path.read_text("utf-8"))


def test_sentences_are_read_back_by_their_patterns() -> None:
    told = Sentences(
        {
            "{n} of {total} columns known": "{n} dari {total} kolom dikenal",
            "Only {n} record is behind it.": {"one": "satu {n}", "few": "{n} beberapa", "other": "{n} banyak"},
            "its ids": "id-nya",
            "It differs by {share}.": "Selisih {share}.",
            "{first} ~ {second} (part)": "{first} ~ {second} (sebagian)",
            "; but ": "; tetapi ",
            "none": "tidak ada",
        },
        lambda text: text.replace(".", ","),
        lambda n: "one" if n == 1 else "few" if n < 5 else "other",
    )
    assert told("its ids; 3 of 7 columns known") == "id-nya; 3 dari 7 kolom dikenal"
    assert told("Only 3 record is behind it.") == "3 beberapa"
    assert told("Only 1,200 record is behind it.") == "1,200 banyak"
    assert told("It differs by 2.5 %. Only 1 record is behind it.") == "Selisih 2,5 %. satu 1"
    assert told("a ~ b (part); but none") == "a ~ b (sebagian); tetapi tidak ada"
    assert told("Nobody knows this. It differs by 1 %.") == "Nobody knows this. Selisih 1 %."
    assert told("what a customer wrote, none of ours") == "what a customer wrote, none of ours"
    assert told("") == ""


@pytest.mark.parametrize(
    ("english", "other"),
    [
        ("The raw figure is 3.4 % above the cleaned one.", "Angka apa adanya 3,4% di atas angka yang dibersihkan."),
        ("No source gives Name (deal.name).", "Tidak ada sumber yang memberi Nama (deal.name)."),
        ("2 merge, 1,204 set", "2 digabung, 1.204 dikoreksi"),
        ("that exists in Germany", "yang ada di Jerman"),
        ("day-first: 31/01/2024 seen; 2 unreadable", "hari dahulu: 31/01/2024 terlihat; 2 tidak terbaca"),
    ],
)
def test_what_the_audit_wrote_is_said_in_indonesian(english: str, other: str) -> None:
    assert words_of("id").told(english) == other
    assert words_of("en").told(english) == english
