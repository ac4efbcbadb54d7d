"""The intervals of the groups of breakdowns, by the draws that those of the whole are made of.

A decision changes what a record adds to its group, or moves the record to another one; so the sums of each group are
known in every draw. A group whose figure is not what the records tell (of another currency than the whole, or divided
by something else than the record) has no interval, but the range from strict to loose cleaning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.sparse import coo_array

from audit.cleaning import Strictness
from audit.metric import Measured, Metric, Share, Terms
from reports.impact.contributions import Entries, Totals, amounts_of, value_after, value_of
from reports.impact.simulate import Simulation, ends_of
from reports.metrics.aggregate import group_rows
from reports.metrics.cuts import LOOKED_UP
from reports.metrics.facts import Facts
from reports.metrics.timeline import CALENDAR, Groups
from reports.metrics.versions import Version, differing, rows_of

UNDIVIDED = frozenset({"", "currency", *CALENDAR})
"""Breakdowns that are not by a property that a fix gives to a record."""

ENDS = (Strictness.STRICT, Strictness.LOOSE)
NOBODY = np.array([], dtype=np.int64)

Cut = tuple[str, str]
"""A table and a breakdown of it."""

Moves = Mapping[Cut, pd.Series]
"""Per cut the group of each record, in order, that is in another one than in the raw tables."""

Changes = Mapping[Strictness, Mapping[str, pd.DataFrame]]
"""Under strict and loose cleaning, per metric the records that add differently than in the raw tables."""


def cuts_of(metrics: Iterable[Metric]) -> set[Cut]:
    """The tables that metrics read, by each breakdown by what a fix can change: no record changes its source."""
    return {
        (name.partition(".")[0], breakdown)
        for metric in metrics
        for name in metric.inputs
        for breakdown in metric.breakdowns
        if breakdown not in UNDIVIDED and breakdown != "source"
    }


def moves(raw: Facts, tables: Version, cuts: Iterable[Cut]) -> dict[Cut, pd.Series]:
    """The records of `tables` that are in another group than in the raw ones."""
    found = {}
    for cut in sorted(cuts):
        entity, breakdown = cut
        before, after = raw.get(entity), tables.get(entity)
        rows = rows_of(before, after)
        apart = differing(before, after, breakdown, rows) if breakdown in after else None
        if not len(after) or (apart is not None and not len(apart)):
            continue
        was, now = _division(raw, cut), _division(tables, cut)
        if was is now:
            continue
        number = pd.Index(was.labels).get_indexer(pd.Index(now.labels))
        apart = np.flatnonzero(number[now.codes] != (was.codes if rows is None else was.codes[rows]))
        if len(apart):
            found[cut] = pd.Series(now.labels[now.codes[apart]], index=after.index[apart])
    return found


def _division(data: Facts, cut: Cut) -> Groups:
    return data.cut(*cut) or group_rows(data.get(cut[0]), cut[1])


def group_intervals(
    figures: pd.DataFrame,
    metrics: Sequence[Metric],
    wholes: Mapping[str, Measured],
    raw: Facts,
    changes: Changes,
    moved: Mapping[Strictness, Moves],
    simulation: Simulation,
) -> pd.DataFrame:
    """`drawn_low` and `drawn_high` of those groups of `figures` that have them, by its index.

    `figures` has metric_id, breakdown, group, unit_label, and the values under `strict` and `loose` cleaning: a group
    whose sums do not come to both of these is not made of them.
    """
    found = [pd.DataFrame({"drawn_low": [], "drawn_high": []}, dtype="float64")]
    asked = figures[~figures["breakdown"].isin(UNDIVIDED)]
    lines = {str(name): part for name, part in asked.groupby("metric_id", sort=False)}
    for metric in metrics:
        whole = wholes.get(metric.id)
        if metric.id not in lines or whole is None or whole.terms is None:
            continue
        entries = _entries(whole.terms, [changes[state].get(metric.id) for state in ENDS], moved)
        if entries is None or not len(entries.record):
            continue
        shown: list[tuple[pd.DataFrame, _Division]] = []
        for breakdown, part in lines[metric.id].groupby("breakdown", sort=False):
            mine = part[part["unit_label"].eq(str(whole.lines.unit_label[0]))]
            shown.append((mine, _divided(str(breakdown), mine["group"].astype(object), raw, entries, moved)))
        # Of what is the same either way nothing is to be decided.
        undecided = np.flatnonzero(np.logical_or.reduce([division.differing for _, division in shown]))
        fields = sorted(f"{share.entity}.{name}" for _, share in entries.shares for name in metric.breakdowns)
        decision = np.full(len(entries.record), -1, dtype=np.int64)
        decision[undecided], taken = simulation.decided(
            entries.frame().iloc[undecided], (*metric.inputs, *fields, *LOOKED_UP)
        )
        draw = _medians if whole.terms.median else _values
        for mine, division in shown:
            found.append(_told(mine, draw(whole.terms, entries, division, decision, taken, simulation), whole.terms))
    return pd.concat([part for part in found if len(part)] or found[:1])


@dataclass(frozen=True)
class _Entries:
    """The records of a metric that cleaning may change or move, share by share: `starts` tells where those of each of
    the `shares` (each with its side, 0 above and 1 below) begin. `amounts` has a row for what each adds in the raw
    tables, one for strict and one for loose cleaning; NaN is nothing."""

    shares: tuple[tuple[int, Share], ...]
    starts: np.ndarray
    record: np.ndarray
    amounts: np.ndarray

    @cached_property
    def side(self) -> np.ndarray:
        return np.repeat([side for side, _ in self.shares], np.diff(self.starts))

    def frame(self) -> pd.DataFrame:
        entities = np.array([share.entity for _, share in self.shares], dtype=object)
        return pd.DataFrame({"entity": np.repeat(entities, np.diff(self.starts)), "record": self.record})


def _entries(
    terms: Terms, changes: Sequence[pd.DataFrame | None], moved: Mapping[Strictness, Moves]
) -> _Entries | None:
    """`changes` are those of strict and of loose cleaning. None where the records of a share are in no order."""
    shares, parts = [], []
    for side, of_side in enumerate((terms.top, terms.bottom or ())):
        for part, share in enumerate(of_side):
            if len(share.records) > 1 and not (share.records[1:] > share.records[:-1]).all():
                return None
            states = []
            for frame in changes:
                mine = None if frame is None else frame[frame["side"].eq(side) & frame["part"].eq(part)]
                states.append((NOBODY, NOBODY) if mine is None else (mine["record"].to_numpy(), mine["new"].to_numpy()))
            elsewhere = [
                found.index.to_numpy() for of in moved.values() for cut, found in of.items() if cut[0] == share.entity
            ]
            known = np.unique(np.concatenate([NOBODY, *elsewhere]))
            known = known[np.append(share.records, -1)[np.searchsorted(share.records, known)] == known]
            records = np.unique(np.concatenate([known, *(changed for changed, _ in states)]))
            place = np.searchsorted(share.records, records)
            there = np.append(share.records, -1)[place] == records
            amounts = np.full((3, len(records)), np.nan)
            amounts[:, there] = 1.0 if share.amounts is None else share.amounts[place[there]]
            for row, (changed, now) in enumerate(states, start=1):
                amounts[row, np.searchsorted(records, changed)] = now
            shares.append((side, share))
            parts.append((records, amounts))
    starts = np.cumsum([0, *(len(records) for records, _ in parts)])
    return _Entries(
        tuple(shares), starts, np.concatenate([part[0] for part in parts]), np.hstack([part[1] for part in parts])
    )


@dataclass(frozen=True)
class _Division:
    """Where the records of a metric stand by one breakdown: the place of the label of each record of each share, and of
    each entry in the raw tables, under strict and under loose cleaning (a row each). The place after the last, `size`
    less 1, is of all that is not told. `differing` are the entries on which strict and loose cleaning do not agree."""

    size: int
    every: tuple[np.ndarray, ...]
    place: np.ndarray
    differing: np.ndarray


def _divided(
    breakdown: str, names: pd.Series, raw: Facts, entries: _Entries, moved: Mapping[Strictness, Moves]
) -> _Division:
    labels, every, places = pd.Index(names), [], []
    for (_, share), start, end in zip(entries.shares, entries.starts[:-1], entries.starts[1:], strict=True):
        cut = (share.entity, breakdown)
        groups, index = _division(raw, cut), raw.get(cut[0]).index
        number = _place_of(groups.labels, labels)
        plain = isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1
        every.append(number[groups.codes[share.records if plain else index.get_indexer(share.records)]])
        records = entries.record[start:end]
        place = np.tile(number[groups.codes[index.get_indexer(records)]], (3, 1))
        for row, state in enumerate(ENDS, start=1):
            if cut in moved[state]:
                now = moved[state][cut]
                at = np.searchsorted(records, now.index)
                mine = np.append(records, -1)[at] == now.index
                place[row, at[mine]] = _place_of(now.array[mine], labels)
        places.append(place)
    place = np.hstack(places)
    strict, loose = entries.amounts[1:]
    same = (np.isnan(strict) & np.isnan(loose)) | ((strict == loose) & (place[1] == place[2]))
    return _Division(len(labels) + 1, tuple(every), place, ~same)


def _place_of(names: np.ndarray, labels: pd.Index) -> np.ndarray:
    place = labels.get_indexer(pd.Index(names, dtype=object))
    return np.where(place < 0, len(labels), place)


def _added(
    entries: _Entries, division: _Division, state: int, only: np.ndarray | None = None
) -> list[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
    """What entries (`only` some) add in one state to the sums above, those below, and the number of those above (0, 1,
    2): which of these, which entries, the places of their labels, amounts."""
    known = ~np.isnan(entries.amounts[state])
    if only is not None:
        known &= only
    top, bottom = np.flatnonzero(known & (entries.side == 0)), np.flatnonzero(known & (entries.side == 1))
    found = [
        (0, top, entries.amounts[state, top]),
        (1, bottom, entries.amounts[state, bottom]),
        (2, top, np.ones(len(top))),
    ]
    return [(row, mine, division.place[state, mine], amounts) for row, mine, amounts in found]


def _strict_sums(entries: _Entries, division: _Division) -> np.ndarray:
    """The sums above and below and the number of those above (a row each) of each label under strict cleaning."""
    sums = np.zeros((3, division.size))
    for (side, share), line in zip(entries.shares, division.every, strict=True):
        sums[side] += np.bincount(line, weights=share.amounts, minlength=division.size)
        if side == 0:
            sums[2] += np.bincount(line, minlength=division.size)
    for state, sign in ((0, -1), (1, 1)):
        for row, _, line, amounts in _added(entries, division, state):
            sums[row] += sign * np.bincount(line, weights=amounts, minlength=division.size)
    return sums


def _values(
    terms: Terms, entries: _Entries, division: _Division, decision: np.ndarray, taken: np.ndarray, draws: Simulation
) -> np.ndarray:
    """Per label its figure with no decision taken, with all of them, and in each draw."""
    sums, size = _strict_sums(entries, division), division.size
    parts = [
        (row * size + label, decision[mine], sign * amounts)
        for state, sign in ((1, -1), (2, 1))
        for row, mine, label, amounts in _added(entries, division, state, division.differing)
    ]
    rows, columns, amounts = (np.concatenate(part) for part in zip(*parts, strict=True))
    moving = coo_array((amounts, (rows, columns)), (3 * size, len(taken))).tocsr()
    every = np.asarray(moving.sum(axis=1)).reshape(3, size, 1)
    drawn = np.concatenate([np.zeros_like(every), every, draws.sums(moving, taken).reshape(3, size, -1)], axis=2)
    values = np.empty((size - 1, drawn.shape[2]))
    for line in range(size - 1):
        top, bottom, added = (float(value) for value in sums[:, line])
        needed = round(added) if terms.both else None
        values[line] = value_of(Totals(top, None if terms.bottom is None else bottom, needed=needed), *drawn[:, line])
    return values


def _medians(
    terms: Terms, entries: _Entries, division: _Division, decision: np.ndarray, taken: np.ndarray, draws: Simulation
) -> np.ndarray:
    """As `_values`, of a median."""
    parts, lines = [], []
    for (_, share), line, start, end in zip(
        entries.shares, division.every, entries.starts[:-1], entries.starts[1:], strict=True
    ):
        # Of the records that may change, what they add under strict cleaning comes from the entries.
        rest = ~np.isin(share.records, entries.record[start:end], assume_unique=True)
        parts.append(amounts_of(share)[rest])
        lines.append(line[rest])
    (_, strict, loose), (_, before, after) = entries.amounts, division.place
    same = ~division.differing & ~np.isnan(strict)
    amounts, line = np.concatenate([*parts, strict[same]]), np.concatenate([*lines, before[same]])
    order = np.argsort(line, kind="stable")
    ends = np.searchsorted(line[order], np.arange(division.size))
    found = np.empty((division.size - 1, 2 + taken.shape[1]))
    for place, (start, end) in enumerate(pairwise(ends)):
        old = np.where(before == place, strict, np.nan)
        new = np.where(after == place, loose, np.nan)
        mine = np.flatnonzero(division.differing & ~(np.isnan(old) & np.isnan(new)))
        cases = np.hstack([np.zeros((len(mine), 1), bool), np.ones((len(mine), 1), bool), taken[decision[mine]]])
        values = np.concatenate([amounts[order[start:end]], old[mine][~np.isnan(old[mine])]])
        changed = Entries(np.zeros(len(mine), dtype=np.int64), old[mine], new[mine])
        found[place] = value_after(Totals(np.nan, None, values), changed, cases)
    return found


def _told(lines: pd.DataFrame, values: np.ndarray, terms: Terms) -> pd.DataFrame:
    """The ends of the intervals of the lines whose figures are what the records tell, by the index of the lines."""
    # With no decision taken they are the figures of strict cleaning, with all of them those of loose cleaning.
    read = lines[[str(state) for state in ENDS]].to_numpy(dtype="float64")
    if terms.bottom is None and not terms.median:
        # A group that one of them leaves without a record comes to nothing there.
        read[np.isnan(read) & ~np.isnan(read[:, ::-1])] = 0.0
    told = np.isclose(values[:, :2], read, rtol=1e-9, atol=1e-9, equal_nan=True).all(axis=1)
    low, high = ends_of(values[told, 2:]).T
    return pd.DataFrame({"drawn_low": low, "drawn_high": high}, index=lines.index[told])
