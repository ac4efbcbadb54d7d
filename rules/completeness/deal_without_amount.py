from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from rules.evidence import is_open, is_won, joined_key


class DealWithoutAmount(GroupRule):
    """A won or open deal that is worth nothing on paper.

    **What is flagged**
    A won or open deal with a blank amount. Open deals are judged only where at least a fifth of the open deals of the
    same source have one: some teams enter amounts when they close.

    **Why it matters**
    A won deal without an amount is revenue that no report shows. An open one makes the pipeline too small and the
    average deal look larger than it is.

    **How to fix**
    Take the amount from the invoice or the signed offer; for open deals ask the owner for an estimate.

    **Example**
    ``Kembara - renewal 2026``, stage Closed Won, amount blank.
    """

    id = "CMP004"
    title = "Deal without an amount"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.amount",)
    requires: ClassVar = ("deal.status",)
    keys: ClassVar = {"deal": "status"}
    dimension = Dimension.COMPLETENESS
    severity = Severity.CRITICAL
    message = "a deal that is {status} has no amount"
    args: ClassVar = ("status",)
    options: ClassVar = {"open_share": 0.2}

    def key(self, table: Table) -> pd.Series:
        return joined_key(table.lineage["source"], table.column("status"))

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        deals = tables["deal"]
        filled = deals.original("amount").notna() | deals.column("amount_base").notna()
        share = filled.astype("float64").groupby(self.key(deals), sort=False).transform("mean")
        kept = mask_of(share >= self.option("open_share", ctx))
        checked = is_won(deals) | (is_open(deals) & kept)
        blank = ~filled.to_numpy(dtype=bool)
        won = is_won(deals)
        return Flags(
            checked & blank,
            confidence=np.where(won, 1.0, 0.9),
            args={"status": deals["status"].astype(TEXT)},
            checked=checked,
        )
