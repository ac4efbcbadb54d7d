"""Measures, for every field of an entity with an outcome, how much it tells of it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.schema import entities
from audit.worth.information import SEED, benjamini_hochberg, information
from audit.worth.kinds import kinds
from audit.worth.leakage import LEAST, changes, leak
from audit.worth.outcome import NO, UNDECIDED, YES, Outcome

ROWS = 200_000
"""Decided records looked at; of more, so many are drawn at random."""
SIGNIFICANCE = 0.05
MIRRORS = 0.8
"""A field that takes away so much of the uncertainty does not foretell an outcome but repeats it."""

WORTH_TYPES: Mapping[str, str] = {
    "entity": "object",
    "field": "object",
    "outcome": "object",
    "by": "object",
    "records": "int64",
    "bits": "float64",
    "share": "float64",
    "p_value": "float64",
    "p_adjusted": "float64",
    "leak": "object",
    "verdict": "object",
}
"""A line per field and outcome.

`by` says whether the field's values were told apart or only whether it is filled. `share` is how much of the outcome's
uncertainty (within a source) the field takes away beyond chance, 0 to 1, `p_adjusted` its chance under shuffling after
correction for all fields tested. `verdict` is "informative", "nothing", "leak" (`leak` says why) or "too_few".
"""


def worth(dataset: Dataset, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """What every filled field tells of each outcome; columns of WORTH_TYPES, the most telling first per outcome."""
    history = changes(dataset)
    lines = [line for outcome in outcomes if outcome.entity in dataset for line in _told(dataset, outcome, history)]
    table = pd.DataFrame(lines, columns=[name for name in WORTH_TYPES if name != "p_adjusted"]).assign(
        p_adjusted=np.nan
    )
    tested = table["verdict"].eq("").to_numpy()
    adjusted = benjamini_hochberg(table.loc[tested, "p_value"].to_numpy(dtype=float))
    table.loc[tested, "p_adjusted"] = adjusted
    table.loc[tested, "verdict"] = np.where(adjusted <= SIGNIFICANCE, "informative", "nothing")
    table = table[list(WORTH_TYPES)].astype(WORTH_TYPES)
    rank = table["verdict"].map({"informative": 0, "leak": 1, "nothing": 2, "too_few": 3})
    place = {name: number for number, name in enumerate(dict.fromkeys((line.entity, line.name) for line in outcomes))}
    order = pd.DataFrame(
        {
            "outcome": [place[pair] for pair in zip(table["entity"], table["outcome"], strict=True)],
            "rank": rank,
            "share": -table["share"],
        }
    )
    return table.loc[order.sort_values(list(order), kind="stable").index].reset_index(drop=True)


def _told(dataset: Dataset, outcome: Outcome, history: pd.DataFrame) -> list[tuple[object, ...]]:
    table = dataset[outcome.entity]
    rows = _rows(outcome)
    enough = min(int((outcome.label[rows] == kind).sum()) for kind in (YES, NO)) >= LEAST
    yes = outcome.label[rows] == YES
    source = pd.factorize(table.lineage["source"].iloc[rows])[0]
    lines: list[tuple[object, ...]] = []
    for number, name in enumerate(entities()[outcome.entity].fields):
        if name not in table or not table.original(name).notna().any():
            continue
        place = outcome.entity, name, outcome.name
        if not enough:
            lines.append((*place, "", len(rows), np.nan, np.nan, np.nan, "", "too_few"))
            continue
        values, by = kinds(table, name, rows)
        told = information(values, yes, source, number)
        why = leak(table, name, outcome, history) or ("mirrors" if told.share >= MIRRORS else "")
        lines.append((*place, by, len(rows), told.bits, told.share, told.p_value, why, "leak" if why else ""))
    return lines


def _rows(outcome: Outcome) -> np.ndarray:
    """The decided records looked at: one of each unit, drawn at random, and no more than ROWS."""
    rows = np.random.default_rng(SEED).permutation(np.flatnonzero(outcome.label != UNDECIDED))
    if outcome.unit is not None:
        rows = rows[~pd.Series(outcome.unit[rows]).duplicated().to_numpy()]
    return np.sort(rows[:ROWS])


def score_weights(table: pd.DataFrame) -> dict[str, float]:
    """The weight of each field tested, by what it tells: half its own where that is nothing, up to all of it.

    The field that tells most of an outcome keeps its weight. Fields that leak or could not be tested are left out.
    """
    tested = table[table["verdict"].isin(["informative", "nothing"])]
    share = tested["share"].where(tested["verdict"].eq("informative"), 0.0)
    most = share.groupby([tested["entity"], tested["outcome"]]).transform("max")
    part = (share / most.where(most > 0)).fillna(0.0)
    best = part.groupby([tested["entity"], tested["field"]]).max()
    # An outcome of which nothing tells says nothing against a field.
    known = tested[most > 0]
    named = set(zip(known["entity"], known["field"], strict=True))
    return {
        f"{entity}.{name}": entities()[entity][name].weight * (0.5 + 0.5 * float(value))
        for (entity, name), value in best.items()
        if (entity, name) in named and entities()[entity][name].expected
    }
