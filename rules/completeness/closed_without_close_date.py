from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity
from audit.schema import TEXT
from rules.evidence import is_lost, is_won, usually_filled


class ClosedWithoutCloseDate(GroupRule):
    """A won or lost deal that closed on no day.

    **What is flagged**
    A deal that is won or lost and has neither a close date nor a day of winning or losing, in systems where other
    closed deals have one. A date that cannot be read is another rule's.

    **Why it matters**
    The deal is in no month, quarter or year: it is missing from revenue, win rate and sales cycle of every period, and
    the periods do not add up to the total.

    **How to fix**
    Take the day from the history of the stage, the signed offer or the invoice, and make the field mandatory for
    closing.

    **Example**
    ``Kembara - 40 seats``, Closed Won over 12,000, close date blank.
    """

    id = "CMP009"
    title = "Closed without a close date"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.close_date",)
    requires: ClassVar = ("deal.status",)
    keys: ClassVar = {"deal": "status"}
    dimension = Dimension.COMPLETENESS
    severity = Severity.HIGH
    message = "a {status} deal has no close date"
    args: ClassVar = ("status",)
    options: ClassVar = {"least_filled_share": 0.1}

    def key(self, table: Table) -> pd.Series:
        return table.lineage["source"].astype(TEXT)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        deals = tables["deal"]
        closed = is_won(deals) | is_lost(deals)
        dated = deals.original("close_date").notna().to_numpy(dtype=bool)
        for name in ("won_at", "lost_at"):
            dated |= deals.column(name).notna().to_numpy(dtype=bool)
        checked = closed & usually_filled(deals, closed, dated, self.option("least_filled_share", ctx))
        return Flags(checked & ~dated, args={"status": deals["status"]}, checked=checked)
