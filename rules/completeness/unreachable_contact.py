from typing import ClassVar

import numpy as np

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity

WAYS = ("email", "phone", "mobile", "other_emails", "other_phones")


class UnreachableContact(RecordRule):
    """A contact with no way to reach it.

    **What is flagged**
    Contacts without any email address and without any phone number, further addresses and numbers included.

    **Why it matters**
    Nobody can follow up on the record, yet it is counted as a lead or a customer and waters down every rate.

    **How to fix**
    Find an address through the company or another system; retire the record where there is none.

    **Example**
    Jane Doe of Kembara, typed in from a conference list that held names and companies alone.
    """

    id = "CMP002"
    title = "Unreachable contact"
    family = Family.STRUCTURE
    fields: ClassVar = tuple(f"contact.{name}" for name in WAYS)
    dimension = Dimension.COMPLETENESS
    severity = Severity.HIGH
    message = "the contact has no email address and no phone number"

    def check(self, table: Table, ctx: Context) -> Flags:
        return Flags(np.logical_and.reduce([table.column(name).isna().to_numpy(dtype=bool) for name in WAYS]))
