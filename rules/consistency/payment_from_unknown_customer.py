from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.values import email
from rules.evidence import everything, is_among


class PaymentFromUnknownCustomer(GroupRule):
    """Money from somebody of whom no system has a record.

    **What is flagged**
    A payment whose customer id and address are those of no contact, and which matching could not link to a person
    either. Judged only where at least half of the payments have a known payer; else the contacts are another
    company's, or keyed otherwise.

    **Why it matters**
    This revenue belongs to no customer: it is missing from value per customer, from cohorts and from every comparison
    of sources.

    **How to fix**
    Look the payer up in the payment system; restore the deleted customer, or add the contact.

    **Example**
    Payment ``ch_3Nq7`` of customer ``C99999``, an id that the customer list does not have.
    """

    id = "CON045"
    title = "Payment from an unknown customer"
    family = Family.CROSS_SOURCE
    fields: ClassVar = ("payment.customer_id", "payment.email")
    keys: ClassVar = {"payment": "customer_id", "contact": "source_id"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    message = "no contact is the payer {payer}"
    args: ClassVar = ("payer",)
    options: ClassVar = {"least_known_share": 0.5}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        payments, contacts = tables["payment"], tables.get("contact")
        payer, address = payments.column("customer_id"), payments.column("email")
        ids = pd.concat([contacts.column("source_id"), contacts.column("customer_id")], ignore_index=True)
        key, known = email.match_key(address), email.match_key(contacts.column("email"))
        named = mask_of(payer.notna() | key.notna())
        linked = named & (mask_of(payments.column("person").notna()) | is_among(payer, ids) | is_among(key, known))
        judged = len(contacts) > 0 and linked.sum() >= self.option("least_known_share", ctx) * max(named.sum(), 1)
        return Flags(
            named & ~linked & judged,
            args={"payer": address.fillna(payer)},
            checked=named & judged,
        )
