from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import joined_key


class BulkOverwrite(GroupRule):
    """Many records set to one value within a minute.

    **What is flagged**
    Each change of a burst in which one actor gave one field of at least 20 records the same new value within 60
    seconds, where at least some of them had a value before.

    **Why it matters**
    An import with a wrong column or a workflow with a loose filter wipes out what was known about each record.
    Breakdowns by that field are worthless from that minute on.

    **How to fix**
    Ask the actor whether it was meant. If not, restore the old values from the field history.

    **Example**
    240 contacts whose lead source becomes ``Offline Sources`` at 02:00:00-02:00:41, by ``HubSpot import``.
    """

    id = "ACC020"
    title = "Bulk overwrite"
    family = Family.AUTOMATION
    fields: ClassVar = ("field_change.new_value",)
    requires: ClassVar = ("field_change.record_id", "field_change.changed_at", "field_change.old_value")
    keys: ClassVar = {"field_change": "field"}
    dimension = Dimension.ACCURACY
    severity = Severity.HIGH
    message = "{actor} gave {count} records the value {value} within a minute"
    args: ClassVar = ("actor", "count")
    options: ClassVar = {"records": 20, "seconds": 60}
    systemic = False

    def key(self, table: Table) -> pd.Series:
        blank = pd.Series("", index=table.index, dtype=TEXT)
        parts = (text.fold(table.column(name)).fillna(blank) for name in ("object", "changed_by"))
        return joined_key(text.fold(table.column("field")), table.column("new_value"), *parts)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        history = tables["field_change"]
        bursts = self._bursts(history, ctx)
        burst = bursts["burst"].reindex(history.index).astype("Int64")
        size = bursts.groupby("burst")["record"].transform("size").reindex(history.index).astype("Int64")
        actor = history.column("changed_by").fillna("an unnamed actor")
        return Flags(
            mask_of(burst.notna()),
            confidence=0.9,
            args={"actor": actor, "count": size.astype(TEXT)},
            group="burst at field_change " + burst.astype(TEXT),
            checked=mask_of(history["changed_at"].notna() & history["new_value"].notna()),
        )

    def _bursts(self, history: Table, ctx: Context) -> pd.DataFrame:
        """The rows in bursts, each burst named by its first row's number."""
        size = self.option("records", ctx)
        rows = pd.DataFrame(
            {
                "key": pd.factorize(self.key(history))[0],
                "record": pd.factorize(history["record_id"])[0],
                "at": history["changed_at"],
                "old": history["old_value"].notna(),
                "number": history.index,
            },
            index=history.index,
        )
        rows = rows[(rows["key"] >= 0) & (rows["record"] >= 0) & rows["at"].notna()]
        rows = rows.sort_values(["key", "at", "number"]).drop_duplicates(["key", "record", "at"])
        last = rows.shift(1 - size)
        window = pd.Timedelta(seconds=self.option("seconds", ctx))
        starts = (rows["key"] == last["key"]) & (last["at"] - rows["at"] <= window)
        inside = mask_of(starts.astype("int64").rolling(size, min_periods=1).max().astype(bool))
        rows = rows[inside]
        begins = (rows["key"] != rows["key"].shift()) | (rows["at"].diff() > window)
        rows = rows.assign(burst=rows["number"].where(begins).ffill())
        burst = rows.groupby("burst")
        enough = burst["record"].transform("nunique") >= size
        return rows[mask_of(enough & (burst["old"].transform("mean") > np.float64(0)))]
