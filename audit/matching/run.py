"""The way through matching: prepare, block, compare, score, cluster."""

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.matching import cluster
from audit.matching.block import Candidates, candidates
from audit.matching.compare import Outcomes, compare
from audit.matching.conflicts import REASONS, conflicts
from audit.matching.options import MatchOptions
from audit.matching.prepare import Records, prepare
from audit.matching.quality import statistics
from audit.matching.result import MatchResult
from audit.matching.score import CAUTION, SAME, Model, fit, patterns_of

FLOOR = 0.05
"""Pairs less probable than this are not kept."""

_SAMPLE = 200_000
_COMPLETE = 60
"""Components up to this size have all their pairs compared before they are clustered."""


def match(table: Table, *, options: MatchOptions | None = None) -> MatchResult:
    """Find the records of a table that are the same person or organisation."""
    options = options or MatchOptions()
    records = prepare(table)
    found = candidates(records, options)
    outcomes = compare(records, found.left, found.right, options.workers)
    alike = np.flatnonzero(records.counts > 1)
    repeats = compare(records, alike, alike, options.workers)
    weights = np.append(np.ones(len(outcomes)), records.counts[alike] - 1)
    seen = patterns_of(outcomes.append(repeats), weights)
    model = fit(seen, patterns_of(_strangers(records, outcomes, options)), outcomes, records)
    kinds = _kinds(model, outcomes)
    outcomes, kinds = _completed(records, model, outcomes, kinds, options)
    reason = conflicts(records, outcomes, model)
    labels = _clusters(records, outcomes, kinds[:, SAME], reason, options)
    joined = np.ones(len(records))
    joined[alike] = _kinds(model, repeats)[:, SAME]
    return _result(table, records, found, outcomes, kinds, reason, labels, joined, model, options)


def _strangers(records: Records, outcomes: Outcomes, options: MatchOptions) -> Outcomes:
    """The outcomes of pairs drawn at random; where every pair is a candidate, those themselves."""
    n = len(records)
    if len(outcomes) == n * (n - 1) // 2:
        return outcomes
    draw = np.random.default_rng(options.seed)
    size = _SAMPLE if records.entity == "account" else int(np.clip(5 * n, 50_000, _SAMPLE))
    one, other = draw.integers(0, n, size), draw.integers(0, n, size)
    apart = one != other
    return compare(records, np.minimum(one, other)[apart], np.maximum(one, other)[apart], options.workers)


def _kinds(model: Model, outcomes: Outcomes) -> np.ndarray:
    """The probability of each kind for every pair."""
    patterns = patterns_of(outcomes)
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
    return kept.append(more), np.concatenate([kinds[keep], _kinds(model, more)])


def _clusters(
    records: Records, outcomes: Outcomes, same: np.ndarray, reason: np.ndarray, options: MatchOptions
) -> np.ndarray:
    """The cluster label of each record."""
    odds = cluster.log_odds(same.astype(np.float64))
    links = cluster.Links(outcomes.left, outcomes.right, odds, reason > 0)
    return cluster.average_linkage(links, len(records), cluster.log_odds(np.array([options.merge]))[0])


def _result(
    table: Table,
    records: Records,
    found: Candidates,
    outcomes: Outcomes,
    kinds: np.ndarray,
    reason: np.ndarray,
    labels: np.ndarray,
    joined: np.ndarray,
    model: Model,
    options: MatchOptions,
) -> MatchResult:
    numbers = table.index.to_numpy()
    extra, extra_of = _identical(records, joined)
    outcomes = outcomes.append(extra)
    extra_kinds = np.zeros((len(extra), kinds.shape[1]), dtype=kinds.dtype)
    extra_kinds[:, SAME] = joined[extra.left]
    kinds = np.concatenate([kinds, extra_kinds])
    reason = np.append(reason, np.zeros(len(extra), np.int8))
    rows = (
        np.append(records.first[outcomes.left[: len(reason) - len(extra)]], extra_of[0]),
        np.append(records.first[outcomes.right[: len(reason) - len(extra)]], extra_of[1]),
    )
    row_labels = np.empty(records.rows, dtype=np.int64)
    of_row = np.repeat(np.arange(len(records)), records.counts)
    row_labels[records.members] = labels[of_row]
    alone = records.members[(joined < options.merge)[of_row] & ~np.isin(records.members, records.first)]
    row_labels[alone] = len(records) + np.arange(len(alone))
    row_labels = pd.factorize(row_labels)[0]
    same = kinds[:, SAME]
    together = row_labels[rows[0]] == row_labels[rows[1]]
    decision = np.where(together, "merge", np.where(same >= options.review, "review", "leave")).astype(object)
    names = np.array(["", "same", *(relation.name for relation in model.relations)], dtype=object)
    pairs = pd.DataFrame(
        {
            "left": numbers[rows[0]],
            "right": numbers[rows[1]],
            "probability": same.astype(np.float64),
            "weight": model.totals(outcomes.table())[:, SAME],
            "relation": names[kinds.argmax(axis=1)] if len(kinds) else np.zeros(0, object),
            "decision": decision,
        }
    ).astype({"relation": "category", "decision": "category"})
    swap = (pairs["left"] > pairs["right"]).to_numpy()
    pairs.loc[swap, ["left", "right"]] = pairs.loc[swap, ["right", "left"]].to_numpy()
    held = pairs.loc[(reason > 0) & (same >= options.review), ["left", "right"]].assign(
        reason=np.array(REASONS, dtype=object)[reason[(reason > 0) & (same >= options.review)]]
    )
    order = np.lexsort((pairs["right"], pairs["left"]))
    kept = order[(same >= FLOOR)[order] | together[order]]
    clusters = _cluster_frame(table, row_labels, rows, same, together)
    return MatchResult(
        pairs.iloc[kept].reset_index(drop=True),
        clusters,
        held.sort_values(["left", "right"], ignore_index=True),
        model,
        statistics(records, found, outcomes, same, together, model),
        records,
        _turned(outcomes, swap).take(kept),
        options,
    )


def _turned(outcomes: Outcomes, swap: np.ndarray) -> Outcomes:
    left = np.where(swap, outcomes.right, outcomes.left)
    return Outcomes(left, np.where(swap, outcomes.left, outcomes.right), outcomes.values, outcomes.comparisons)


def _identical(records: Records, joined: np.ndarray) -> tuple[Outcomes, tuple[np.ndarray, np.ndarray]]:
    """Pairs of rows that say exactly the same, each with the first of its kind."""
    others = np.setdiff1d(np.arange(records.rows), np.cumsum(records.counts) - records.counts, assume_unique=True)
    of_row = np.repeat(np.arange(len(records)), records.counts)
    record = of_row[others]
    return compare(records, record, record, 1), (records.first[record], records.members[others])


def _cluster_frame(
    table: Table, labels: np.ndarray, rows: tuple[np.ndarray, np.ndarray], same: np.ndarray, together: np.ndarray
) -> pd.DataFrame:
    """Per row its cluster, the cluster's size, and how sure: the mean probability of the pairs inside it."""
    size = np.bincount(labels, minlength=1)
    inside = labels[rows[0][together]]
    total = np.bincount(inside, same[together], minlength=len(size))
    pairs = np.bincount(inside, minlength=len(size))
    confidence = np.where(size > 1, total / np.maximum(pairs, 1), 1.0)
    return pd.DataFrame({"cluster": labels, "size": size[labels], "confidence": confidence[labels]}, index=table.index)
