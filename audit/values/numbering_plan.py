"""Plainly written phone numbers, read a column at a time by the plans in the phonenumbers library's metadata.

The steps are those of libphonenumber's parse, length test and number type; what they cannot decide alone (extensions,
letters, prefixes for dialling abroad, transformed prefixes) is left to the library. A test holds both to one answer.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.values.text import arrow, matches, objects, text_series

_PLAIN = r"^[( ]*\+?[0-9][0-9(). -]{6,40}$|^[( ]*\+[0-9(). -]{7,40}$"
_SHORTEST, _LONGEST = 7, 17
_KINDS = (
    ("premium_rate", "premium"),
    ("toll_free", "toll_free"),
    ("shared_cost", "shared_cost"),
    ("voip", "voip"),
    ("personal_number", "personal"),
    ("pager", "pager"),
    ("uan", "company"),
    ("voicemail", "voicemail"),
)
"""Fields of the metadata in the order in which the library asks them, and what a number found there is called."""


@dataclass
class PlainNumbers:
    """The numbers at `places`; `calling_code` and `national` together are the number."""

    places: np.ndarray
    calling_code: np.ndarray
    national: pd.Series
    home: np.ndarray

    def keep(self, mask: np.ndarray) -> "PlainNumbers":
        national = self.national[mask].reset_index(drop=True)
        return PlainNumbers(self.places[mask], self.calling_code[mask], national, self.home[mask])


def read_plain(texts: pd.Series, regions: np.ndarray) -> tuple[np.ndarray, pd.DataFrame]:
    """Places of the texts that could be read, and columns e164, region, valid, possible, kind, extension for them."""
    numbers = _without_prefix(_split(texts, regions))
    size = len(numbers.places)
    region, kind = np.full(size, None, dtype=object), np.full(size, None, dtype=object)
    possible = np.zeros(size, dtype=bool)
    for code in np.unique(numbers.calling_code):
        group = np.flatnonzero(numbers.calling_code == code)
        national = numbers.national.iloc[group].reset_index(drop=True)
        region[group], kind[group], possible[group] = _judged(int(code), national)
    e164 = pc.binary_join_element_wise(
        pa.array([f"+{code}" for code in numbers.calling_code], pa.large_string()),
        arrow(numbers.national),
        pa.scalar("", pa.large_string()),
    )
    frame = pd.DataFrame(
        {
            "e164": text_series(e164),
            "region": text_series(region),
            "valid": pd.notna(kind),
            "possible": possible,
            "kind": text_series(kind),
            "extension": text_series([None] * size),
        }
    )
    return numbers.places, frame


def _split(texts: pd.Series, regions: np.ndarray) -> PlainNumbers:
    """Plain numbers parted into calling code and the rest; `home` is the region by whose plan the rest is read."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    plain = matches(texts, _PLAIN)
    text = arrow(texts)
    international = matches(texts, r"^[( ]*\+")
    digits = text_series(pc.replace_substring_regex(text, "[^0-9]+", ""))
    width = digits.str.len().to_numpy(dtype=np.int64)
    plain &= (width >= _SHORTEST) & (width <= _LONGEST)
    code, home = np.zeros(len(texts), dtype=np.int64), np.full(len(texts), None, dtype=object)
    for length in (1, 2, 3):
        heads = pc.cast(pc.utf8_slice_codeunits(arrow(digits[plain]), 0, length), pa.int64()).to_numpy()
        open_places = np.flatnonzero(plain)
        for head in np.unique(heads):
            main = COUNTRY_CODE_TO_REGION_CODE.get(int(head), ("001",))[0]
            if main != "001" and len(str(head)) == length:
                fits = open_places[(heads == head) & international[open_places] & (code[open_places] == 0)]
                code[fits], home[fits] = head, main
    rest = objects(digits)
    abroad = np.flatnonzero(code)
    rest[abroad] = objects(_sliced(digits.iloc[abroad], code[abroad]))
    for region in sorted({name for name in regions[plain & ~international] if name}):
        metadata = _plan(region)
        if metadata is None:
            continue
        places = np.flatnonzero(plain & ~international & (regions == region))
        foreign = rf"^(?:{metadata.country_code}|{metadata.international_prefix or 'NonMatch'})"
        places = places[~matches(digits.iloc[places], foreign)]
        code[places], home[places] = metadata.country_code, region
    places = np.flatnonzero(code)
    return PlainNumbers(places, code[places], text_series(rest[places]), home[places])


def _sliced(digits: pd.Series, codes: np.ndarray) -> pd.Series:
    """The digits without their calling codes."""
    text, lengths = arrow(digits), np.char.str_len(codes.astype(str)) if len(codes) else codes
    out = text
    for length in (1, 2, 3):
        out = pc.if_else(pa.array(lengths == length), pc.utf8_slice_codeunits(text, length), out)
    return text_series(out)


def _without_prefix(numbers: PlainNumbers) -> PlainNumbers:
    """National prefixes taken off as the plan of each number's home says; what needs a transformation is left out."""
    national, done = objects(numbers.national), np.ones(len(numbers.places), dtype=bool)
    for home in sorted(set(numbers.home)):
        plan = _plan(home)
        prefix = plan.national_prefix_for_parsing
        group = np.flatnonzero(numbers.home == home)
        rest = numbers.national.iloc[group].reset_index(drop=True)
        found = matches(rest, f"^(?:{prefix})") if prefix else np.zeros(len(group), dtype=bool)
        if plan.national_prefix_transform_rule:
            done[group[found]] = False
            continue
        if not found.any():
            continue
        stripped = text_series(pc.replace_substring_regex(arrow(rest), f"^(?:{prefix})", "", max_replacements=1))
        found &= ~(_fits(rest, plan.general_desc) & ~_fits(stripped, plan.general_desc))
        possible, local, too_long = _lengths(stripped, plan)
        found &= ~local & (possible | too_long)
        national[group[found]] = objects(stripped)[found]
    kept = text_series(national)
    width = kept.str.len().fillna(0).to_numpy(dtype=np.int64)
    numbers = PlainNumbers(numbers.places, numbers.calling_code, kept, numbers.home)
    return numbers.keep(done & (width >= 2) & (width <= _LONGEST))


def _judged(code: int, national: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Region, kind (None where the number is not valid) and whether the length is possible, for one calling code."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    regions = COUNTRY_CODE_TO_REGION_CODE[code]
    plans = {region: _plan(region) for region in regions}
    possible, local, _ = _lengths(national, plans[regions[0]])
    region, kind = np.full(len(national), None, dtype=object), np.full(len(national), None, dtype=object)
    for name in regions:
        left = np.flatnonzero(pd.isna(region))
        if not len(left):
            break
        rest, plan = national.iloc[left].reset_index(drop=True), plans[name]
        kinds = _kinds(rest, plan)
        if len(regions) == 1:
            taken = np.ones(len(left), dtype=bool)
        elif plan.leading_digits is not None:
            taken = matches(rest, f"^(?:{plan.leading_digits})")
        else:
            taken = pd.notna(kinds)
        region[left[taken]], kind[left[taken]] = name, kinds[taken]
    region[pd.isna(region)] = regions[0]
    return region, kind, possible | local


def _kinds(national: pd.Series, plan: Any) -> np.ndarray:
    """What kind of number each is by the plan; None where it is none."""
    kinds = np.full(len(national), None, dtype=object)
    left = np.flatnonzero(_fits_desc(national, plan.general_desc))

    def take(field: str, kind: str) -> None:
        nonlocal left
        found = _fits_desc(national.iloc[left], getattr(plan, field))
        kinds[left[found]] = kind
        left = left[~found]

    for field, kind in _KINDS:
        take(field, kind)
    same = plan.same_mobile_and_fixed_line_pattern
    fixed = _fits_desc(national.iloc[left], plan.fixed_line)
    mobile = np.zeros(len(left), dtype=bool) if same else _fits_desc(national.iloc[left], plan.mobile)
    kinds[left[mobile]] = "mobile"
    kinds[left[fixed]] = "fixed"
    kinds[left[fixed & (mobile | same)]] = "fixed_or_mobile"
    return kinds


def _fits(national: pd.Series, desc: Any) -> np.ndarray:
    if desc is None or not desc.national_number_pattern:
        return np.zeros(len(national), dtype=bool)
    return matches(national, f"^(?:{desc.national_number_pattern})$")


def _fits_desc(national: pd.Series, desc: Any) -> np.ndarray:
    fits = _fits(national, desc)
    if desc is not None and desc.possible_length:
        fits &= np.isin(national.str.len().to_numpy(dtype=np.int64), desc.possible_length)
    return fits


def _lengths(national: pd.Series, plan: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether the length is possible, possible within a town only, or too long."""
    width, desc = national.str.len().to_numpy(dtype=np.int64), plan.general_desc
    local = np.isin(width, desc.possible_length_local_only)
    return np.isin(width, desc.possible_length) & ~local, local, (width > desc.possible_length[-1]) & ~local


def _plan(region: str) -> Any:
    """The metadata of a region; None where there is no such region."""
    from phonenumbers import PhoneMetadata

    return PhoneMetadata.metadata_for_region(region, None)
