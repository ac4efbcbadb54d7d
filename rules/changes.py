"""Field histories: which field a change is about, bursts of equal changes, and how long each value stood."""

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.rule import mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import joined_key

# Of folded names: "dealstage", "Opportunity Stage"; "hs_analytics_source", "Lead Source".
STAGE = r"^(?:hs )?(?:deal|opportunity|sales|pipeline)? ?stage ?(?:name|id)?$"
LEAD_SOURCE = r"^(?:hs )?(?:lead|original|original traffic|analytics|first touch)? ?source$"
PERSON = r"^(?:contact|lead|person|prospect)s?$"
DEAL = r"^(?:deals?|opportunit(?:y|ies))$"


def is_about(history: Table, record: str, field: str) -> np.ndarray:
    """Where a change is of a `field` of a kind of `record`, by their folded names."""
    found = text.matches(text.fold(history.column("object")), record)
    return found & text.matches(text.fold(history.column("field")), field)


def same_change(history: Table) -> pd.Series:
    """The key of changes by one actor that give one field of one kind of record the same new value."""
    blank = pd.Series("", index=history.index, dtype=TEXT)
    parts = (text.fold(history.column(name)).fillna(blank) for name in ("object", "changed_by"))
    return joined_key(text.fold(history.column("field")), history.column("new_value"), *parts)


def bursts(history: Table, records: int, seconds: float) -> pd.DataFrame:
    """The changes in bursts: at least `records` records given the same value by one actor within `seconds`.

    Columns: burst (number of its first row), record (code of the record changed), old (whether a value stood before);
    indexed by the rows in bursts. One that only fills blanks is none.
    """
    rows = pd.DataFrame(
        {
            "key": pd.factorize(same_change(history))[0],
            "record": pd.factorize(history.column("record_id"))[0],
            "at": history.column("changed_at"),
            "old": history.column("old_value").notna(),
            "number": history.index,
        },
        index=history.index,
    )
    rows = rows[(rows["key"] >= 0) & (rows["record"] >= 0) & rows["at"].notna()]
    rows = rows.sort_values(["key", "at", "number"]).drop_duplicates(["key", "record", "at"])
    last = rows.shift(1 - records)
    window = pd.Timedelta(seconds=seconds)
    starts = (rows["key"] == last["key"]) & (last["at"] - rows["at"] <= window)
    inside = mask_of(starts.astype("int64").rolling(records, min_periods=1).max().astype(bool))
    rows = rows[inside]
    begins = (rows["key"] != rows["key"].shift()) | (rows["at"].diff() > window)
    rows = rows.assign(burst=rows["number"].where(begins).ffill())
    burst = rows.groupby("burst")
    enough = burst["record"].transform("nunique") >= records
    return rows.loc[mask_of(enough & (burst["old"].transform("mean") > 0)), ["burst", "record", "old"]]


def stays(history: Table, rows: np.ndarray) -> pd.DataFrame:
    """How long each value stood, over the `rows` of one field: source, record, value, since, until.

    `until` is the next change of the same record; blank for the value that stands now.
    """
    stood = pd.DataFrame(
        {
            "source": history.lineage["source"].astype(TEXT),
            "record": history.column("record_id"),
            "value": history.column("new_value"),
            "since": history.column("changed_at"),
        },
        index=history.index,
    )[rows]
    stood = stood.dropna(subset=["record", "since"]).sort_values(["source", "record", "since", "value"])
    same = (stood[["source", "record"]] == stood[["source", "record"]].shift(-1)).all(axis=1)
    return stood.assign(until=stood["since"].shift(-1).where(mask_of(same)))
