"""Taking changes back: which lines of the change log fall with the chosen ones, and the tables without them.

Tables are frames of text by record number, as the sources wrote it; the log has the columns of CHANGE_TYPES.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.schema import TEXT, entities

CELL_KINDS = ("set", "clear", "survivorship", "repoint", "recompute")
GONE_KINDS = ("merge", "drop")
_MERGING = ("merge", "survivorship")


def originals(dataset: Dataset) -> dict[str, pd.DataFrame]:
    """The text of every field of every record."""
    return {
        entity: pd.DataFrame(
            {
                name: dataset[entity].original(name)
                for name in dataset[entity].frame.columns
                if name in entities()[entity].fields
            },
            index=dataset[entity].index,
        )
        for entity in dataset
    }


def falling(log: pd.DataFrame, chosen: np.ndarray) -> np.ndarray:
    """The chosen lines and all that cannot stand without them.

    A group that loses a merge is taken apart as a whole, with what its survivor took over and what was re-pointed to
    it. A cell goes back to what it was before the first of its lines that falls, so its later lines fall too. What was
    worked out from others falls with any other line of its record, sums of payments with any line about payments.
    """
    falls = np.asarray(chosen, dtype=bool).copy()
    kind = log["kind"].astype(object)
    merging = kind.isin(_MERGING).to_numpy()
    cluster = log["cluster"]
    cell = log.groupby(["entity", "record", "field"], sort=False, dropna=False).ngroup().to_numpy()
    record = log.groupby(["entity", "record"], sort=False).ngroup().to_numpy()
    worked_out = kind.eq("recompute").to_numpy()
    is_cell = kind.isin(CELL_KINDS).to_numpy()
    payment = log["entity"].eq("payment").to_numpy() & ~kind.eq("repoint").to_numpy()
    summed = (
        worked_out & log["entity"].eq("contact").to_numpy() & log["field"].isin(["value", "payment_count"]).to_numpy()
    )
    before = -1
    while falls.sum() != before:
        before = int(falls.sum())
        falls |= cluster.isin(cluster[falls & merging].dropna().unique()).to_numpy(dtype=bool)
        falls |= worked_out & np.isin(record, record[falls])
        if (falls & payment).any():
            falls |= summed
        # Lines are in the order in which they were made: of each cell the first that falls takes the later ones along.
        order = np.lexsort((np.arange(len(log)), cell))
        run = pd.Series((falls & is_cell)[order]).groupby(cell[order]).cummax().to_numpy()
        falls[order] |= run & is_cell[order]
    return falls


def replayed(texts: Mapping[str, pd.DataFrame], log: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables after the lines of the log, in their order; of records that went nothing is left.

    A value that survived from another record is that record's, as it is after these lines.
    """
    tables = {}
    for entity, frame in texts.items():
        lines = log[log["entity"].eq(entity).to_numpy()]
        cells = lines[lines["kind"].isin(CELL_KINDS)].drop_duplicates(["record", "field"], keep="last")
        table = frame.copy()
        for name, part in cells.groupby("field", sort=False):
            column = (table[name] if name in table else pd.Series(pd.NA, index=table.index)).astype(TEXT)
            column.loc[part["record"].to_numpy()] = part["after"].array
            table[str(name)] = column
        gone = lines.loc[lines["kind"].isin(GONE_KINDS), "record"].unique()
        tables[entity] = table[~table.index.isin(gone)]
    return tables


def without(texts: Mapping[str, pd.DataFrame], log: pd.DataFrame, falls: np.ndarray) -> dict[str, pd.DataFrame]:
    """The cleaned tables without the lines that fall; `texts` are the records as they were read.

    Where a line falls whose value another record took over, that record shows the former value too.
    """
    stays = log[~falls].copy()
    back = log[falls & log["kind"].isin(CELL_KINDS).to_numpy()].drop_duplicates(["entity", "record", "field"])
    former = pd.Series(back["before"].array, index=pd.MultiIndex.from_frame(back[["entity", "record", "field"]]))
    taken = stays["kind"].eq("survivorship").to_numpy() & stays["origin"].ge(0).to_numpy()
    keys = pd.MultiIndex.from_frame(stays.loc[taken, ["entity", "origin", "field"]])
    place = former.index.get_indexer(keys) if len(former) else np.full(len(keys), -1)
    rows = stays.index[taken][place >= 0]
    stays.loc[rows, "after"] = former.array.take(place[place >= 0])
    return replayed(texts, stays)
