"""The words of a report in one language, and its numbers and dates by that language's habits."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
from babel import Locale, dates, numbers

from audit.errors import UsageError
from reports.sentences import Sentences

LOCALES = Path(__file__).with_name("locales")
SOURCE = "en"
"""The language in which everything is written first; what another one lacks is said in it."""
PLURAL_FORMS = frozenset({"zero", "one", "two", "few", "many", "other"})
_ENGLISH_NUMBER = re.compile(r"([\d,]*\d)(?:\.(\d+))?( ?%)?")
_NAMED_FIELD = re.compile(r"([^()]+) \((\w+)\.(\w+)\)")


def languages() -> list[str]:
    """The languages that have a string table."""
    return sorted(path.stem for path in LOCALES.glob("*.toml"))


@cache
def words_of(language: str) -> "Words":
    """The words of `language`. Raises UsageError if there is no table for it."""
    if language not in languages():
        raise UsageError(
            f"There is no report in the language {language!r}.", hint=f"Take one of: {', '.join(languages())}."
        )
    return Words(language, over(string_table(SOURCE), string_table(language)), Locale.parse(language))


def words_of_project(settings: Mapping[str, Any]) -> "Words":
    """The words of the language that a run's settings name for its report."""
    return words_of(str(settings.get("report", {}).get("language", SOURCE)))


def said_anywhere(*keys: str) -> dict[str, str]:
    """The key behind a text of any language, in lower case: by it an answer is read whoever wrote it."""
    return {words_of(language)(key).casefold(): key for language in languages() for key in keys}


def string_table(language: str) -> dict[str, Any]:
    """The texts of one language as they stand in its file."""
    return tomllib.loads((LOCALES / f"{language}.toml").read_text("utf-8"))


def is_text(value: object) -> bool:
    """Whether a value of a string table is a text: one, or one per plural form."""
    return isinstance(value, str) or (isinstance(value, Mapping) and value.keys() <= PLURAL_FORMS)


def over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """The texts of `below`, in their order, replaced by those of `above` that have the same key."""
    merged = dict(below)
    for key, value in above.items():
        deeper = key in below and not is_text(value) and not is_text(below[key])
        merged[key] = over(below[key], value) if deeper else value
    return merged


@dataclass(frozen=True)
class Words:
    """A string table. A key is dotted ("score.title"); a table of plural forms is chosen by the number `n`."""

    language: str
    table: Mapping[str, Any]
    locale: Locale

    def __call__(self, key: str, **values: Any) -> str:
        """The text of `key` with `values` filled in; whole numbers by the language's habits. Raises KeyError."""
        found: Any = self.table
        for part in key.split("."):
            found = found[part]
        if isinstance(found, Mapping):
            found = found.get(self.locale.plural_form(values["n"]), found["other"])
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return str(found).format(**shown)

    def has(self, key: str) -> bool:
        found: Any = self.table
        for part in key.split("."):
            if not isinstance(found, Mapping) or part not in found:
                return False
            found = found[part]
        return True

    def of(self, kind: str, name: str, part: str, english: str) -> str:
        """A text of a rule, metric or the like in this language, or the English one where it has none."""
        return str(self.table.get(kind, {}).get(name, {}).get(part, english))

    def field(self, entity: str, name: str, english: str) -> str:
        """The title of a field: that of its entity where it has one of its own."""
        common = self.table.get("field", {}).get(name, english)
        return str(self.table.get("field_of", {}).get(entity, {}).get(name, common))

    def told(self, text: str) -> str:
        """A sentence of the result, which is English, in this language; as it is where no pattern knows it."""
        return self.sentences(text) if self.sentences.table else text

    def term(self, text: str) -> str:
        """What a rule put into its message, which is English, in this language: a few words, figures or countries."""
        for joint in (", ", " or "):
            parts = text.split(joint)
            said = [self.sentences.whole(part) or self._named(part) for part in parts]
            if len(parts) > 1 and not set(parts) & set(said):
                return str(self.sentences.table.get(joint, joint)).join(said)
        told = self.told(text)
        return self._named(text) if told == text and self.language != SOURCE else told

    @cached_property
    def sentences(self) -> Sentences:
        return Sentences(self.table.get("told", {}), self._named, self.locale.plural_form)

    def _named(self, text: str) -> str:
        """What fills a sentence: a figure, a country, a field by its name; other text as it is."""
        text = _NAMED_FIELD.sub(
            lambda found: f"{self.field(found[2], found[3], found[1])} ({found[2]}.{found[3]})", text
        )
        if text in self.table.get("field", {}):
            return str(self.table["field"][text]).lower()
        code = _country_codes().get(text)
        return str(self.locale.territories[code]) if code in self.locale.territories else self.figure(text)

    def figure(self, text: str) -> str:
        """A number or share that is written the English way, by this language's habits; other text as it is."""
        found = _ENGLISH_NUMBER.fullmatch(text)
        if not found or ("," not in text and not found[2] and not found[3]):
            return text
        digits = len(found[2] or "")
        value = float(f"{found[1].replace(',', '')}.{found[2] or 0}")
        return self.percent(value / 100, digits) if found[3] else self.number(value, digits)

    def number(self, value: float, digits: int = 0) -> str:
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return str(numbers.format_decimal(value, format=pattern, locale=self.locale))

    def percent(self, share: float, digits: int = 1) -> str:
        """A fraction of 1 as per cent; a blank where it is unknown."""
        if isnan(share):
            return self("unknown")
        pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
        return str(numbers.format_percent(share, format=pattern, locale=self.locale))

    def money(self, value: float, currency: str) -> str:
        """An amount without cents from 1,000 on; the currency as its code."""
        shown = self.number(value, 0 if abs(value) >= 1000 else 2)
        return f"{currency}\u00a0{shown}" if currency else shown

    def date(self, day: pd.Timestamp) -> str:
        return str(dates.format_date(day.date(), format="long", locale=self.locale))

    def short_date(self, day: pd.Timestamp) -> str:
        return str(dates.format_date(day.date(), format="medium", locale=self.locale))

    def month(self, day: pd.Timestamp) -> str:
        return str(dates.format_skeleton("yMMM", day.date(), locale=self.locale))

    def listed(self, parts: list[str]) -> str:
        """Parts as a comma list with the language's last joint."""
        if len(parts) < 2:
            return "".join(parts)
        return self("list_end", head=", ".join(parts[:-1]), last=parts[-1])

    def quantity(self, value: float, unit: str, label: str = "") -> str:
        """The value of a metric in its unit; rates come as fractions of 1."""
        if isnan(value):
            return self("not_computable")
        if unit in ("money", "money_per_item"):
            return self.money(value, label)
        if unit == "rate":
            return self.percent(value)
        if unit == "count":
            return self.number(value, 0 if float(value).is_integer() else 1)
        return self(f"unit.{unit}", value=self.number(value, 1))

    def difference(self, value: float, unit: str, label: str = "") -> str:
        """How far two values of a metric lie apart; rates in percentage points."""
        if unit == "rate":
            return self("percentage_points", value=self.number(100 * value, 1))
        return self.quantity(value, unit, label)

    def span(self, low: float, high: float, unit: str, label: str = "") -> str:
        """From one value of a metric to another, with the unit once."""
        whole = self.quantity(high, unit, label)
        if low == high:
            return whole
        if unit in ("money", "money_per_item"):
            digits = 0 if abs(high) >= 1000 else 2
            return self("between", low=self.money(low, label), high=self.number(high, digits))
        if unit in ("minutes", "hours", "days", "months"):
            return self("between", low=self.number(low, 1), high=whole)
        return self("between", low=self.quantity(low, unit, label), high=whole)


@cache
def _country_codes() -> Mapping[str, str]:
    """The codes of countries by their English names."""
    return {name: code for code, name in Locale.parse(SOURCE).territories.items() if len(code) == 2}
