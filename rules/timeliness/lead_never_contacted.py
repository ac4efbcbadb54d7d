from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from rules.evidence import everything, usually_filled

_SIGNS = ("last_contacted_at", "last_activity_at", "last_reply_at", "converted_at")


class LeadNeverContacted(GroupRule):
    """A lead that came in weeks ago and that nobody has called or written to.

    **What is flagged**
    Leads (lifecycle lead, marketing or sales qualified) created more than 14 days before the audit with a blank date of
    last contact, activity and reply, in sources that fill the date of last contact for at least a quarter of their
    leads.

    **Why it matters**
    The money that won the lead is spent, and the chance to win it falls by the day; the conversion of its source looks
    worse than the source is.

    **How to fix**
    Hand the lead to somebody today, or set it aside with a reason. Alert when a lead has no first contact after a day.

    **Example**
    Came in on 18 January through Google Ads, "Downloaded pricing guide", last contacted: blank.
    """

    id = "TIM006"
    title = "Lead never contacted"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.last_contacted_at",)
    requires: ClassVar = ("contact.lifecycle", "contact.created_at")
    keys: ClassVar = {"contact": "lifecycle"}
    dimension = Dimension.TIMELINESS
    severity = Severity.MEDIUM
    message = "came in {days} days ago, and no contact is on record"
    args: ClassVar = ("days",)
    options: ClassVar = {"days": 14, "least_filled_share": 0.25}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts = tables["contact"]
        lead = contacts["lifecycle"].isin(["lead", "mql", "sql"]).to_numpy(dtype=bool)
        age = (ctx.as_of.normalize() - contacts["created_at"].dt.normalize()).dt.days
        contacted = contacts["last_contacted_at"].notna().to_numpy(dtype=bool)
        kept = usually_filled(contacts, lead, contacted, self.option("least_filled_share", ctx))
        checked = lead & kept & mask_of(age > self.option("days", ctx))
        seen = np.logical_or.reduce([contacts.column(name).notna().to_numpy(dtype=bool) for name in _SIGNS])
        return Flags(checked & ~seen, args={"days": age.astype("Int64").astype(TEXT)}, checked=checked)
