"""The change log: one line per cell or record that cleaning changed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.schema import TEXT, entities

CHANGE_TYPES = {
    "change_id": TEXT,
    "entity": "object",
    "source": TEXT,
    "file": TEXT,
    "row": "int64",
    "source_id": TEXT,
    "record": "int64",
    "field": "object",
    "before": TEXT,
    "after": TEXT,
    "rule_id": "object",
    "confidence": "float64",
    "kind": "object",
    "cluster": TEXT,
    "origin": "int64",
}
"""Columns of the change log, in the order in which the changes were made.

`kind` is set, clear, drop, merge (the record joined another), survivorship (a cell of the surviving record taken from a
merged one), repoint (a link that followed its target) or recompute (a cell that follows from others: a status from its
stage, a sum from its events). `before` and `after` are texts as the source writes them; of a record that went they are
its own id and that of the record it joined. `cluster` names the group that was merged, `origin` the record whose value
survived, or that the record joined (-1: none).
"""


Lines = dict[str, np.ndarray]
"""Lines of the change log that are not yet a table: one array per column but for `change_id`."""


def changes(
    table: Table,
    records: np.ndarray | pd.Index,
    *,
    field: str,
    before: Sequence | pd.Series,
    after: Sequence | pd.Series,
    rule_id: str | Sequence[str],
    kind: str,
    confidence: float | Sequence[float] | np.ndarray = 1.0,
    cluster: Sequence | pd.Series | None = None,
    origin: np.ndarray | None = None,
) -> Lines:
    """Lines of the change log for `records` of `table`; `before` and `after` are text aligned with them."""
    count = len(records)
    position = table.index.get_indexer(records)

    def texts(values: Sequence | pd.Series) -> np.ndarray:
        return np.asarray(pd.array(values, dtype=TEXT), dtype=object)

    return {
        "entity": np.full(count, table.entity, dtype=object),
        "source": table.lineage["source"].array.take(position).astype(object),
        "file": table.lineage["file"].array.take(position).astype(object),
        "row": table.lineage["row"].to_numpy()[position],
        "source_id": texts(own_ids(table).array.take(position)),
        "record": np.asarray(records, dtype="int64"),
        "field": np.full(count, field, dtype=object),
        "before": texts(before),
        "after": texts(after),
        "rule_id": np.broadcast_to(np.asarray(rule_id, dtype=object), count),
        "confidence": np.broadcast_to(np.asarray(confidence, dtype="float64"), count),
        "kind": np.full(count, kind, dtype=object),
        "cluster": np.full(count, pd.NA, dtype=object) if cluster is None else texts(cluster),
        "origin": np.full(count, -1) if origin is None else np.asarray(origin, dtype="int64"),
    }


def own_ids(table: Table) -> pd.Series:
    """The records' ids in their sources; blank where an entity has none."""
    if "source_id" in entities()[table.entity].fields:
        return table.column("source_id")
    return pd.Series(pd.NA, index=table.index, dtype=TEXT)


def change_log(parts: Sequence[Lines]) -> pd.DataFrame:
    """All lines with their ids, in the order in which they were made; columns of CHANGE_TYPES."""
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in CHANGE_TYPES.items()})
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    ids = [f"C{number:06d}" for number in range(1, len(columns["record"]) + 1)]
    return pd.DataFrame({"change_id": ids, **columns}).astype(CHANGE_TYPES)
