from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import company_name, domain, email
from rules.evidence import everything, is_among, joined_key


class CompanyContradictsMailDomain(GroupRule):
    """A contact linked to one company who writes from the domain of another.

    **What is flagged**
    A contact whose address lies at a domain that belongs to another company: at least four other people with such
    addresses are linked to that company, and hardly any to a second. Free mail providers, companies of like names and
    companies that have the domain on their own record are left out.

    **Why it matters**
    The person counts for the wrong company, and whoever looks at that company's record mails a stranger.

    **How to fix**
    Link the contact to the company of the domain. If the person has changed employers, the address is the old one: ask
    for the new.

    **Example**
    Company ``Sinar Laut``, address ``jane@kembara.example``, like five others who are all with Kembara.
    """

    id = "CON055"
    title = "Company contradicts mail domain"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.company_name", "contact.company_id")
    requires: ClassVar = ("contact.email", "contact.organisation")
    keys: ClassVar = {"contact": "email", "account": "domain"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    message = "linked to {value}, but {people} others at {domain} are with another company"
    args: ClassVar = ("people", "domain")
    options: ClassVar = {"people": 4, "share": 0.9, "likeness": 0.5}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        contacts, accounts = tables["contact"], tables.get("account")
        host = email.domain(contacts["email"]).mask(pd.Series(email.is_free(contacts["email"]), contacts.index))
        rows = pd.DataFrame({"host": host, "company": contacts["organisation"]}, index=contacts.index)
        rows["who"] = contacts.column("person").fillna(email.match_key(contacts["email"]))
        known = rows.dropna()
        people = known.drop_duplicates().groupby(["host", "company"])["who"].size().rename("n").reset_index()
        people["all"] = people.groupby("host")["n"].transform("sum")
        most = people.sort_values(["host", "n", "company"], ascending=[True, False, True]).drop_duplicates("host")
        # Whoever is judged does not speak against the others.
        others = self.option("share", ctx) * (most["all"] - 1)
        most = most[(most["n"] >= self.option("people", ctx)) & (most["n"] >= others)]
        home = rows["host"].map(most.set_index("host")["company"]).astype(TEXT)
        judged = mask_of(home.notna() & rows["company"].notna())
        flagged = judged & mask_of(home != rows["company"])
        flagged[flagged] = ~self._related(tables, rows["company"][flagged], home[flagged], ctx)
        hosts = [domain.clean(accounts.column(name)) for name in ("domain", "website")]
        owned = pd.concat([joined_key(accounts.column("organisation"), values) for values in hosts])
        flagged &= ~is_among(joined_key(rows["company"], rows["host"]), owned)
        count = rows["host"].map(most.set_index("host")["n"]).astype("Int64").astype(TEXT)
        told = {"people": count, "domain": host}
        flags = {}
        left = judged.copy()
        for name in self.fields_of(contacts):
            here = left & contacts[name].notna().to_numpy(dtype=bool)
            flags[f"contact.{name}"] = Flags(flagged & here, confidence=0.85, args=told, checked=here)
            left &= ~here
        return flags

    def _related(self, tables: Dataset, company: pd.Series, home: pd.Series, ctx: Context) -> np.ndarray:
        """Where two companies' names are alike or begin with the same word: the companies of a group share mail."""
        accounts, contacts = tables.get("account"), tables["contact"]
        named = pd.concat(
            [
                pd.DataFrame({"company": table.column("organisation"), "name": table.column(name)})
                for table, name in ((accounts, "name"), (contacts, "company_name"))
            ]
        ).dropna()
        named = named.sort_values(["company", "name"]).drop_duplicates("company").set_index("company")["name"]
        one, other = (labels.map(named).astype(TEXT) for labels in (company, home))
        alike = np.nan_to_num(company_name.compare(one, other), nan=1.0) >= self.option("likeness", ctx)
        first = (company_name.key(side).str.extract(r"^(\w{3,})", expand=False) for side in (one, other))
        return alike | mask_of(next(first) == next(first))
