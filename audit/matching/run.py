"""The way through matching: prepare, block, compare, score, hear what a person decided, cluster."""

from dataclasses import replace

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.matching import cluster
from audit.matching.block import Candidates, candidates
from audit.matching.compare import Outcomes, compare
from audit.matching.conflicts import ONE_SOURCE, conflicts
from audit.matching.decisions import resolve
from audit.matching.gather import gather
from audit.matching.household import SURE, shown_by
from audit.matching.once import assigned, once_sources
from audit.matching.options import FLOOR, MatchOptions
from audit.matching.prepare import Records, prepare
from audit.matching.result import MatchResult
from audit.matching.ruled import Judged, judge, single_out
from audit.matching.score import CAUTION, SAME, Model, Patterns, fit, patterns_of
from audit.matching.teach import teach

_SAMPLE = 200_000
_COMPLETE = 60
"""Components up to this size have all their pairs compared before they are clustered."""


def match(table: Table, *, options: MatchOptions | None = None, decisions: pd.DataFrame | None = None) -> MatchResult:
    """Find the records of a table that are the same person or organisation.

    `decisions` are what `read_decisions` gives: they override the model, and enough of them teach it.
    """
    options = options or MatchOptions()
    rulings = resolve(decisions, table)
    records = single_out(prepare(table), rulings.rows)
    found = candidates(records, options)
    alike = np.flatnonzero(records.counts > 1)
    compared, strangers = _compared(records, found, alike, options)
    outcomes, repeats = (compared.take(part) for part in (slice(len(found.left)), slice(len(found.left), None)))
    weights = np.append(np.ones(len(outcomes)), records.counts[alike] - 1)
    seen = patterns_of(compared, weights)
    model = fit(seen, patterns_of(strangers), outcomes, records)
    judged = judge(records, rulings)
    taught = teach(model, compare(records, *judged.labelled(), options.workers), judged.labels(), outcomes)
    kinds = _kinds(model, seen)[: len(outcomes)]
    related = _related(records, outcomes, kinds, model)
    once = once_sources(table, records, outcomes.left, outcomes.right, kinds[:, SAME], options.unique_sources)
    outcomes, kinds = _completed(records, model, outcomes, kinds, options)
    outcomes, kinds = _decided(records, model, outcomes, kinds, judged, options)
    verdict = judged.verdicts(outcomes.left, outcomes.right)
    kinds[:, SAME] = judged.probability(verdict, kinds[:, SAME])
    reason = conflicts(records, outcomes, model)
    reason[(reason == 0) & ((once[outcomes.left] & once[outcomes.right]) > 0)] = ONE_SOURCE
    labels = _clusters(records, outcomes, kinds[:, SAME], (reason > 0) | judged.apart(verdict), once, judged, options)
    joined = np.ones(len(records))
    joined[alike] = np.where(once[alike] > 0, 0.0, _kinds(model, patterns_of(repeats))[:, SAME])
    return gather(
        table,
        records,
        found,
        outcomes,
        kinds,
        reason,
        verdict,
        labels,
        joined,
        related,
        model,
        rulings,
        taught,
        options,
    )


def _compared(
    records: Records, found: Candidates, alike: np.ndarray, options: MatchOptions
) -> tuple[Outcomes, Outcomes]:
    """The outcomes of the candidates and behind them of the records `alike` with themselves, and of pairs drawn at
    random (where every pair is a candidate, of the candidates themselves)."""
    n = len(records)
    pairs = [(found.left, found.right), (alike, alike)]
    if len(found.left) != n * (n - 1) // 2:
        draw = np.random.default_rng(options.seed)
        size = _SAMPLE if records.entity == "account" else int(np.clip(5 * n, 50_000, _SAMPLE))
        one, other = draw.integers(0, n, size), draw.integers(0, n, size)
        apart = one != other
        pairs.append((np.minimum(one, other)[apart], np.maximum(one, other)[apart]))
    left, right = (np.concatenate([part[side] for part in pairs]) for side in (0, 1))
    outcomes = compare(records, left, right, options.workers)
    known = len(found.left) + len(alike)
    drawn = slice(known, None) if len(left) > known else slice(len(found.left))
    return outcomes.take(slice(known)), outcomes.take(drawn)


def _kinds(model: Model, patterns: Patterns) -> np.ndarray:
    """The probability of each kind for every pair."""
    return model.posterior(patterns.outcomes, caution=CAUTION).astype(np.float32)[patterns.of_pair]


def _completed(
    records: Records, model: Model, outcomes: Outcomes, kinds: np.ndarray, options: MatchOptions
) -> tuple[Outcomes, np.ndarray]:
    """The pairs with those added that blocking missed inside components."""
    likely = kinds[:, SAME] > 0.3
    labels = cluster.components(outcomes.left[likely], outcomes.right[likely], len(records))
    left, right = cluster.uncompared(outcomes.left, outcomes.right, labels, _COMPLETE)
    keep = kinds[:, SAME] >= FLOOR
    keep |= labels[outcomes.left] == labels[outcomes.right]
    kept = outcomes.take(np.flatnonzero(keep))
    if not len(left):
        return kept, kinds[keep]
    more = compare(records, left, right, options.workers)
    return kept.append(more), np.concatenate([kinds[keep], _kinds(model, patterns_of(more))])


def _decided(
    records: Records, model: Model, outcomes: Outcomes, kinds: np.ndarray, judged: Judged, options: MatchOptions
) -> tuple[Outcomes, np.ndarray]:
    """The pairs with those added that a person decided and no key brought together."""
    left, right = judged.missing(outcomes.left, outcomes.right)
    if not len(left):
        return outcomes, kinds
    more = compare(records, left, right, options.workers)
    return outcomes.append(more), np.concatenate([kinds, _kinds(model, patterns_of(more))])


def _related(records: Records, outcomes: Outcomes, kinds: np.ndarray, model: Model) -> pd.DataFrame:
    """The pairs that are surely in a relation that makes groups: left, right (positions in the table), relation."""
    names = np.array(["", "", *(relation.name for relation in model.relations)], dtype=object)
    kind = kinds.argmax(axis=1)
    sure = np.flatnonzero((kind > SAME) & (kinds[np.arange(len(kinds)), kind] >= SURE))
    chosen = sure[shown_by(outcomes.take(sure), names[kind[sure]])]
    left, right = records.first[outcomes.left[chosen]], records.first[outcomes.right[chosen]]
    return pd.DataFrame({"left": left, "right": right, "relation": names[kind[chosen]]})


def _clusters(
    records: Records,
    outcomes: Outcomes,
    same: np.ndarray,
    conflict: np.ndarray,
    once: np.ndarray,
    judged: Judged,
    options: MatchOptions,
) -> np.ndarray:
    """The cluster label of each record."""
    odds = cluster.log_odds(same.astype(np.float64))
    threshold = cluster.log_odds(np.array([options.merge]))[0]
    links = cluster.Links(outcomes.left, outcomes.right, odds, conflict, judged.together, once)
    links = replace(links, conflict=conflict | assigned(links, threshold))
    return cluster.average_linkage(links, len(records), threshold)
