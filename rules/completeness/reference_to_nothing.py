from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import MULTI_SEPARATOR, TEXT
from audit.values import text
from rules.evidence import everything, is_among, joined_key

TARGETS: Mapping[str, str] = {
    "contact.company_id": "account",
    "contact.owner_id": "user",
    "account.parent_id": "account",
    "account.owner_id": "user",
    "deal.company_id": "account",
    "deal.contact_id": "contact",
    "deal.owner_id": "user",
    "deal.campaign_id": "campaign",
    "ticket.contact_id": "contact",
    "ticket.company_id": "account",
    "activity.contact_id": "contact",
    "activity.deal_id": "deal",
    "activity.company_id": "account",
    "activity.owner_id": "user",
    "activity.campaign_id": "campaign",
    "campaign_member.contact_id": "contact",
    "campaign_member.lead_id": "contact",
    "campaign_member.campaign_id": "campaign",
    "web_visit.contact_id": "contact",
}
"""Which table each reference points into."""
_QUEUE = r"^00G[A-Za-z0-9]{12}"


class ReferenceToNothing(GroupRule):
    """A link to a record that is not there.

    **What is flagged**
    An id of a company, contact, deal, campaign or owner that no record of the same system has, where at least half of
    the system's ids in that field do lead somewhere. Queues of Salesforce, deals of unknown customers and tickets of
    unknown people, which have rules of their own, are left out.

    **Why it matters**
    The record drops out of everything that is counted through the link: contacts per company, activities per deal,
    records per owner.

    **How to fix**
    Restore the deleted record or link to the one that it was merged into. If only an export's filter left it out,
    export again without the filter.

    **Example**
    A contact of company id ``8812``, when the companies of the same export end at 8790.
    """

    id = "CMP012"
    title = "Link to a missing record"
    family = Family.STRUCTURE
    fields: ClassVar = tuple(TARGETS)
    keys: ClassVar = dict.fromkeys(
        "contact account deal ticket activity campaign campaign_member user web_visit".split(), "source_id"
    )
    dimension = Dimension.COMPLETENESS
    iso_25012 = "Consistency"
    severity = Severity.MEDIUM
    message = "{value} is the id of no {kind} in this system"
    args: ClassVar = ("kind",)
    options: ClassVar = {"least_found_share": 0.5}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        flags = {}
        for place, target in TARGETS.items():
            entity, _, name = place.partition(".")
            if entity in tables.tables and name in tables[entity]:
                flags[place] = self._lost(tables, tables[entity], name, target, ctx)
        return flags

    def _lost(self, tables: Dataset, table: Table, name: str, target: str, ctx: Context) -> Flags:
        there = tables.get(target)
        codes, pointers = table.distinct(name)
        pointer = pointers.copy()
        listed = text.matches(pointers, MULTI_SEPARATOR)
        pointer[listed] = text.substitute(pointers[listed], rf"\s*{MULTI_SEPARATOR}.*$", "")
        given = (codes >= 0) & ~np.append(text.matches(pointer, _QUEUE), True)[codes]
        source = table.lineage["source"].astype("category")
        # Each pair of source and id once: many records point to one.
        pairs, pair = np.unique(source.cat.codes.to_numpy("int64") * (len(pointers) + 1) + codes, return_inverse=True)
        place, pointed = np.divmod(pairs, len(pointers) + 1)
        keys = joined_key(
            pd.Series(source.cat.categories[place], dtype=TEXT), pointer.reindex(pointed).reset_index(drop=True)
        )
        known = joined_key(there.lineage["source"], there.column("source_id"))
        found = given & is_among(keys, known)[pair]
        share = pd.Series(found[given]).groupby(source[given].to_numpy(dtype=object)).mean()
        judged = given & mask_of(source.astype(object).map(share) >= self.option("least_found_share", ctx))
        judged &= ~_told(tables, table, name)
        kind = pd.Series(target, index=table.index, dtype=TEXT)
        return Flags(judged & ~found, args={"kind": kind}, checked=judged)


def _told(tables: Dataset, table: Table, name: str) -> np.ndarray:
    """Where another rule tells of the same: a deal with no known customer, a ticket from an unknown address."""
    nobody = table.column("person").isna().to_numpy(dtype=bool)
    if table.entity == "deal" and name in ("company_id", "contact_id") and "organisation" in table:
        return nobody & table["organisation"].isna().to_numpy(dtype=bool) & ("account" in tables)
    if table.entity == "ticket" and name == "contact_id":
        return nobody & table.column("contact_email").notna().to_numpy(dtype=bool)
    return np.zeros(len(table), dtype=bool)
