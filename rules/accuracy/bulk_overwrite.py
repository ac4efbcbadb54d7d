from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from rules.changes import bursts, same_change


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
        return same_change(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        history = tables["field_change"]
        found = bursts(history, self.option("records", ctx), self.option("seconds", ctx))
        burst = found["burst"].reindex(history.index).astype("Int64")
        size = found.groupby("burst")["record"].transform("size").reindex(history.index).astype("Int64")
        actor = history.column("changed_by").fillna("an unnamed actor")
        return Flags(
            mask_of(burst.notna()),
            confidence=0.9,
            args={"actor": actor, "count": size},
            group="burst at field_change " + burst.astype(TEXT),
            checked=mask_of(history["changed_at"].notna() & history["new_value"].notna()),
        )
