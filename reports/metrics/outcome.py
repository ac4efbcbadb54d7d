"""What became of a deal: won, lost or open, when it closed; and who bought."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.values import text

WON = frozenset({"won", "closedwon", "wonclosed", "closewon", "win"})
LOST = frozenset({"lost", "closedlost", "lostclosed", "closelost", "loss"})
OPEN = frozenset({"open", "inprogress", "active"})
GONE = frozenset({"deleted", "archived", "merged"})

WHOLLY_REFUNDED = frozenset({"refunded"})

DEAL_BUYER = ("company_id", "company_name", "contact_id", "contact_email", "contact_name")
"""Fields that name the buyer of a deal, the most telling first."""

PAYMENT_BUYER = ("customer_id", "email", "customer_name", "company_name")
"""The same of a payment."""

BUYER_INPUTS = tuple(f"deal.{name}" for name in DEAL_BUYER)

MANY_DEALS = 20
"""So many deals without a single one lost or open are no whole pipeline."""

OUTCOME_FIELDS = ("deal.status", "deal.is_won", "deal.won_at", "deal.stage")
"""Where the outcome stands; one of them is needed."""


@dataclass(frozen=True)
class Outcomes:
    """Per deal. `known` is False where no deal at all says what became of it."""

    won: np.ndarray
    lost: np.ndarray
    open: np.ndarray
    known: bool

    @property
    def won_alone(self) -> bool:
        """Whether the export seems to hold won deals alone, so that nothing tells how many were lost."""
        return len(self.won) >= MANY_DEALS and bool(self.won.all())


def outcomes(deals: Table) -> Outcomes:
    """The outcome of each deal: by its status, else its won and closed flags, its won and lost dates, its stage."""
    won = np.zeros(len(deals), dtype=bool)
    lost, still_open, gone = won.copy(), won.copy(), won.copy()
    if "status" in deals:
        won, lost, still_open, gone = (spells(deals, "status", words) for words in (WON, LOST, OPEN, GONE))
    is_won, is_closed = deals.column("is_won"), deals.column("is_closed")
    for yes, no, running in (
        (
            is_true(is_won),
            is_true(is_closed) & is_false(is_won),
            is_false(is_closed) | (is_closed.isna().to_numpy() & is_false(is_won)),
        ),
        (deals.column("won_at").notna().to_numpy(), deals.column("lost_at").notna().to_numpy(), None),
        (spells(deals, "stage", WON), spells(deals, "stage", LOST), None),
    ):
        undecided = ~(won | lost | still_open | gone)
        won, lost = won | (undecided & yes), lost | (undecided & no & ~yes)
        if running is not None:
            still_open = still_open | (undecided & running & ~yes & ~no)
    known = bool(won.any() or lost.any() or still_open.any())
    return Outcomes(won, lost, ~(won | lost | gone), known)


def closed_at(deals: Table) -> pd.Series:
    """When a deal closed: its close date, else the day on which it was won or lost."""
    closed = deals.column("close_date").astype("datetime64[us]")
    return closed.fillna(deals.column("won_at")).fillna(deals.column("lost_at")).dt.normalize()


def buyers(table: Table, fields: tuple[str, ...]) -> np.ndarray:
    """A number per buyer, by the first filled of `fields`, names without regard to case; -1 where nobody is named."""
    who: np.ndarray | None = None
    for name in fields:
        if name in table:
            codes, distinct = table.distinct(name)
            if not name.endswith("_id"):
                numbers, _ = pd.factorize(distinct.str.strip().str.casefold())
                codes = np.append(numbers, -1)[codes]
            if who is None:
                who = codes
            else:
                who = np.where((who < 0) & (codes >= 0), who.max(initial=-1) + 1 + codes, who)
            if who.min(initial=0) >= 0:
                break
    return np.full(len(table), -1, dtype=np.int64) if who is None else who


def firsts(numbers: np.ndarray) -> np.ndarray:
    """Which of the numbers stand there for the first time; none is below 0, and there are no large gaps."""
    earliest = np.empty(int(numbers.max(initial=-1)) + 1, dtype=np.int64)
    # Written from the last to the first, so that the first stays.
    earliest[numbers[::-1]] = np.arange(len(numbers))[::-1]
    return earliest[numbers] == np.arange(len(numbers))


def first_purchases(who: np.ndarray, at: pd.Series, bought: np.ndarray) -> np.ndarray:
    """Which of the rows in `bought` are the first of their buyer, by time and then as they stand."""
    rows = np.flatnonzero(bought & (who >= 0))
    times = at.to_numpy(dtype="datetime64[us]")[rows]
    rows = rows[np.argsort(times, kind="stable")]
    mask = np.zeros(len(who), dtype=bool)
    mask[rows[firsts(who[rows])]] = True
    return mask


def charged(payments: Table) -> pd.Series:
    """The amount of each payment; quantity times unit price where none is given."""
    return payments.column("amount").fillna(payments.column("quantity") * payments.column("unit_price"))


def refunded(payments: Table) -> pd.Series:
    """What went back of each payment: the sum given, else all of it where the status says refunded."""
    given, whole = payments.column("refunded"), spells(payments, "status", WHOLLY_REFUNDED)
    return given.mask(whole & ~(given > 0).to_numpy(), charged(payments)).fillna(0.0)


def spells(table: Table, name: str, words: frozenset[str]) -> np.ndarray:
    """Where a text column holds one of `words`, however it is written."""
    return table.derived(_spells, name, words)


def _spells(table: Table, name: str, words: frozenset[str]) -> np.ndarray:
    if name not in table:
        return np.zeros(len(table), dtype=bool)
    codes, distinct = table.distinct(name)
    found = text.key(distinct).isin(words).to_numpy(dtype=bool)
    return np.append(found, False)[codes]


def sounds(table: Table, name: str, pattern: str) -> np.ndarray:
    """Where the RE2 `pattern` is found in a text column, folded to lower case letters, digits and single blanks."""
    return table.derived(_sounds, name, pattern)


def _sounds(table: Table, name: str, pattern: str) -> np.ndarray:
    if name not in table:
        return np.zeros(len(table), dtype=bool)
    codes, distinct = table.distinct(name)
    return np.append(text.matches(text.fold(distinct), pattern), False)[codes]


def is_true(flags: pd.Series) -> np.ndarray:
    return flags.fillna(False).to_numpy(dtype=bool)


def is_false(flags: pd.Series) -> np.ndarray:
    return (~flags.fillna(True)).to_numpy(dtype=bool)
