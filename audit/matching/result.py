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


@dataclass(frozen=True)
class MatchResult:
    """The outcome of `match`.

    pairs       left, right (record numbers, left < right), probability, weight (bits), relation ("same", "household",
                "colleague", "branch", "neighbour" or ""), decision ("merge", "review", "leave")
    clusters    index = record numbers: cluster, size, confidence (1 for single records)
    held        left, right, reason: pairs that score high and yet must not join by themselves
    statistics  records, candidate pairs, blocks, pairs never compared, estimated precision, recall and misses
    """

    pairs: pd.DataFrame
    clusters: pd.DataFrame
    held: pd.DataFrame
    model: Model
    statistics: dict[str, Any]
    records: Records
    outcomes: Outcomes
    options: MatchOptions

    def explain(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Field by field for any pairs of record numbers (`left`, `right`), also those that were never candidates.

        Columns: left, right, comparison, left_value, right_value, level, weight (bits), probability (running).
        """
        of_row = np.empty(self.records.rows, dtype=np.int64)
        of_row[self.records.members] = np.repeat(np.arange(len(self.records)), self.records.counts)
        at = [of_row[self.clusters.index.get_indexer(pairs[side])] for side in ("left", "right")]
        outcomes = compare(self.records, at[0], at[1], self.options.workers)
        return long_form(pairs, outcomes, self.records, self.model)

    def explanation(self) -> pd.Series:
        """One sentence per row of `pairs`."""
        return pd.Series(
            sentences(self.outcomes, self.records, self.model), index=self.pairs.index, dtype="string[pyarrow]"
        )
