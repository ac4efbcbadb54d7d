"""Linking sources that hold everybody once: of several records that fit one, the best set of partners wins."""

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from audit.dataset import Table
from audit.matching.cluster import Links, components
from audit.matching.codes import BLANK, sorted_distinct
from audit.matching.prepare import Records

_LEAST_ROWS = 100
_SURE = 0.95
"""A source with a single pair of records this likely the same does not hold everybody once ..."""
_REPEATED = 0.001
"""... nor one that has more expected duplicates in itself than this, per record."""
_LINKED = 0.05
"""At least so many of its records are in another source too: else there is nothing to assign."""
_LARGEST = 400
"""Components with up to this many records are assigned as a whole; in larger ones the strongest link goes first."""
_SOURCES = 64


def once_sources(
    table: Table, records: Records, left: np.ndarray, right: np.ndarray, same: np.ndarray, declared: tuple[str, ...]
) -> np.ndarray:
    """Per record the bit of its source where that holds everybody once, 0 elsewhere.

    A source does if it is `declared` to, or if its own ids never repeat, next to none of its records are duplicates of
    each other (by the probabilities `same` of the pairs), and many are found in other sources.
    """
    column = records.columns["source"]
    source, names = column.single, column.words
    none = np.zeros(len(records), dtype=np.uint64)
    if len(names) < 2:
        return none
    rows = np.bincount(source[source != BLANK], records.counts[source != BLANK], minlength=len(names))
    within = (source[left] == source[right]) & (source[left] != BLANK)
    likely = within & (same >= 0.5)
    repeated = np.bincount(source[left[likely]], same[likely], minlength=len(names))
    sure = np.bincount(source[left[likely & (same >= _SURE)]], minlength=len(names))
    sure += np.bincount(source[(source != BLANK) & (records.counts > 1)], minlength=len(names))
    across = ~within & (same >= 0.5) & (source[left] != BLANK) & (source[right] != BLANK)
    linked = np.bincount(source[sorted_distinct(np.append(left[across], right[across]))], minlength=len(names))
    clean = (rows >= _LEAST_ROWS) & (sure == 0) & (repeated < _REPEATED * rows) & (linked >= _LINKED * rows)
    if clean.any():
        clean &= _own_ids_unique(table, names)
    chosen = np.flatnonzero(clean | np.isin(names.astype(str), declared))[:_SOURCES]
    bits = np.zeros(len(names) + 1, dtype=np.uint64)
    bits[chosen] = np.uint64(1) << np.arange(len(chosen), dtype=np.uint64)
    return bits[source]


def _own_ids_unique(table: Table, names: np.ndarray) -> np.ndarray:
    held = pd.DataFrame({"source": table.lineage["source"].astype(object), "id": table.column("source_id")}).dropna()
    return ~np.isin(names.astype(str), held.loc[held.duplicated(), "source"].astype(str).unique())


def assigned(links: Links, threshold: float) -> np.ndarray:
    """Links that a better assignment of partners rules out, in components of two such sources."""
    ruled_out = np.zeros(len(links.left), dtype=bool)
    if links.once is None or not links.once.any():
        return ruled_out
    bit_left, bit_right = links.once[links.left], links.once[links.right]
    live = np.flatnonzero((links.log_odds > threshold) & ~links.conflict)
    label = components(links.left[live], links.right[live], len(links.once))
    size = np.bincount(label)
    crossing = (bit_left[live] != bit_right[live]) & (bit_left[live] != 0) & (bit_right[live] != 0)
    group = label[links.left[live]]
    plain = np.bincount(group, ~crossing, minlength=len(size)) == 0
    mask = np.zeros(len(size), dtype=np.uint64)
    np.bitwise_or.at(mask, group, bit_left[live] | bit_right[live])
    two = np.array([int(value).bit_count() == 2 for value in mask], dtype=bool)
    wanted = plain & two & (size > 2) & (size <= _LARGEST)
    order = live[wanted[group]]
    order = order[np.argsort(label[links.left[order]], kind="stable")]
    for part in np.split(order, np.flatnonzero(np.diff(label[links.left[order]])) + 1) if len(order) else ():
        ruled_out[part] = ~_best(links, part)
    return ruled_out


def _best(links: Links, part: np.ndarray) -> np.ndarray:
    """Which links of one component the assignment with the greatest total weight takes."""
    first = links.once[links.left[part]] < links.once[links.right[part]]  # type: ignore[index]
    one = np.where(first, links.left[part], links.right[part])
    other = np.where(first, links.right[part], links.left[part])
    rows, row = np.unique(one, return_inverse=True)
    columns, column = np.unique(other, return_inverse=True)
    value = np.zeros((len(rows), len(columns)))
    value[row, column] = links.log_odds[part]
    taken = np.zeros(value.shape, dtype=bool)
    taken[linear_sum_assignment(value, maximize=True)] = True
    return taken[row, column]
