"""What matching found, and why: pairs, clusters, what is held for a person, the model, the account of the run."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from audit.matching.compare import Outcomes, compare
from audit.matching.explain import long_form, sentences
from audit.matching.options import MatchOptions
from audit.matching.prepare import Records
from audit.matching.score import Model

_DECIDED = {
    "same": "decided by a person: the same",
    "different": "decided by a person: different",
    "left out": "left out of its cluster by a person",
    "contradiction": "held, since decisions contradict each other",
}


@dataclass(frozen=True)
class MatchResult:
    """The outcome of `match`.

    pairs       left, right (record numbers, left < right), probability (in the light of both clusters, see
                audit.matching.context), weight (bits, by the pair's own fields), relation ("same", "household",
                "colleague", "branch", "neighbour" or ""), decision ("merge", "review", "leave"), decided (what a
                person said: "same", "different", "left out", "contradiction" or "")
    clusters    index = record numbers: cluster, size, confidence (1 for single records)
    held        left, right, reason: pairs that score high and yet must not join by themselves
    statistics  records, candidate pairs, blocks, pairs never compared, estimated precision, recall and misses, their
                intervals, and how many decisions were found, stale, ambiguous or contradicting
    groups      kind ("household", "colleague", "branch", "neighbour"), group, record: different people or companies
                that hang together
    warnings    what of the decisions a person should look at
    """

    pairs: pd.DataFrame
    clusters: pd.DataFrame
    held: pd.DataFrame
    model: Model
    statistics: dict[str, Any]
    records: Records
    outcomes: Outcomes
    options: MatchOptions
    groups: pd.DataFrame
    warnings: tuple[str, ...] = ()

    def explain(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Field by field for any pairs of record numbers (`left`, `right`), also those that were never candidates.

        Columns: left, right, comparison, left_value, right_value, level, weight (bits), probability (running). What a
        person decided comes last.
        """
        of_row = np.empty(self.records.rows, dtype=np.int64)
        of_row[self.records.members] = np.repeat(np.arange(len(self.records)), self.records.counts)
        at = [of_row[self.clusters.index.get_indexer(pairs[side])] for side in ("left", "right")]
        outcomes = compare(self.records, at[0], at[1], self.options.workers)
        table = long_form(pairs, outcomes, self.records, self.model)
        decided = self._decided(pairs)
        if decided.empty:
            return table
        order = pd.MultiIndex.from_frame(pairs[["left", "right"]])
        told = pd.concat([table, decided], ignore_index=True)
        place = order.get_indexer(pd.MultiIndex.from_frame(told[["left", "right"]]))
        return told.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)

    def _decided(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """A line per pair that a person decided, in the form of an explanation."""
        settled = self.pairs[self.pairs["decided"].isin(["same", "different"]).to_numpy(dtype=bool)]
        asked = pairs[["left", "right"]].drop_duplicates().merge(settled[["left", "right", "decided"]])
        return pd.DataFrame(
            {
                "left": asked["left"],
                "right": asked["right"],
                "comparison": "decision",
                "left_value": "",
                "right_value": "",
                "level": asked["decided"].astype(object),
                "weight": 0.0,
                "probability": asked["decided"].eq("same").astype("float64"),
            }
        )

    def explanation(self) -> pd.Series:
        """One sentence per row of `pairs`."""
        told = sentences(self.outcomes, self.records, self.model)
        decided = self.pairs["decided"].astype(object).to_numpy()
        by_hand = decided != ""
        told[by_hand] = np.array([_DECIDED[word] for word in decided[by_hand]], dtype=object) + "; " + told[by_hand]
        return pd.Series(told, index=self.pairs.index, dtype="string[pyarrow]")
