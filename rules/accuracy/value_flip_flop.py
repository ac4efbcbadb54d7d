from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import joined_key


class ValueFlipFlop(GroupRule):
    """A field that two actors keep setting back and forth.

    **What is flagged**
    A change that brings a field back to the value which another actor took away at most seven days before.

    **Why it matters**
    Two systems, or a person and a workflow, disagree on who is right. What a report shows depends on the hour at
    which it ran.

    **How to fix**
    Decide which of the two owns the field and stop the other from writing it.

    **Example**
    Lifecycle stage: the CRM sets ``Customer``, the billing sync sets ``Lead``, the CRM sets ``Customer`` again.
    """

    id = "ACC021"
    title = "Value flipped back"
    family = Family.AUTOMATION
    fields: ClassVar = ("field_change.new_value",)
    requires: ClassVar = (
        "field_change.record_id",
        "field_change.old_value",
        "field_change.changed_at",
        "field_change.changed_by",
    )
    keys: ClassVar = {"field_change": "record_id"}
    dimension = Dimension.ACCURACY
    severity = Severity.MEDIUM
    message = "{actor} set back to {value} what {other} had changed {hours} hours before"
    args: ClassVar = ("actor", "other", "hours")
    options: ClassVar = {"days": 7}
    systemic = False

    def key(self, table: Table) -> pd.Series:
        kind = text.fold(table.column("object")).fillna("")
        return joined_key(table.column("record_id"), kind, text.fold(table.column("field")))

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        history = tables["field_change"]
        rows = pd.DataFrame(
            {
                "cell": pd.factorize(self.key(history))[0],
                "at": history["changed_at"],
                "old": history["old_value"],
                "new": history["new_value"],
                "actor": history["changed_by"],
                "number": history.index,
            },
            index=history.index,
        )
        judged = mask_of((rows["cell"] >= 0) & rows["at"].notna() & rows["new"].notna() & rows["actor"].notna())
        rows = rows[judged & mask_of(rows["old"] != rows["new"])].sort_values(["at", "number"])
        rows = rows.assign(order=range(len(rows)))
        # The change that took a value away names it as its old value; the one that brings it back, as its new one.
        back = pd.merge_asof(
            rows,
            rows.rename(columns={"old": "lost"})[["cell", "lost", "order", "at", "actor"]].dropna(),
            on="order",
            left_by=["cell", "new"],
            right_by=["cell", "lost"],
            allow_exact_matches=False,
            suffixes=("", "_before"),
        )
        apart = back["at"] - back["at_before"]
        returned = back[
            mask_of((back["actor"] != back["actor_before"]) & (apart <= pd.Timedelta(days=self.option("days", ctx))))
        ]
        returned = returned.set_index("number").reindex(history.index)
        hours = ((returned["at"] - returned["at_before"]).dt.total_seconds() / 3600).round(1)
        return Flags(
            mask_of(returned["at"].notna()),
            confidence=0.9,
            args={
                "actor": returned["actor"].astype(TEXT),
                "other": returned["actor_before"].astype(TEXT),
                "hours": hours,
            },
            group="value of " + self.key(history).str.replace("\x1f", " ", regex=False),
            checked=judged,
        )
