from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity
from rules.evidence import everything, is_lost, usually_filled


class LostWithoutReason(GroupRule):
    """A lost deal of which nobody wrote down why.

    **What is flagged**
    Lost deals with a blank reason, in systems that give a reason for at least half of their lost deals.

    **Why it matters**
    The ranking of reasons shows the deals that sellers cared to explain. What is left out is seldom left out by
    chance.

    **How to fix**
    Ask the owner while it is remembered; let the stage of a lost deal demand a reason.

    **Example**
    13 deals "Closed Lost" with an empty closed lost reason, beside 60 with one.
    """

    id = "CMP007"
    title = "Lost without a reason"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.lost_reason",)
    requires: ClassVar = ("deal.status",)
    keys: ClassVar = {"deal": "status"}
    dimension = Dimension.COMPLETENESS
    severity = Severity.LOW
    message = "lost, but no reason is given"
    options: ClassVar = {"least_filled_share": 0.5}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        deals = tables["deal"]
        lost, told = is_lost(deals), deals.column("lost_reason").notna().to_numpy(dtype=bool)
        checked = lost & usually_filled(deals, lost, told, self.option("least_filled_share", ctx))
        return Flags(checked & ~told, checked=checked)
