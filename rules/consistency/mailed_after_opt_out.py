from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text

SENT = r"\b(?:sent|send|sends|delivered|delivery|mailing|mailed)\b"
SEEN = r"\b(?:open|opens|opened|click|clicks|clicked)\b"


class MailedAfterOptOut(GroupRule):
    """A mailing to a person who had already unsubscribed.

    **What is flagged**
    Contacts whose address got a mail (an activity that says sent or delivered) later than the day after they
    unsubscribed, or opened or clicked one more than a month after it, when the mails sent before have been read.

    **Why it matters**
    Mailing somebody who has opted out breaks the law in most countries. It also shows that the systems do not share
    their opt-outs, so reachable audiences are overstated.

    **How to fix**
    Set the opt-out in the system that sent the mail, and find out why it had not arrived there.

    **Example**
    Unsubscribed on 3 March 2026; "email sent" to the same address on 20 April 2026.
    """

    id = "CON010"
    title = "Mailed after opt-out"
    family = Family.DEAD_EMAIL
    fields: ClassVar = ("contact.unsubscribed_at",)
    requires: ClassVar = ("contact.email", "activity.contact_email", "activity.type", "activity.at")
    dimension = Dimension.CONSISTENCY
    severity = Severity.HIGH
    message = "unsubscribed on {value}, but mailed on {mailed_on}"
    args: ClassVar = ("mailed_on",)
    options: ClassVar = {"grace_days": 1, "reading_days": 30}
    keys: ClassVar = {"contact": "email", "activity": "contact_email"}

    def key(self, table: Table) -> pd.Series:
        return table.column(self.keys[table.entity]).str.strip().str.lower()

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts, activities = tables["contact"], tables.get("activity")
        key, opted_out = self.key(contacts), contacts.column("unsubscribed_at")
        kind = text.fold(activities.column("type"))
        at, address = activities.column("at"), self.key(activities)
        mailed = pd.Series(pd.NaT, index=contacts.index, dtype="datetime64[us]")
        for pattern, option in ((SENT, "grace_days"), (SEEN, "reading_days")):
            here = text.matches(kind, pattern) & mask_of(address.notna() & at.notna())
            last = key.map(at[here].groupby(address[here].to_numpy(dtype=object)).max()).astype("datetime64[us]")
            late = last > opted_out + pd.Timedelta(days=self.option(option, ctx))
            mailed = mailed.fillna(last.where(mask_of(late)))
        return Flags(
            mask_of(mailed.notna()),
            args={"mailed_on": mailed.dt.strftime("%Y-%m-%d").astype(TEXT)},
            checked=mask_of(opted_out.notna() & key.notna()),
        )
