"""What records add to a metric in each of many periods, read off in one go instead of period by period."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from audit.metric import Period, Share, Terms
from reports.impact.contributions import Totals, amounts_of, dated

DAY = 86_400_000_000
"""Microseconds."""

MAX_DAYS = 100_000


@dataclass(frozen=True)
class Layer:
    """Periods that do not overlap, in order of time: their places in the calendar and their ends."""

    places: np.ndarray
    starts: np.ndarray
    ends: np.ndarray

    def bins(self, at: np.ndarray) -> np.ndarray:
        """For each time the period of the layer in which it lies; the number of periods where in none."""
        if not len(at):
            return np.array([], dtype=np.int64)
        found = np.searchsorted(self.starts, at, side="right") - 1
        # A blank time sorts last, and is before no end.
        inside = (found >= 0) & (at < self.ends[found])
        return np.where(inside, found, len(self.starts))


@dataclass(frozen=True)
class Days:
    """The days of a calendar whose periods begin and end at midnight, numbered from 1; 0 and the last one are outside.

    Looking a day up is several times as fast as searching for a time.
    """

    first: int
    size: int
    starts: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(cls, periods: Sequence[Period]) -> "Days | None":
        """None where periods do not begin and end at midnight."""
        starts, ends = (times.view(np.int64) for times in _edges(periods))
        if not len(starts) or (starts % DAY).any() or (ends % DAY).any():
            return None
        first, size = int(starts.min() // DAY), int((ends.max() - starts.min()) // DAY)
        return None if size > MAX_DAYS else cls(first, size, starts // DAY - first + 1, ends // DAY - first + 1)

    def numbers(self, at: np.ndarray) -> np.ndarray:
        """The number of the day of each time."""
        number = at.astype("datetime64[us]", copy=False).view(np.int64) // DAY
        number -= self.first - 1
        return np.clip(number, 0, self.size + 1, out=number)

    def counts(self, numbers: np.ndarray) -> np.ndarray:
        """How many of the numbers lie in each period."""
        through = np.append(0, np.cumsum(np.bincount(numbers, minlength=self.size + 2)))
        return through[self.ends] - through[self.starts]

    def periods(self, layer: Layer) -> np.ndarray:
        """By number of a day the period of the layer in which it lies; the number of periods where in none."""
        found = np.full(self.size + 2, len(layer.places), dtype=np.int64)
        for place, period in enumerate(layer.places):
            found[self.starts[period] : self.ends[period]] = place
        return found


class Calendar:
    """The closed ones of some periods, sorted into layers."""

    def __init__(self, periods: Sequence[Period]) -> None:
        self.periods = tuple(period for period in periods if period.start is not None and period.end is not None)
        layers: list[list[int]] = []
        for place in sorted(range(len(self.periods)), key=lambda place: self.periods[place].start):  # type: ignore[arg-type, return-value]
            start = self.periods[place].start
            room = (layer for layer in layers if self.periods[layer[-1]].end <= start)  # type: ignore[operator]
            layer = next(room, None)
            if layer is None:
                layers.append([place])
            else:
                layer.append(place)
        self.layers = [Layer(np.array(places), *_edges([self.periods[place] for place in places])) for places in layers]
        self.days = Days.of(self.periods)

    def labels(self) -> dict[str, int]:
        return {period.label: place for place, period in enumerate(self.periods)}


def _edges(periods: Sequence[Period]) -> tuple[np.ndarray, np.ndarray]:
    starts, ends = (
        np.array([getattr(period, end).to_datetime64() for period in periods], dtype="datetime64[us]")
        for end in ("start", "end")
    )
    return starts, ends


@dataclass(frozen=True)
class Sums:
    """Of one metric, per period of a calendar: sums and counts of top and bottom, rows behind; see `Totals`.

    `values` are the amounts of a median.
    """

    terms: Terms
    top: np.ndarray
    added: np.ndarray
    bottom: np.ndarray | None
    below: np.ndarray | None
    rows: np.ndarray
    amounts: tuple[np.ndarray, ...] | None

    @cached_property
    def values(self) -> np.ndarray:
        """The metric in each period; NaN where it does not exist."""
        if self.amounts is not None:
            return np.array([np.median(part) if len(part) else np.nan for part in self.amounts])
        if self.bottom is None:
            # A sum over rows of which none has a value is not 0.
            return np.where((self.added == 0) & (self.rows > 0), np.nan, self.top)
        exists = (self.below != 0) & (self.added > 0) if self.terms.both else self.bottom != 0
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(exists, self.top / self.bottom, np.nan)

    def totals(self, place: int) -> Totals:
        if self.amounts is not None:
            return Totals(np.nan, None, self.amounts[place])
        bottom = None if self.bottom is None else float(self.bottom[place])
        return Totals(float(self.top[place]), bottom, needed=int(self.added[place]) if self.terms.both else None)


class _Binned:
    """The periods of the records of a metric's shares; those with the same times are sorted once."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.numbers: dict[int, np.ndarray] = {}
        self.known: dict[int, list[tuple[Layer, np.ndarray]]] = {}

    def days(self, share: Share, days: Days) -> np.ndarray:
        assert share.at is not None, "only dated shares are read by period"
        if id(share.at) not in self.numbers:
            self.numbers[id(share.at)] = days.numbers(share.at)
        return self.numbers[id(share.at)]

    def of(self, share: Share) -> list[tuple[Layer, np.ndarray]]:
        assert share.at is not None, "only dated shares are read by period"
        if id(share.at) not in self.known:
            days, layers = self.calendar.days, self.calendar.layers
            self.known[id(share.at)] = [
                (layer, layer.bins(share.at) if days is None else days.periods(layer)[self.days(share, days)])
                for layer in layers
            ]
        return self.known[id(share.at)]

    def counted(self, shares: Sequence[Share]) -> np.ndarray:
        """The number of the records of the shares per period."""
        total = np.zeros(len(self.calendar.periods))
        for share in shares:
            if self.calendar.days is not None:
                total += self.calendar.days.counts(self.days(share, self.calendar.days))
            else:
                total += self.added([Share(share.entity, share.records, None, share.at)])
        return total

    def added(self, shares: Sequence[Share]) -> np.ndarray:
        """The amounts of the shares, added up per period."""
        total = np.zeros(len(self.calendar.periods))
        for share in shares:
            for layer, bins in self.of(share):
                found = np.bincount(bins, weights=share.amounts, minlength=len(layer.places) + 1)
                total[layer.places] += found[: len(layer.places)]
        return total

    def parted(self, shares: Sequence[Share]) -> tuple[np.ndarray, ...]:
        """The amounts of the shares in each period."""
        parts: list[list[np.ndarray]] = [[] for _ in self.calendar.periods]
        for share in shares:
            amounts = amounts_of(share)
            for layer, bins in self.of(share):
                order = np.argsort(bins, kind="stable")
                edges = np.searchsorted(bins[order], np.arange(len(layer.places) + 1))
                for place, start, end in zip(layer.places, edges[:-1], edges[1:], strict=True):
                    parts[place].append(amounts[order[start:end]])
        return tuple(np.concatenate(part) if part else np.array([]) for part in parts)


def sums(terms: Terms, calendar: Calendar) -> Sums | None:
    """The sums by period; None where the records alone do not tell one period from another."""
    if not dated(terms):
        return None
    known = any(not np.isnat(share.at).all() for share in terms.counted)  # type: ignore[arg-type]
    if not known and any(len(share.records) for share in terms.counted):
        return None
    binned = _Binned(calendar)
    rows = binned.counted(terms.counted)
    added = rows if terms.counted is terms.top else binned.counted(terms.top)
    if terms.median:
        return Sums(terms, added, added, None, None, rows, binned.parted(terms.top))
    bottom = below = None
    if terms.bottom is not None:
        below = rows if terms.counted is terms.bottom else binned.counted(terms.bottom)
        bottom = below if _counts(terms.bottom) else binned.added(terms.bottom)
    return Sums(terms, added if _counts(terms.top) else binned.added(terms.top), added, bottom, below, rows, None)


def _counts(shares: Sequence[Share]) -> bool:
    return all(share.amounts is None for share in shares)
