"""Which pairs a person should check so that the estimates of precision and recall narrow most."""

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.matching.decisions import as_decisions
from audit.matching.result import MatchResult
from audit.schema import TEXT

SHOWN = {
    "contact": (
        "first_name middle_name last_name full_name date_of_birth email other_emails phone mobile company_name "
        "job_title street address postal_code city country"
    ).split(),
    "account": "name domain website phone email tax_id street address postal_code city country".split(),
}
"""Fields that a worksheet shows of both records."""
_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 0.995, 1.0)
_LEAST_SPREAD = 0.005
"""The variance that a stratum has at least: the model may be wrong where it is sure."""


def sample(pairs: pd.DataFrame, count: int, *, seed: int = 0) -> pd.DataFrame:
    """`count` of the pairs of a MatchResult that nobody decided, in random order, with their `stratum`.

    Strata are ranges of the probability, merged or not; each gets a share by its size times its spread (Neyman's
    allocation), so the doubtful ones are drawn more often than the sure ones, and none is left out.
    """
    open_pairs = pairs[~pairs["decided"].isin(["same", "different"]).to_numpy(dtype=bool)]
    probability = open_pairs["probability"].to_numpy()
    stratum = np.digitize(probability, _EDGES[1:-1]) * 2 + open_pairs["decision"].eq("merge").to_numpy()
    strata = 2 * (len(_EDGES) - 1)
    size = np.bincount(stratum, minlength=strata)
    spread = np.bincount(stratum, probability * (1 - probability), minlength=strata) / np.maximum(size, 1)
    wanted = allocated(size, np.sqrt(np.maximum(spread, _LEAST_SPREAD)), min(count, len(open_pairs)))
    draw = np.random.default_rng(seed)
    order = draw.permutation(len(open_pairs))
    order = order[np.argsort(stratum[order], kind="stable")]
    rank = np.arange(len(order)) - (np.cumsum(size) - size)[stratum[order]]
    chosen = np.sort(order[rank < wanted[stratum[order]]])
    chosen = chosen[draw.permutation(len(chosen))]
    return open_pairs.iloc[chosen].assign(stratum=stratum[chosen])


def allocated(size: np.ndarray, spread: np.ndarray, count: int) -> np.ndarray:
    """Whole numbers per stratum, adding up to `count`, none above the stratum's size."""
    wanted = np.minimum(size, (size > 0).astype(np.int64)) if count >= (size > 0).sum() else np.zeros_like(size)
    while wanted.sum() < count:
        room = size - wanted
        share = np.where(room > 0, size * spread, 0.0)
        more = np.minimum(np.floor((count - wanted.sum()) * share / share.sum()).astype(np.int64), room)
        if not more.any():
            more[np.argmax(np.where(room > 0, share / (wanted + 1), -1.0))] = 1
        wanted = wanted + more
    return wanted


def worksheet(table: Table, match: MatchResult, count: int, *, seed: int = 0) -> pd.DataFrame:
    """A sample as lines of a decisions file, undecided, with what a person needs to decide beside each."""
    pairs = sample(match.pairs, count, seed=seed)
    frame = as_decisions(table, pairs)
    shown = _shown(table, pd.unique(pairs[["left", "right"]].to_numpy().ravel()))
    for side in ("left", "right"):
        frame[f"{side}_shows"] = shown.loc[pairs[side].to_numpy()].array
    frame["probability"] = pairs["probability"].round(4)
    frame["explanation"] = match.explanation().loc[pairs.index]
    return frame.reset_index(drop=True)


def _shown(table: Table, records: np.ndarray) -> pd.Series:
    """The filled fields of records that say who they are, in one cell."""
    part = table.take(table.index.isin(records))
    cells = pd.Series("", index=part.index, dtype=TEXT)
    for name in SHOWN[table.entity]:
        if name in part:
            values = part.original(name)
            cells = cells + (" | " + values).fillna("")
    return cells.str.removeprefix(" | ")
