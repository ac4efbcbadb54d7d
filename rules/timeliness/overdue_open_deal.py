from typing import ClassVar

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.schema import TEXT
from rules.evidence import is_open


class OverdueOpenDeal(RecordRule):
    """An open deal whose day of closing has passed.

    **What is flagged**
    A deal that is neither won nor lost and whose expected close date lies before the day of the audit.

    **Why it matters**
    A forecast for a past month cannot come true. The deal keeps the pipeline large while it is won, lost or
    forgotten in real life.

    **How to fix**
    Close it as won or lost, or agree on a new date with the buyer.

    **Example**
    ``Kembara - 40 seats``, stage Negotiation, expected to close on 31 March, audited on 1 November.
    """

    id = "TIM002"
    title = "Overdue open deal"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.close_date",)
    requires: ClassVar = ("deal.status",)
    dimension = Dimension.TIMELINESS
    severity = Severity.MEDIUM
    message = "still open {days} days after its close date {value}"
    args: ClassVar = ("days",)

    def check(self, table: Table, ctx: Context) -> Flags:
        close = table["close_date"]
        checked = is_open(table) & close.notna().to_numpy(dtype=bool)
        late = (ctx.as_of.normalize() - close.dt.normalize()).dt.days
        return Flags(checked & mask_of(late > 0), args={"days": late.astype("Int64").astype(TEXT)}, checked=checked)
