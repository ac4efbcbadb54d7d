from collections.abc import Mapping
from typing import ClassVar

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity
from audit.values import text


class UnreadableAmount(RecordRule):
    """Text in a money field that is not a number.

    **What is flagged**
    An amount that is filled but could not be read as money in the notation of its column. A lone dash counts as blank.

    **Why it matters**
    Sums leave the cell out without a word, so the total is too low by an amount that nobody knows.

    **How to fix**
    Write the number alone, in the notation of the other rows, and the currency in its own field.

    **Example**
    ``12k-15k``, ``see contract``, ``USD ten thousand``.
    """

    id = "VAL028"
    title = "Unreadable amount"
    family = Family.STRUCTURE
    fields: ClassVar = (
        "deal.amount",
        "deal.amount_base",
        "deal.expected_revenue",
        "payment.amount",
        "payment.refunded",
        "payment.fee",
        "account.annual_revenue",
        "contact.value",
        "campaign.budget",
        "campaign.cost",
        "campaign.revenue",
        "spend.amount",
        "product.price",
    )
    dimension = Dimension.VALIDITY
    severity = Severity.HIGH
    message = "{value} cannot be read as an amount"

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        flags = {}
        for name in self.fields_of(table):
            written = text.matches(table.original(name), r"[\p{L}\p{N}]")
            flags[name] = Flags(written & table[name].isna().to_numpy(dtype=bool), checked=written)
        return flags
