"""The words of a report in one language, and its numbers and dates by that language's habits."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd
from babel import Locale, dates, numbers

from audit.errors import UsageError

LOCALES = Path(__file__).with_name("locales")


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
    text = (LOCALES / f"{language}.toml").read_text("utf-8")
    return Words(language, tomllib.loads(text), Locale.parse(language))


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
