"""Canonical fields as they are compared: cleaned by `audit.values`, with what only matching needs on top.

Most are functions of the distinct values of a column."""

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.dataset import Table
from audit.values import address, company_name, person_name, phone, text
from audit.values.text import TEXT, arrow, substitute, text_series

_GENERATIONS = {
    "jr": "jr",
    "junior": "jr",
    "sr": "sr",
    "senior": "sr",
    "ii": "ii",
    "2nd": "ii",
    "iii": "iii",
    "3rd": "iii",
}
_MALE = (
    "m male man mr herr hr bapak bpk pak tuan sdr laki-laki l homme hombre masculino sr senor monsieur don sir".split()
)
_FEMALE = (
    "f female woman mrs ms miss frau fr ibu bu nyonya ny nona sdri perempuan wanita p w femme mujer femenino sra senora"
    " madame mme dona madam"
).split()
_EXTENSION = r"(?i)\s*(?:ext|x|#|durchwahl)\.?\s*\d+\s*$"
_ENDING = r" (jr|sr|junior|senior|ii|iii)$"
_STREET_TYPES = (
    r"\b(?:street|str|st|avenue|ave|av|road|rd|drive|dr|lane|ln|court|ct|place|pl|boulevard|blvd|way|terrace|ter|tce"
    r"|crescent|cres|cr|circuit|cct|circle|cir|close|cl|parade|pde|highway|hwy|parkway|pkwy|square|sq|jalan|jl|gang|gg"
    r"|calle|c|rua|r|rue|via|n|s|e|w|ne|nw|se|sw|no|nr|number|unit|apt|ste|suite|fl|floor)\b"
)


def name_parts(table: Table) -> dict[str, pd.Series]:
    """Names as they stand: given, middle, family, maiden, suffix; full and native names taken apart where the parts are
    missing."""
    given, middle, family = (table.column(name) for name in ("first_name", "middle_name", "last_name"))
    suffix = table.column("suffix")
    whole = table.column("full_name").fillna(table.column("native_name"))
    if whole.notna().any():
        whole = whole.mask((given.notna() | family.notna()).to_numpy())
        parts = person_name.split(whole)
        given, middle, family, suffix = (
            known.fillna(parts[name])
            for known, name in (
                (given, "first_name"),
                (middle, "middle_name"),
                (family, "last_name"),
                (suffix, "suffix"),
            )
        )
    maiden = table.column("maiden_name")
    return {"given": given, "middle": middle, "family": family, "maiden": maiden, "suffix": suffix}


def name(distinct: pd.Series) -> pd.Series:
    """Folded, without titles; as it stands where nothing else is there."""
    return _real(text.fold(person_name.clean(distinct)).fillna(text.fold(distinct)))


def middle_name(distinct: pd.Series) -> pd.Series:
    return _real(text.fold(distinct))


def family_name(distinct: pd.Series) -> pd.Series:
    """Without the generation that some write behind it."""
    folded = text.fold(person_name.clean(distinct)).fillna(text.fold(distinct))
    return _real(text.blank_to_na(substitute(folded, _ENDING, "")))


def generation(distinct: pd.Series) -> pd.Series:
    """jr, sr, ii or iii of a suffix."""
    return text.fold(distinct).map(_GENERATIONS).astype(TEXT)


def generation_behind(distinct: pd.Series) -> pd.Series:
    """The same at the end of a family name."""
    return _found(text.fold(distinct), _ENDING).map(_GENERATIONS).astype(TEXT)


def _real(names: pd.Series) -> pd.Series:
    return names.mask(text.is_placeholder(names))


def gender(distinct: pd.Series) -> pd.Series:
    """m or f, of a gender or a salutation."""
    return text.key(distinct).map({**dict.fromkeys(_FEMALE, "f"), **dict.fromkeys(_MALE, "m")}).astype(TEXT)


def birth(dates: pd.Series, original: pd.Series) -> pd.Series:
    """yyyymmdd; the eight digits as written where they are no date, yyyy0000 where only a year is known."""
    codes, days = pd.factorize(dates)
    written = text.spread(text_series(pd.Series(days).dt.strftime("%Y%m%d").to_numpy()), codes, dates.index)
    unread = (written.isna() & original.notna()).to_numpy()
    if unread.any():
        digits = substitute(text.as_text(original[unread]), r"\D", "")
        dated = substitute(digits, r"^(1[0-9]{3}|20[0-9]{2})$", r"\10000")
        written[unread] = dated.where((dated.str.len() == 8).fillna(False)).to_numpy()
    return written


def profile(values: pd.Series) -> pd.Series:
    """A profile address without protocol, host and trailing slash."""
    lower = text.as_text(values).str.lower()
    bare = substitute(lower, r"^(?:https?://)?(?:[a-z]{2,3}\.)?(?:linkedin\.com/)?(?:in/|pub/)?|[/?#].*$", "")
    return text.blank_to_na(bare)


def company(values: pd.Series) -> pd.Series:
    """Folded company names without legal form."""
    cleaned = company_name.key(values)
    return cleaned.mask(text.is_placeholder(cleaned))


def phone_number(values: pd.Series) -> pd.Series:
    """The last nine digits, in which national and international form agree; none where there are fewer than seven."""
    digits = text.arrow(phone.digits(substitute(text.as_text(values), _EXTENSION, "")))
    last = pc.utf8_slice_codeunits(digits, -9)
    real = pc.and_(pc.greater_equal(pc.binary_length(last), 7), pc.invert(pa.array(_is_filler(last))))
    return text_series(pc.if_else(real, last, pa.scalar(None, last.type)), values.index)


def _is_filler(digits: pa.Array) -> np.ndarray:
    """Numbers that stand for nothing. Most repeat no digit thrice and count nowhere: only the others are looked up."""
    likely = pc.match_substring_regex(digits, r"000|111|222|333|444|555|666|777|888|999|1234|4321").fill_null(False)
    found = likely.to_numpy(zero_copy_only=False).copy()
    found[found] = text.is_placeholder(text_series(digits.filter(likely)))
    return found


def _found(values: pd.Series, pattern: str) -> pd.Series:
    """What the group of an RE2 pattern holds, NA where it is not found."""
    named = pc.extract_regex(arrow(values), re.sub(r"\((?!\?)", "(?P<found>", pattern, count=1))
    return text_series(pc.struct_field(named, "found"), values.index)


_ANY = "7"
_MOST_DIGITS = 4
_SLICE = 200_000


def without_number(lines: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Address lines with their only number, of up to four digits and a word of its own, made the same for all; and
    that number, NA where a line has none, several or another, and stays as it is."""
    whole = text.arrow(lines)
    parts = [_without_number(whole.slice(at, _SLICE)) for at in range(0, len(whole), _SLICE)] or [(whole, whole)]
    bare, number = (pa.concat_arrays(side) for side in zip(*parts, strict=True))
    return text_series(bare, lines.index), text_series(number, lines.index)


def _without_number(lines: pa.Array) -> tuple[pa.Array, pa.Array]:
    data, at = text.bytes_of(lines)
    filled = np.flatnonzero(np.diff(at))
    digit = (data >= ord("0")) & (data <= ord("9"))
    first, last = np.zeros(len(data), dtype=bool), np.zeros(len(data), dtype=bool)
    first[at[filled]] = last[at[filled + 1] - 1] = True
    begins = digit & (first | ~np.append(False, digit[:-1]))
    ends = digit & (last | ~np.append(digit[1:], False))
    # Digits in other scripts, and fractions, are numbers too once they are folded.
    wrong = (data == 0xC2) | (data > 0xC9)
    wrong |= begins & ~first & (np.append(0, data[:-1]) != ord(" "))
    wrong |= ends & ~last & ~np.isin(np.append(data[1:], 0), (ord(" "), ord(",")))

    def counted(marks: np.ndarray) -> np.ndarray:
        found = np.zeros(len(lines), dtype=np.int64)
        if len(filled):
            found[filled] = np.add.reduceat(marks, at[filled], dtype=np.int64)
        return found

    numbered = pa.array((counted(begins) == 1) & (counted(digit) <= _MOST_DIGITS) & (counted(wrong) == 0))
    number = pc.if_else(numbered, text.of_bytes(data, at, digit, lines), pa.scalar(None, pa.large_string()))
    same = text.of_bytes(np.where(digit, np.uint8(ord(_ANY)), data), at, ~digit | begins, lines)
    return pc.if_else(numbered, same, lines), number


def holds_number(parts: pd.DataFrame) -> np.ndarray:
    """Where what `street` found of lines by `without_number` has that number as the house and nowhere else."""
    elsewhere = text.matches(parts["street"], _ANY) | parts["postcode"].notna().to_numpy()
    house: np.ndarray = parts["house"].eq(_ANY).fillna(False).to_numpy(dtype=bool)
    return house & ~elsewhere


def street(distinct: pd.Series) -> pd.DataFrame:
    """House number, street name and postcode of address lines; what stands after the first comma is the place."""
    postcode = _found(distinct, r"[, ](\d{5})(?:-\d{4})?\s*$")
    # "Skyline Apartments, 705 Sheppard Ave": the part with the number is the street.
    head = substitute(substitute(distinct, r"^[^0-9,]*,\s*(.*\d)", r"\1"), r",.*$", "")
    cleaned = address.clean(head)
    cleaned = substitute(cleaned, r"\b(\d+)(?:st|nd|rd|th)\b", r"\1")
    house = _found(cleaned, r"^(?:\D* )?(\d+[a-z]?)\b")
    rest = substitute(substitute(cleaned, r"^((?:\D* )?)\d+[a-z]? ", r"\1"), r"^(\D+) \d+[a-z]?$", r"\1")
    bare = text_series(pc.replace_substring_regex(arrow(rest), _STREET_TYPES, " "))
    return pd.DataFrame(
        {"house": house.astype(TEXT), "street": text.squeeze(bare).fillna(rest), "postcode": postcode.astype(TEXT)}
    )
