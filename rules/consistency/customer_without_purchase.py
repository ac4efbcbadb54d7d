from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.values import text
from rules.evidence import everything, is_among, is_won, net_paid


class CustomerWithoutPurchase(GroupRule):
    """A contact called a customer who has bought nothing.

    **What is flagged**
    A contact whose lifecycle stage says customer while neither the person nor the company has a won deal or a payment.
    Judged only where at least half of the customers have one: else the purchases are kept elsewhere.

    **Why it matters**
    The number of customers, the conversion to customer and the revenue per customer are wrong, and prospects get the
    mails meant for buyers.

    **How to fix**
    Find the purchase and link it, or set the stage back to what the facts bear out.

    **Example**
    Stage ``Customer`` since an import of a trade fair list; no deal, no invoice.
    """

    id = "CON004"
    title = "Customer without a purchase"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.lifecycle_stage",)
    keys: ClassVar = {"contact": "person", "deal": "person", "payment": "person"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    message = "called {value}, but there is no won deal and no payment"
    options: ClassVar = {"stages": ("customer", "customers", "client", "paying customer"), "share": 0.5}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts = tables["contact"]
        deals, payments = tables.get("deal"), tables.get("payment")
        bought = [deals.take(is_won(deals)), payments.take(mask_of(net_paid(payments) > 0))]
        buyer = _own_word(contacts)
        for name in ("person", "organisation"):
            labels = pd.concat([table.column(name) for table in bought], ignore_index=True)
            buyer |= is_among(contacts.column(name), labels)
        linked = (contacts.column("person").notna() | contacts.column("organisation").notna()).to_numpy(dtype=bool)
        customer = text.fold(contacts["lifecycle_stage"]).isin(self.option("stages", ctx)).to_numpy(dtype=bool) & linked
        share = buyer[customer].mean() if customer.any() else 0.0
        if not any(len(table) for table in bought) or share < self.option("share", ctx):
            return Flags(np.zeros(len(contacts), dtype=bool), checked=np.zeros(len(contacts), dtype=bool))
        return Flags(customer & ~buyer, confidence=0.9, checked=customer)


def _own_word(contacts: Table) -> np.ndarray:
    """Where the record itself tells of a purchase."""
    return (
        contacts.column("last_purchase_at").notna().to_numpy()
        | mask_of(contacts.column("payment_count") > 0)
        | mask_of(contacts.column("value") > 0)
    )
