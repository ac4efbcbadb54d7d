from typing import ClassVar

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.values import text
from rules import columns

DAYS_PER_YEAR = 365.25
_NEVER = np.iinfo("int64").min
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
        return text.filled(table.column("person"), table.column(self.keys[table.entity]).str.strip().str.lower())

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts = tables["contact"]
        key = self.key(contacts)
        engaged = [(key, contacts[name]) for name in ENGAGEMENT if name in contacts]
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
        dated = [(key, contacts[name]) for name in RECORDED if name in contacts]
        seen, recorded = _latest(key, (engaged, dated), ctx.as_of)
        last = seen.fillna(recorded)
        years = ((ctx.as_of - last).dt.total_seconds() / 86400 / DAYS_PER_YEAR).clip(lower=0)
        stale = 1 - self.option("kept_after_two_years", ctx) ** (years / 2)
        known = mask_of(last.notna() & contacts["email"].notna())
        probability = np.where(known, stale, 0.0)
        mask = known & (probability >= self.option("flag_from", ctx))
        return Flags(
            mask,
            confidence=probability,
            args={"last_seen": columns.days(last, mask)},
            checked=known,
        )


Dated = list[tuple[pd.Series, pd.Series]]


def _latest(key: pd.Series, kinds: tuple[Dated, ...], as_of: pd.Timestamp) -> list[pd.Series]:
    """Per kind of dates, the latest of those with each key, up to the end of `as_of`; NaT where there is none.

    Planned and mistyped later dates are no sign of life.
    """
    known, codes = text.factorise(key)
    found = []
    for dated in kinds:
        latest = np.full(len(known) + 1, _NEVER)
        for keys, dates in dated:
            if len(dates):
                place = (
                    codes if keys is key else pc.index_in(text.arrow(keys), text.arrow(known)).fill_null(-1).to_numpy()
                )
                usable = (place >= 0) & mask_of(dates < as_of + pd.Timedelta(days=1))
                np.maximum.at(latest, place[usable], dates[usable].to_numpy(dtype="datetime64[us]").astype("int64"))
        # Where a key is blank its place is behind all others, to which nothing was written.
        found.append(pd.Series(latest[codes].astype("datetime64[us]"), index=key.index).mask(latest[codes] == _NEVER))
    return found
