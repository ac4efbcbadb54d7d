from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text

DAYS_PER_YEAR = 365.25
ENGAGEMENT = (
    "last_open_at",
    "last_click_at",
    "last_reply_at",
    "last_login_at",
    "last_purchase_at",
    "confirmed_at",
)
RECORDED = ("created_at", "opt_in_at", "last_activity_at")
ANSWERS = r"\b(?:open|opens|opened|click|clicks|clicked|reply|replies|replied|meeting|meetings)\b"
EVENTS = {"form_submission": "submitted_at", "payment": "paid_at", "ticket": "created_at"}


class StaleEmail(GroupRule):
    """An address whose owner has given no sign of life for years.

    **What is flagged**
    Contacts whose address is more likely given up than in use: P = 1 - 0.6 ** (years / 2) reaches one half after 2.71
    years without an open, click, reply, meeting, login, purchase, payment, confirmation, ticket or form from this
    address or person in any source. Where no such sign was ever recorded, the years count from when the record was
    made or last worked on.

    **Why it matters**
    About 40 % of people change their address within two years. Old addresses bounce or turn into spam traps, and a
    large silent part makes every response rate look worse than it is.

    **How to fix**
    Send one mail that asks for a confirmation; retire the address where nobody answers.

    **Example**
    Subscribed in 2019, last opened a mail in March 2022, audited in November 2026: P = 0.70.
    """

    id = "TIM001"
    title = "Stale email"
    family = Family.DEAD_EMAIL
    fields: ClassVar = ("contact.email",)
    dimension = Dimension.TIMELINESS
    severity = Severity.MEDIUM
    message = "no sign of life from {value} since {last_seen}"
    args: ClassVar = ("last_seen",)
    options: ClassVar = {"kept_after_two_years": 0.6, "flag_from": 0.5}
    keys: ClassVar = {
        "contact": "email",
        "activity": "contact_email",
        "form_submission": "email",
        "payment": "email",
        "ticket": "contact_email",
    }

    def key(self, table: Table) -> pd.Series:
        """The person that matching found, else the address."""
        return table.column("person").fillna(table.column(self.keys[table.entity]).str.strip().str.lower())

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts = tables["contact"]
        key = self.key(contacts)
        engaged = [(key, contacts.column(name)) for name in ENGAGEMENT]
        activities = tables.get("activity")
        answered = pd.Series(
            text.matches(text.fold(activities.column("type")), ANSWERS)
            | text.matches(activities.column("direction"), r"(?i)^\s*in(?:coming|bound)"),
            index=activities.index,
        )
        engaged.append((self.key(activities), activities.column("at").where(answered)))
        for entity, name in EVENTS.items():
            events = tables.get(entity)
            engaged.append((self.key(events), events.column(name)))
        seen = _latest(engaged, ctx.as_of)
        recorded = _latest([(key, contacts.column(name)) for name in RECORDED], ctx.as_of)
        last = key.map(seen).fillna(key.map(recorded)).astype("datetime64[us]")
        years = ((ctx.as_of - last).dt.total_seconds() / 86400 / DAYS_PER_YEAR).clip(lower=0)
        stale = 1 - self.option("kept_after_two_years", ctx) ** (years / 2)
        known = mask_of(last.notna() & contacts["email"].notna())
        probability = np.where(known, stale, 0.0)
        return Flags(
            known & (probability >= self.option("flag_from", ctx)),
            confidence=probability,
            args={"last_seen": last.dt.strftime("%Y-%m-%d").astype(TEXT)},
            checked=known,
        )


def _latest(dated: list[tuple[pd.Series, pd.Series]], as_of: pd.Timestamp) -> pd.Series:
    """The latest date up to the end of `as_of` by key; planned and mistyped later dates are no sign of life."""
    keys = pd.concat([key for key, _ in dated], ignore_index=True)
    dates = pd.concat([date for _, date in dated], ignore_index=True)
    usable = mask_of(keys.notna() & (dates < as_of + pd.Timedelta(days=1)))
    return dates[usable].groupby(keys[usable].to_numpy(dtype=object)).max()
