"""A person's decisions as matching applies them: to records, to scored pairs, to clusters."""

from dataclasses import dataclass, replace

import numpy as np

from audit.matching.cluster import components
from audit.matching.decisions import Rulings
from audit.matching.prepare import Records

VERDICTS = ("", "same", "different", "left out", "contradiction")
_OPEN, _SAME, _DIFFERENT, _LEFT_OUT, _CONTRADICTION = range(len(VERDICTS))


@dataclass(frozen=True)
class Judged:
    """Rulings by positions of records: sorted pair numbers (left * records + right) and single records."""

    records: int
    same: np.ndarray
    different: np.ndarray
    contradictory: np.ndarray
    left_out: np.ndarray

    @property
    def together(self) -> np.ndarray | None:
        """A label per record, equal where a person joined them; None without such decisions."""
        if not len(self.same):
            return None
        return components(self.same // self.records, self.same % self.records, self.records)

    def labelled(self) -> tuple[np.ndarray, np.ndarray]:
        """The pairs that were decided one way or the other, `same` first."""
        pairs = np.append(self.same, self.different)
        return pairs // max(self.records, 1), pairs % max(self.records, 1)

    def labels(self) -> np.ndarray:
        return np.arange(len(self.same) + len(self.different)) < len(self.same)

    def missing(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The decided pairs that are not among the given ones."""
        decided = np.unique(np.concatenate([self.same, self.different, self.contradictory]))
        wanted = decided[~np.isin(decided, left * self.records + right)] if len(decided) else decided
        return wanted // max(self.records, 1), wanted % max(self.records, 1)

    def verdicts(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Per pair the position in VERDICTS of what was decided about it."""
        result = np.zeros(len(left), dtype=np.int8)
        if not len(self.same) + len(self.different) + len(self.contradictory) + len(self.left_out):
            return result
        key = left * self.records + right
        result[np.isin(left, self.left_out) | np.isin(right, self.left_out)] = _LEFT_OUT
        for verdict, pairs in ((_DIFFERENT, self.different), (_SAME, self.same), (_CONTRADICTION, self.contradictory)):
            result[np.isin(key, pairs)] = verdict
        return result

    @staticmethod
    def probability(verdict: np.ndarray, same: np.ndarray) -> np.ndarray:
        """The probabilities with those replaced that a person decided."""
        return np.where(verdict == _SAME, 1.0, np.where(verdict == _DIFFERENT, 0.0, same)).astype(same.dtype)

    @staticmethod
    def apart(verdict: np.ndarray) -> np.ndarray:
        return verdict >= _DIFFERENT


def judge(records: Records, rulings: Rulings) -> Judged:
    """The rulings by records. Rows that rulings name must each be a record of their own."""
    of_row = np.empty(records.rows, dtype=np.int64)
    of_row[records.members] = np.repeat(np.arange(len(records)), records.counts)

    def numbers(pairs: np.ndarray) -> np.ndarray:
        ends = np.sort(of_row[pairs], axis=1)
        return np.unique(ends[:, 0] * len(records) + ends[:, 1])

    return Judged(
        len(records),
        numbers(rulings.same),
        numbers(rulings.different),
        numbers(rulings.contradictory),
        np.unique(of_row[rulings.left_out]),
    )


def single_out(records: Records, rows: np.ndarray) -> Records:
    """The records with each of these rows a record of its own, also where others say exactly the same."""
    of_row = np.repeat(np.arange(len(records)), records.counts)
    named = np.isin(records.members, rows) & (records.counts[of_row] > 1)
    if not named.any():
        return records
    order = np.lexsort((np.arange(len(of_row)), named, of_row))
    members, of_row, named = records.members[order], of_row[order], named[order]
    starts = np.flatnonzero(np.append(True, of_row[1:] != of_row[:-1]) | named)
    origin = of_row[starts]
    return replace(
        records,
        columns={name: column.take(origin) for name, column in records.columns.items()},
        members=members,
        first=members[starts],
        counts=np.diff(np.append(starts, len(members))),
        known={},
        locks={},
    )
