"""Which record of another table a row names, by id or by address."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.dataset import Table
from audit.values import text


def linked(table: Table, field: str, other: Table, own: str = "source_id", *, same_source: bool = True) -> np.ndarray:
    """Per row of `table` where the first row of `other` stands whose `own` is its `field`; -1 for none.

    With `same_source`, ids count within one source alone.
    """
    found = np.full(len(table), -1, dtype=np.int64)
    if field not in table or own not in other:
        return found
    codes, values = table.distinct(field)
    names = text.arrow(values)
    if not same_source:
        return np.append(_places(names, other[own], np.arange(len(other))), -1)[codes]
    mine, theirs = (part.lineage["source"].astype("category").cat for part in (table, other))
    for place, source in enumerate(mine.categories):
        at = np.flatnonzero(theirs.categories == source)
        if len(at):
            rows = np.flatnonzero(theirs.codes.to_numpy() == at[0])
            ids = other[own] if len(rows) == len(other) else other[own].iloc[rows]
            whose = np.append(_places(names, ids, rows), -1)
            if len(mine.categories) == 1:
                return whose[codes]
            here = mine.codes.to_numpy() == place
            found[here] = whose[codes[here]]
    return found


def _places(names: pa.Array, ids: pd.Series, rows: np.ndarray) -> np.ndarray:
    """For each name, of which none comes twice, the first of `rows` whose id it is; -1 for none."""
    known = text.arrow(ids)
    if known.null_count:
        filled = ids.notna().to_numpy()
        known, rows = known.filter(filled), rows[filled]
    if not len(known) or not len(names):
        return np.full(len(names), -1, dtype=np.int64)
    if 2 * len(names) > len(known):
        place = pc.index_in(names, value_set=known).fill_null(-1).to_numpy(zero_copy_only=False)
        return np.append(rows, -1)[place]
    # The few are indexed, the many looked up.
    name = pc.index_in(known, value_set=names).fill_null(-1).to_numpy(zero_copy_only=False)
    found = np.full(len(names) + 1, -1, dtype=np.int64)
    # Written from the last to the first, so that the first stays; what is nobody's name goes to the end.
    found[name[::-1]] = rows[::-1]
    return found[:-1]
