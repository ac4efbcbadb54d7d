"""What became of deals, accounts and contacts: won, bought, answered. Field worth is measured against these."""

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.schema import TEXT
from audit.values import text
from audit.worth import Outcome
from audit.worth.outcome import NO, UNDECIDED, YES
from reports.metrics.facts import Facts, facts

REPLY = r"\brepl(?:y|ied|ies)\b|\bantwort|\brespuesta|\breponse|\bresposta|\bbalasan"
INBOUND = frozenset({"in", "inbound", "incoming", "received"})


def ends(dataset: Dataset) -> tuple[Outcome, ...]:
    """The outcomes that the tables tell of.

    A deal is won or lost, others are undecided. An account has won who has a won deal, and lost who has only lost ones.
    A contact has bought who, or whose company, has a paid payment or a won deal; all others have not. A contact has
    answered who replied or clicked, of those to whom mail was sent.
    """
    known = facts(dataset)
    found = []
    if "deal" in known and known.outcomes.known:
        found.append(_deals(known))
        if "account" in known and "organisation" in known["account"] and "organisation" in known["deal"]:
            found.append(_accounts(known))
    if "contact" in known and "person" in known["contact"]:
        if "deal" in known or "payment" in known:
            found.append(_bought(known))
        if "activity" in known and "person" in known["activity"]:
            found.append(_answered(known))
    return tuple(found)


def _deals(known: Facts) -> Outcome:
    won, lost = known.outcomes.won, known.outcomes.lost
    label = np.where(won, YES, np.where(lost, NO, UNDECIDED)).astype(np.int8)
    return Outcome("deal", "won", label, known.closed.at.to_numpy(dtype="datetime64[us]"))


def _accounts(known: Facts) -> Outcome:
    accounts, deals = known["account"], known["deal"]
    when = known.closed.at
    won = _first(deals["organisation"], when, known.outcomes.won)
    lost = _first(deals["organisation"], when, known.outcomes.lost)
    name = accounts["organisation"]
    label = np.where(name.isin(won.index), YES, np.where(name.isin(lost.index), NO, UNDECIDED)).astype(np.int8)
    return Outcome("account", "won", label, _times(name, won), _units(accounts, "organisation"))


def _bought(known: Facts) -> Outcome:
    contacts = known["contact"]
    events: list[tuple[Table, np.ndarray, pd.Series]] = []
    if "payment" in known:
        events.append((known["payment"], known.paid, known["payment"].column("paid_at")))
    if "deal" in known:
        events.append((known["deal"], known.outcomes.won, known.closed.at))
    label = np.full(len(contacts), NO, dtype=np.int8)
    at = np.full(len(contacts), np.datetime64("NaT"), dtype="datetime64[us]")
    for table, happened, when in events:
        for name in ("person", "organisation"):
            if name in table and name in contacts:
                first = _first(table[name], when, happened)
                label[contacts[name].isin(first.index).to_numpy()] = YES
                at = np.fmin(at, _times(contacts[name], first))
    return Outcome("contact", "bought", label, at, _units(contacts, "organisation", "person"))


def _answered(known: Facts) -> Outcome:
    contacts, activity = known["contact"], known["activity"]
    folded = text.fold(activity.column("type"))
    kind = text.matches(folded, REPLY)
    direction = text.key(activity.column("direction")).isin(INBOUND).to_numpy(dtype=bool)
    when = activity.column("at")
    sent = _first(activity["person"], when, known.activities("sent"))
    replied = _first(activity["person"], when, kind | direction | known.activities("click"))
    person = contacts["person"]
    label = np.where(person.isin(replied.index), YES, np.where(person.isin(sent.index), NO, UNDECIDED)).astype(np.int8)
    return Outcome("contact", "answered", label, _times(person, replied), _units(contacts, "person"))


def _units(table: Table, *names: str) -> np.ndarray:
    """A number per cluster by the first of `names` that is filled; a record in none has a number of its own."""
    label = pd.Series(pd.NA, index=table.index, dtype=TEXT)
    for name in names:
        if name in table:
            label = label.fillna(table[name].astype(TEXT))
    codes = pd.factorize(label)[0]
    return np.where(codes >= 0, codes, len(table) + np.arange(len(table)))


def _first(names: pd.Series, when: pd.Series, rows: np.ndarray) -> pd.Series:
    """The first time of each name among some rows; NaT where it is not known."""
    part = pd.DataFrame({"name": names.astype(TEXT)[rows], "at": when[rows]}).dropna(subset="name")
    return part.groupby("name")["at"].min()


def _times(names: pd.Series, first: pd.Series) -> np.ndarray:
    return names.map(first).to_numpy(dtype="datetime64[us]")
