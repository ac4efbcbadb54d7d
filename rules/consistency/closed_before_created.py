from typing import ClassVar

import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.schema import TEXT
from rules.evidence import has_clock, is_lost, is_won

_WEST = pd.Timedelta(hours=12)


class ClosedBeforeCreated(RecordRule):
    """A deal that ended before it began.

    **What is flagged**
    A won or lost deal whose close date lies before the day on which it was created. Creation times of the small hours
    get half a day of grace, since times are in UTC and close dates in the seller's own zone.

    **Why it matters**
    The sales cycle is negative and pulls the average down. Often a whole batch was entered after the fact.

    **How to fix**
    Correct the date that is wrong; for deals entered late, record when the talks began.

    **Example**
    Created on 2026-03-14, closed as won on 2026-02-28.
    """

    id = "CON031"
    title = "Closed before created"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.close_date",)
    requires: ClassVar = ("deal.created_at", "deal.status")
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    message = "closed {days} days before it was created"
    args: ClassVar = ("days",)

    def check(self, table: Table, ctx: Context) -> Flags:
        close, created = table["close_date"].dt.normalize(), table["created_at"]
        local = created.where(~has_clock(table, "created_at"), created - _WEST).dt.normalize()
        closed = is_won(table) | is_lost(table)
        checked = closed & close.notna().to_numpy(dtype=bool) & created.notna().to_numpy(dtype=bool)
        days = (created.dt.normalize() - close).dt.days.astype("Int64").astype(TEXT)
        return Flags(checked & mask_of(close < local), args={"days": days}, checked=checked)
