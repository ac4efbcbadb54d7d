from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity


class OrphanDeal(RecordRule):
    """A deal that points to a customer who is not there.

    **What is flagged**
    A deal that names a company or a contact, by id or by name, none of which is among the accounts and contacts.

    **Why it matters**
    Its amount counts in the total and in no breakdown by customer, industry or country; the customer's own record
    looks as if nothing had been sold.

    **How to fix**
    Restore the deleted or unexported account, or link the deal to the one that took its place.

    **Example**
    Company id ``8812``, while the companies export ends at 8790 because a filter left some out.
    """

    id = "CMP006"
    title = "Deal of an unknown customer"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.company_id", "deal.company_name", "deal.contact_id", "deal.contact_email")
    requires: ClassVar = ("deal.organisation", "account.name")
    dimension = Dimension.COMPLETENESS
    iso_25012 = "Consistency"
    severity = Severity.HIGH
    message = "{value} is no account or contact of this data"

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        unknown = (table.column("organisation").isna() & table.column("person").isna()).to_numpy(dtype=bool)
        flags = {}
        told = np.zeros(len(table), dtype=bool)
        for name in self.fields_of(table):
            named = table[name].notna().to_numpy(dtype=bool) & ~told
            flags[name] = Flags(unknown & named, confidence=0.9, checked=named)
            told |= named
        return flags
