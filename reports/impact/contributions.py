"""What each record adds to a metric, and how that differs between the raw tables and cleaned ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import pandas as pd

from audit.metric import Period, Share, Terms

KEY = ["side", "part", "entity", "record"]
"""What identifies an entry: top or bottom (0, 1), the place of its share there, whose record it is."""

EMPTY = Share("", np.array([], dtype=np.int64))
NOTHING = Terms((EMPTY,))


def differing(raw: Terms, cleaned: Terms) -> pd.DataFrame:
    """The records that do not add the same: KEY, `raw`, `raw_at`, `new`, `new_at`; NaN where one adds nothing."""
    frames = []
    for side, (left, right) in enumerate(((raw.top, cleaned.top), (raw.bottom or (), cleaned.bottom or ()))):
        for part, pair in enumerate(zip_longest(left, right, fillvalue=EMPTY)):
            frames.append(_differing(*pair).assign(side=side, part=part))
    return pd.concat(frames, ignore_index=True) if frames else _differing(EMPTY, EMPTY).assign(side=0, part=0)


def _differing(raw: Share, new: Share) -> pd.DataFrame:
    places: tuple[np.ndarray | None, np.ndarray | None] = (None, None)
    records = raw.records
    if len(raw.records) != len(new.records) or not np.array_equal(raw.records, new.records):
        records, places = _apart(raw, new)
    (before, before_at), (after, after_at) = _at(raw, places[0]), _at(new, places[1])
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    if before_at is not after_at:
        same &= (before_at == after_at) | (np.isnat(before_at) & np.isnat(after_at)) | np.isnan(before + after)
    rows = np.flatnonzero(~same)
    return pd.DataFrame(
        {
            "entity": raw.entity or new.entity,
            "record": records[rows],
            "raw": before[rows],
            "raw_at": before_at[rows],
            "new": after[rows],
            "new_at": after_at[rows],
        }
    )


def _apart(raw: Share, new: Share) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """All records of two shares, in order, and where each stands in either; -1 where it is not in one."""
    size = int(max(raw.records.max(initial=-1), new.records.max(initial=-1))) + 1
    sides = [np.zeros(size, dtype=bool) for _ in range(2)]
    for share, side in zip((raw, new), sides, strict=True):
        side[share.records] = True
    records = np.flatnonzero(sides[0] | sides[1])
    before, after = (_standing(share, side, records) for share, side in zip((raw, new), sides, strict=True))
    return records, (before, after)


def _standing(share: Share, there: np.ndarray, records: np.ndarray) -> np.ndarray:
    if len(share.records) < 2 or (share.records[1:] > share.records[:-1]).all():
        # In order, they are only to be counted.
        held = there[records]
        return np.where(held, np.cumsum(held) - 1, -1)
    place = np.full(len(there), -1, dtype=np.int64)
    place[share.records] = np.arange(len(share.records))
    return place[records]


def _at(share: Share, place: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """The amounts and times of a share at some of its places (None: at all); NaN and NaT at -1."""
    times = np.full(len(share.records), np.datetime64("NaT", "us")) if share.at is None else share.at
    if place is None:
        return amounts_of(share), times
    times = np.append(times, np.datetime64("NaT", "us"))[place]
    if share.amounts is None:
        return np.where(place >= 0, 1.0, np.nan), times
    return np.append(share.amounts, np.nan)[place], times


@dataclass(frozen=True)
class Totals:
    """Sums over all records of one set of tables in one period; `values` are all amounts of a median."""

    top: float
    bottom: float | None
    values: np.ndarray | None = None
    needed: int | None = None
    """How many records add to `top` where the metric exists only with some; None where it does not matter."""


def dated(terms: Terms) -> bool:
    """Whether a period can be told from another by the records alone."""
    return all(share.at is not None for share in (*terms.top, *(terms.bottom or ())))


def totals(terms: Terms, period: Period) -> Totals:
    if terms.median:
        amounts = [amounts_of(share)[within(share.at, period, len(share.records))] for share in terms.top]
        return Totals(np.nan, None, np.concatenate(amounts))
    needed = None
    if terms.both:
        needed = sum(int(within(share.at, period, len(share.records)).sum()) for share in terms.top)
    bottom = None if terms.bottom is None else _total(terms.bottom, period)
    return Totals(_total(terms.top, period), bottom, needed=needed)


def _total(shares: Sequence[Share], period: Period) -> float:
    return float(sum(amounts_of(share)[within(share.at, period, len(share.records))].sum() for share in shares))


def amounts_of(share: Share) -> np.ndarray:
    return np.ones(len(share.records)) if share.amounts is None else share.amounts


def within(at: np.ndarray | None, period: Period, size: int) -> np.ndarray:
    """Which times lie in a period; all of them in one that is open on both sides."""
    inside = np.ones(size, dtype=bool)
    if at is None or (period.start is None and period.end is None):
        return inside
    if period.start is not None:
        inside &= at >= period.start.to_datetime64()
    if period.end is not None:
        inside &= at < period.end.to_datetime64()
    return inside


@dataclass(frozen=True)
class Entries:
    """Changed records of one metric between two states, in one period: what each took and gives, on which side."""

    side: np.ndarray
    old: np.ndarray
    new: np.ndarray

    @classmethod
    def of(cls, frame: pd.DataFrame, period: Period, old: str = "raw", new: str = "new") -> "Entries":
        parts = []
        for name in (old, new):
            times = frame[f"{name}_at"].to_numpy(dtype="datetime64[us]")
            inside = within(times, period, len(frame))
            parts.append(np.where(inside, frame[name].to_numpy(dtype="float64"), np.nan))
        return cls(frame["side"].to_numpy(), parts[0], parts[1])

    @property
    def change(self) -> np.ndarray:
        """By how much each moves the sum of its side."""
        return np.nan_to_num(self.new) - np.nan_to_num(self.old)

    @property
    def added(self) -> np.ndarray:
        """1 for a record that comes to add something, -1 for one that no longer does."""
        return (~np.isnan(self.new)).astype(np.float64) - ~np.isnan(self.old)


def value_after(state: Totals, entries: Entries, applied: np.ndarray | None = None) -> np.ndarray:
    """The metric after the changes, per column of `applied` (entries x cases, bool; None: one case with all)."""
    cases = np.ones((len(entries.side), 1), dtype=bool) if applied is None else applied
    if state.values is not None:
        return _medians(state.values, entries, cases)
    above = entries.side == 0
    moves = (np.where(above, entries.change, 0.0), np.where(above, 0.0, entries.change), entries.added * above)
    return value_of(state, *(move @ cases for move in moves))


def value_of(state: Totals, top: np.ndarray, bottom: np.ndarray, added: np.ndarray) -> np.ndarray:
    """The metric after changes of its sums: by how much top and bottom move, and how many records more add to top."""
    top = state.top + top
    if state.bottom is None:
        return top
    bottom = state.bottom + bottom
    # What sums of floats leave of a 0 is no denominator.
    gone = np.abs(bottom) <= 1e-9 * max(1.0, abs(state.bottom))
    if state.needed is not None:
        gone |= state.needed + added < 0.5
    return np.divide(top, bottom, out=np.full(len(top), np.nan), where=~gone)


def _medians(values: np.ndarray, entries: Entries, cases: np.ndarray) -> np.ndarray:
    """The median per case. Only the middle of what stays can matter, and that is all that is sorted per case."""
    rest = np.sort(without(values, entries.old[~np.isnan(entries.old)]))
    changed = len(entries.old)
    low = max(0, len(rest) // 2 - 2 * changed - 2)
    middle = rest[low : len(rest) // 2 + 2 * changed + 2]
    found = np.full(cases.shape[1], np.nan)
    for case in range(cases.shape[1]):
        mine = np.where(cases[:, case], entries.new, entries.old)
        mine = mine[~np.isnan(mine)]
        count = len(rest) + len(mine)
        if count:
            ordered = np.sort(np.concatenate([middle, mine]))
            found[case] = (ordered[(count - 1) // 2 - low] + ordered[count // 2 - low]) / 2
    return found


def without(values: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """The values less one of each of those taken."""
    ordered, gone = np.sort(values), np.sort(taken)
    if not len(gone):
        return ordered
    first = np.searchsorted(ordered, gone)
    nth = np.arange(len(gone)) - np.searchsorted(gone, gone)
    keep = np.ones(len(ordered), dtype=bool)
    keep[first + nth] = False
    return ordered[keep]
