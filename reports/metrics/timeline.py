"""When the rows of a table happened: their calendar groups and who of them lies in a period."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from audit.metric import Period

CALENDAR = ("month", "quarter", "year")
"""Breakdowns by time."""


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

    @property
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

    def known(self, mask: np.ndarray) -> bool:
        """Whether any of the rows has a time."""
        return bool((self.at.notna().to_numpy() & mask).any())


def _calendar(times: np.ndarray, breakdown: str) -> Groups:
    blank = np.isnat(times)
    steps = {"month": 1, "quarter": 3, "year": 12}[breakdown]
    bins = np.floor_divide(times.astype("datetime64[M]").astype(np.int64), steps)
    codes, distinct = pd.factorize(bins[~blank])
    months = (distinct * steps).astype("datetime64[M]")
    labels = np.datetime_as_string(months, unit="M" if breakdown == "month" else "Y").astype(object)
    if breakdown == "quarter":
        labels = labels + np.array(["-Q1", "-Q2", "-Q3", "-Q4"], dtype=object)[distinct % 4]
    every = np.full(len(times), -1, dtype=np.int64)
    every[~blank] = codes
    return labelled(every, labels)
