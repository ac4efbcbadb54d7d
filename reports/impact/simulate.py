"""The interval of a metric from what is open: seeded draws in which each open fix is right with its probability.

Only the records that strict and loose cleaning treat differently are drawn; all others add the same in every draw. A
metric is a sum, a mean, a ratio or a median over its records (`audit.metric.Terms`), so that a draw changes sums and
computes no metric anew. Records that one decision changes together are drawn together; decisions are taken to be
independent of each other.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from audit.metric import Metric, Period
from reports.impact.contributions import KEY, Entries, Totals, value_after, value_of
from reports.impact.doubt import Proposals

DRAWS = 200
SEED = 20240229
AT_ONCE = 20
"""Draws of which the sums are made at a time."""

LEVEL = 0.90
"""The interval holds this share of the draws, the same part left out at either end."""


def open_entries(strict: pd.DataFrame, loose: pd.DataFrame) -> pd.DataFrame:
    """The records that strict and loose cleaning leave adding differently: KEY, `old` and `new`, with `_at`."""
    every = pd.concat([strict, loose], ignore_index=True)
    entity, _ = pd.factorize(every["entity"], sort=True)
    side, part, record = (every[name].to_numpy(dtype=np.int64) for name in ("side", "part", "record"))
    # One number for all of KEY, in its order, is sorted faster than its parts.
    number = ((side * (part.max(initial=0) + 1) + part) * (entity.max(initial=0) + 1) + entity) * (
        record.max(initial=0) + 1
    ) + record
    _, first, key = np.unique(number, return_index=True, return_inverse=True)
    found = every.loc[first, KEY].reset_index(drop=True)
    for name in ("", "_at"):
        raw = every[f"raw{name}"].to_numpy()[first]
        # A record that one of them leaves alone adds there what it adds in the raw tables.
        for state, mine in (("old", slice(None, len(strict))), ("new", slice(len(strict), None))):
            values = raw.copy()
            values[key[mine]] = every[f"new{name}"].to_numpy()[mine]
            found[f"{state}{name}"] = values
    same = found["old"].eq(found["new"]) | (found["old"].isna() & found["new"].isna())
    same &= found["old_at"].eq(found["new_at"]) | (found["old_at"].isna() & found["new_at"].isna())
    return found.loc[~same, [*KEY, "old", "old_at", "new", "new_at"]].reset_index(drop=True)


def ends_of(drawn: np.ndarray) -> np.ndarray:
    """The two ends of the interval of each row of draws, of those that exist."""
    tail, ends = (1 - LEVEL) / 2, np.full((len(drawn), 2), np.nan)
    whole = ~np.isnan(drawn).any(axis=1)
    if whole.any():
        ends[whole] = np.quantile(drawn[whole], [tail, 1 - tail], axis=1).T
    for row in np.flatnonzero(~whole):
        known = drawn[row][~np.isnan(drawn[row])]
        if len(known):
            ends[row] = np.quantile(known, [tail, 1 - tail])
    return ends


class Simulation:
    """Draws shared by all metrics: the same decision is taken the same way in each of them."""

    def __init__(self, proposals: Proposals, draws: int = DRAWS) -> None:
        self.proposals = proposals
        self.draws = draws

    def intervals(
        self, metric: Metric, changed: pd.DataFrame, states: Sequence[tuple[Period, Totals]]
    ) -> list[tuple[float, float]]:
        """The interval of a metric per period. `states` are its sums under strict cleaning."""
        place, applied = self.decided(changed, metric.inputs)
        if not states:
            return []
        if states[0][1].values is not None:
            drawn = [value_after(state, *_moved(changed, period, applied[place])) for period, state in states]
        else:
            drawn = self._sums(changed, states, place, applied)
        return [(float(low), float(high)) for low, high in ends_of(np.array(drawn))]

    def _sums(
        self, changed: pd.DataFrame, states: Sequence[tuple[Period, Totals]], place: np.ndarray, applied: np.ndarray
    ) -> list[np.ndarray]:
        """The metric per draw in each period: what each decision adds to its sums, times whether it is taken."""
        rows = []
        for period, _ in states:
            entries = Entries.of(changed, period, "old", "new")
            above = entries.side == 0
            for amounts in (
                np.where(above, entries.change, 0.0),
                np.where(above, 0.0, entries.change),
                entries.added * above,
            ):
                # Few decisions matter in one period.
                moving = np.flatnonzero(amounts)
                rows.append(csr_array((amounts[moving], (np.zeros_like(moving), place[moving])), (1, len(applied))))
        sums = self.sums(vstack(rows, format="csr"), applied).reshape(len(states), 3, -1)
        return [value_of(state, *mine) for (_, state), mine in zip(states, sums, strict=True)]

    def sums(self, moves: csr_array, taken: np.ndarray) -> np.ndarray:
        """By how much sums move in each draw; `moves` says by how much each decision (column) moves each (row)."""
        # A few draws at a time: as numbers, all of them are too large to be near at hand.
        parts = [
            moves @ taken[:, place : place + AT_ONCE].astype(np.float64) for place in range(0, self.draws, AT_ONCE)
        ]
        return np.concatenate(parts, axis=1)

    def decided(self, changed: pd.DataFrame, inputs: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Per entry (entity, record) the place of its decision, and per decision whether it is taken in each draw."""
        numbers = self.proposals.lines_of(changed, inputs, open_only=True)
        chance = self.proposals.probability(numbers, inputs)
        # Entries for which no line can be named are decisions of their own, by record.
        keys = np.where(numbers >= 0, numbers, -1 - changed["record"].to_numpy())
        decisions, first, place = np.unique(keys, return_index=True, return_inverse=True)
        named = decisions >= 0
        taken = np.empty((len(decisions), self.draws), dtype=bool)
        taken[named] = self._taken[decisions[named]]
        # From the lowest record number on, whatever order the keys are in.
        apart = np.random.default_rng(SEED + 1).random((int((~named).sum()), self.draws), dtype=np.float32)
        taken[~named] = apart[::-1] < chance[first][~named, None].astype(np.float32)
        return place, taken

    @cached_property
    def _taken(self) -> np.ndarray:
        """Per line of the proposals whether it is taken in each draw; the lines of one unit are so together."""
        units = self.proposals.units
        drawn = np.random.default_rng(SEED).random((int(units.max(initial=-1)) + 1, self.draws), dtype=np.float32)
        taken = np.zeros((len(units), self.draws), dtype=bool)
        open_lines = np.flatnonzero(units >= 0)
        chance = self.proposals.probability(open_lines, ()).astype(np.float32)
        taken[open_lines] = drawn[units[open_lines]] < chance[:, None]
        return taken


def _moved(changed: pd.DataFrame, period: Period, applied: np.ndarray) -> tuple[Entries, np.ndarray]:
    """The entries that make a difference in a period, and whether they do so in each draw."""
    entries = Entries.of(changed, period, "old", "new")
    moved = ~((entries.old == entries.new) | (np.isnan(entries.old) & np.isnan(entries.new)))
    return Entries(entries.side[moved], entries.old[moved], entries.new[moved]), applied[moved]
