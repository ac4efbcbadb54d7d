"""Comparing pairs of records: one outcome per comparison, a level and how rare the value agreed on is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from audit.matching import organisation, person, place, reach
from audit.matching.levels import ACCOUNT, CONTACT, Comparison
from audit.matching.prepare import Records
from audit.matching.view import BINS, View

_CHUNK = 1_000_000
"""Pairs compared at a time: what is known of both sides fits the memory whatever the number of pairs."""
_SLOWEST = ("given", "family", "email", "place", "phone", "company", "organisation")
"""Where work is begun: names first, as more is done with them."""

_COMPARE: dict[str, tuple[frozenset[str], Callable[[View], np.ndarray]]] = {
    "given": (frozenset({"given"}), person.given),
    "family": (frozenset({"family"}), person.family),
    "middle": (frozenset({"middle"}), person.middle),
    "suffix": (frozenset({"suffix"}), person.suffix),
    "birth": (frozenset({"birth"}), person.birth),
    "gender": (frozenset({"gender"}), person.gender),
    "email": (frozenset({"email"}), reach.email),
    "phone": (frozenset({"phone"}), reach.phone),
    "national": (frozenset({"national"}), reach.national),
    "customer": (frozenset({"customer"}), reach.customer),
    "profile": (frozenset({"profile"}), reach.profile),
    "place": (frozenset({"street", "postcode", "city"}), place.place),
    "company": (frozenset({"company"}), organisation.company),
    "organisation": (frozenset({"company"}), organisation.organisation),
    "site": (frozenset({"site"}), reach.site),
    "job": (frozenset({"job"}), person.job),
    "source": (frozenset({"source"}), reach.source),
}


@dataclass(frozen=True)
class Outcomes:
    """For pairs of record positions: per comparison `level * BINS + rarity`, 0 where not known."""

    left: np.ndarray
    right: np.ndarray
    values: dict[str, np.ndarray]
    comparisons: tuple[Comparison, ...]

    def __len__(self) -> int:
        return len(self.left)

    def take(self, rows: np.ndarray | slice) -> "Outcomes":
        values = {name: codes[rows] for name, codes in self.values.items()}
        return Outcomes(self.left[rows], self.right[rows], values, self.comparisons)

    def append(self, other: "Outcomes") -> "Outcomes":
        values = {name: np.append(codes, other.values[name]) for name, codes in self.values.items()}
        left, right = np.append(self.left, other.left), np.append(self.right, other.right)
        return Outcomes(left, right, values, self.comparisons)

    def table(self) -> np.ndarray:
        """The outcomes as (pairs, comparisons)."""
        if not self.comparisons:
            return np.zeros((len(self), 0), dtype=np.uint16)
        return np.stack([self.values[comparison.name] for comparison in self.comparisons], axis=1)

    def level(self, name: str) -> np.ndarray:
        return self.values[name] // BINS


def comparisons_of(records: Records) -> tuple[Comparison, ...]:
    """The comparisons that the columns at hand allow."""
    known = CONTACT if records.entity == "contact" else ACCOUNT
    return tuple(comparison for comparison in known if not _COMPARE[comparison.name][0].isdisjoint(records.columns))


def compare(records: Records, left: np.ndarray, right: np.ndarray, workers: int) -> Outcomes:
    """The outcomes of all comparisons for pairs of record positions."""
    chosen = comparisons_of(records)
    values = {comparison.name: np.zeros(len(left), dtype=np.uint16) for comparison in chosen}
    names = sorted(values, key=lambda name: _SLOWEST.index(name) if name in _SLOWEST else len(_SLOWEST))
    ends = np.linspace(0, len(left), -(-len(left) // _CHUNK) + 1, dtype=np.int64)
    # Comparisons at the same time, each with one thread: next to the strings there are joins that have no threads.
    with ThreadPoolExecutor(workers) as pool:
        for part in (slice(start, end) for start, end in pairwise(ends)):
            view = View(records, left[part], right[part], 1)
            running = {name: pool.submit(_COMPARE[name][1], view) for name in names}
            if "given" in running and "family" in running:
                person.reorder(view, {name: running[name].result() for name in ("given", "family")})
            found = {name: outcome.result() for name, outcome in running.items()}
            if "organisation" in found and "company" in found:
                organisation.separate(view, found)
            for name, outcome in found.items():
                values[name][part] = outcome
    return Outcomes(left, right, values, chosen)
