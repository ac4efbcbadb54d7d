"""The result of a run put together: pairs and clusters of rows from what was found about records."""

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.matching.block import Candidates
from audit.matching.compare import Outcomes, compare
from audit.matching.conflicts import CONTRADICTION, REASONS
from audit.matching.context import settled
from audit.matching.decisions import Rulings
from audit.matching.estimate import intervals
from audit.matching.household import groups
from audit.matching.options import FLOOR, MatchOptions
from audit.matching.prepare import Records
from audit.matching.quality import statistics
from audit.matching.result import MatchResult
from audit.matching.ruled import VERDICTS
from audit.matching.score import CAUTION, SAME, Model


def gather(
    table: Table,
    records: Records,
    found: Candidates,
    outcomes: Outcomes,
    kinds: np.ndarray,
    reason: np.ndarray,
    verdict: np.ndarray,
    labels: np.ndarray,
    joined: np.ndarray,
    related: pd.DataFrame,
    model: Model,
    rulings: Rulings,
    taught: bool,
    options: MatchOptions,
) -> MatchResult:
    """The result. `kinds`, `reason` and `verdict` are per pair of `outcomes`; per record, `labels` is its cluster and
    `joined` the probability that rows which say the same are the same. `related` are pairs of rows in a relation."""
    numbers = table.index.to_numpy()
    extra, extra_of = _identical(records, joined)
    own = len(outcomes)
    same = settled(outcomes.left, outcomes.right, kinds[:, SAME], labels)
    # What may not join however alike it is stays as likely as it is, to be shown to a person.
    same = np.where((reason > 0) | (verdict > 0), kinds[:, SAME], same)
    outcomes = outcomes.append(extra)
    extra_kinds = np.zeros((len(extra), kinds.shape[1]), dtype=kinds.dtype)
    extra_kinds[:, SAME] = joined[extra.left]
    kinds = np.concatenate([kinds, extra_kinds])
    reason = np.append(reason, np.zeros(len(extra), np.int8))
    verdict = np.append(verdict, np.zeros(len(extra), np.int8))
    rows = (
        np.append(records.first[outcomes.left[:own]], extra_of[0]),
        np.append(records.first[outcomes.right[:own]], extra_of[1]),
    )
    row_labels = _row_labels(records, labels, joined, options)
    same = np.append(same, joined[extra.left])
    together = row_labels[rows[0]] == row_labels[rows[1]]
    review = (same >= options.review) & (verdict == 0)
    decision = np.where(together, "merge", np.where(review, "review", "leave")).astype(object)
    names = np.array(["", "same", *(relation.name for relation in model.relations)], dtype=object)
    pairs = pd.DataFrame(
        {
            "left": numbers[rows[0]],
            "right": numbers[rows[1]],
            "probability": same,
            "weight": model.totals(outcomes.table())[:, SAME],
            "relation": names[kinds.argmax(axis=1)] if len(kinds) else np.zeros(0, object),
            "decision": decision,
            "decided": np.array(VERDICTS, dtype=object)[verdict],
        }
    ).astype({"relation": "category", "decision": "category", "decided": "category"})
    swap = (pairs["left"] > pairs["right"]).to_numpy()
    pairs.loc[swap, ["left", "right"]] = pairs.loc[swap, ["right", "left"]].to_numpy()
    contradicted = verdict == VERDICTS.index("contradiction")
    reason = np.where(contradicted, CONTRADICTION, reason)
    waiting = (contradicted | ((reason > 0) & review)) & ~together
    held = pairs.loc[waiting, ["left", "right"]].assign(reason=np.array(REASONS, dtype=object)[reason[waiting]])
    order = np.lexsort((pairs["right"], pairs["left"]))
    kept = order[(same >= FLOOR)[order] | together[order] | (verdict > 0)[order]]
    clusters = _cluster_frame(table, row_labels, rows, same, together)
    # By each pair's own fields: what clusters add is no evidence of its own on how good they are.
    alone = kinds[:, SAME]
    told = statistics(records, found, outcomes, alone, together, model)
    told |= intervals(alone, together, _doubt(model, outcomes, verdict), told, seed=options.seed)
    return MatchResult(
        pairs.iloc[kept].reset_index(drop=True),
        clusters,
        held.sort_values(["left", "right"], ignore_index=True),
        model,
        told | {**rulings.counts, "taught": taught},
        records,
        _turned(outcomes, swap).take(kept),
        options,
        groups(related, clusters["cluster"]),
        rulings.warnings,
    )


def _doubt(model: Model, outcomes: Outcomes, verdict: np.ndarray) -> float:
    """How doubtful the decided pairs were to the model, as the sum of p (1 - p)."""
    decided = np.flatnonzero(np.isin(verdict, [VERDICTS.index("same"), VERDICTS.index("different")]))
    if not len(decided):
        return 0.0
    chance = model.posterior(outcomes.take(decided).table(), caution=CAUTION)[:, SAME]
    return float((chance * (1 - chance)).sum())


def _row_labels(records: Records, labels: np.ndarray, joined: np.ndarray, options: MatchOptions) -> np.ndarray:
    """The cluster of every row, numbered by first appearance; rows that say the same stay apart where not `joined`."""
    row_labels = np.empty(records.rows, dtype=np.int64)
    of_row = np.repeat(np.arange(len(records)), records.counts)
    row_labels[records.members] = labels[of_row]
    alone = records.members[(joined < options.merge)[of_row] & ~np.isin(records.members, records.first)]
    row_labels[alone] = len(records) + np.arange(len(alone))
    rows = np.arange(len(row_labels))
    first = np.zeros(len(records) + len(alone), dtype=np.int64)
    first[row_labels[::-1]] = rows[::-1]
    begins = first[row_labels]
    return (np.cumsum(begins == rows) - 1)[begins]


def _turned(outcomes: Outcomes, swap: np.ndarray) -> Outcomes:
    left = np.where(swap, outcomes.right, outcomes.left)
    return Outcomes(left, np.where(swap, outcomes.left, outcomes.right), outcomes.values, outcomes.comparisons)


def _identical(records: Records, joined: np.ndarray) -> tuple[Outcomes, tuple[np.ndarray, np.ndarray]]:
    """Pairs of rows that say exactly the same, each with the first of its kind."""
    is_first = np.zeros(records.rows, dtype=bool)
    is_first[np.cumsum(records.counts) - records.counts] = True
    others = np.flatnonzero(~is_first)
    record = np.cumsum(is_first)[others] - 1
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
