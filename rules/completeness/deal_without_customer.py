from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity
from rules.evidence import everything, usually_filled

CUSTOMER = ("company_name", "company_id", "company_domain", "contact_id", "contact_name", "contact_email")


class DealWithoutCustomer(GroupRule):
    """A deal that is with nobody.

    **What is flagged**
    Deals that name neither a company nor a contact, in systems where at least half of the deals do.

    **Why it matters**
    What was won belongs to no customer, and nobody can tell whether an open deal is with one who buys already.

    **How to fix**
    Link the deal to its company; the name of the deal or its owner's mails tell which. Let the system demand it.

    **Example**
    1,425 of 2,089 open deals without an account.
    """

    id = "CMP008"
    title = "Deal without a customer"
    family = Family.STRUCTURE
    fields: ClassVar = tuple(f"deal.{name}" for name in CUSTOMER)
    keys: ClassVar = {"deal": "company_name"}
    dimension = Dimension.COMPLETENESS
    severity = Severity.MEDIUM
    message = "the deal names neither a company nor a contact"
    options: ClassVar = {"least_filled_share": 0.5}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        deals = tables["deal"]
        named = np.logical_or.reduce([deals.column(name).notna().to_numpy(dtype=bool) for name in CUSTOMER])
        all_deals = np.ones(len(deals), dtype=bool)
        checked = usually_filled(deals, all_deals, named, self.option("least_filled_share", ctx))
        return Flags(checked & ~named, checked=checked)
