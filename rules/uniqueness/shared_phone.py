from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.values import company_name, domain, email, phone, phone_form, text
from rules import columns
from rules.evidence import everything, persons_sharing

SHORTEST = 7
"""Digits of a number; fewer are an extension or a rest."""


class SharedPhone(GroupRule):
    """One phone number on the records of several persons who have nothing else in common.

    **What is flagged**
    Contacts whose phone or mobile number stands in that field of at least three persons that matching keeps apart, when
    these are neither all of one company nor all of one family name or one address. A number with an extension,
    numbers of one repeated digit or that do not exist in their country, and records without name and address, pass.

    **Why it matters**
    It was typed to get past a required field, or is that of the agent who entered the records. Whoever calls it reaches
    the wrong person, and a merge by phone number would melt strangers into one.

    **How to fix**
    Clear the number and ask for each person's own; look for the form or user that enters it.

    **Example**
    ``+62 812 3456 7890`` on Ayu Lestari of Kembara, Budi Santoso of Sinar Laut and Clara Wijaya of Borneo.
    """

    id = "UNQ008"
    title = "Phone shared by several persons"
    family = Family.DUPLICATES
    fields: ClassVar = ("contact.phone", "contact.mobile")
    requires: ClassVar = ("contact.person",)
    keys: ClassVar = {"contact": "phone"}
    dimension = Dimension.UNIQUENESS
    severity = Severity.MEDIUM
    message = "{value} in {field} is the number of {persons} different persons"
    args: ClassVar = ("persons",)
    options: ClassVar = {"persons": 3}

    def key(self, table: Table) -> pd.Series:
        # Two fields are judged: a row shares its phone with some rows and its mobile with others.
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        contacts = tables["contact"]
        return {f"contact.{name}": self._shared(contacts, name, ctx) for name in self.fields_of(contacts)}

    def _shared(self, contacts: Table, name: str, ctx: Context) -> Flags:
        least = self.option("persons", ctx)
        values = contacts[name]
        someone = contacts.column("last_name").fillna(contacts.column("full_name")).fillna(contacts.column("email"))
        digits = phone.digits(values)
        judged = mask_of(someone.notna() & (digits.str.len() >= SHORTEST)) & ~phone_form.is_filler(values)
        # Spellings of one number end alike: only endings that occur often enough are read.
        ending = digits.str.slice(start=-SHORTEST).where(judged)
        often = mask_of(ending.groupby(ending, sort=False).transform("size") >= least)
        number = _numbers(contacts, name, often, ctx)
        persons = persons_sharing(contacts, number)
        mask = mask_of(persons >= least)
        for bond in _bonds(contacts.take(mask)):
            values_of = bond.groupby(number[bond.index], sort=False)
            told = values_of.transform("count") * 2 >= values_of.transform("size")
            tied = mask_of(told & (values_of.transform("nunique") == 1))
            mask[np.flatnonzero(contacts.index.isin(bond.index[tied]))] = False
        return Flags(mask, confidence=0.9, args={"persons": persons}, checked=judged)


def _numbers(contacts: Table, name: str, often: np.ndarray, ctx: Context) -> pd.Series:
    """E.164 of numbers that exist, digits of those without a country; NA for others and where there is an extension."""
    values = contacts[name][often]
    placed = mask_of(columns.regions(contacts, ctx)[often].notna()) | text.matches(values, r"^\s*\+")
    read = columns.numbers(contacts, name, ctx).loc[often]
    number = read["e164"].where(mask_of(read["valid"]), phone.digits(values).mask(placed))
    return text.placed(number.where(mask_of(phone_form.extension(values).isna())), often, contacts.index)


def _bonds(contacts: Table) -> tuple[pd.Series, ...]:
    """What people who rightly share a number have in common: the company, told in three ways, a name, a home."""
    address = contacts.column("email")
    host = email.domain(address).mask(email.is_free(address))
    street = text.fold(contacts.column("street").fillna(contacts.column("address")))
    return (
        contacts.column("organisation"),
        company_name.key(contacts.column("company_name")),
        contacts.column("company_domain").fillna(domain.registrable(host)).fillna(host),
        text.fold(contacts.column("last_name")),
        street + " " + text.fold(contacts.column("city")).fillna(""),
    )
