"""When the rows of a table happened: their calendar groups and who of them lies in a period."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from audit.metric import Period

CALENDAR = ("month", "quarter", "year")
"""Breakdowns by time."""

MAX_DAYS = 100_000
"""So many days are numbered through, whether anything happened on them or not."""


@dataclass(frozen=True)
class Groups:
    """A group per row of a table: `labels[codes]`."""

    codes: np.ndarray
    labels: np.ndarray


BLANK = "(blank)"
"""The group of rows whose breakdown value is blank."""


def labelled(codes: np.ndarray, distinct: object) -> Groups:
    """Groups of factorised values: a blank (-1), and a value that spells BLANK, go to the group BLANK."""
    labels = np.append(np.asarray(distinct, dtype=object), BLANK)
    place = np.arange(len(labels))
    place[labels == BLANK] = len(labels) - 1
    if codes.min(initial=0) >= 0 and (labels == BLANK).sum() == 1:
        return Groups(codes, labels)
    return Groups(place[codes], labels)


@dataclass(frozen=True)
class Timeline:
    """A time per row; what is derived of it is derived once."""

    at: pd.Series
    _groups: dict[str, Groups] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def times(self) -> np.ndarray:
        return self.at.to_numpy(dtype="datetime64[us]")

    def groups(self, breakdown: str) -> Groups:
        """Groups named 2026-10, 2026-Q4 or 2026."""
        if breakdown not in self._groups:
            self._groups[breakdown] = _calendar(self.times, breakdown)
        return self._groups[breakdown]

    def taken(self, rows: np.ndarray, at: pd.Series) -> "Timeline":
        """The times of some rows, which are `at`, in the groups known already."""
        found = Timeline(at)
        found._groups.update((name, Groups(by.codes[rows], by.labels)) for name, by in self._groups.items())
        return found

    def contains(self, period: Period) -> np.ndarray:
        """Which rows lie in the period; those without a time only in one that is open on both sides."""
        times = self.times
        inside = np.ones(len(times), dtype=bool)
        if period.start is not None:
            inside &= times >= period.start.to_datetime64()
        if period.end is not None:
            inside &= times < period.end.to_datetime64()
        return inside

    def known(self, rows: np.ndarray) -> bool:
        """Whether any of the rows, a mask or places, has a time."""
        if self._dated is None:
            return bool(rows.any()) if rows.dtype == np.bool_ else len(rows) > 0
        return bool((rows & self._dated).any() if rows.dtype == np.bool_ else self._dated[rows].any())

    @cached_property
    def _dated(self) -> np.ndarray | None:
        """Which rows have a time; None where all have."""
        dated = ~np.isnat(self.times)
        return None if dated.all() else dated


def _calendar(times: np.ndarray, breakdown: str) -> Groups:
    steps = {"month": 1, "quarter": 3, "year": 12}[breakdown]
    days, place = _days(times)
    codes, distinct = pd.factorize(np.floor_divide(days.astype("datetime64[M]").astype(np.int64), steps))
    months = (distinct * steps).astype("datetime64[M]")
    labels = np.datetime_as_string(months, unit="M" if breakdown == "month" else "Y").astype(object)
    if breakdown == "quarter":
        labels = labels + np.array(["-Q1", "-Q2", "-Q3", "-Q4"], dtype=object)[distinct % 4]
    return labelled(np.append(codes, -1)[place], labels)


def _days(times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Days, and the place of each time among them; -1 for a blank one. Of a day its month is told only once."""
    blank, number = np.isnat(times), times.astype("datetime64[D]").view(np.int64)
    known = number[~blank] if blank.any() else number
    first = int(known.min()) if len(known) else 0
    if len(known) and int(known.max()) - first < MAX_DAYS:
        days = np.arange(first, int(known.max()) + 1)
        place = number - first
    else:
        days, place = np.unique(number, return_inverse=True)
    place[blank] = -1
    return days.astype("datetime64[D]"), place
