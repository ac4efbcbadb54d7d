"""What several metrics derive of the same tables: outcomes, buyers, leads, customers. Each is derived once."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.dataset import Dataset
from audit.values import text
from reports.metrics.outcome import (
    DEAL_BUYER,
    PAYMENT_BUYER,
    Outcomes,
    buyers,
    closed_at,
    first_purchases,
    is_false,
    is_true,
    outcomes,
    spells,
)
from reports.metrics.timeline import Timeline

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

TEST_MODES = frozenset({"test", "testmode", "sandbox"})


@dataclass(frozen=True)
class Facts(Dataset):
    """A dataset that remembers what was derived of it; the tables are those it was made of."""

    _timelines: dict[tuple[str, str], Timeline] = field(default_factory=dict, init=False, repr=False, compare=False)

    def timeline(self, entity: str, name: str) -> Timeline:
        """The times in a field of a table."""
        if (entity, name) not in self._timelines:
            self._timelines[entity, name] = Timeline(self.get(entity).column(name))
        return self._timelines[entity, name]

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


def _named(own: pd.Series, theirs: pd.Series, *, fold: bool) -> np.ndarray:
    """Which of `own` occur in `theirs`; blank equals nothing."""
    left, right = text.arrow(own), text.arrow(theirs).drop_null()
    if fold:
        left, right = (pc.utf8_lower(pc.utf8_trim_whitespace(part)) for part in (left, right))
    found = pc.is_in(left, right.unique())
    return found.to_numpy(zero_copy_only=False) & own.notna().to_numpy()
