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
LEVEL = 0.90
"""The interval holds this share of the draws, the same part left out at either end."""


def open_entries(strict: pd.DataFrame, loose: pd.DataFrame) -> pd.DataFrame:
    """The records that strict and loose cleaning leave adding differently: KEY, `old` and `new`, with `_at`."""
    columns = {"new": "old", "new_at": "old_at", "raw": "raw_old", "raw_at": "raw_old_at"}
    both = strict.rename(columns=columns).merge(loose, on=KEY, how="outer", indicator="held")
    for name in ("", "_at"):
        # A record that one of them leaves alone adds there what it adds in the raw tables.
        both[f"old{name}"] = both[f"old{name}"].mask(both["held"] == "right_only", both[f"raw{name}"])
        both[f"new{name}"] = both[f"new{name}"].mask(both["held"] == "left_only", both[f"raw_old{name}"])
    both["old_at"], both["new_at"] = (both[name].astype("datetime64[us]") for name in ("old_at", "new_at"))
    same = both["old"].eq(both["new"]) | (both["old"].isna() & both["new"].isna())
    same &= both["old_at"].eq(both["new_at"]) | (both["old_at"].isna() & both["new_at"].isna())
    return both.loc[~same, [*KEY, "old", "old_at", "new", "new_at"]].reset_index(drop=True)


class Simulation:
    """Draws shared by all metrics: the same decision is taken the same way in each of them."""

    def __init__(self, proposals: Proposals, draws: int = DRAWS) -> None:
        self.proposals = proposals
        self.draws = draws

    def intervals(
        self, metric: Metric, changed: pd.DataFrame, states: Sequence[tuple[Period, Totals]]
    ) -> list[tuple[float, float]]:
        """The interval of a metric per period. `states` are its sums under strict cleaning."""
        place, applied = self._decided(metric, changed)
        if not states:
            return []
        if states[0][1].values is not None:
            drawn = [value_after(state, *_moved(changed, period, applied[place])) for period, state in states]
        else:
            drawn = self._sums(changed, states, place, applied)
        found = []
        tail = (1 - LEVEL) / 2
        for values in drawn:
            known = values[~np.isnan(values)]
            low, high = np.quantile(known, [tail, 1 - tail]) if len(known) else (np.nan, np.nan)
            found.append((float(low), float(high)))
        return found

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
        sums = (vstack(rows, format="csr") @ applied.astype(np.float64)).reshape(len(states), 3, -1)
        return [value_of(state, *mine) for (_, state), mine in zip(states, sums, strict=True)]

    def _decided(self, metric: Metric, changed: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Per entry the place of its decision, and per decision whether it is taken in each draw (bool)."""
        numbers = self.proposals.lines_of(changed, metric.inputs, open_only=True)
        chance = self.proposals.probability(numbers, metric.inputs)
        # Entries for which no line can be named are decisions of their own, by record.
        keys = np.where(numbers >= 0, numbers, -1 - changed["record"].to_numpy())
        decisions, first, place = np.unique(keys, return_index=True, return_inverse=True)
        chance, named = chance[first], decisions >= 0
        uniform = np.empty((len(decisions), self.draws), dtype=np.float32)
        uniform[named] = self._decisions[self.proposals.units[decisions[named]]]
        # From the lowest record number on, whatever order the keys are in.
        apart = np.random.default_rng(SEED + 1).random((int((~named).sum()), self.draws), dtype=np.float32)
        uniform[~named] = apart[::-1]
        return place, uniform < chance[:, None].astype(np.float32)

    @cached_property
    def _decisions(self) -> np.ndarray:
        units = int(self.proposals.units.max(initial=-1)) + 1
        return np.random.default_rng(SEED).random((units, self.draws), dtype=np.float32)


def _moved(changed: pd.DataFrame, period: Period, applied: np.ndarray) -> tuple[Entries, np.ndarray]:
    """The entries that make a difference in a period, and whether they do so in each draw."""
    entries = Entries.of(changed, period, "old", "new")
    moved = ~((entries.old == entries.new) | (np.isnan(entries.old) & np.isnan(entries.new)))
    return Entries(entries.side[moved], entries.old[moved], entries.new[moved]), applied[moved]
