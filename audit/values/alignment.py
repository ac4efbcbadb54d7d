"""Names compared word by word: which word of one stands for which of the other, over whole columns of pairs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.values.text import arrow, factorise, text_series

WORDS = 8
"""Words of a name that are looked at."""
_CHUNK = 50_000
_TWO_WORDS = 1.6  # by weight: a word and an initial are not two


@dataclass(frozen=True)
class Alignment:
    """What became of the words of two names, per pair.

    `matched` is the weight of the words that found each other, times how alike they are; `left_over` and `right_over`
    the weight of those that found nobody; `weakest` the least likeness among words that found each other; `shorter` the
    weight of the words of the name that has less of it.
    """

    matched: np.ndarray
    left_over: np.ndarray
    right_over: np.ndarray
    weakest: np.ndarray
    shorter: np.ndarray

    def score(self, conflict: float, surplus: float, lone_surplus: float, weakest_share: float) -> np.ndarray:
        """Likeness of the names, 0..1.

        Words that found nobody on both sides contradict each other and cost `conflict` times their weight. Words that
        only one name has cost `surplus` times, or `lone_surplus` where the other name has one word alone and so says
        little. `weakest_share` is how much the least alike words pull all down.
        """
        against = np.minimum(self.left_over, self.right_over)
        more = np.maximum(self.left_over, self.right_over) - against
        whole = self.matched + conflict * against + np.where(self.shorter < _TWO_WORDS, lone_surplus, surplus) * more
        share = np.divide(self.matched, whole, out=np.zeros(len(whole)), where=whole > 0)
        return share * (1 - weakest_share + weakest_share * self.weakest)


Likeness = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""How alike words are, by their places in the vocabulary."""


def align(
    left: pd.Series,
    right: pd.Series,
    likeness: Callable[[pd.Series], Likeness],
    weight: Callable[[pd.Series], np.ndarray],
    least: float,
) -> Alignment:
    """Aligns the words of folded names; words less alike than `least` do not find each other.

    `likeness` and `weight` are given the vocabulary; each distinct pair of words of a chunk is compared once. Blank
    names have no words.
    """
    names, codes = factorise(pd.concat([left, right], ignore_index=True))
    # By the alphabet, so that neither the side nor the order of rows matters.
    order = pc.sort_indices(arrow(names)).to_numpy()
    rank = np.empty(len(names) + 1, dtype=np.int64)
    rank[order] = np.arange(len(names))
    rank[-1] = len(names)
    one, other = rank[codes[: len(left)]], rank[codes[len(left) :]]
    low, high = np.minimum(one, other), np.maximum(one, other)
    table, words = _table(names.iloc[order])
    weights = np.append(weight(words), 0.0)
    alike = likeness(words)
    parts = [
        _aligned(table[low[at : at + _CHUNK]], table[high[at : at + _CHUNK]], len(words), weights, alike, least)
        for at in range(0, max(len(left), 1), _CHUNK)
    ]
    matched, low_over, high_over, weakest, shorter = (np.concatenate(column) for column in zip(*parts, strict=True))
    turned = one > other
    return Alignment(
        matched, np.where(turned, high_over, low_over), np.where(turned, low_over, high_over), weakest, shorter
    )


def _table(names: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """For each name the places of its words in the vocabulary, -1 behind the last; the last row is a blank name's."""
    lists = pc.ascii_split_whitespace(arrow(names))
    encoded = pc.list_flatten(lists).dictionary_encode()
    alphabet = pc.sort_indices(encoded.dictionary).to_numpy()
    place = np.empty(len(alphabet), dtype=np.int64)
    place[alphabet] = np.arange(len(alphabet))
    counts = pc.list_value_length(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    name = np.repeat(np.arange(len(names)), counts)
    slot = np.arange(len(name)) - np.repeat(np.cumsum(counts) - counts, counts)
    width = int(np.clip(counts.max(initial=1), 1, WORDS))
    table = np.full((len(names) + 1, width), -1, dtype=np.int64)
    kept = slot < width
    table[name[kept], slot[kept]] = place[encoded.indices.to_numpy()[kept]]
    return table, text_series(encoded.dictionary.take(pa.array(alphabet)))


def _aligned(
    left: np.ndarray, right: np.ndarray, words: int, weights: np.ndarray, likeness: Likeness, least: float
) -> tuple[np.ndarray, ...]:
    """The fields of Alignment for the word tables of some pairs: the most alike words take each other first."""
    pairs, width = left.shape
    filled = np.nonzero((left[:, :, None] >= 0) & (right[:, None, :] >= 0))
    one, other = left[filled[0], filled[1]], right[filled[0], filled[2]]
    wanted, back = np.unique(np.minimum(one, other) * words + np.maximum(one, other), return_inverse=True)
    alike = np.zeros((pairs, width, width))
    if len(wanted):
        found = likeness(wanted // words, wanted % words)
        alike[filled] = np.where(found >= least, found, 0.0)[back]
    left_weight, right_weight = weights[left], weights[right]
    shorter = np.minimum(left_weight.sum(axis=1), right_weight.sum(axis=1))
    mean = (left_weight[:, :, None] + right_weight[:, None, :]) / 2
    matched, weakest, rows = np.zeros(pairs), np.ones(pairs), np.arange(pairs)
    for _ in range(width):
        best = alike.reshape(pairs, width * width).argmax(axis=1)
        i, j = best // width, best % width
        hit = alike[rows, i, j] > 0
        if not hit.any():
            break
        at, i, j = rows[hit], i[hit], j[hit]
        score = alike[at, i, j]
        matched[at] += mean[at, i, j] * score
        weakest[at] = np.minimum(weakest[at], score)
        left_weight[at, i] = right_weight[at, j] = 0.0
        alike[at, i, :] = alike[at, :, j] = 0.0
    return matched, left_weight.sum(axis=1), right_weight.sum(axis=1), weakest, shorter
