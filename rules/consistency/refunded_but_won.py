from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import is_won, net_paid

_STEP = np.log1p(0.02)


class RefundedButWon(GroupRule):
    """A won deal whose money went back.

    **What is flagged**
    A won deal for which the company made a payment of the same amount, give or take one per cent, that was refunded
    in full, and no other payment of that amount near the same day.

    **Why it matters**
    Revenue, win rate and commission count a sale that was undone.

    **How to fix**
    Close the deal as lost, or book the refund against it; reports of past months change with it, so tell finance.

    **Example**
    Won over 12,000 on 3 May, paid on 20 May, refunded on 2 June.
    """

    id = "CON042"
    title = "Refunded but still won"
    family = Family.CROSS_SOURCE
    fields: ClassVar = ("deal.status",)
    requires: ClassVar = ("deal.organisation", "deal.amount", "payment.organisation", "payment.amount")
    keys: ClassVar = {"deal": "organisation", "payment": "organisation"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.CRITICAL
    message = "won, but the payment in {payment} was refunded"
    args: ClassVar = ("payment",)
    options: ClassVar = {"tolerance": 0.01}
    systemic = False

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        deals, payments = tables["deal"], tables["payment"]
        won = is_won(deals) & mask_of(deals["amount"] > 0) & deals["organisation"].notna().to_numpy(dtype=bool)
        pairs = self._of_equal_amount(_lines(deals.take(won), "close_date"), _lines(payments, "paid_at"), ctx)
        pairs["undone"] = _is_refunded(payments).reindex(pairs["payment"]).to_numpy(dtype=bool)
        pairs["kept"] = (net_paid(payments) > 0).reindex(pairs["payment"]).to_numpy(dtype=bool)
        pairs = pairs[pairs["undone"] | pairs["kept"]]
        # A payment belongs to the deal that closed nearest to it.
        pairs = pairs.sort_values(["payment", "apart", "deal"]).drop_duplicates("payment")
        whole = ~pairs.groupby("deal")["kept"].transform("any")
        undone = pairs[whole].drop_duplicates("deal").set_index("deal")["payment"]
        payment = undone.reindex(deals.index).astype("Int64")
        flagged = payment.notna().to_numpy(dtype=bool)
        place = pd.Series(pd.NA, index=deals.index, dtype=TEXT)
        there = payments.lineage.loc[payment[flagged].to_numpy(dtype="int64")]
        place[flagged] = (there["file"].astype(TEXT) + ", row " + there["row"].astype(TEXT)).to_numpy()
        return Flags(flagged, confidence=0.9, args={"payment": place}, checked=won)

    def _of_equal_amount(self, deals: pd.DataFrame, payments: pd.DataFrame, ctx: Context) -> pd.DataFrame:
        """Pairs of a deal and a payment of one company with about the same amount: deal, payment, apart (seconds)."""
        # Amounts within the tolerance fall into the same step of the logarithm or into neighbours.
        near = pd.concat([deals.assign(step=deals["step"] + offset) for offset in (-1, 0, 1)])
        pairs = near.merge(payments, on=["organisation", "step"], suffixes=("_deal", "_payment"))
        off = (pairs["amount_deal"] - pairs["amount_payment"]).abs()
        pairs = pairs[off <= self.option("tolerance", ctx) * pairs["amount_deal"]]
        apart = (pairs["at_deal"] - pairs["at_payment"]).dt.total_seconds().abs()
        return pd.DataFrame({"deal": pairs["number_deal"], "payment": pairs["number_payment"], "apart": apart})


def _lines(table: Table, time: str) -> pd.DataFrame:
    amount = table["amount"].where(table["amount"] > 0)
    return pd.DataFrame(
        {
            "organisation": table["organisation"],
            "amount": amount,
            "step": np.floor(np.log(amount) / _STEP),
            "at": table.column(time),
            "number": table.index,
        }
    )[(amount.notna() & table["organisation"].notna()).to_numpy(dtype=bool)]


def _is_refunded(payments: Table) -> pd.Series:
    """Where all of a payment went back."""
    amount, refunded = payments["amount"], payments.column("refunded")
    by_amount = (amount > 0) & (refunded >= 0.99 * amount)
    by_word = text.fold(payments.column("status")).isin(["refunded", "fully refunded", "refund"]) & ~(refunded > 0)
    return pd.Series(mask_of(by_amount) | mask_of(by_word), index=payments.index)
