from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import joined_key


class SyncRetry(GroupRule):
    """An integration that writes one and the same value again and again.

    **What is flagged**
    All but the first of at least three changes in which one actor writes the same value into the same field of the
    same record at equal gaps, give or take two seconds.

    **Why it matters**
    The integration does not learn that it has succeeded. Each try counts as an activity, moves the date of the last
    change, and may start the workflows that wait for it.

    **How to fix**
    Look at the log of the integration; count the change once.

    **Example**
    ``erp-connector`` sets the stage to ``Customer`` at 10:00:00, 10:05:00, 10:10:01 and 10:15:00.
    """

    id = "ACC023"
    title = "Sync retry"
    family = Family.AUTOMATION
    fields: ClassVar = ("field_change.changed_at",)
    requires: ClassVar = ("field_change.record_id", "field_change.new_value", "field_change.changed_by")
    keys: ClassVar = {"field_change": "record_id"}
    dimension = Dimension.ACCURACY
    severity = Severity.LOW
    message = "{actor} wrote the same value again after {seconds} seconds, as before"
    args: ClassVar = ("actor", "seconds")
    options: ClassVar = {"times": 3, "slack_seconds": 2}
    systemic = False

    def key(self, table: Table) -> pd.Series:
        kind = text.fold(table.column("object")).fillna("")
        field = text.fold(table.column("field"))
        return joined_key(table.column("record_id"), kind, field, table["new_value"], table["changed_by"])

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        history = tables["field_change"]
        rows = pd.DataFrame(
            {"key": pd.factorize(self.key(history))[0], "at": history["changed_at"], "number": history.index},
            index=history.index,
        )
        judged = mask_of((rows["key"] >= 0) & rows["at"].notna())
        rows = rows[judged].sort_values(["key", "at", "number"])
        follows = rows["key"] == rows["key"].shift()
        gap = rows["at"].diff().dt.total_seconds().where(follows)
        uneven = ~((gap - gap.shift()).abs() <= self.option("slack_seconds", ctx)) | ~follows.shift(fill_value=False)
        # A run of equal gaps starts at the first gap; its rows but the one before that gap are retries.
        run = (uneven | ~follows).cumsum()
        gaps = gap.groupby(run).transform("count")
        retried = follows & (gaps >= self.option("times", ctx) - 1)
        return Flags(
            mask_of(retried.reindex(history.index, fill_value=False)),
            confidence=0.9,
            args={
                "actor": history["changed_by"],
                "seconds": gap.round().astype("Int64").astype(TEXT).reindex(history.index),
            },
            group="retries of " + self.key(history).str.replace("\x1f", " ", regex=False),
            checked=judged,
        )
