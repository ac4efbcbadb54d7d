from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import company_name
from rules.evidence import joined_key


class MixedCurrency(GroupRule):
    """An amount that makes sense in the currency of the account's other deals, not in its own.

    **What is flagged**
    A deal whose account has at least three other deals, all in one other currency, where the amount is of the size of
    those (within ten times) and at least 30 times off what deals in its own currency usually come to. A currency with
    fewer than ten deals is not judged.

    **Why it matters**
    Converted, 25,000 rupiah that were meant as euros are one euro and a half: the deal all but vanishes from pipeline
    and revenue, or swells them.

    **How to fix**
    Look at the offer, then set the currency. Deals that a user enters with the company's default currency are the usual
    cause.

    **Example**
    25,000 ``IDR`` for an account that bought for 18,000, 22,000 and 30,000 EUR.

    **Fix safety**
    Needs review: the offer decides.
    """

    id = "CON036"
    title = "Currency that does not fit the amount"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.currency",)
    requires: ClassVar = ("deal.amount",)
    keys: ClassVar = {"deal": "currency"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.HIGH
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{amount} in {value}, while the account's {deals} other deals are in {suggestion} and of that size"
    args: ClassVar = ("amount", "deals")
    options: ClassVar = {"others": 3, "deals": 10, "fits": 10.0, "off": 30.0}

    def key(self, table: Table) -> pd.Series:
        return table.lineage["source"].astype(TEXT)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        deals = tables["deal"]
        source = self.key(deals)
        named = company_name.key(deals.column("company_name"))
        rows = pd.DataFrame(
            {
                "account": joined_key(
                    source, deals.column("organisation").fillna(deals.column("company_id")).fillna(named)
                ),
                "code": deals["currency"].str.upper().str.strip(),
                "log": np.log10(deals["amount"].where(deals["amount"] > 0)),
            },
            index=deals.index,
        )
        judged = rows.notna().all(axis=1)
        home = joined_key(source, rows["code"])[judged]
        typical = rows.loc[judged, "log"].groupby(home).agg(["median", "size"]).reindex(home).set_axis(home.index)
        enough = mask_of(typical["size"].reindex(deals.index) >= self.option("deals", ctx))
        strange = mask_of(
            (rows["log"] - typical["median"].reindex(deals.index)).abs() >= np.log10(self.option("off", ctx))
        )
        other, size, count = self._others(rows[judged])
        fits = mask_of((rows["log"] - size.reindex(deals.index)).abs() <= np.log10(self.option("fits", ctx)))
        flagged = enough & strange & fits & mask_of(count.reindex(deals.index) >= self.option("others", ctx))
        return Flags(
            flagged,
            confidence=0.85,
            suggestion=other.reindex(deals.index),
            args={"amount": deals.original("amount"), "deals": count.reindex(deals.index).astype("Int64").astype(TEXT)},
            checked=mask_of(judged) & enough,
        )

    def _others(self, rows: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
        """Of each deal whose account has all others in one other currency: that, their median size, how many."""
        pairs = rows.groupby(["account", "code"], sort=True)["log"].agg(["median", "size"]).reset_index()
        # The one deal in its own currency, all others in a second one.
        two = pairs[pairs.groupby("account")["code"].transform("size") == 2]
        lone = two[two["size"] == 1].merge(two, on="account", suffixes=("", "_other"))
        lone = lone[mask_of(lone["code"] != lone["code_other"])].set_index(["account", "code"])
        found = lone.reindex(pd.MultiIndex.from_frame(rows[["account", "code"]])).set_axis(rows.index)
        return found["code_other"].astype(TEXT), found["median_other"], found["size_other"]
