from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.schema import TEXT
from rules.evidence import has_clock

OLDEST = pd.Timestamp("1990-01-01")


class ActiveBeforeCreated(RecordRule):
    """A contact who bought, moved or was converted before the record came into being.

    **What is flagged**
    A last purchase, last activity or conversion that lies more than a day before the date on which the contact was
    created. Bare dates are compared by the day; dates that are impossible by themselves are not weighed at all.

    **Why it matters**
    One of the two dates is wrong: the time from first contact to purchase turns negative, and so do the averages over
    it.

    **How to fix**
    Take the date of creation from the older system where records were moved from one; else correct the later field.

    **Example**
    Signed up on 2023-05-02, last purchase on 2022-11-19.
    """

    id = "CON034"
    title = "Active before created"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.last_purchase_at", "contact.last_activity_at", "contact.converted_at")
    requires: ClassVar = ("contact.created_at",)
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    message = "{value} is {days} days before the contact was created"
    args: ClassVar = ("days",)

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        created = table["created_at"].where(table["created_at"].between(OLDEST, ctx.as_of + pd.Timedelta(days=1)))
        flags = {}
        for name in self.fields_of(table):
            at = table[name].where(table[name] >= OLDEST)
            timed = has_clock(table, name) & has_clock(table, "created_at")
            gap = (created - at).where(timed, created.dt.normalize() - at.dt.normalize())
            checked = gap.notna().to_numpy(dtype=bool)
            days = gap.dt.days.astype("Int64").astype(TEXT)
            flags[name] = Flags(mask_of(gap > pd.Timedelta(days=1)), args={"days": days}, checked=checked)
        return flags
