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
        if self.days is not None:
            # Looking a day up is several times as fast as searching for a time.
            first, periods = self.days
            day = np.floor_divide(at.astype("datetime64[us]", copy=False).view(np.int64), DAY) - (first - 1)
            return periods[np.clip(day, 0, len(periods) - 1)]
        found = np.searchsorted(self.starts, at, side="right") - 1
        # A blank time sorts last, and is before no end.
        inside = (found >= 0) & (at < self.ends[found])
        return np.where(inside, found, len(self.starts))

    @cached_property
    def days(self) -> tuple[int, np.ndarray] | None:
        """The first day of the first period, and from the day before it on the period of each day; None where periods
        do not begin and end at midnight."""
        starts, ends = (times.view(np.int64) for times in (self.starts, self.ends))
        if (starts % DAY).any() or (ends % DAY).any() or ends[-1] - starts[0] > MAX_DAYS * DAY:
            return None
        first, size = int(starts[0] // DAY), int((ends[-1] - starts[0]) // DAY)
        periods = np.full(size + 2, len(starts), dtype=np.int64)
        for place, (start, end) in enumerate(zip(starts // DAY - first + 1, ends // DAY - first + 1, strict=True)):
            periods[start:end] = place
        return first, periods


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
        self.layers = [self._layer(places) for places in layers]

    def _layer(self, places: list[int]) -> Layer:
        starts, ends = (
            np.array([getattr(self.periods[place], end).to_datetime64() for place in places], dtype="datetime64[us]")
            for end in ("start", "end")
        )
        return Layer(np.array(places), starts, ends)

    def labels(self) -> dict[str, int]:
        return {period.label: place for place, period in enumerate(self.periods)}


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
        self.known: dict[int, list[tuple[Layer, np.ndarray]]] = {}

    def of(self, share: Share) -> list[tuple[Layer, np.ndarray]]:
        assert share.at is not None, "only dated shares are read by period"
        if id(share.at) not in self.known:
            self.known[id(share.at)] = [(layer, layer.bins(share.at)) for layer in self.calendar.layers]
        return self.known[id(share.at)]

    def added(self, shares: Sequence[Share], *, count: bool = False) -> np.ndarray:
        """The amounts (or the number) of the shares, added up per period."""
        total = np.zeros(len(self.calendar.periods))
        for share in shares:
            weights = None if count else share.amounts
            for layer, bins in self.of(share):
                found = np.bincount(bins, weights=weights, minlength=len(layer.places) + 1)
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
    rows = binned.added(terms.counted, count=True)
    added = rows if terms.counted is terms.top else binned.added(terms.top, count=True)
    if terms.median:
        return Sums(terms, added, added, None, None, rows, binned.parted(terms.top))
    bottom = below = None
    if terms.bottom is not None:
        below = rows if terms.counted is terms.bottom else binned.added(terms.bottom, count=True)
        bottom = below if _counts(terms.bottom) else binned.added(terms.bottom)
    return Sums(terms, added if _counts(terms.top) else binned.added(terms.top), added, bottom, below, rows, None)


def _counts(shares: Sequence[Share]) -> bool:
    return all(share.amounts is None for share in shares)
