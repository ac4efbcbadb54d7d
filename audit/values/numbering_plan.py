"""Phone numbers read a column at a time by the plans in the phonenumbers library's metadata.

The steps are those of libphonenumber's parse, length test and number type. What they cannot decide alone (letters for
digits, other scripts, several numbers in a cell, numbers of no country) is left to the library. A test holds both to
one answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.values.text import arrow, factorise, text_series

_LEAD = r"[\x00-\x2a\x2c-\x2f\x3a\x3c\x3e-\x7f]*"
"""What the library drops before a number: ASCII but plus and digits, and the signs of parameters."""
_TRAIL = r"[\x00-\x22\x24-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]*"
"""What it drops behind a number: ASCII that is neither letter nor digit nor the # of an extension."""
_SIGNS = r" \x{a0}()./\[\]\-\x{2010}-\x{2015}\x{2212}"
_DIGITS = rf"\+*[{_SIGNS}]*[0-9](?:[0-9{_SIGNS}]*[0-9])?"
_EXTENSION = (
    r"[ \x{a0}\t]*(?:(?:e?xt(?:ensio)?n?|anexo)[:.]?[ \x{a0}\t-]*(?P<named>[0-9]{1,20})"
    r"|(?:x|int)[:.]?[ \x{a0}\t-]*(?P<brief>[0-9]{1,9}))"
)
_PLAIN = rf"^{_LEAD}{_DIGITS}{_TRAIL}$"
_EXTENDED = rf"(?i)^{_LEAD}(?P<number>{_DIGITS}){_EXTENSION}{_TRAIL}$"
_PLUS_WITHIN = r"[0-9].*\+.*[0-9A-Za-z#]"
_LONGEST_TEXT = 200
_LEAST_DIGITS = 3
_SHORTEST, _LONGEST = 2, 17
"""Digits of a national number."""
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
_NAMES = (*(name for _, name in _KINDS), "mobile", "fixed", "fixed_or_mobile")
_MOBILE, _FIXED, _EITHER = len(_KINDS), len(_KINDS) + 1, len(_KINDS) + 2


@dataclass
class _Numbers:
    """Numbers on their way: `code` is the calling code, 0 where not yet known, `home` the place of a region in `plans`,
    -1 where there is none. Where `failed` the text is no number; where `left` the library must say.
    """

    digits: pa.Array
    code: np.ndarray
    home: np.ndarray
    failed: np.ndarray
    left: np.ndarray


class _Plans:
    """The regions' plans by place, and the calling codes. `heads` says by the first three digits of a number its
    calling code (0 if none) and its main region (-1 if of none)."""

    def __init__(self) -> None:
        from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS, PhoneMetadata

        self.regions = sorted(SUPPORTED_REGIONS)
        self.place = {region: place for place, region in enumerate(self.regions)}
        self.codes: dict[int, tuple[str, ...]] = COUNTRY_CODE_TO_REGION_CODE
        self._load = PhoneMetadata.metadata_for_region
        code, home = np.zeros(1000, dtype=np.int64), np.full(1000, -1)
        for number, regions in self.codes.items():
            width = 10 ** (3 - len(str(number)))
            code[number * width : (number + 1) * width] = number
            home[number * width : (number + 1) * width] = self.place.get(regions[0], -1)
        self.heads = code, home

    def __getitem__(self, region: str) -> Any:
        return self._load(region, None)


@cache
def _plans() -> _Plans:
    return _Plans()


def read_plain(texts: pd.Series, regions: pd.Series) -> tuple[np.ndarray, pd.DataFrame]:
    """Places of the texts that could be decided, and columns e164, region, valid, possible, kind, extension for them.

    `regions` are two-letter codes in capitals; one that the library does not know counts for none.
    """
    plans = _plans()
    names, codes = factorise(regions)
    home = np.append([plans.place.get(name, -1) for name in names.to_list()], -1).astype(np.int64)[codes]
    places, digits, plus, extension, failed = _written(texts, home)
    numbers = _Numbers(digits, np.zeros(len(places), dtype=np.int64), home[places], failed, np.zeros(len(places), bool))
    failed |= ~plus & (numbers.home < 0)
    at_home = ~failed & ~plus
    _abroad(numbers, np.flatnonzero(~failed & plus), plans, lenient=True)
    for region, here in _groups(numbers.home, at_home):
        _at_home(numbers, here, plans, plans.regions[region])
    for region, here in _groups(numbers.home, ~numbers.failed & ~numbers.left):
        _write(numbers, here, _nationally(_taken(numbers.digits, here), plans[plans.regions[region]]))
    width = _width(numbers.digits)
    numbers.failed |= ~numbers.left & ((width < _SHORTEST) | (width > _LONGEST))
    kept = np.flatnonzero(~numbers.left)
    return places[kept], _judged(numbers, kept, _taken(extension, kept), plans)


def _written(texts: pd.Series, home: np.ndarray) -> tuple[np.ndarray, pa.Array, np.ndarray, pa.Array, np.ndarray]:
    """Places of the texts whose writing is understood; their digits, whether with a plus, the extension, and which are
    no number."""
    text = arrow(texts)
    brief = _true(pc.less_equal(pc.utf8_length(text), _LONGEST_TEXT))
    plain = brief & _found(text, _PLAIN)
    extended = np.flatnonzero(brief & ~plain)
    parts = pc.extract_regex(_taken(text, extended), _EXTENDED)
    hit = _true(parts.is_valid())
    extended, parts = extended[hit], parts.filter(pa.array(hit))
    written = np.full(len(text), 0, dtype=np.int8)
    written[plain], written[extended] = 1, 2
    # Without a region only a plus tells the country; ASCII without digits is a word.
    nowhere = brief & (home < 0) & ~_found(text, r"[+\x{ff0b}]")
    ascii_text = _true(pc.string_is_ascii(text))
    wordy = brief & ascii_text & ~_found(text, r"[0-9]")
    # A plus within a number makes it none; parameters and a second extension might end the number before.
    broken = brief & ascii_text & _found(text, _PLUS_WITHIN) & ~_found(text, r";|[\\/] *x")
    failed = nowhere | wordy | broken
    number = text
    if len(extended):
        number = _scattered(text, extended, pc.struct_field(parts, "number"))
    digits = pc.replace_substring_regex(number, "[^0-9]+", "")
    width = _width(digits)
    decided = np.flatnonzero(failed | ((written > 0) & (width >= _LEAST_DIGITS)))
    extension = pa.nulls(len(text), pa.large_string())
    if len(extended):
        both = pc.binary_join_element_wise(
            pc.struct_field(parts, "named"), pc.struct_field(parts, "brief"), pa.scalar("", pa.large_string())
        )
        extension = _scattered(extension, extended, both)
    plus = _found(_taken(number, decided), r"^[^0-9+]*\+")
    return decided, _taken(digits, decided), plus, _taken(extension, decided), failed[decided]


def _abroad(numbers: _Numbers, here: np.ndarray, plans: _Plans, *, lenient: bool) -> None:
    """Parts the calling code from numbers in international form.

    With `lenient`, one of no country is looked at again by the plan of the region, if there is one.
    """
    digits = _taken(numbers.digits, here)
    short = _width(digits) <= _SHORTEST
    code_of, home_of = plans.heads
    heads = np.zeros(len(here), dtype=np.int64)
    long = np.flatnonzero(~short)
    heads[long] = pc.cast(pc.utf8_slice_codeunits(_taken(digits, long), 0, 3), pa.int64()).to_numpy()
    code = np.where(short, 0, code_of[heads])
    unknown = ~short & (code == 0)
    numbers.left[here] = ~short & (home_of[heads] < 0) & ~unknown
    if lenient:
        numbers.left[here] |= unknown & (numbers.home[here] >= 0)
    numbers.failed[here] = (short | unknown) & ~numbers.left[here]
    numbers.code[here], numbers.home[here] = code, home_of[heads]
    out = digits
    for width in (1, 2, 3):
        of_width = (code >= 10 ** (width - 1)) & (code < 10**width)
        out = pc.if_else(pa.array(of_width), pc.utf8_slice_codeunits(digits, width), out)
    _write(numbers, here, out)


def _at_home(numbers: _Numbers, here: np.ndarray, plans: _Plans, region: str) -> None:
    """Numbers without a plus, as they are dialled in a region: abroad, with its own calling code, or within it."""
    plan = plans[region]
    digits = _taken(numbers.digits, here)
    prefix = f"^(?:{plan.international_prefix or 'NonMatch'})"
    rest = pc.replace_substring_regex(digits, prefix, "", max_replacements=1)
    dialled_abroad = _found(digits, prefix) & ~_found(rest, "^0")
    if dialled_abroad.any():
        _write(numbers, here, pc.if_else(pa.array(dialled_abroad), rest, digits))
        _abroad(numbers, here[dialled_abroad], plans, lenient=False)
    within = here[~dialled_abroad]
    digits = _taken(numbers.digits, within)
    numbers.code[within] = plan.country_code
    code = str(plan.country_code)
    coded = _found(digits, f"^{code}")
    if coded.any():
        short = _without_prefix(pc.utf8_slice_codeunits(digits, len(code)), plan)
        _, _, too_long = _lengths(digits, plan)
        coded &= too_long | (~_fits(digits, plan.general_desc) & _fits(short, plan.general_desc))
        _write(numbers, within, pc.if_else(pa.array(coded), short, digits))
        numbers.home[within[coded]] = plans.place[plans.codes[plan.country_code][0]]


def _nationally(digits: pa.Array, plan: Any) -> pa.Array:
    """The digits without a national prefix, where what remains is long enough."""
    short = _without_prefix(digits, plan)
    possible, _, too_long = _lengths(short, plan)
    return pc.if_else(pa.array(possible | too_long), short, digits)


def _without_prefix(digits: pa.Array, plan: Any) -> pa.Array:
    """The digits without the national prefix, transformed as the plan says; as they are where that makes them worse."""
    prefix, rule = plan.national_prefix_for_parsing, plan.national_prefix_transform_rule
    if not prefix:
        return digits
    found = _found(digits, f"^(?:{prefix})")
    if not found.any():
        return digits
    out = pc.replace_substring_regex(digits, f"^(?:{prefix})", "", max_replacements=1)
    if rule:
        # The rule holds where the last group of the prefix took part.
        last = rf"\{re.compile(prefix).groups}"
        took = pc.replace_substring_regex(digits, f"^(?:{prefix}).*$", last, max_replacements=1)
        turned = pc.replace_substring_regex(digits, f"^(?:{prefix})", rule, max_replacements=1)
        out = pc.if_else(pc.not_equal(took, ""), turned, out)
    found &= ~(_fits(digits, plan.general_desc) & ~_fits(out, plan.general_desc))
    return pc.if_else(pa.array(found), out, digits)


def _judged(numbers: _Numbers, kept: np.ndarray, extension: pa.Array, plans: _Plans) -> pd.DataFrame:
    """The columns of `read_plain` for the numbers at `kept`."""
    code, failed = np.where(numbers.failed, 0, numbers.code)[kept], numbers.failed[kept]
    digits = _taken(numbers.digits, kept)
    region, kind = np.full(len(kept), -1), np.full(len(kept), -1)
    possible = np.zeros(len(kept), dtype=bool)
    for number, here in _groups(code, code > 0):
        national = _taken(digits, here)
        plan = plans[plans.codes[number][0]]
        fits, local, _ = _lengths(national, plan)
        possible[here] = fits | local
        region[here], kind[here] = _region_and_kind(national, plans.codes[number], plans)
    whole = pc.binary_join_element_wise(
        pa.scalar("+", pa.large_string()),
        pc.cast(pa.array(code), pa.large_string()),
        digits,
        pa.scalar("", pa.large_string()),
    )
    number_or_none = pa.array(~failed)
    return pd.DataFrame(
        {
            "e164": text_series(pc.if_else(number_or_none, whole, None)),
            "region": _named(region, plans.regions),
            "valid": kind >= 0,
            "possible": possible,
            "kind": _named(kind, _NAMES),
            "extension": text_series(pc.if_else(number_or_none, extension, None)),
        }
    )


def _region_and_kind(national: pa.Array, regions: tuple[str, ...], plans: _Plans) -> tuple[np.ndarray, np.ndarray]:
    """Places in the regions and in `_NAMES` (-1 where the number is not valid), for numbers of one calling code."""
    region, kind = np.full(len(national), -1), np.full(len(national), -1)
    for name in regions:
        left = np.flatnonzero(region < 0)
        if not len(left):
            break
        plan, rest = plans[name], _taken(national, left)
        if len(regions) == 1:
            taken = np.ones(len(left), dtype=bool)
        elif plan.leading_digits is not None:
            taken = _found(rest, f"^(?:{plan.leading_digits})")
        else:
            taken = _kinds(rest, plan) >= 0
        region[left[taken]] = plans.place[name]
        kind[left[taken]] = _kinds(rest.filter(pa.array(taken)), plan)
    region[region < 0] = plans.place[regions[0]]
    return region, kind


def _kinds(national: pa.Array, plan: Any) -> np.ndarray:
    """What kind of number each is by the plan, as a place in `_NAMES`; -1 where it is none."""
    kinds = np.full(len(national), -1)
    left = np.flatnonzero(_fits_desc(national, plan.general_desc))
    # Most numbers are of none of these kinds, which one look tells.
    descs = [getattr(plan, field) for field, _ in _KINDS]
    patterns = [desc.national_number_pattern for desc in descs if desc is not None and desc.national_number_pattern]
    special = left[_found(_taken(national, left), f"^(?:{'|'.join(patterns)})$")] if patterns else left[:0]
    for place, desc in enumerate(descs):
        found = _fits_desc(_taken(national, special), desc)
        kinds[special[found]] = place
        special = special[~found]
    left = left[kinds[left] < 0]
    rest = _taken(national, left)
    same = plan.same_mobile_and_fixed_line_pattern
    fixed = _fits_desc(rest, plan.fixed_line)
    mobile = np.zeros(len(left), dtype=bool) if same else _fits_desc(rest, plan.mobile)
    kinds[left[mobile]] = _MOBILE
    kinds[left[fixed]] = _FIXED
    kinds[left[fixed & (mobile | same)]] = _EITHER
    return kinds


def _fits(national: pa.Array, desc: Any) -> np.ndarray:
    if desc is None or not desc.national_number_pattern:
        return np.zeros(len(national), dtype=bool)
    return _found(national, f"^(?:{desc.national_number_pattern})$")


def _fits_desc(national: pa.Array, desc: Any) -> np.ndarray:
    if desc is None or not desc.possible_length:
        return _fits(national, desc)
    long = np.isin(_width(national), desc.possible_length)
    long[long] = _fits(national.filter(pa.array(long)), desc)
    return long


def _lengths(national: pa.Array, plan: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether the length is possible, possible within a town only, or too long."""
    width, desc = _width(national), plan.general_desc
    local = np.isin(width, desc.possible_length_local_only)
    return np.isin(width, desc.possible_length) & ~local, local, (width > desc.possible_length[-1]) & ~local


def _groups(values: np.ndarray, mask: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Each value among the masked places, with its places."""
    places = np.flatnonzero(mask)
    order = places[np.argsort(values[places], kind="stable")]
    found, starts = np.unique(values[order], return_index=True)
    yield from zip(found.tolist(), np.split(order, starts[1:]), strict=False)


def _write(numbers: _Numbers, here: np.ndarray, digits: pa.Array) -> None:
    numbers.digits = _scattered(numbers.digits, here, digits)


def _scattered(values: pa.Array, here: np.ndarray, new: pa.Array) -> pa.Array:
    """The values with those at `here` replaced."""
    source = np.arange(len(values))
    source[here] = len(values) + np.arange(len(here))
    return pa.concat_arrays([values, new]).take(pa.array(source))


def _named(places: np.ndarray, names: Any) -> pd.Series:
    """The names at the places, NA where it is -1."""
    listed = pa.array(list(names), pa.large_string())
    return text_series(listed.take(pa.array(places, mask=places < 0)))


def _taken(values: pa.Array, places: np.ndarray) -> pa.Array:
    return values.take(pa.array(places))


def _found(values: pa.Array, pattern: str) -> np.ndarray:
    return _true(pc.match_substring_regex(values, pattern))


def _true(values: pa.Array) -> np.ndarray:
    return pc.fill_null(values, False).to_numpy(zero_copy_only=False)


def _width(digits: pa.Array) -> np.ndarray:
    return pc.fill_null(pc.binary_length(digits), 0).to_numpy(zero_copy_only=False).astype(np.int64)
