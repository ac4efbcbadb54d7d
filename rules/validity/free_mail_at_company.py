from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import company_name, domain, email, text
from rules import columns


class FreeMailAtCompany(GroupRule):
    """A private mailbox where the colleagues have addresses of the company.

    **What is flagged**
    Contacts with an address at a provider of free mailboxes, whose company has at least three other addresses in the
    data of which most are of one domain of its own. Companies are those that matching found, else those of one name.

    **Why it matters**
    Business mail goes to a private mailbox, which the company cannot close when the person leaves, and the address does
    not match the account's domain, so that lead routing and account reports lose the contact.

    **How to fix**
    Ask for the business address at the next contact, and keep the private one as a second.

    **Example**
    ``budi.kembara@gmail.com``, while Ayu, Clara and Dewi of the same company write from ``kembara.example``.
    """

    id = "VAL007"
    title = "Free-mail where the company has its own"
    family = Family.DEAD_EMAIL
    fields: ClassVar = ("contact.email",)
    keys: ClassVar = {"contact": "company_name"}
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    message = "{value} is a free mailbox, while {colleagues} colleagues have addresses at {domain}"
    args: ClassVar = ("colleagues", "domain")
    options: ClassVar = {"colleagues": 3, "share": 0.5}

    def key(self, table: Table) -> pd.Series:
        # A name may be like a label of matching: they are told apart by what stands before them.
        named = "name " + company_name.key(table.column("company_name"))
        return text.filled("linked " + table.column("organisation"), named)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts = tables["contact"]
        company = self.key(contacts)
        address = contacts["email"].str.strip().str.lower()
        # Lists of free providers have those of throw-away addresses as well, which another rule tells of.
        thrown = email.is_disposable(address)
        free = columns.is_free_mail(contacts, "email") & ~thrown
        judged = mask_of(company.notna() & address.notna())
        # Only companies where somebody has a free mailbox are looked into.
        asked = judged & mask_of(company.isin(company[judged & free].unique()))
        known = pd.DataFrame({"company": company, "address": address})[asked & ~thrown]
        known = known.drop_duplicates()
        host = email.domain(known["address"])
        known["own"] = domain.registrable(host).fillna(host).mask(email.is_free(known["address"]))
        sizes = known.groupby(["company", "own"], sort=True).size().rename("size").reset_index()
        most = sizes.sort_values("size", kind="stable").drop_duplicates("company", keep="last").set_index("company")
        addresses = known.groupby("company").size()
        colleagues = company.map(most["size"]).fillna(0).astype("int64")
        others = company.map(addresses).fillna(0).astype("int64") - 1
        mask = judged & free & mask_of(colleagues >= self.option("colleagues", ctx))
        mask &= mask_of(colleagues > others * self.option("share", ctx))
        return Flags(
            mask,
            confidence=0.9,
            args={"colleagues": colleagues, "domain": company.map(most["own"]).astype(TEXT)},
            checked=judged,
        )
