"""Comparing organisations by name: words in any order, weighed by how rare they are."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import OSA
from scipy import sparse

from audit.matching import levels
from audit.matching.codes import BLANK
from audit.matching.similarity import WordPairs
from audit.matching.view import BINS, View, half_bits, outcome

_TYPO_BITS = 3.0
"""How many names lie within a typing error of a name, in bits."""

_SHUFFLED = 0.7
"""What is left of the bits of shared words that stand in another order: Canada Life, Sun Life of Canada."""

_PART, _TYPO, _MOST, _SOME, _DIFFERENT = range(1, 6)


def _without_blanks(names: np.ndarray) -> np.ndarray:
    return pd.factorize(np.array([name.replace(" ", "") for name in names], dtype=object))[0]


def word_matrix(names: np.ndarray, weights: np.ndarray) -> sparse.csr_matrix:
    """Names by words, each entry the bits of the word; `weights` is rows per name."""
    parts = pc.split_pattern(pa.array(names, pa.large_string()), " ")
    rows, found = pc.list_parent_indices(parts).to_numpy(), pc.list_flatten(parts).dictionary_encode()
    codes, words = found.indices.to_numpy(), len(found.dictionary)
    matrix = sparse.csr_matrix((np.ones(len(codes)), (rows, codes)), shape=(len(names), max(words, 1)))
    matrix.data[:] = 1.0
    held = matrix.T @ weights
    bits = -np.log2(np.clip((np.maximum(held - 2, 0) + 0.1) / max(weights.sum(), 1.0), 1e-6, 1.0))
    matrix.data = bits[matrix.indices]
    return matrix


def _name_bits(view: View) -> np.ndarray:
    """Half bits per distinct name: how often it is seen beside this pair, and how often its words would meet."""
    matrix, held = view.records.once("words of names", lambda: _words_of_names(view))
    whole = view.records.once("bits of whole names", lambda: _whole_bits(matrix, held))
    by_words = np.exp2(-np.minimum(whole, 26.0))
    return np.append(half_bits(np.maximum(held - 2, 0.0) / max(held.sum(), 1.0) + by_words), 0)


def _whole_bits(matrix: sparse.csr_matrix, held: np.ndarray) -> np.ndarray:
    """Bits of each name as a whole: that another one is as long, and has the same word in each place."""
    length = np.diff(matrix.indptr)
    weights = np.maximum(held, 1.0)
    as_long = np.bincount(length, weights)[length] / weights.sum()
    words = max((length * weights).sum() / weights.sum(), 1.0)
    return np.asarray(matrix.sum(axis=1)).ravel() + length * np.log2(words) - np.log2(as_long)


def _words_of_names(view: View) -> tuple[sparse.csr_matrix, np.ndarray]:
    held = view.records.frequency("company")
    return word_matrix(view.column("company").words, np.maximum(held, 1.0)), held


def _grades(view: View, where: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Grade and half bits of the words shared, per pair of unequal names."""
    column = view.column("company")
    matrix, frequent = view.records.once("words of names", lambda: _words_of_names(view))
    totals = np.asarray(matrix.sum(axis=1)).ravel()
    whole = view.records.once("bits of whole names", lambda: _whole_bits(matrix, frequent))
    binary = matrix.copy()
    binary.data = np.ones_like(binary.data)
    bare = view.records.once("names without blanks", lambda: _without_blanks(column.words))

    def grade(pairs: WordPairs) -> np.ndarray:
        a, b = pairs.one, pairs.other
        shared = np.asarray(matrix[a].multiply(binary[b]).sum(axis=1)).ravel()
        low, high = np.minimum(totals[a], totals[b]), np.maximum(totals[a], totals[b])
        likeness = np.maximum(pairs.token_sort, pairs.jaro_winkler - 0.05)
        result = np.full(len(pairs), _DIFFERENT, dtype=np.int64)
        result[(shared > 0.3 * low) & (shared > 2)] = _SOME
        result[(shared > 0.6 * high) | (likeness >= 0.8)] = _MOST
        held = (shared >= 0.95 * low) & (shared < high)
        result[held] = _PART
        near = np.flatnonzero((likeness >= 0.8) & (result != _PART))
        result[near[_misspelt(pairs.only(near))]] = _TYPO
        # Written as one word or as several, a name is as rare as its words are together.
        joined = bare[a] == bare[b]
        result[(shared >= 0.99 * high) | joined] = _TYPO
        shuffled = np.flatnonzero(held & (result == _PART))
        shared[shuffled[~_in_order(pairs.only(shuffled))]] *= _SHUFFLED
        likely = np.minimum(whole[a], whole[b])
        bits = np.where(result == _TYPO, np.maximum(likely - _TYPO_BITS, shared), shared)
        bits[joined] = likely[joined]
        return result * BINS + np.clip(2 * bits, 1, BINS - 1).astype(np.int64)

    packed = view.graded("company", grade, where)
    return packed // BINS, packed % BINS


def _in_order(pairs: WordPairs) -> np.ndarray:
    """Where the longer name has the words that they share in the order of the shorter one."""
    found = np.zeros(len(pairs), dtype=bool)
    for at, (left, right) in enumerate(zip(pairs.left, pairs.right, strict=True)):
        one, other = sorted((left.split(), right.split()), key=len)
        found[at] = [word for word in other if word in one] == [word for word in one if word in other]
    return found


def _misspelt(pairs: WordPairs) -> np.ndarray:
    """Where the words that two names do not share differ by a typing error, two in a long word."""
    found = np.zeros(len(pairs), dtype=bool)
    for at, (left, right) in enumerate(zip(pairs.left, pairs.right, strict=True)):
        one, other = left.split(), right.split()
        rest = "".join(word for word in one if word not in other), "".join(word for word in other if word not in one)
        short = min(map(len, rest))
        found[at] = short >= 4 and OSA.distance(*rest) <= (2 if short >= 8 else 1)
    return found


def company(view: View) -> np.ndarray:
    """The employer of two people."""
    one = view.codes("company")[0]
    grade, shared = _grades(view)
    result = outcome(levels.COMPANY, len(one)).set("same", view.equal("company"), view.bits("company", one))
    result.set("part", grade == _PART, shared).set("typo", grade == _TYPO)
    return result.set("alike", (grade > 0) & (grade < _DIFFERENT)).set("different", grade == _DIFFERENT).values


def organisation(view: View) -> np.ndarray:
    """The names of two organisations; another name that either holds counts as well."""
    one, other = view.codes("company")
    nameless = _nameless(view)
    if not nameless.any():
        return np.zeros(len(one), dtype=np.uint16)
    grade, shared = _grades(view, nameless)
    bits = _name_bits(view)
    result = outcome(levels.ORGANISATION, len(one)).set("same", view.equal("company"), bits[one])
    if view.has("alias"):
        alias_one, alias_other = view.codes("alias")
        for left, right in ((alias_one, other), (one, alias_other), (alias_one, alias_other)):
            result.set("same", (left == right) & (left != BLANK), bits[left])
    result.set("part", grade == _PART, shared).set("typo", grade == _TYPO, shared).set("most words", grade == _MOST)
    return result.set("some words", grade == _SOME).set("different", grade == _DIFFERENT).values


def _nameless(view: View) -> np.ndarray:
    """Pairs of which neither record names a person: there the organisation itself is the record."""
    who = view.column("name").codes if view.has("name") else np.full(len(view.records), BLANK)
    return (who[view.left] == BLANK) & (who[view.right] == BLANK)


def separate(view: View, values: dict[str, np.ndarray]) -> None:
    """In a table of people: two records without a person's name are compared as organisations, others never."""
    nameless = _nameless(view)
    values["organisation"][~nameless] = 0
    values["company"][nameless] = 0
