from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from rules import columns
from rules.evidence import persons_sharing


class SharedEmail(GroupRule):
    """One address on the records of several different persons.

    **What is flagged**
    Every contact whose address stands on at least three persons that matching keeps apart.

    **Why it matters**
    It is an office inbox or a filler typed to get past a required field. An open or an opt-out cannot be laid to
    anybody, and a merge by address would melt three people into one.

    **How to fix**
    Find each person's own address; keep the shared one on the account.

    **Example**
    ``info@kembara.example`` on Ayu Lestari, Budi Santoso and Clara Wijaya.
    """

    id = "UNQ006"
    title = "Email shared by several persons"
    family = Family.DUPLICATES
    fields: ClassVar = ("contact.email",)
    requires: ClassVar = ("contact.person",)
    keys: ClassVar = {"contact": "email"}
    dimension = Dimension.UNIQUENESS
    severity = Severity.MEDIUM
    message = "{value} is the address of {persons} different persons"
    args: ClassVar = ("persons",)
    options: ClassVar = {"persons": 3}

    def key(self, table: Table) -> pd.Series:
        return columns.mail_key(table, "email")

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts = tables["contact"]
        persons = persons_sharing(contacts, self.key(contacts))
        return Flags(mask_of(persons >= self.option("persons", ctx)), args={"persons": persons})
