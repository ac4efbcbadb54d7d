"""Households, colleagues and branches: different people or companies that hang together, named as what they are."""

import numpy as np
import pandas as pd

from audit.matching.cluster import components
from audit.matching.compare import Outcomes

KINDS = ("household", "colleague", "branch", "neighbour")
"""Relations that make groups; namesakes have nothing in common but the name."""
SURE = 0.8
"""From which probability a relation between two records counts."""
_SHOWN_BY = {
    "household": (("place", ("same", "near", "same line")), ("phone", ("same",)), ("email", ("same",))),
    "colleague": (("company", ("same", "part", "typo")), ("site", ("same",)), ("email", ("domain",))),
    "branch": (("organisation", ("same", "part", "typo")), ("site", ("same",)), ("email", ("same", "domain"))),
    "neighbour": (("place", ("same", "near", "same line")),),
}
"""Comparisons and levels, one of which must show the relation: a last name and a city alone are no household."""
_LARGEST = {"household": 12}
"""More people than this at one address are no household."""


def shown_by(outcomes: Outcomes, relation: np.ndarray) -> np.ndarray:
    """Pairs whose `relation` makes groups and shows in what they share."""
    result = np.zeros(len(outcomes), dtype=bool)
    for kind in KINDS:
        here = relation == kind
        for name, wanted in _SHOWN_BY[kind]:
            comparison = next((one for one in outcomes.comparisons if one.name == name), None)
            if comparison is not None and here.any():
                levels = [number for number, level in enumerate(comparison.levels, 1) if level.name in wanted]
                result |= here & np.isin(outcomes.level(name), levels)
    return result


def groups(pairs: pd.DataFrame, clusters: pd.Series) -> pd.DataFrame:
    """The groups that pairs in a relation form: kind, group, record; the duplicates of a member belong to it too.

    `pairs` has left and right (positions in `clusters`) and relation; `clusters` is the cluster of every record,
    numbered from 0. A group has members of two clusters at least.
    """
    labels = clusters.to_numpy()
    count = int(labels.max()) + 1 if len(labels) else 0
    parts = []
    for kind in KINDS:
        chosen = pairs[pairs["relation"].eq(kind).to_numpy(dtype=bool)]
        group = member = np.zeros(0, dtype=np.int64)
        if len(chosen):
            group = components(labels[chosen["left"]], labels[chosen["right"]], count)
            size = np.bincount(group, minlength=count)
            named = (size > 1) & (size <= _LARGEST.get(kind, count))
            member = np.flatnonzero(named[group][labels])
        parts.append(
            pd.DataFrame({"kind": kind, "group": group[labels[member]], "record": clusters.index[member]}).astype(
                {"kind": pd.CategoricalDtype(KINDS)}
            )
        )
    found = pd.concat(parts, ignore_index=True)
    found["group"] = pd.factorize(found["kind"].cat.codes.to_numpy(np.int64) * (count + 1) + found["group"])[0]
    return found.sort_values(["group", "record"], ignore_index=True)
