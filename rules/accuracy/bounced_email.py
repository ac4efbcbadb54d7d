from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.values import text
from rules.evidence import is_among

DEAD_STATUSES = ("bounced", "cleaned", "hard bounce", "hard bounced", "hardbounce")


class BouncedEmail(GroupRule):
    """An address that has refused mail for good.

    **What is flagged**
    Contacts with an address for which any source knows a hard bounce: a bounce flag or reason on a contact, the status
    "cleaned" of a mailing list, or a bounce among the activities whose type is hard or permanent.

    **Why it matters**
    The person cannot be reached by mail. Further attempts cost sender reputation, and the record still counts in list
    growth and as a denominator of response rates.

    **How to fix**
    Take the address out of mailings in every system, and look for a new one by phone or through the company.

    **Example**
    The mailing tool says ``hard bounce`` for jane.doe@kembara.example; the CRM holds the same address as good.
    """

    id = "ACC002"
    title = "Bounced email"
    family = Family.DEAD_EMAIL
    fields: ClassVar = ("contact.email",)
    dimension = Dimension.ACCURACY
    severity = Severity.HIGH
    message = "mail to {value} has bounced for good"
    keys: ClassVar = {"contact": "email", "activity": "contact_email"}

    def key(self, table: Table) -> pd.Series:
        return table.column(self.keys[table.entity]).str.strip().str.lower()

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts, activities = tables["contact"], tables.get("activity")
        key = self.key(contacts)
        told = contacts.column("email_bounced")
        reason = contacts.column("bounce_reason")
        status = text.fold(contacts.column("marketing_status"))
        dead = mask_of(told) | mask_of(status.isin(DEAD_STATUSES))
        dead |= mask_of(reason.notna()) & ~text.is_placeholder(reason) & ~mask_of(~told)
        bounced = text.matches(activities.column("type"), r"(?i)bounce")
        hard = text.matches(activities.column("bounce_type"), r"(?i)\b(?:hard|permanent)")
        addresses = pd.concat([key[dead], self.key(activities)[bounced & hard]])
        known = any(name in contacts for name in ("email_bounced", "bounce_reason", "marketing_status"))
        known |= "bounce_type" in activities
        return Flags(is_among(key, addresses), checked=np.full(len(contacts), known) & mask_of(key.notna()))
