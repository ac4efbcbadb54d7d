"""Dates and times: one reading per column, decided from all of its values, said with its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.values.month_names import MONTHS, ZONES
from audit.values.text import arrow, factorise, is_placeholder, matches, objects, spread, text_series

Order = Literal["day_first", "month_first", "iso", "serial", "epoch_s", "epoch_ms", "text", "mixed", "none"]

_CLOCK = (
    r"(?:(?:[Tt]|\s*,\s*|\s+|\s+at\s+|\s+-\s+)(?P<hour>[0-9]{1,2})[:.h](?P<minute>[0-9]{2})"
    r"(?:[:.](?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9})[0-9]*)?)?\s*(?P<half>[AaPp])?(?:\.?\s?[Mm]\.?)?"
    r"\s*(?P<zone>\(?[A-Za-z]{1,5}\)?|(?:GMT|UTC)?\s?[+-][0-9]{1,2}(?::?[0-9]{2})?)?(?:\s*\([A-Za-z ]+\))?)?"
)
# Not \p{L}: that takes RE2 many times as long to compile.
_LETTER = r"[^0-9\s.,:;/()'+-]"
_WEEKDAY = rf"^(?:{_LETTER}{{2,12}}\.?,?\s+)?"
_NUMERIC = rf"^(?P<a>[0-9]{{1,4}})\s?[-/.\s]\s?(?P<b>[0-9]{{1,2}})\s?[-/.\s]\s?(?P<c>[0-9]{{1,4}}){_CLOCK}$"
_COMPACT = (
    r"^(?P<a>(?:19|20|21)[0-9]{2})(?P<b>[0-9]{2})(?P<c>[0-9]{2})"
    r"(?:[T ]?(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?(?:\.[0-9]+)?(?P<zone>Z)?)?$"
)
_DAY_MONTH = (
    rf"{_WEEKDAY}(?P<c>[0-9]{{1,2}})(?:st|nd|rd|th|\.|º)?[\s/-]*(?:of |de |di )?\s*(?P<b>{_LETTER}+)\.?,?[\s/-]*"
    rf"(?:de |del )?\s*'?(?P<a>[0-9]{{2,4}}){_CLOCK}$"
)
_MONTH_DAY = (
    rf"{_WEEKDAY}(?P<b>{_LETTER}{{3,12}})\.?[\s/-]*(?P<c>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:\s*,\s*|[\s/-]+)"
    rf"'?(?P<a>[0-9]{{2,4}}){_CLOCK}$"
)
_YEAR_MONTH_DAY = rf"^(?P<a>[0-9]{{4}})[\s/,-]+(?P<b>{_LETTER}+)\.?[\s/,-]+(?P<c>[0-9]{{1,2}}){_CLOCK}$"
_UNIX_STYLE = (
    rf"^{_LETTER}{{2,4}},?\s+(?P<b>{_LETTER}{{3}})\s+(?P<c>[0-9]{{1,2}})\s+"
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
    r"\s+(?P<zone>[A-Z]{1,5}|(?:GMT|UTC)?[+-][0-9]{4})?\s*(?P<a>[0-9]{4})(?:\s.*)?$"
)
_SERIAL_RANGE = (20_000, 60_000)
_EPOCH_SECONDS = (100_000_000, 5_000_000_000)
_PIVOT = 69  # two-digit years as POSIX reads them: 69..99 are of the last century
_NAT = np.datetime64("NaT", "us")


@dataclass(frozen=True)
class DateOpinion:
    """How a column of dates was read.

    `ambiguous` counts the rows whose day and month could be swapped and that only the column's order decides,
    `unreadable` the rows that hold something which is no date.
    """

    order: Order
    evidence: str
    ambiguous: int
    unreadable: int


def parse(values: pd.Series, day_first: bool | None = None) -> tuple[pd.Series, DateOpinion]:
    """Naive datetime64[us] (UTC where the text names a zone), NaT where unreadable, and how the column was read.

    `day_first` overrides what the column itself says about 3/4/2024.
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _naive(values), DateOpinion("iso", "stored as dates", 0, 0)
    distinct, codes = factorise(values)
    rows = np.bincount(codes[codes >= 0], minlength=len(distinct))
    reading = _Reading(distinct, rows)
    moments, opinion = reading.read(day_first)
    return pd.Series(spread(pd.Series(moments), codes, values.index), index=values.index), opinion


def validate(values: pd.Series) -> np.ndarray:
    """Where a value can be read as a date."""
    return parse(values)[0].notna().to_numpy()


def clean(values: pd.Series, day_first: bool | None = None) -> pd.Series:
    """ISO 8601 text: the date, with the time of day where there is one; NA where unreadable."""
    moments = parse(values, day_first)[0]
    text = moments.dt.strftime("%Y-%m-%d %H:%M:%S")
    text = text.where(moments.dt.microsecond == 0, moments.dt.strftime("%Y-%m-%d %H:%M:%S.%f"))
    text = text.where(moments != moments.dt.normalize(), moments.dt.strftime("%Y-%m-%d"))
    return text_series(text.where(moments.notna(), None).to_list(), values.index)


def compare(left: pd.Series, right: pd.Series) -> np.ndarray:
    """How alike two dates are: 1 the same day, 0.9 day and month swapped, 0.8 one part differs by a slip, else 0."""
    a, b = parse(left)[0].reset_index(drop=True), parse(right)[0].reset_index(drop=True)
    parts = [(getattr(a.dt, name), getattr(b.dt, name)) for name in ("year", "month", "day")]
    same = [(x == y).to_numpy() for x, y in parts]
    swapped = same[0] & (parts[1][0] == parts[2][1]).to_numpy() & (parts[2][0] == parts[1][1]).to_numpy()
    near = [_one_digit_apart(x, y) for x, y in parts]
    slip = (same[0] & same[1] & near[2]) | (same[0] & near[1] & same[2]) | (near[0] & same[1] & same[2])
    alike = np.select([np.logical_and.reduce(same), swapped, slip], [1.0, 0.9, 0.8], 0.0)
    return np.where((a.notna() & b.notna()).to_numpy(), alike, np.nan)


class _Reading:
    """The distinct values of a column, taken apart by form."""

    def __init__(self, distinct: pd.Series, rows: np.ndarray) -> None:
        text = pc.replace_substring_regex(arrow(distinct), r"[\s\p{Z}\x{200e}\x{200f}]+", " ")
        text = pc.replace_substring_regex(pc.utf8_trim_whitespace(text), r"^['\"]+|['\"]+$", "")
        self.text = text_series(text)
        self.rows = rows
        self.moments = np.full(len(distinct), _NAT, dtype="datetime64[us]")
        self.left = np.ones(len(distinct), dtype=bool)
        self.counts: dict[Order, int] = dict.fromkeys(_EVIDENCE, 0)
        self.evidence = ""
        self.ambiguous = 0

    def read(self, day_first: bool | None) -> tuple[np.ndarray, DateOpinion]:
        mixed = self._numeric(day_first)
        self._take("iso", _COMPACT)
        if matches(self.text[self.left], r"\p{L}{3}").any():
            for form in (_DAY_MONTH, _MONTH_DAY, _YEAR_MONTH_DAY, _UNIX_STYLE):
                self._take("text", form)
        self._numbers()
        unread = np.isnat(self.moments)
        empty = unread & (is_placeholder(self.text) | matches(self.text, r"^[0\s:./TZ-]+$"))
        unreadable = int(self.rows[unread & ~empty].sum())
        order: Order = "none"
        if mixed:
            order = "mixed"
        elif self.counts["day_first"] or self.counts["month_first"]:
            order = "day_first" if self.counts["day_first"] else "month_first"
        elif any(self.counts.values()):
            order = max(self.counts, key=self.counts.__getitem__)
        evidence = _EVIDENCE[order] if order == "none" else self.evidence or _EVIDENCE[order]
        return self.moments, DateOpinion(order, evidence, self.ambiguous, unreadable)

    def _numeric(self, day_first: bool | None) -> bool:
        """Reads all-digit dates with separators; True where the column holds both orders."""
        places, parts = self._parts(_NUMERIC)
        if not len(places):
            return False
        a, b, c = (_number(parts[name]) for name in "abc")
        digits = pc.utf8_length(parts["a"]).to_numpy(zero_copy_only=False)
        year_first = digits == 4
        local = ~year_first
        texts, rows = self.text.iloc[places].to_numpy(dtype=object), self.rows[places]
        day_only, month_only = local & (a > 12) & (b <= 12), local & (b > 12) & (a <= 12)
        votes = int(rows[day_only].sum()), int(rows[month_only].sum())
        undecided = local & (a <= 12) & (b <= 12)
        if day_first is not None:
            first = day_first
            self.evidence = "order given"
        elif any(votes):
            first = votes[0] >= votes[1]
            self.evidence = f"{min(texts[day_only if first else month_only])} seen"
            if all(votes):
                other = min(texts[month_only if first else day_only])
                self.evidence += f", but {other} too ({max(votes)} against {min(votes)})"
        else:
            halves = pc.is_valid(parts["half"]).to_numpy(zero_copy_only=False) & (_text(parts["half"]) != "")
            bare = pc.utf8_length(parts["a"]).to_numpy(zero_copy_only=False) == 1
            # No value settles it: a 12-hour clock or unpadded slashes are how the United States write dates.
            american = local & (halves | (bare & matches(self.text.iloc[places], r"^[0-9]/")))
            first = not bool(rows[american].sum() * 2 > rows[local].sum())
            if (undecided & (c > 0)).any():
                self.evidence = "no value settles day or month first; assumed from the notation"
        swap = np.where(day_only, True, np.where(month_only, False, first))
        year = np.where(year_first, a, _century(c, pc.utf8_length(parts["c"]).to_numpy(zero_copy_only=False)))
        month = np.where(year_first, b, np.where(swap, b, a))
        day = np.where(year_first, c, np.where(swap, a, b))
        moments = _moments(year, month, day, parts)
        self._keep(places, moments)
        good = ~np.isnat(moments)
        self.counts["iso"] += int(rows[good & year_first].sum())
        self.counts["day_first"] += int(rows[good & local & swap].sum()) if first else 0
        self.counts["month_first"] += int(rows[good & local & ~swap].sum()) if not first else 0
        self.ambiguous = int(rows[good & undecided & (a != b)].sum()) if day_first is None and not any(votes) else 0
        if all(votes):
            self.ambiguous = int(rows[good & undecided & (a != b)].sum())
        return all(votes) and day_first is None

    def _take(self, order: Order, form: str) -> None:
        places, parts = self._parts(form)
        if not len(places):
            return
        if order == "iso":
            year, month, day = (_number(parts[name]) for name in "abc")
        else:
            names = text_series(parts["b"])
            words, codes = factorise(names)
            numbers = np.array([MONTHS.get(word.casefold(), -1) for word in objects(words)], dtype=np.int64)
            month = np.append(numbers, -1)[codes]
            year = _century(_number(parts["a"]), pc.utf8_length(parts["a"]).to_numpy(zero_copy_only=False))
            day = _number(parts["c"])
        moments = _moments(year, month, day, parts)
        self._keep(places, moments)
        self.counts[order] += int(self.rows[places][~np.isnat(moments)].sum())

    def _numbers(self) -> None:
        """Excel serials, where the whole column is such, and seconds or milliseconds since 1970."""
        places = np.flatnonzero(self.left & matches(self.text, r"^[0-9]{5}(?:[.,][0-9]+)?$|^[0-9]{9,13}(?:\.[0-9]+)?$"))
        if not len(places):
            return
        number = self.text.iloc[places].str.replace(",", ".").astype(float).to_numpy()
        serial = (number >= _SERIAL_RANGE[0]) & (number <= _SERIAL_RANGE[1])
        if not serial.all() or self.rows[~self.left].sum():
            serial[:] = False
        seconds = (number >= _EPOCH_SECONDS[0]) & (number <= _EPOCH_SECONDS[1])
        millis = (number >= _EPOCH_SECONDS[0] * 1000) & (number <= _EPOCH_SECONDS[1] * 1000)
        # Excel's day 1 is 1900-01-01 and it believes in 1900-02-29.
        since = np.datetime64("1899-12-30", "us") + (np.round(np.where(serial, number, 0) * 86_400) * 1e6).astype(
            "m8[us]"
        )
        epoch = np.where(seconds, number * 1e6, np.where(millis, number * 1e3, 0)).astype("i8").astype("M8[us]")
        moments = np.where(serial, since, np.where(seconds | millis, epoch, _NAT))
        self._keep(places, moments)
        counts: list[tuple[Order, np.ndarray]] = [("serial", serial), ("epoch_s", seconds), ("epoch_ms", millis)]
        for order, mask in counts:
            self.counts[order] += int(self.rows[places][mask].sum())

    def _parts(self, form: str) -> tuple[np.ndarray, dict[str, pa.Array]]:
        """Where among the values that are left the form fits, and its named groups there."""
        left = np.flatnonzero(self.left)
        if not len(left):
            return left, {}
        found = pc.extract_regex(arrow(self.text.iloc[left]), form)
        fits = pc.is_valid(found).to_numpy(zero_copy_only=False)
        found = found.filter(pa.array(fits))
        return left[fits], {name.name: pc.struct_field(found, name.name) for name in found.type}

    def _keep(self, places: np.ndarray, moments: np.ndarray) -> None:
        self.moments[places] = moments
        self.left[places[~np.isnat(moments)]] = False


_EVIDENCE: Mapping[Order, str] = {
    "iso": "year first",
    "serial": "all values are Excel day numbers",
    "epoch_s": "seconds since 1970",
    "epoch_ms": "milliseconds since 1970",
    "text": "month names",
    "day_first": "day first",
    "month_first": "month first",
    "mixed": "both orders",
    "none": "no dates",
}


def _moments(year: np.ndarray, month: np.ndarray, day: np.ndarray, parts: dict[str, pa.Array]) -> np.ndarray:
    """The moments of calendar and clock parts; NaT where there is no such day or time."""
    good = (year >= 1000) & (year <= 9999) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("M8[M]")
    days = months.astype("M8[D]") + (np.where(good, day, 1) - 1).astype("m8[D]")
    good &= days.astype("M8[M]") == months
    moments = days.astype("M8[us]")
    if "hour" not in parts:
        return np.where(good, moments, _NAT)
    hour, minute, second = (
        _number(parts[name], blank=0) if name in parts else np.zeros(len(day), dtype=np.int64)
        for name in ("hour", "minute", "second")
    )
    if "half" in parts:
        half = _text(parts["half"])
        after, before = np.isin(half, ("p", "P")), np.isin(half, ("a", "A"))
        good &= ~((after | before) & ((hour > 12) | (hour < 1)) & ~(after & (hour <= 23)))
        hour = np.where(after & (hour < 12), hour + 12, np.where(before & (hour == 12), 0, hour))
    good &= (hour <= 24) & (minute <= 59) & (second <= 60) & ~((hour == 24) & ((minute > 0) | (second > 0)))
    moments = moments + ((hour * 60 + minute) * 60 + second).astype("m8[s]").astype("m8[us]")
    if "fraction" in parts:
        padded = pc.utf8_slice_codeunits(pc.utf8_rpad(parts["fraction"], 6, "0"), 0, 6)
        moments = moments + _number(padded, blank=0).astype("m8[us]")
    if "zone" in parts:
        zones, codes = factorise(text_series(parts["zone"]))
        offsets = np.array([_offset(zone) for zone in objects(zones)], dtype=float)
        offset = np.append(offsets, 0.0)[codes]
        good &= ~np.isnan(offset)
        moments = moments - (np.nan_to_num(offset) * 60).astype("i8").astype("m8[s]").astype("m8[us]")
    return np.where(good, moments, _NAT)


def _offset(zone: str) -> float:
    """Minutes east of Greenwich; NaN for an unknown zone."""
    name = zone.strip("() ").upper()
    sign = max(name.find("+"), name.find("-"))
    if sign < 0:
        return ZONES.get(name, np.nan)
    digits = name[sign + 1 :].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
    return np.nan if hours > 14 or minutes > 59 else (hours * 60 + minutes) * (-1 if name[sign] == "-" else 1)


def _number(digits: pa.Array, blank: int = -1) -> np.ndarray:
    filled = pc.if_else(pc.equal(digits, ""), pa.scalar(None, digits.type), digits)
    return pc.cast(filled, pa.int64()).fill_null(blank).to_numpy(zero_copy_only=False)


def _text(part: pa.Array) -> np.ndarray:
    return part.fill_null("").to_numpy(zero_copy_only=False)


def _century(year: np.ndarray, digits: np.ndarray) -> np.ndarray:
    """Years of two digits in full; of three digits as they are (and then out of range)."""
    return np.where(digits == 2, np.where(year >= _PIVOT, 1900, 2000) + year, np.where(digits == 4, year, -1))


def _one_digit_apart(left: pd.Series, right: pd.Series) -> np.ndarray:
    """Where two numbers of up to four digits differ in exactly one digit."""
    a, b = left.fillna(0).to_numpy(dtype=np.int64), right.fillna(0).to_numpy(dtype=np.int64)
    return sum((a // power % 10 != b // power % 10).astype(int) for power in (1, 10, 100, 1000)) == 1


def _naive(values: pd.Series) -> pd.Series:
    if getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return values.astype("datetime64[us]")
