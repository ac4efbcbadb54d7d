"""Pairs of records as the comparisons see them: both sides' codes, words and how rare a value is."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from audit.matching.codes import BLANK, Column
from audit.matching.levels import Comparison
from audit.matching.prepare import Records
from audit.matching.similarity import DistinctPairs, WordPairs

BINS = 64
"""Half bits of rarity that an outcome holds beside its level: outcome = level * BINS + rarity."""

_UNSEEN = {
    "given": 2.0, "middle": 2.0, "family": 0.35, "maiden": 0.35, "birth": 0.05, "email": 0.0001, "mailbox": 0.02,
    "domain": 0.05, "phone": 0.001, "phone_end": 0.005, "national": 0.0005, "customer": 0.001, "profile": 0.0005,
    "house": 5.0, "street": 0.5, "address": 0.02, "postcode": 0.3, "city": 3.0, "state": 50.0, "company": 0.1,
    "site": 0.01, "job": 2.0, "call": 2.0, "name": 0.005,
}  # fmt: skip
"""Records in a thousand-record table that hold a value nobody else holds, by chance: what a rare value may weigh."""

BY_SHARERS = frozenset({"email", "phone", "phone_end", "mailbox", "domain"})
"""Columns whose values are as common as the number of different names that use them, not as their rows."""


@dataclass
class View:
    """Pairs (`left`, `right` are record positions) of one comparison run; `seen` keeps the codes looked up."""

    records: Records
    left: np.ndarray
    right: np.ndarray
    workers: int
    seen: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        return self.records[name]

    def has(self, name: str) -> bool:
        return name in self.records

    def codes(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """The first value of both sides."""
        if name not in self.seen:
            single = self.column(name).single
            self.seen[name] = single[self.left], single[self.right]
        return self.seen[name]

    def both(self, name: str) -> np.ndarray:
        one, other = self.codes(name)
        return (one != BLANK) & (other != BLANK)

    def equal(self, name: str) -> np.ndarray:
        """Where both sides have the same first value; blank equals nothing."""
        one, other = self.codes(name)
        return (one == other) & (one != BLANK)

    def graded(
        self, name: str, grade: Callable[[WordPairs], np.ndarray], where: np.ndarray | None = None
    ) -> np.ndarray:
        """`grade` of the pairs whose first values differ, each distinct pair of values seen once; 0 elsewhere."""
        return DistinctPairs(name, grade, self.workers).on_codes(self.column(name), *self.codes(name), where)

    def shared(self, name: str) -> np.ndarray:
        """The code of a value that both sides hold in any slot, the rarest if there are several; BLANK where none."""
        column = self.column(name)
        if column.slots.shape[1] == 1:
            one, other = self.codes(name)
            return np.where(one == other, one, BLANK)
        bits = np.append(self.rarity(name), -1)
        best = np.full(len(self.left), BLANK, dtype=np.int64)
        for i in range(column.codes.shape[1]):
            one = column.codes[self.left, i]
            for j in range(column.codes.shape[1]):
                hit = (one == column.codes[self.right, j]) & (one != BLANK)
                hit &= bits[one] > bits[best]
                best[hit] = one[hit]
        return best

    def rarity(self, name: str) -> np.ndarray:
        """Half bits (1..63) of every distinct value: -2 log2 of the chance that a stranger holds it too."""
        return self.records.once(f"rarity of {name}", lambda: self._rarity(name))

    def _rarity(self, name: str) -> np.ndarray:
        counts = self.records.sharers(name) if name in BY_SHARERS else self.records.frequency(name)
        own, total = 1.0 if name in BY_SHARERS else 2.0, counts.sum()
        return half_bits(np.maximum(counts - own, 0.0) / max(total, 1.0) + _UNSEEN[name] / (total + 1000))

    def bits(self, name: str, codes: np.ndarray) -> np.ndarray:
        """Rarity of the values with these codes; 0 for BLANK."""
        known = self.records.once(f"bits of {name}", lambda: np.append(self.rarity(name), 0).astype(np.int16))
        return known[codes]


def half_bits(chance: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(-2 * np.log2(np.clip(chance, 1e-12, 1.0))), 1, BINS - 1).astype(np.int64)


def outcome(comparison: Comparison, rows: int) -> "Outcome":
    return Outcome(comparison, np.zeros(rows, dtype=np.uint16))


@dataclass
class Outcome:
    """Outcomes of one comparison under construction: the first level set for a pair stays."""

    comparison: Comparison
    values: np.ndarray

    def set(self, level: str, where: np.ndarray, bits: np.ndarray | int = 0) -> "Outcome":
        """Give `level` to the pairs in `where` that have none yet; `bits` is aligned with all pairs."""
        free = where & (self.values == 0)
        number = 1 + next(at for at, known in enumerate(self.comparison.levels) if known.name == level)
        self.values[free] = number * BINS + (bits[free] if isinstance(bits, np.ndarray) else bits)
        return self
