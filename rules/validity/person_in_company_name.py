from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.values import company_name, text


class PersonInCompanyName(GroupRule):
    """A contact's own name in place of the company.

    **What is flagged**
    Contacts whose company is their own full name, in either order, without a legal form or a word that companies have,
    when no other person stands at a company of that name.

    **Why it matters**
    Each of them becomes an account of its own: the number of customers grows, revenue per account falls, and no
    colleague is ever found.

    **How to fix**
    Ask for the company, or clear the field for private customers. Many mean that the form asks everybody for a company
    or that an import filled the blank ones.

    **Example**
    Jane Doe of the company ``Jane Doe``.

    **Fix safety**
    Needs review: a freelancer's company may bear the freelancer's name.
    """

    id = "VAL038"
    title = "Person as a company"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.company_name",)
    keys: ClassVar = {"contact": "company_name"}
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.CLEAR
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "the company {value} is the contact's own name"

    def key(self, table: Table) -> pd.Series:
        return text.fold(table.column("company_name"))

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts = tables["contact"]
        company = self.key(contacts)
        first, last = (text.fold(contacts.column(name)) for name in ("first_name", "last_name"))
        whole = first + " " + last
        full = text.filled(text.fold(contacts.column("full_name")), whole)
        named = full.notna() & company.notna()
        own = mask_of(named & ((company == full) | (company == whole) | (company == last + " " + first)))
        others = pd.Series((mask_of(named) & ~own).astype("float64"), index=company.index)
        alone = mask_of(others.groupby(company, sort=False).transform("sum") == 0)
        mask = own & alone & text.matches(company, " ")
        if mask.any():
            mask[mask] = ~company_name.looks_like_company(contacts["company_name"][mask])
        return Flags(np.asarray(mask, dtype=bool), confidence=0.85, checked=mask_of(named))
