"""Fellegi-Sunter weights for four kinds of pairs, fitted by EM on distinct patterns of outcomes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import pandas as pd
from recordlinkage.base import BaseClassifier

from audit.matching.compare import Outcomes
from audit.matching.levels import RELATIONS, Comparison, Relation
from audit.matching.prepare import Records
from audit.matching.view import BINS

SAME = 1
_MAX_BITS = 26.0
_ROUNDS = 40
_LEAST = 0.2
"""Of the pairs in a relation that a table of this size usually has, how many are assumed even where none are seen."""
_USUAL = 500.0
"""How many pairs the usual chances of strangers are worth."""
CAUTION = 6.0
"""Relatives and colleagues resemble each other more than independent fields would have it: by this factor the odds of
a relation are raised when pairs are judged (not when the model is fitted)."""
_UNLIKE = -2.0
"""Bits against an agreement that members of a relation avoid: a household does not give two children one name."""
_TOGETHER = -4.0
"""Bits against a relation whose members are apart (branches) where the place is one and the same, or not known."""
_NOT_APART = ("same", "near", "postcode", "city")
_ONE_NAME = ("same", "typo")
_UNKNOWN = -3.0
"""Bits against a relation whose decisive field is not known on both sides."""


_OWN_KEY = frozenset({"email", "national", "customer", "profile"})
"""Comparisons whose agreement alone makes a candidate: relatives who were never compared differ there."""
_MANY_PATTERNS = 100_000
_PART = 100_000
"""Pairs whose patterns are told at a time: what is worked out on the way stays in the processor."""
_STEP = 4
_WORKERS = 2


@dataclass
class Patterns:
    """Distinct patterns of outcomes: `outcomes` (patterns, comparisons), `counts`, and the pattern of every pair."""

    outcomes: np.ndarray
    counts: np.ndarray
    of_pair: np.ndarray


def patterns_of(outcomes: Outcomes, weights: np.ndarray | None = None) -> Patterns:
    """The distinct patterns among pairs, found by hashing the outcomes of each pair to 64 bits.

    `weights` are how many pairs each stands for.
    """
    of_pair, first = _alike([outcomes.values[comparison.name] for comparison in outcomes.comparisons], len(outcomes))
    counts = np.bincount(of_pair, weights, minlength=len(first)).astype(np.float64)
    return Patterns(outcomes.take(first).table(), counts, of_pair)


def _alike(columns: Sequence[np.ndarray], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """The number of each row's pattern, and where each pattern is first seen."""
    digest = np.zeros(rows, dtype=np.uint64)
    for start in range(0, rows, _PART):
        part = slice(start, start + _PART)
        for at, column in enumerate(columns):
            salt = np.uint64((2 * at + 1) * 0x9E3779B97F4A7C15 % 2**64)
            mixed = (column[part].astype(np.uint64) + np.uint64(1)) * salt
            digest[part] += (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    number, distinct = pd.factorize(digest)
    first = np.full(len(distinct), rows, dtype=np.int64)
    first[number[::-1]] = np.arange(rows)[::-1]
    return number, first


def _coarse(patterns: Patterns) -> Patterns:
    """The patterns with rarities told in steps of two bits: enough to learn from, where there are very many."""
    if len(patterns.counts) <= _MANY_PATTERNS:
        return patterns
    rarity = patterns.outcomes % BINS
    outcomes = patterns.outcomes - rarity + np.where(rarity > 0, rarity // _STEP * _STEP + _STEP // 2, 0)
    number, first = _alike(list(outcomes.T), len(outcomes))
    return Patterns(outcomes[first], np.bincount(number, patterns.counts), number)


@dataclass
class Model(BaseClassifier):
    """What was learned: per comparison the chance of each level among the same, among strangers and per relation.

    `shares` are the parts of all pairs of the table that are strangers, the same, and in each relation. `sample` are
    the patterns of pairs drawn at random, `usual` the pairs of each kind that a table of this size has, `beyond` those
    of each kind that are known to exist and were not compared. It is one of
    recordlinkage's classifiers, whose comparison vectors are outcomes: its ECM, over levels instead of agreements, over
    more than two classes, and on distinct patterns with counts.
    """

    comparisons: tuple[Comparison, ...]
    relations: tuple[Relation, ...]
    all_pairs: float
    sample: Patterns
    usual: np.ndarray
    beyond: np.ndarray
    same: dict[str, np.ndarray] = field(default_factory=dict)
    strangers: dict[str, np.ndarray] = field(default_factory=dict)
    related: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    shares: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @property
    def prior(self) -> float:
        """The chance that two records drawn at random are the same."""
        return float(self.shares[SAME])

    def weights(self, comparison: Comparison, kind: int) -> np.ndarray:
        """Bits for (SAME or a relation) against strangers, for every outcome of a comparison."""
        chance = self._chance(comparison, kind)
        bits = np.zeros((len(comparison.levels) + 1, BINS))
        relation = self.relations[kind - 2] if kind > SAME else None
        if chance is None:
            if relation and comparison.name in relation.unlike:
                bits[1:5] = _UNLIKE
            if relation and comparison.name in relation.apart:
                bits[[0, *(at for at, level in enumerate(comparison.levels, 1) if level.name in _NOT_APART)]] = (
                    _TOGETHER
                )
            return bits.ravel()
        if relation and comparison.name == relation.needs[0]:
            bits[0] = _UNKNOWN
        rarity = np.arange(BINS) / 2
        for at, level in enumerate(comparison.levels, start=1):
            if level.same == 0:
                continue
            base = np.log2(chance[at])
            bits[at] = base + rarity if level.by_value else base - np.log2(self.strangers[comparison.name][at])
        if relation and comparison.name == relation.needs[0] and self._nowhere(relation):
            bits[[at for at, level in enumerate(comparison.levels, 1) if level.name in _ONE_NAME]] += _TOGETHER
        return np.clip(bits, -_MAX_BITS, _MAX_BITS).ravel()

    def _nowhere(self, relation: Relation) -> bool:
        """Whether the table has nothing that could show the members of a relation apart but their names."""
        return bool(relation.apart) and all(known.name not in relation.apart for known in self.comparisons)

    def _chance(self, comparison: Comparison, kind: int) -> np.ndarray | None:
        if kind == SAME:
            return self.same[comparison.name]
        return self.related.get((self.relations[kind - 2].name, comparison.name))

    def totals(self, table: np.ndarray) -> np.ndarray:
        """Bits of evidence (patterns, kinds) for patterns of outcomes; strangers are zero."""
        result = np.zeros((len(table), 2 + len(self.relations)), order="F")
        for at, comparison in enumerate(self.comparisons):
            for kind in range(1, result.shape[1]):
                result[:, kind] += self.weights(comparison, kind)[table[:, at]]
        return result

    def posterior(self, table: np.ndarray, *, caution: float = 1.0) -> np.ndarray:
        """The probability of each kind of pair, (patterns, kinds); `caution` multiplies the odds of relations."""
        logs = self.totals(table) * np.log(2) + np.log(np.maximum(self.shares, 1e-300))
        logs[:, 2:] += np.log(caution)
        # Column by column: NumPy is slow over rows of few numbers.
        parts = np.exp(logs - reduce(np.maximum, logs.T)[:, None])
        return parts / reduce(np.add, parts.T)[:, None]

    def train(self, found: Patterns) -> None:
        """EM over the patterns of candidate pairs, from usual chances on, until the shares stand still."""
        for comparison in self.comparisons:
            self.same[comparison.name] = _start(comparison, "same")
            for relation in self.relations:
                if relation.name in comparison.shared_by:
                    self.related[relation.name, comparison.name] = _start(comparison, "related")
        self.shares = _shares(self.usual, self.all_pairs)
        least = np.array([0.0, 0.0, *(_LEAST * self.usual[2:])]) + self.beyond
        seen = {comparison.name: _levels(comparison, self.sample, at) for at, comparison in enumerate(self.comparisons)}
        scale = self.sample.counts.sum() / self.all_pairs
        duplicates = {name: np.zeros_like(counts) for name, counts in seen.items()}
        levels = (found.outcomes // BINS).T.astype(np.int64)
        for _ in range(_ROUNDS):
            for comparison in self.comparisons:
                self.strangers[comparison.name] = _strangers(
                    seen[comparison.name] - scale * duplicates[comparison.name], comparison
                )
            weighted = np.asfortranarray(self.posterior(found.outcomes) * found.counts[:, None])
            before, self.shares = self.shares, _shares(weighted.sum(axis=0) + least, self.all_pairs)
            no_strangers = weighted[:, 1:].sum(axis=1)
            for level, comparison in zip(levels, self.comparisons, strict=True):
                duplicates[comparison.name] = np.bincount(level, no_strangers, minlength=len(comparison.levels) + 1)
                self._maximise(comparison, level, weighted)
            if np.abs(np.log(self.shares[1:] / before[1:])).max() < 0.002:
                break

    def _maximise(self, comparison: Comparison, level: np.ndarray, weighted: np.ndarray) -> None:
        """The chances of one comparison's levels, given how likely each pattern is of each kind."""
        name = comparison.name
        counts = np.bincount(level, weighted[:, SAME], minlength=len(comparison.levels) + 1)
        learned = _learn(counts, _start(comparison, "same"), comparison.prior)
        self.same[name] = _capped(learned, [level.at_most for level in comparison.levels])
        for kind, relation in enumerate(self.relations, start=2):
            if (relation.name, name) in self.related:
                counts = np.bincount(level, weighted[:, kind], minlength=len(comparison.levels) + 1)
                if name in _OWN_KEY and counts[2:].any():
                    counts[2:] *= 1 + self.beyond[kind] / counts[2:].sum()
                learned = _learn(counts, _start(comparison, "related"), comparison.prior)
                learned = _capped(learned, [level.related_at_most for level in comparison.levels])
                decisive = name in relation.needs[: relation.decisive]
                self.related[relation.name, name] = _decided(learned, comparison) if decisive else learned

    def _fit(self, values: np.ndarray, _: np.ndarray | None = None) -> None:
        distinct, of_pair, counts = np.unique(values, axis=0, return_inverse=True, return_counts=True)
        self.train(Patterns(distinct, counts.astype(np.float64), of_pair))

    def _prob_match(self, values: np.ndarray) -> np.ndarray:
        return self.posterior(values, caution=CAUTION)[:, SAME]

    def _predict(self, values: np.ndarray) -> np.ndarray:
        return (self._prob_match(values) >= 0.5).astype(int)


def fit(found: Patterns, sample: Patterns, outcomes: Outcomes, table: Records) -> Model:
    """Learn from candidate pairs (`found`) what duplicates look like, and from a random `sample` what strangers do."""
    records = table.rows
    names = {comparison.name for comparison in outcomes.comparisons}
    relations = tuple(
        relation
        for relation in RELATIONS[table.entity]
        if relation.needs[0] in names
        and not names & set(relation.without)
        and (names & set(relation.needs[1:]) or relation.apart or (table.entity == "account" and len(names) > 2))
    )
    usual = np.array([0.0, 0.1 * records, *(relation.share * records for relation in relations)])
    with ThreadPoolExecutor(_WORKERS) as pool:
        beyond = np.array([0.0, 0.0, *pool.map(lambda relation: _uncompared(relation, outcomes, table), relations)])
    model = Model(outcomes.comparisons, relations, max(records * (records - 1) / 2, 1.0), sample, usual, beyond)
    model.train(_coarse(found))
    return model


def _uncompared(relation: Relation, outcomes: Outcomes, records: Records) -> float:
    """How many pairs agree in what the relation is about and are no candidates.

    Blocking brings the same together, but of colleagues only those who resemble each other in more than the company:
    by the candidates alone, a colleague of the same first name would look like one of few.
    """
    if not relation.column or not all(name in records for name in relation.column):
        return 0.0
    columns = [records[name] for name in relation.column]
    known = np.logical_and.reduce([column.filled for column in columns])
    total = np.zeros(len(records), dtype=np.int64)
    agree = known[outcomes.left]
    for column in columns:
        total = total * len(column.values) + column.single
        agree &= column.single[outcomes.left] == column.single[outcomes.right]
    ordered = np.sort(total[known])
    sizes = np.diff(np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1], [True]]))).astype(np.float64)
    return max((sizes * (sizes - 1) / 2).sum() - np.count_nonzero(agree), 0.0)


def _start(comparison: Comparison, kind: str) -> np.ndarray:
    chance = np.array([0.0, *(getattr(level, kind) for level in comparison.levels)])
    return np.maximum(chance / chance.sum(), [0.0, *([0.002] * len(comparison.levels))])


def _learn(counts: np.ndarray, start: np.ndarray, prior: float) -> np.ndarray:
    counts = counts.copy()
    counts[0] = 0
    return np.maximum((counts + prior * start) / (counts.sum() + prior), 1e-9)


def _capped(chance: np.ndarray, at_most: Sequence[float]) -> np.ndarray:
    """No level above the most that is believable; what is cut goes to the others in proportion."""
    most = np.array([1.0, *at_most])
    over = chance > most
    free = chance[~over].sum()
    return np.where(over, most, chance * (1 - most[over].sum()) / free) if over.any() else chance


def _decided(chance: np.ndarray, comparison: Comparison) -> np.ndarray:
    """A relation is defined by agreement in its decisive field: it may not drift to pairs that differ there."""
    apart = np.array([False, *(level.name in ("different", "far", "alike") for level in comparison.levels)])
    chance = np.where(apart, np.minimum(chance, 0.02), chance)
    return chance / chance.sum()


def _levels(comparison: Comparison, patterns: Patterns, at: int) -> np.ndarray:
    return np.bincount(patterns.outcomes[:, at] // BINS, patterns.counts, minlength=len(comparison.levels) + 1)


def _strangers(counts: np.ndarray, comparison: Comparison) -> np.ndarray:
    """The chance of each level among strangers: as counted, with the usual chances counted as a few pairs."""
    usual = np.array([level.stranger for level in comparison.levels])
    rest = next((at for at, level in enumerate(comparison.levels) if level.name in ("different", "other")), -1)
    usual[rest] += max(1 - usual.sum(), 0.0)
    counts = np.maximum(counts, 0.0)
    counts[0] = 0
    counts[1:] += _USUAL * usual / usual.sum()
    return np.maximum(counts / counts.sum(), 1e-9)


def _shares(expected: np.ndarray, all_pairs: float) -> np.ndarray:
    shares = np.clip(expected[1:] / all_pairs, 0.3 / all_pairs, 0.9 / (len(expected) - 1))
    return np.append(1 - shares.sum(), shares)
