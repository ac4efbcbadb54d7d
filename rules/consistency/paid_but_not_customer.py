from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import net_paid

# "Active" or "Suspended" is the state of an account, not a stage on the way to the first purchase.
_BEFORE = (
    r"lead|subscriber|prospect|opportunity|suspect|visitor|qualified|interest|nurtur|trial|other|\b(?:mql|sql|new)\b"
)
_BOUGHT = r"customer|client|evangelist|churn|partner|reseller"


class PaidButNotCustomer(GroupRule):
    """A person who has paid and is still treated as a prospect.

    **What is flagged**
    A contact or lead in a lifecycle stage before that of a customer, such as lead, subscriber or opportunity, though
    the same person has a payment that was not refunded in full. Words that are no such stage are not judged.

    **Why it matters**
    Buyers get the mails for prospects and are called by new-business sellers; conversion to customer is too low.

    **How to fix**
    Move the stage to customer, and let the payment system tell the CRM of each first payment.

    **Example**
    Stage ``Lead``, with an invoice over 480.00 paid in August.

    **Fix safety**
    Needs review: the payment may have been made for somebody else.
    """

    id = "CON040"
    title = "Paid but not a customer"
    family = Family.CROSS_SOURCE
    fields: ClassVar = ("contact.lifecycle_stage",)
    requires: ClassVar = ("contact.person", "payment.person", "payment.amount")
    keys: ClassVar = {"contact": "person", "payment": "person"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.HIGH
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "has paid {paid}, yet the stage is {value}"
    args: ClassVar = ("paid",)
    options: ClassVar = {"records": ("contact", "lead"), "stage": "Customer"}

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts, payments = tables["contact"], tables["payment"]
        stage = text.fold(contacts["lifecycle_stage"])
        kind = text.fold(contacts.column("record_type"))
        before, bought = text.matches(stage, _BEFORE), text.matches(stage, _BOUGHT)
        judged = (before | bought) & mask_of(
            contacts["person"].notna() & (kind.isna() | kind.isin(self.option("records", ctx)))
        )
        net = net_paid(payments)
        paid = contacts["person"].map(net[net > 0].groupby(payments["person"][net > 0]).sum()).astype("float64")
        return Flags(
            judged & ~bought & mask_of(paid > 0),
            confidence=np.fmin(contacts.column("person_confidence").fillna(1.0).to_numpy(), 0.95),
            suggestion=pd.Series(self.option("stage", ctx), index=contacts.index, dtype=TEXT),
            args={"paid": paid.map("{:,.2f}".format, na_action="ignore").astype(TEXT)},
            checked=judged,
        )
