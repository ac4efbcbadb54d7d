"""What several metrics derive of the same tables: outcomes, buyers, leads, customers. Each is derived once."""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.dataset import Dataset, Table
from audit.values import text
from reports.metrics.cuts import cut
from reports.metrics.outcome import (
    DEAL_BUYER,
    PAYMENT_BUYER,
    Outcomes,
    buyers,
    charged,
    closed_at,
    first_purchases,
    firsts,
    is_false,
    is_true,
    outcomes,
    refunded,
    sounds,
    spells,
)
from reports.metrics.timeline import Groups, Timeline

LEADS = frozenset({"contact", "lead", "person", "prospect"})
"""Record types of a CRM."""

NOT_LEADS = frozenset({"customer", "subscriber", "audiencemember", "user"})
"""Record types of payment and mailing tools."""

CUSTOMER_STAGES = frozenset({"customer", "evangelist", "client", "existingcustomer", "customerwon"})

NOT_MAILABLE = frozenset(
    """
    unsubscribed cleaned nonsubscribed notsubscribed nonmarketing nonmarketingcontact notmarketing optedout optout
    bounced archived deleted donotmail donotemail
    """.split()
)
"""Marketing statuses under which nothing may be sent."""

PAID = frozenset(
    """
    paid succeeded success successful complete completed captured settled approved fulfilled closed
    refunded partialrefund partialrefunded partiallyrefunded disputed
    """.split()
)
"""Payment statuses under which money came in; what went back is subtracted."""

ACTIVITY_KINDS = {
    "calls": r"\bcall(?:s|ed)?\b|\bphone\b|\banruf|\btelefonat|\bllamada|\bappel|\bligacao|\btelepon",
    "meetings": r"\bmeetings?\b|\bvisits?\b|\bdemos?\b|\bappointment|\btermin\b|\breunion|\brendez vous|\breuniao"
    r"|\brapat",
    "proposals": r"\bproposals?\b|\bquot(?:e|es|ation|ations)\b|\bangebot|\bpropuesta|\bproposition|\bproposta"
    r"|\bpenawaran",
    "tasks": r"\btasks?\b|\bto ?do\b|\baufgabe|\btarea|\btache|\btarefa|\btugas",
    "sent": r"^(?:email |e mail |mail )?sent$|^delivered$|^emailsent$|^email sent\b",
    "open": r"\bopen(?:s|ed)?\b",
    "click": r"\bclick(?:s|ed)?\b",
    "reply": r"^(?:e ?mail ?|mail ?)?(?:repl(?:y|ies|ied)|geantwortet|respondid[oa]|repondu|dibalas|balasan)\b",
    "bounce": r"\bbounce[sd]?\b",
    "unsubscribe": r"\bunsubscribe[sd]?\b|\bopt ?(?:ed )?out\b",
    "complaint": r"\bcomplaints?\b|\bspam\b|\babuse\b",
}
"""What an activity is, by its type as folded text: English, German, Spanish, French, Portuguese, Indonesian."""

TEST_MODES = frozenset({"test", "testmode", "sandbox"})


@dataclass(frozen=True)
class Purchases:
    """Per row of `table`: a number per buyer, whether it is a purchase, when, and its amount."""

    table: Table
    who: np.ndarray
    bought: np.ndarray
    at: Timeline
    amounts: np.ndarray


@dataclass(frozen=True)
class Mailings:
    """Mails by person and mailing: `pair` numbers them (-1: names nobody), `first` are the rows of their first sends.

    `pairs` is how many numbers there may be.
    """

    pair: np.ndarray
    pairs: int
    first: np.ndarray

    def happened(self, events: np.ndarray) -> np.ndarray:
        """To which of the `first` sends one of the `events` happened."""
        known = np.zeros(self.pairs + 1, dtype=bool)
        # What names nobody is the last one.
        known[self.pair[np.flatnonzero(events)]] = True
        return known[self.pair[self.first]]


@dataclass(frozen=True)
class Facts(Dataset):
    """A dataset that remembers what was derived of it; the tables are those it was made of."""

    _timelines: dict[tuple[str, str], Timeline] = field(default_factory=dict, init=False, repr=False, compare=False)

    _kinds: dict[str, np.ndarray] = field(default_factory=dict, init=False, repr=False, compare=False)
    _worked: dict[tuple[Any, ...], np.ndarray] = field(default_factory=dict, init=False, repr=False, compare=False)
    _cuts: dict[tuple[str, str], Groups | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def timeline(self, entity: str, name: str) -> Timeline:
        """The times in a field of a table."""
        if (entity, name) not in self._timelines:
            self._timelines[entity, name] = Timeline(self.get(entity).column(name))
        return self._timelines[entity, name]

    def known_times(self, entity: str, name: str) -> Timeline | None:
        """The times in a field, if anybody has asked for them yet."""
        return self._timelines.get((entity, name))

    def remember(
        self,
        other: "Facts",
        times: Mapping[tuple[str, str], Timeline],
        facts: Collection[str],
        *,
        kinds: bool,
        cuts: bool,
    ) -> None:
        """Takes over what other tables know: `times`, the named facts, and where asked activities and groups."""
        self._timelines.update(times)
        self.__dict__.update((name, other.__dict__[name]) for name in facts if name in other.__dict__)
        if kinds:
            self._kinds.update(other._kinds)
        if cuts:
            self._cuts.update(other._cuts)

    def once(self, work: Callable[..., np.ndarray], *args: Hashable) -> np.ndarray:
        """``work(self, *args)``, worked out once for all metrics and breakdowns that ask."""
        if (work, args) not in self._worked:
            self._worked[work, args] = work(self, *args)
        return self._worked[work, args]

    def cut(self, entity: str, breakdown: str) -> Groups | None:
        """Groups of a table by what other tables say of its rows; None where its own column divides it."""
        if (entity, breakdown) not in self._cuts:
            self._cuts[entity, breakdown] = cut(self, self.get(entity), breakdown)
        return self._cuts[entity, breakdown]

    def activities(self, kind: str) -> np.ndarray:
        """Activities whose type says that they are of a kind of ACTIVITY_KINDS."""
        if kind not in self._kinds:
            self._kinds[kind] = sounds(self.get("activity"), "type", ACTIVITY_KINDS[kind])
        return self._kinds[kind]

    @cached_property
    def outcomes(self) -> Outcomes:
        return outcomes(self.get("deal"))

    @cached_property
    def closed(self) -> Timeline:
        """When each deal closed or is to close."""
        return Timeline(closed_at(self.get("deal")))

    @cached_property
    def deal_buyers(self) -> np.ndarray:
        return buyers(self.get("deal"), DEAL_BUYER)

    @cached_property
    def first_won(self) -> np.ndarray:
        """The first won deal of each buyer."""
        return first_purchases(self.deal_buyers, self.closed.at, self.outcomes.won)

    @cached_property
    def paid(self) -> np.ndarray:
        """Payments under which money came in: a paid status where there is one, captured, not made in test mode."""
        payments = self.get("payment")
        came_in = ~is_false(payments.column("captured")) & ~spells(payments, "mode", TEST_MODES)
        return came_in & (spells(payments, "status", PAID) | payments.column("status").isna().to_numpy())

    @cached_property
    def first_paid(self) -> np.ndarray:
        """The first payment of each buyer."""
        payments = self.get("payment")
        return first_purchases(buyers(payments, PAYMENT_BUYER), payments.column("paid_at"), self.paid)

    @cached_property
    def mailings(self) -> Mailings:
        """Every mail sent, once per person and mailing."""
        table = self.get("activity")
        who = buyers(table, ("contact_id", "contact_email", "contact_name"))
        what = np.zeros(len(table), dtype=np.int64)
        for name in ("campaign", "subject"):
            if name in table:
                what = table.distinct(name)[0] + 1
                break
        pair = who * (what.max(initial=0) + 1)
        pair += what
        pair[who < 0] = -1
        is_sent = self.activities("sent") & (pair >= 0)
        unnamed = ~is_sent & (what == 0)
        if unnamed.any():
            pair = _of_last_mailing(pair, who, self.timeline("activity", "at").times, is_sent, unnamed)
        pair, pairs = _numbered(pair)
        sends = np.flatnonzero(is_sent)
        return Mailings(pair, pairs, sends[firsts(pair[sends])])

    @cached_property
    def purchases(self) -> Purchases:
        """Who bought when and for how much: by payments where any names its buyer, else by won deals."""
        payments, deals = self.get("payment"), self.get("deal")
        who = buyers(payments, PAYMENT_BUYER)
        if (self.paid & (who >= 0)).any():
            came_in = charged(payments) - refunded(payments)
            times = self.timeline("payment", "paid_at")
            return Purchases(payments, who, self.paid & (who >= 0), times, came_in.to_numpy(dtype="float64"))
        bought = self.outcomes.won & (self.deal_buyers >= 0)
        amounts = deals.column("amount").to_numpy(dtype="float64")
        return Purchases(deals, self.deal_buyers, bought, self.closed, amounts)

    @cached_property
    def leads(self) -> np.ndarray:
        """Contact records that are persons of a CRM by their type; where none is, all but those of other tools."""
        typed = spells(self.get("contact"), "record_type", LEADS)
        return typed if typed.any() else ~spells(self.get("contact"), "record_type", NOT_LEADS)

    @cached_property
    def called_customers(self) -> np.ndarray:
        """Contacts whose own record says that they are customers."""
        contacts = self.get("contact")
        dated = contacts.column("customer_since").notna().to_numpy()
        return dated | spells(contacts, "lifecycle_stage", CUSTOMER_STAGES)

    @cached_property
    def converted(self) -> np.ndarray:
        """Contacts that their own record, or a won deal that names them, says to have become customers."""
        contacts, deals = self.get("contact"), self.get("deal")
        found = self.called_customers | is_true(contacts.column("converted"))
        found |= contacts.column("converted_at").notna().to_numpy()
        for own, theirs in (("source_id", "contact_id"), ("email", "contact_email")):
            if own in contacts and theirs in deals:
                found |= _named(contacts[own], deals[theirs][self.outcomes.won], fold=own == "email")
        return found

    @cached_property
    def mailable(self) -> np.ndarray:
        """Contact records with an address, not opted out, unsubscribed or bounced."""
        contacts = self.get("contact")
        able = contacts.column("email").notna().to_numpy() & ~spells(contacts, "marketing_status", NOT_MAILABLE)
        for name in ("email_opt_out", "email_bounced"):
            able &= ~is_true(contacts.column(name))
        return able & contacts.column("unsubscribed_at").isna().to_numpy()


def facts(dataset: Dataset) -> Facts:
    """The dataset with a memory; itself if it has one."""
    if isinstance(dataset, Facts):
        return dataset
    return Facts(dataset.tables, dataset.sources, dataset.set_aside, dataset.warnings)


def _of_last_mailing(
    pair: np.ndarray, who: np.ndarray, times: np.ndarray, sent: np.ndarray, unnamed: np.ndarray
) -> np.ndarray:
    """Events that name no mailing (a bounce in a mailbox) belong to the last one sent to that person before them."""
    sends = np.flatnonzero(sent & ~np.isnat(times))
    events = np.flatnonzero(unnamed & (who >= 0) & ~np.isnat(times))
    if not len(sends) or not len(events):
        return pair
    seconds = times.astype("datetime64[s]").astype(np.int64)
    first = min(seconds[sends].min(), seconds[events].min())
    span = max(seconds[sends].max(), seconds[events].max()) - first + 1
    when = who * span + (seconds - first)
    sends = sends[np.argsort(when[sends], kind="stable")]
    place = np.searchsorted(when[sends], when[events], side="right") - 1
    found = (place >= 0) & (who[sends[np.maximum(place, 0)]] == who[events])
    moved = pair.copy()
    moved[events[found]] = pair[sends[place[found]]]
    return moved


def _numbered(pair: np.ndarray) -> tuple[np.ndarray, int]:
    """The same numbers without large gaps, and how many there may be; -1 stays."""
    size = int(pair.max(initial=-1)) + 1
    if size <= 4 * len(pair):
        return pair, size
    rows = np.flatnonzero(pair >= 0)
    numbers = np.full(len(pair), -1, dtype=np.int64)
    numbers[rows], distinct = pd.factorize(pair[rows])
    return numbers, len(distinct)


def _named(own: pd.Series, theirs: pd.Series, *, fold: bool) -> np.ndarray:
    """Which of `own` occur in `theirs`; blank equals nothing."""
    left, right = text.arrow(own), text.arrow(theirs).drop_null()
    if fold:
        left, right = (pc.utf8_lower(pc.utf8_trim_whitespace(part)) for part in (left, right))
    found = pc.is_in(left, right.unique())
    return found.to_numpy(zero_copy_only=False) & own.notna().to_numpy()
