from typing import ClassVar

import numpy as np

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.values import text
from rules.evidence import is_won

_RETURN = r"refund|credit|chargeback|charge back|revers|return|dispute|cancel|void|storno|adjust|payout"


class NonPositiveAmount(RecordRule):
    """A sale for nothing or for less.

    **What is flagged**
    A won deal with an amount of zero or below, and a payment below zero that neither its status nor its mode nor a
    negative quantity tells apart as a refund or a return. A remark in the description does not: no report reads it.

    **Why it matters**
    Zeros pull the average deal down; a negative payment takes money off the revenue of a month which may never have
    held it.

    **How to fix**
    Enter what was sold for. Book refunds in the field for refunds, against the payment that they belong to.

    **Example**
    A deal in Closed Won with amount 0, a placeholder that was never replaced.
    """

    id = "VAL029"
    title = "Amount of zero or below"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.amount", "payment.amount")
    dimension = Dimension.VALIDITY
    severity = Severity.HIGH
    message = "an amount of {value}"

    def check(self, table: Table, ctx: Context) -> Flags:
        amount = table["amount"]
        if table.entity == "deal":
            won = is_won(table) & amount.notna().to_numpy(dtype=bool)
            return Flags(won & mask_of(amount <= 0), checked=won)
        returned = np.logical_or.reduce(
            [text.matches(text.fold(table.column(name)), _RETURN) for name in ("status", "mode")]
        )
        returned |= mask_of(table.column("quantity") < 0) | mask_of(table.column("refunded") > 0)
        return Flags(mask_of(amount < 0) & ~returned, checked=amount.notna().to_numpy(dtype=bool))
