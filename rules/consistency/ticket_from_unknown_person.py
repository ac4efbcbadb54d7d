from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity
from audit.values import email
from rules.evidence import without_contact


class TicketFromUnknownPerson(GroupRule):
    """A support case of somebody whom the CRM does not know.

    **What is flagged**
    A ticket with an address that no contact has and that matching could not link to a person either.

    **Why it matters**
    Customers who have trouble are invisible to the seller who is about to renew, and tickets per customer are too
    low.

    **How to fix**
    Add the person to the account that the address belongs to, or add the address to the contact who already has
    another.

    **Example**
    Ticket 4411 from ops@sinarlaut.example, while the CRM knows only ayu@sinarlaut.example.
    """

    id = "CON044"
    title = "Ticket from an unknown person"
    family = Family.CROSS_SOURCE
    fields: ClassVar = ("ticket.contact_email",)
    requires: ClassVar = ("contact.email",)
    keys: ClassVar = {"ticket": "contact_email", "contact": "email"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.LOW
    message = "{value} is the address of no contact"

    def key(self, table: Table) -> pd.Series:
        return email.match_key(table.column(self.keys[table.entity]))

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        requester = self.key(tables["ticket"])
        alone = without_contact(tables, "ticket", requester, self.key(tables.get("contact")))
        return Flags(alone, checked=requester.notna().to_numpy(dtype=bool))
