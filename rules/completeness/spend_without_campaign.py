from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from rules.evidence import usually_filled


class SpendWithoutCampaign(GroupRule):
    """Money spent on advertising that belongs to no campaign.

    **What is flagged**
    A cost that names no campaign, by name or by id, in a source where at least four of five do.

    **Why it matters**
    The campaign it was spent on looks cheaper than it was, and its return better; the total of the campaigns is less
    than the invoice.

    **How to fix**
    Look the campaign up in the advertising account by day and amount.

    **Example**
    312.40 on 2026-05-04, channel ``Search``, campaign blank.
    """

    id = "CMP016"
    title = "Spend without a campaign"
    family = Family.STRUCTURE
    fields: ClassVar = ("spend.campaign",)
    requires: ClassVar = ("spend.amount",)
    keys: ClassVar = {"spend": "campaign"}
    dimension = Dimension.COMPLETENESS
    severity = Severity.LOW
    message = "{amount} spent on no campaign"
    args: ClassVar = ("amount",)
    options: ClassVar = {"least_filled_share": 0.8}

    def key(self, table: Table) -> pd.Series:
        return table.lineage["source"].astype(TEXT)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        spend = tables["spend"]
        cost = mask_of(spend["amount"] > 0)
        named = np.logical_or.reduce(
            [spend.column(name).notna().to_numpy(dtype=bool) for name in ("campaign", "campaign_id")]
        )
        checked = cost & usually_filled(spend, cost, named, self.option("least_filled_share", ctx))
        return Flags(checked & ~named, args={"amount": spend.original("amount")}, checked=checked)
