"""Phone numbers. What a number is, the phonenumbers library (Google's libphonenumber) says."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.values.numbering_plan import read_plain
from audit.values.text import (
    TEXT,
    arrow,
    as_text,
    bytes_of,
    factorise,
    matches,
    nearly_all_differ,
    objects,
    of_bytes,
    over_distinct,
    spread,
    text_series,
)

COLUMNS = ("e164", "region", "valid", "possible", "kind", "extension")
_NOISE = (
    r"^(?:p|tel|phone|ph|mobile|mob|cell|fax|telp|hp|t|m):\s*|^'+|[\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}\x{feff}]"
)
_LEAST_DIGITS = 7


def parse(values: pd.Series, regions: pd.Series | str | None = None) -> pd.DataFrame:
    """Columns e164, region, valid, possible, kind (mobile, fixed, toll_free ...), extension; blank where no number.

    `regions` are two-letter codes, one for all or one a row; they tell how numbers without a country code are read.
    Each distinct pair of text and region is read once.
    """
    pairs, codes = _pairs(values, regions)
    return spread(_read(pairs), codes, values.index)


def clean(values: pd.Series, regions: pd.Series | str | None = None) -> pd.Series:
    """E.164, with ";ext=" where there is an extension; NA where the text is no possible number."""
    parsed = parse(values, regions)
    extension = (";ext=" + parsed["extension"]).fillna("")
    return (parsed["e164"] + extension).where(parsed["possible"])


def validate(values: pd.Series, regions: pd.Series | str | None = None) -> np.ndarray:
    """Where a value is a number that can be dialled, by its country's numbering plan."""
    return parse(values, regions)["valid"].to_numpy()


def digits(values: pd.Series) -> pd.Series:
    """The decimal digits alone, in any script; NA where there are none."""

    def kept(distinct: pd.Series) -> pd.Series:
        text = arrow(distinct)
        if not pc.all(pc.string_is_ascii(text)).as_py():
            text = arrow(text_series([word.translate(_digit_table()) for word in distinct.to_list()]))
        data, at = bytes_of(text)
        text = of_bytes(data, at, (data >= ord("0")) & (data <= ord("9")), text)
        return text_series(pc.if_else(pc.equal(text, ""), None, text))

    return over_distinct(values, kept)


def match_key(values: pd.Series, regions: pd.Series | str | None = None) -> pd.Series:
    """For joining: E.164 without extension, else the last nine digits of seven or more; NA for less."""
    parsed = parse(values, regions)
    bare = digits(text_series(pc.replace_substring_regex(arrow(values), r"(?i)\s*(?:x|ext).*$", ""), values.index))
    tail = text_series(pc.utf8_slice_codeunits(arrow(bare), -9), values.index).where(bare.str.len() >= _LEAST_DIGITS)
    return parsed["e164"].where(parsed["possible"]).fillna(tail)


def calling_region(values: pd.Series, parsed: pd.DataFrame | None = None) -> pd.Series:
    """The region that the country code of a number in international form belongs to; NA for others.

    `parsed` is what `parse` gave for the values, by whatever regions.
    """
    parsed = parse(values) if parsed is None else parsed
    # By its region a number may be read in another way only where no country has the code behind the plus.
    international = matches(values, _calling_codes())
    # In other scripts the digits must be read first.
    foreign = matches(values, r"[+\x{ff0b}].*[^\x00-\x7f]")
    international[foreign] = matches("+" + digits(values[foreign]), _calling_codes()) & matches(
        values[foreign], r"^[^\p{Nd}]*[+\x{ff0b}]"
    )
    return parsed["region"].where(parsed["possible"] & international)


def compare(left: pd.Series, right: pd.Series) -> np.ndarray:
    """1 for the same number, 0.9 where one lacks the country code, 0 for others, NaN where either is blank."""
    a, b = objects(match_key(left)), objects(match_key(right))
    known = pd.notna(a) & pd.notna(b)
    alike = np.zeros(len(a))
    alike[known] = [
        1.0 if x == y else 0.9 if len(min(x, y, key=len)) >= 9 and x[-9:] == y[-9:] else 0.0
        for x, y in zip(a[known], b[known], strict=True)
    ]
    return np.where(known, alike, np.nan)


def _pairs(values: pd.Series, regions: pd.Series | str | None) -> tuple[pd.DataFrame, np.ndarray]:
    """The pairs of text and region, most of them distinct, and where each row's is (-1 for blank)."""
    bare = text_series(pc.replace_substring_regex(arrow(values), f"(?i){_NOISE}", ""))
    if regions is not None and not isinstance(regions, str) and nearly_all_differ(bare):
        mask = bare.notna().to_numpy()
        beside = as_text(regions).reindex(values.index).str.upper()
        held = {"text": bare[mask].reset_index(drop=True), "region": beside[mask].reset_index(drop=True)}
        return pd.DataFrame(held), np.where(mask, np.cumsum(mask) - 1, -1)
    texts, codes = factorise(bare)
    if regions is None or isinstance(regions, str):
        region = regions.upper() if isinstance(regions, str) else None
        return pd.DataFrame({"text": texts, "region": pd.Series(region, index=texts.index, dtype=TEXT)}), codes
    names, places = factorise(as_text(regions).reindex(values.index).str.upper())
    width = len(names) + 1
    combined = np.where(codes < 0, -1, codes * width + places + 1)
    distinct, back = np.unique(combined, return_inverse=True)
    filled = distinct[distinct >= 0]
    frame = pd.DataFrame(
        {
            "text": texts.take(filled // width).reset_index(drop=True),
            "region": text_series(np.array([*objects(names), None], dtype=object)[filled % width - 1]),
        }
    )
    return frame, back - (len(distinct) - len(filled))


def _read(pairs: pd.DataFrame) -> pd.DataFrame:
    places, plain = read_plain(pairs["text"], pairs["region"])
    rest = np.delete(np.arange(len(pairs)), places)
    if not len(rest):
        return plain
    texts, regions = objects(pairs["text"].iloc[rest]), objects(pairs["region"].iloc[rest])
    columns = zip(*(_number(text, region) for text, region in zip(texts, regions, strict=True)), strict=True)
    asked = {
        name: np.array(column) if name in ("valid", "possible") else text_series(column)
        for name, column in zip(COLUMNS, columns, strict=True)
    }
    # In the order of the pairs again.
    order = np.argsort(np.concatenate([places, rest]))
    return pd.concat([plain, pd.DataFrame(asked)], ignore_index=True).iloc[order].reset_index(drop=True)


def _number(text: str, region: str | None) -> tuple[str | None, str | None, bool, bool, str | None, str | None]:
    import phonenumbers as pn

    try:
        number = pn.parse(text, region)
    except pn.NumberParseException:
        return None, None, False, False, None, None
    return (
        pn.format_number(number, pn.PhoneNumberFormat.E164),
        _region(number),
        pn.is_valid_number(number),
        pn.is_possible_number(number),
        kinds().get(pn.number_type(number)),
        number.extension,
    )


@cache
def _calling_codes() -> str:
    """A plus and one of all calling codes, as a pattern."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    codes = "|".join("[^0-9]*".join(str(code)) for code in sorted(COUNTRY_CODE_TO_REGION_CODE))
    return rf"^[^0-9]*[+\x{{ff0b}}][^0-9]*(?:{codes})"


def _region(number: Any) -> str | None:
    import phonenumbers as pn

    region = pn.region_code_for_number(number) or pn.region_code_for_country_code(number.country_code)
    return region if region not in ("ZZ", "001") else None


@cache
def kinds() -> dict[int, str]:
    """What the library's number types are called here."""
    from phonenumbers import PhoneNumberType as Type

    return {
        Type.MOBILE: "mobile",
        Type.FIXED_LINE: "fixed",
        Type.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
        Type.TOLL_FREE: "toll_free",
        Type.PREMIUM_RATE: "premium",
        Type.SHARED_COST: "shared_cost",
        Type.VOIP: "voip",
        Type.PERSONAL_NUMBER: "personal",
        Type.PAGER: "pager",
        Type.UAN: "company",
        Type.VOICEMAIL: "voicemail",
    }


@cache
def _digit_table() -> dict[int, str]:
    import sys
    import unicodedata

    table = {}
    for point in range(128, sys.maxunicode + 1):
        value = unicodedata.decimal(chr(point), None)
        if value is not None:
            table[point] = str(value)
    return table
