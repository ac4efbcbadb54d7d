"""String similarity on distinct pairs of values, by RapidFuzz on several threads."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler, Prefix
from recordlinkage.base import BaseCompareFeature

from audit.matching.codes import BLANK, Column


@dataclass(frozen=True)
class WordPairs:
    """Distinct pairs of unequal values of a column, as codes `one` and `other`."""

    column: Column
    one: np.ndarray
    other: np.ndarray
    workers: int

    def __len__(self) -> int:
        return len(self.one)

    @cached_property
    def left(self) -> np.ndarray:
        return self.column.words[self.one]

    @cached_property
    def right(self) -> np.ndarray:
        return self.column.words[self.other]

    @cached_property
    def short(self) -> np.ndarray:
        """Letters of the shorter value."""
        return np.minimum(self.column.lengths[self.one], self.column.lengths[self.other])

    @cached_property
    def long(self) -> np.ndarray:
        return np.maximum(self.column.lengths[self.one], self.column.lengths[self.other])

    @cached_property
    def edits(self) -> np.ndarray:
        """Typing errors: insert, delete, replace, swap neighbours; 5 stands for five and more."""
        return self.edits_up_to(4)

    def edits_up_to(self, most: int | np.ndarray) -> np.ndarray:
        """Typing errors where there are at most so many (for all pairs, or one number each); `most` + 1 for more.

        Few pairs come near: lengths and letters tell the others, and only what is left is spelled out.
        """
        result = np.broadcast_to(np.asarray(most, dtype=np.uint8) + np.uint8(1), len(self)).copy()
        at = np.flatnonzero(self.long - self.short < result)
        at = at[np.maximum(*self.only(at).missing) < result[at]]
        if len(at):
            found = self.only(at)._score(OSA.distance, np.uint8, score_cutoff=int(result[at].max()) - 1)
            result[at] = np.minimum(found, result[at])
        return result

    @cached_property
    def missing(self) -> tuple[np.ndarray, np.ndarray]:
        """How many letters of the first value are not in the other at all, and the other way round."""
        one, other = self.column.letters[self.one], self.column.letters[self.other]
        return np.bitwise_count(one & ~other), np.bitwise_count(other & ~one)

    @cached_property
    def jaro_winkler(self) -> np.ndarray:
        """Likeness, 0..1; 0 where it cannot reach 0.7 by the letters that there are."""
        one, other = self.column.lengths[self.one], self.column.lengths[self.other]
        shared = np.minimum(one - self.missing[0], other - self.missing[1])
        at = np.flatnonzero(shared / np.maximum(one, 1) + shared / np.maximum(other, 1) >= 3 * 0.699 - 1)
        return self._spread(at, JaroWinkler.normalized_similarity)

    @cached_property
    def token_sort(self) -> np.ndarray:
        """Likeness with the words sorted, 0..1; 0 where it cannot reach 0.8."""
        differ = np.add(*self.missing, dtype=np.int64)
        return self._spread(np.flatnonzero(differ <= 0.201 * (self.short + self.long)), fuzz.token_sort_ratio) / 100

    def _spread(self, at: np.ndarray, scorer: Any) -> np.ndarray:
        """The scores of the pairs at these places, 0 elsewhere."""
        result = np.zeros(len(self), dtype=np.float32)
        result[at] = self.only(at)._score(scorer, np.float32)
        return result

    @cached_property
    def begins(self) -> np.ndarray:
        """Where one value begins with the other; looked at only where they are alike at all."""
        at = np.flatnonzero((self.jaro_winkler >= 0.7) | (self.short <= 2))
        found = np.zeros(len(self), dtype=bool)
        if len(at):
            some = self.only(at)
            found[at] = some._score(Prefix.similarity, np.int64) == some.short
        return found

    @cached_property
    def holds_words(self) -> np.ndarray:
        """Where all words of one value are among those of the other."""
        at = np.flatnonzero(self.column.spaced[self.one] | self.column.spaced[self.other])
        found = np.zeros(len(self), dtype=bool)
        if len(at):
            found[at] = self.only(at)._score(fuzz.token_set_ratio, np.float32, score_cutoff=100) == 100
        return found

    @cached_property
    def same_letters(self) -> np.ndarray:
        """Where one value has the letters of the other in another order."""
        at = np.flatnonzero((np.maximum(*self.missing) == 0) & (self.long == self.short))
        at = at[self.jaro_winkler[at] >= 0.6]
        found = np.zeros(len(self), dtype=bool)
        found[at] = [sorted(a) == sorted(b) for a, b in zip(self.left[at], self.right[at], strict=True)]
        return found

    def only(self, at: np.ndarray) -> "WordPairs":
        return WordPairs(self.column, self.one[at], self.other[at], self.workers)

    def _score(self, scorer: Any, dtype: Any, **options: Any) -> np.ndarray:
        if not len(self):
            return np.zeros(0, dtype=dtype)
        return process.cpdist(self.left, self.right, scorer=scorer, dtype=dtype, workers=self.workers, **options)


class DistinctPairs(BaseCompareFeature):
    """A comparison feature of recordlinkage that sees every distinct pair of unequal values once.

    `grade` gets them as WordPairs and returns one value per pair; rows with a blank or with equal values stay 0.
    """

    def __init__(self, label: str, grade: Callable[[WordPairs], np.ndarray], workers: int = 1) -> None:
        super().__init__([label], [label], label=label)
        self.grade = grade
        self.workers = workers

    def _compute_vectorized(self, left: pd.Series, right: pd.Series) -> np.ndarray:
        words = pd.Index(left).append(pd.Index(right)).dropna().unique()
        column = Column(np.arange(len(words)), words.to_numpy(dtype=object))
        return self.on_codes(column, words.get_indexer(left), words.get_indexer(right))

    def on_codes(
        self, column: Column, left: np.ndarray, right: np.ndarray, where: np.ndarray | None = None
    ) -> np.ndarray:
        """The same for values given as codes into a column."""
        unequal = (left != BLANK) & (right != BLANK) & (left != right)
        if where is not None:
            unequal &= where
        at = np.flatnonzero(unequal)
        low, high = np.minimum(left[at], right[at]), np.maximum(left[at], right[at])
        size = len(column.values) + 1
        if len(at) < size:
            # Where values are that many, hardly a pair of them comes twice.
            values = self.grade(WordPairs(column, low, high, self.workers))
        else:
            back, distinct = pd.factorize(low.astype(np.int64) * size + high)
            values = self.grade(WordPairs(column, distinct // size, distinct % size, self.workers))[back]
        result = np.zeros(len(left), dtype=values.dtype)
        result[at] = values
        return result
