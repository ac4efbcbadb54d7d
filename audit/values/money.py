"""Amounts of money, numbers and percentages: signs, codes, separators, suffixes; one decimal mark a column."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.values.currencies import CODES, DECIMAL_COMMA, MULTIPLES, SIGNS
from audit.values.text import (
    arrow,
    factorise,
    is_placeholder,
    mapped,
    matches,
    objects,
    spread,
    substitute,
    text_series,
)

_UNIT = r"[^0-9+()',\-][^0-9+(),\-]*?"
_FORM = (
    rf"^(?P<open>\()?\s*(?P<sign>[-+])?\s*(?P<before>{_UNIT})??\s*(?P<sign2>[-+])?\s*"
    r"(?P<number>[0-9](?:[0-9.,' ]*[0-9])?|[.,][0-9]+)(?:[.,]-{1,2}|[.,])?"
    rf"\s*(?P<after>{_UNIT})??\s*(?P<trail>-)?\s*(?P<close>\))?$"
)
_PLAIN = r"^-?[0-9]+(?:\.[0-9]+)?$"
_SCIENTIFIC = r"^[-+]?[0-9]*\.?[0-9]+[eE][-+]?[0-9]{1,3}$"


@dataclass(frozen=True)
class MoneyOpinion:
    """How a column of numbers was read: the decimal mark, what decided it, and how many rows hold no number."""

    decimal: Literal[".", ","]
    evidence: str
    unreadable: int


def parse(values: pd.Series) -> tuple[pd.DataFrame, MoneyOpinion]:
    """Columns amount (float64) and currency (ISO code where one is named), and how they were read."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        amounts = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        currency_blank = text_series([None] * len(values), values.index)
        frame = pd.DataFrame({"amount": amounts, "currency": currency_blank}, index=values.index)
        return frame, MoneyOpinion(".", "stored as numbers", 0)
    distinct, codes = factorise(values)
    rows = np.bincount(codes[codes >= 0], minlength=len(distinct))
    frame, opinion = _read(distinct, rows)
    return spread(frame, codes, values.index), opinion


def number(values: pd.Series) -> tuple[pd.Series, MoneyOpinion]:
    """The amounts alone."""
    frame, opinion = parse(values)
    return frame["amount"], opinion


def percent(values: pd.Series) -> pd.Series:
    """Fractions of 1: "45%" is 0.45; numbers without a sign are per cent if one of them is above 1."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        bare = parse(values)[0]["amount"]
        return bare / 100 if (bare.abs() > 1).any() else bare
    signed = matches(values, r"%|(?i)per\s?cent|\bpct\b")
    stripped = pc.replace_substring_regex(arrow(values), r"(?i)^\s*[<>~≈]\s*|\s*(?:%|per\s?cent|pct\.?)\s*", " ")
    numbers = number(text_series(stripped, values.index))[0]
    bare = numbers[~signed]
    return numbers / np.where(signed | bool((bare.abs() > 1).any()), 100.0, 1.0)


def currency(values: pd.Series) -> pd.Series:
    """The ISO code of a currency's code, sign or English name ("usd", "€", "US Dollar"); NA where unknown."""
    names = _names()
    return mapped(values, lambda value: _code(value) or names.get(" ".join(value.casefold().split())))


def validate(values: pd.Series) -> np.ndarray:
    """Where a value can be read as an amount."""
    return parse(values)[0]["amount"].notna().to_numpy()


def clean(values: pd.Series) -> pd.Series:
    """Amounts as plain decimal text, followed by the currency where the value names one; NA where unreadable."""
    frame, _ = parse(values)
    amounts = [None if np.isnan(amount) else f"{amount:.10f}".rstrip("0").rstrip(".") for amount in frame["amount"]]
    codes = objects(frame["currency"])
    pairs = zip(amounts, codes, strict=True)
    return text_series([f"{amount} {code}" if amount and code else amount for amount, code in pairs], values.index)


def compare(left: pd.Series, right: pd.Series) -> np.ndarray:
    """The smaller amount as a share of the greater; 0 where signs or currencies differ, NaN where unknown."""
    a, b = parse(left)[0], parse(right)[0]
    x, y = a["amount"].to_numpy(), b["amount"].to_numpy()
    small, great = np.minimum(np.abs(x), np.abs(y)), np.maximum(np.abs(x), np.abs(y))
    with np.errstate(invalid="ignore", divide="ignore"):
        alike = np.where(great == 0, 1.0, np.where(np.sign(x) == np.sign(y), small / great, 0.0))
    one, other = objects(a["currency"]), objects(b["currency"])
    foreign = pd.notna(one) & pd.notna(other) & (one != other)
    return np.where(np.isnan(x) | np.isnan(y), np.nan, np.where(foreign, 0.0, alike))


def _read(distinct: pd.Series, rows: np.ndarray) -> tuple[pd.DataFrame, MoneyOpinion]:
    text = pc.replace_substring_regex(arrow(distinct), r"[\s\p{Z}]+", " ")
    text = pc.replace_substring_regex(text, "[\\x{2212}\\x{2013}\\x{2010}\\x{2011}]", "-")
    text = pc.replace_substring_regex(text, "[\\x{2019}\\x{2018}\\x{60}\\x{b4}]", "'")
    written = text_series(pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"^ ?'", "")))
    plain, scientific = matches(written, _PLAIN), matches(written, _SCIENTIFIC)
    digits = objects(substitute(written, "^-", ""))
    factor, codes = np.where(matches(written, "^-"), -1.0, 1.0), np.full(len(written), None, dtype=object)
    fits = plain.copy()
    odd = np.flatnonzero(~plain & ~scientific)
    if len(odd):
        digits[odd], factor[odd], codes[odd] = _taken_apart(written.iloc[odd])
        fits[odd] = ~np.isnan(factor[odd])
    numbers = text_series(digits[fits])
    decimal, evidence = _decimal(numbers, rows[fits], codes[fits])
    amounts = np.full(len(distinct), np.nan)
    amounts[fits] = _amounts(numbers, decimal) * factor[fits]
    amounts[scientific] = written[scientific].astype(float).to_numpy()
    amounts = np.where(np.isfinite(amounts), amounts, np.nan) + 0.0  # no negative zero
    unread = np.isnan(amounts)
    unreadable = int(rows[unread & ~is_placeholder(distinct)].sum())
    frame = pd.DataFrame({"amount": amounts, "currency": text_series(codes).mask(unread)})
    return frame, MoneyOpinion(decimal, evidence, unreadable)


def _taken_apart(written: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The digits with their dots and commas, the signed factor (NaN where there is no number) and the currency."""
    parts = pc.extract_regex(arrow(written), _FORM)
    part = {field.name: pc.struct_field(parts, field.name).fill_null("") for field in parts.type}
    signs = {name: part[name].to_numpy(zero_copy_only=False) for name in ("sign", "sign2", "trail", "open", "close")}
    minus = (signs["sign"] == "-") | (signs["sign2"] == "-") | (signs["trail"] == "-")
    negative = minus | ((signs["open"] == "(") & (signs["close"] == ")"))
    factor, codes = _units(text_series(part["before"]), text_series(part["after"]))
    fits = pc.is_valid(parts).to_numpy(zero_copy_only=False) & _grouped(text_series(part["number"]))
    digits = text_series(pc.replace_substring_regex(part["number"], "[' ]", ""))
    return objects(digits), np.where(fits, np.where(negative, -factor, factor), np.nan), codes


def _grouped(numbers: pd.Series) -> np.ndarray:
    """Where blanks and apostrophes, if there are any, stand between groups of three."""
    return ~matches(numbers, "[' ]") | matches(numbers, r"^[0-9]{1,3}(?:[' ][0-9]{3})+(?:[.,][0-9]+)?$")


_DOTS_GROUP = r"^[1-9][0-9]{0,2}(?:\.[0-9]{2,3})*\.[0-9]{3}$"
_COMMAS_GROUP = r"^[1-9][0-9]{0,2}(?:,[0-9]{2,3})*,[0-9]{3}$"
_POINT = r"^[0-9,]*\.[0-9]+$"
_COMMA = r"^[0-9.]*,[0-9]+$"


def _decimal(digits: pd.Series, rows: np.ndarray, codes: np.ndarray) -> tuple[Literal[".", ","], str]:
    """The decimal mark of a column: what only one reading explains decides, by rows."""
    marked = matches(digits, "[.,]")
    digits, rows, codes = digits[marked], rows[marked], codes[marked]
    either_dot = matches(digits, r"^[1-9][0-9]{0,2}\.[0-9]{3}$")
    either_comma = matches(digits, r"^[1-9][0-9]{0,2},[0-9]{3}$")
    dots, commas = matches(digits, _DOTS_GROUP) & ~either_dot, matches(digits, _COMMAS_GROUP) & ~either_comma
    point = (matches(digits, _POINT) & ~either_dot & ~dots & ~matches(digits, r"\..*\.")) | commas
    comma = (matches(digits, _COMMA) & ~either_comma & ~commas & ~matches(digits, ",.*,")) | dots
    for_point, for_comma = int(rows[point].sum()), int(rows[comma].sum())
    text = objects(digits)
    if for_point or for_comma:
        decimal: Literal[".", ","] = "." if for_point >= for_comma else ","
        sample = min(text[point if decimal == "." else comma])
        against = min(for_point, for_comma)
        return decimal, f"{sample} seen" + (f", {against} the other way" if against else "")
    dotted, comma_ed = int(rows[either_dot].sum()), int(rows[either_comma].sum())
    if not dotted and not comma_ed:
        return ".", "whole numbers"
    named = int(rows[np.isin(codes.astype(object), list(DECIMAL_COMMA))].sum())
    if dotted > comma_ed and (named or either_dot.sum() > 1):
        return ",", "dots always before three digits: thousands"
    return ".", "commas always before three digits: thousands" if comma_ed else "one number, read with a point"


def _amounts(digits: pd.Series, decimal: str) -> np.ndarray:
    """Numbers of digits, dots and commas; each by its own form where that has one reading, else by the column's."""
    simple = matches(digits, r"^[0-9]*\.?[0-9]+$" if decimal == "." else "^[0-9]+$")
    amounts = np.full(len(digits), np.nan)
    amounts[simple] = _floats(digits[simple])
    rest = digits[~simple]
    if len(rest):
        amounts[~simple] = _separated(rest, decimal)
    return amounts


def _separated(digits: pd.Series, decimal: str) -> np.ndarray:
    """Numbers in which dots and commas may be either."""
    dots, commas = matches(digits, _DOTS_GROUP), matches(digits, _COMMAS_GROUP)
    point, comma = matches(digits, _POINT), matches(digits, _COMMA)
    several_dots, several_commas = matches(digits, r"\..*\."), matches(digits, ",.*,")
    both = matches(digits, r"\..*,|,.*\.")
    as_comma = (comma & (both | ~commas | (decimal == ",")) & ~several_commas) | (dots & several_dots)
    as_comma |= dots & (decimal == ",")
    as_point = (point & (both | ~dots | (decimal == ".")) & ~several_dots) | (commas & several_commas)
    as_point |= commas & (decimal == ".")
    english = pc.replace_substring(arrow(digits), ",", "")
    continental = pc.replace_substring(pc.replace_substring(arrow(digits), ".", ""), ",", ".")
    chosen = text_series(pc.if_else(as_comma & ~as_point, continental, english))
    readable = (as_comma | as_point) & matches(chosen, r"^[0-9]*\.?[0-9]+$")
    amounts = np.full(len(digits), np.nan)
    amounts[readable] = _floats(chosen[readable])
    return amounts


def _floats(digits: pd.Series) -> np.ndarray:
    return pc.cast(arrow(digits), pa.float64()).to_numpy(zero_copy_only=False)


def _units(before: pd.Series, after: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The factor (NaN for words that are no unit) and the currency that stand before and after the numbers."""
    factor, codes = np.ones(len(before)), np.full(len(before), None, dtype=object)
    for side in (before, after):
        words, places = factorise(side)
        read = [_unit(word) for word in words.to_list()]
        factors = np.array([one for one, _ in read] + [1.0])
        found = np.array([code for _, code in read] + [None], dtype=object)
        factor = factor * factors[places]
        codes = np.where(pd.isna(codes), found[places], codes)
    return factor, codes


def _unit(words: str) -> tuple[float, str | None]:
    code = _code(words)
    if code:
        return 1.0, code
    factor, found = 1.0, None
    for word in words.upper().split():
        if word in MULTIPLES:
            factor *= MULTIPLES[word]
        elif _code(word):
            found = _code(word)
        elif word[:1] in MULTIPLES and _code(word[1:]):
            factor, found = factor * MULTIPLES[word[:1]], _code(word[1:])
        else:
            return np.nan, None
    return factor, found


def _code(word: str) -> str | None:
    word = word.strip().upper()
    if word in CODES:
        return word
    return SIGNS.get(word) or next(
        (code for code in (word[:3], word[-3:]) if code in CODES and word.strip(code + "$€£ ") == ""), None
    )


@cache
def _names() -> dict[str, str]:
    from babel import Locale

    names = Locale("en").currencies
    found = {names[code].casefold(): code for code in sorted(CODES) if code in names}
    return found | {f"{name}s": code for name, code in found.items()}
