"""Holds a score back where something is missing that an earlier run had: what is not seen cannot make it better."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd

from audit.score.ledger import UNKNOWN
from audit.score.measure import Score


@dataclass(frozen=True)
class Vanished:
    """What earlier runs had and this one lacks.

    `fields`: entity, source, field, since (the day of the last run that had it), score (of that run). `sources` are
    those of which nothing is left: name, cells, score, as the last run with them had it.
    """

    fields: pd.DataFrame
    sources: pd.DataFrame

    def without(self, retired: Sequence[str]) -> "Vanished":
        """Less what the user has retired: globs on ``source`` or ``source:entity.field``."""
        names = self.fields["source"] + ":" + self.fields["entity"] + "." + self.fields["field"]
        gone = [
            any(fnmatchcase(source, glob) or fnmatchcase(name, glob) for glob in retired)
            for source, name in zip(self.fields["source"], names, strict=True)
        ]
        kept = ~np.array(gone, dtype=bool)
        still = self.fields[kept]
        return Vanished(still, self.sources[self.sources["name"].isin(still["source"])])


def hold_back(score: Score, vanished: Vanished) -> Score:
    """The score when sources that vanished count as unknown, and no higher than it was when all was last there."""
    if vanished.fields.empty:
        return score
    cells = float(score.by_source["cells"].sum())
    # A cell of theirs weighs what cells weigh on average, and earns what it did, at most half.
    each = score.whole / cells if cells else 1.0
    gone = each * float(vanished.sources["cells"].sum())
    earned = each * float((vanished.sources["cells"] * vanished.sources["score"].clip(upper=100 * UNKNOWN)).sum()) / 100
    most = float(vanished.fields["score"].min())

    def held(value: float) -> float:
        whole = score.whole + gone
        return min((value * score.whole + 100 * earned) / whole if whole else 0.0, most)

    return replace(
        score,
        overall=held(score.overall),
        low=held(score.low),
        high=held(score.high),
        after_safe=held(score.after_safe),
        after_all=held(score.after_all),
        vanished=vanished.fields[["entity", "source", "field", "since"]].reset_index(drop=True),
        unheld=score.overall,
    )
