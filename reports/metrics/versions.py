"""Tables that differ from the raw ones in few places: what is the same is taken over, not worked out anew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeGuard

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.dataset import Dataset, Table, empty_table
from audit.schema import TEXT
from audit.values import text
from reports.metrics.cuts import LOOKED_UP
from reports.metrics.facts import Facts
from reports.metrics.outcome import DEAL_BUYER, OUTCOME_FIELDS, PAYMENT_BUYER
from reports.metrics.timeline import Timeline

_OUTCOME = (*OUTCOME_FIELDS, "deal.is_closed", "deal.lost_at")
_CLOSED = ("deal.close_date", "deal.won_at", "deal.lost_at")
_DEAL_BUYER = tuple(f"deal.{name}" for name in DEAL_BUYER)
_PAYMENT_BUYER = tuple(f"payment.{name}" for name in PAYMENT_BUYER)
_PAID = ("payment.captured", "payment.mode", "payment.status")
_PAYMENT = (*_PAYMENT_BUYER, *_PAID, "payment.paid_at", "payment.amount", "payment.refunded", "payment.quantity",
            "payment.unit_price")  # fmt: skip
_MAIL = tuple(
    f"activity.{name}" for name in ("type", "contact_id", "contact_email", "contact_name", "campaign", "subject", "at")
)
_CUSTOMER = ("contact.customer_since", "contact.lifecycle_stage")
FACTS: Mapping[str, tuple[str, ...]] = {
    "outcomes": _OUTCOME,
    "closed": _CLOSED,
    "deal_buyers": _DEAL_BUYER,
    "first_won": (*_OUTCOME, *_CLOSED, *_DEAL_BUYER),
    "paid": _PAID,
    "first_paid": (*_PAYMENT_BUYER, *_PAID, "payment.paid_at"),
    "mailings": _MAIL,
    "purchases": (*_PAYMENT, *_OUTCOME, *_CLOSED, *_DEAL_BUYER, "deal.amount",
                  "deal.currency", "payment.currency"),
    "leads": ("contact.record_type",),
    "called_customers": _CUSTOMER,
    "converted": (*_CUSTOMER, "contact.converted", "contact.converted_at", "contact.source_id", "contact.email",
                  "deal.contact_id", "deal.contact_email", *_OUTCOME),
    "mailable": ("contact.email", "contact.marketing_status", "contact.email_opt_out", "contact.email_bounced",
                 "contact.unsubscribed_at"),
}  # fmt: skip
"""What `Facts` remembers, and the fields from which it is worked out."""


NOWHERE = np.array([], dtype=np.int64)


@dataclass(frozen=True)
class Derived(Table):
    """A table that knows how it was made of the table `origin`.

    Its rows stood there at `rows` (None: where they stand here); `apart` are, by field, the places of those that hold
    something else than there.
    """

    origin: Table
    rows: np.ndarray | None
    apart: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Version(Facts):
    """Tables made of others; `changed` are the fields (``entity.field``) of which a value or a row differs."""

    changed: frozenset[str] = frozenset()


def version(raw: Facts, tables: Dataset, names: Iterable[str]) -> Version:
    """The tables with a memory that takes over what the raw ones know of the fields `names`."""
    own = {name: table if raw.get(name) is table else replace(table) for name, table in tables.tables.items()}
    asked = {*names, *LOOKED_UP, *(field for fields in FACTS.values() for field in fields)}
    changed: set[str] = set()
    times: dict[tuple[str, str], Timeline] = {}
    for entity in sorted({name.partition(".")[0] for name in asked}):
        columns = sorted(name.partition(".")[2] for name in asked if name.startswith(f"{entity}."))
        before, after = raw.get(entity), own[entity] if entity in own else empty_table(entity)
        rows = rows_of(before, after)
        for name in columns:
            known = raw.known_times(entity, name)
            apart = differing(before, after, name, rows)
            if apart is None or rows is not None or len(apart):
                changed.add(f"{entity}.{name}")
            if apart is None:
                continue
            if before is not after and name in before and name in before.codes and before[name].dtype == TEXT:
                after.codes[name] = _recoded(*before.codes[name], after[name], apart, rows)
            if known is not None and not len(apart):
                times[entity, name] = known if rows is None else known.taken(rows, after.column(name))
    found = Version(own, tables.sources, tables.set_aside, tables.warnings, frozenset(changed))
    found.remember(raw, times, {name for name, fields in FACTS.items() if not changed.intersection(fields)},
                   kinds="activity.type" not in changed, cuts=not changed.intersection(LOOKED_UP))  # fmt: skip
    return found


def rows_of(before: Table, after: Table) -> np.ndarray | None:
    """Where the records of a table stand in the one that it was made of; None where all stand as they did."""
    if _made_of(after, before):
        return after.rows
    same = after.index is before.index or after.index.equals(before.index)
    return None if same else before.index.get_indexer(after.index)


def differing_rows(before: pd.Series, after: pd.Series) -> np.ndarray:
    """Where two columns of one length do not hold the same; blank is the same as blank."""
    if before.dtype == TEXT and after.dtype == TEXT:
        left, right = text.arrow(before), text.arrow(after)
        if left is right:
            return np.zeros(len(before), dtype=bool)
        other = pc.fill_null(pc.not_equal(left, right), False).to_numpy(zero_copy_only=False)
        if left.null_count or right.null_count:
            other = other | (before.isna().to_numpy() != after.isna().to_numpy())
        return other
    if isinstance(before.dtype, np.dtype) and isinstance(after.dtype, np.dtype):
        left, right = before.to_numpy(), after.to_numpy()
        blank = pd.isna(left), pd.isna(right)
        return ~((left == right) | (blank[0] & blank[1]))
    same = (before.array == after.array) | (before.isna().to_numpy() & after.isna().to_numpy())
    return ~pd.array(same).to_numpy(dtype=bool, na_value=False)


def _made_of(after: Table, before: Table) -> TypeGuard[Derived]:
    return isinstance(after, Derived) and after.origin is before


def differing(before: Table, after: Table, name: str, rows: np.ndarray | None) -> np.ndarray | None:
    """The rows of `after` that hold something else than before; None where only one table has the field."""
    if (name in before) != (name in after):
        return None
    if before is after or name not in before:
        return NOWHERE
    if _made_of(after, before):
        return after.apart.get(name, NOWHERE)
    was = before[name]
    if rows is not None:
        was = pd.Series(was.array.take(rows), index=after.index)
    return np.flatnonzero(differing_rows(was, after[name]))


def _recoded(
    codes: np.ndarray, values: pd.Series, now: pd.Series, different: np.ndarray, rows: np.ndarray | None
) -> tuple[np.ndarray, pd.Series]:
    """Codes and distinct values of a column of which only `rows` are left and the `different` ones have changed."""
    if rows is not None:
        codes = codes[rows]
    elif not len(different):
        return codes, values
    if len(different):
        own, fresh = pd.factorize(now.iloc[different], use_na_sentinel=True)
        added = pd.Series(fresh, dtype=values.dtype)
        # Few values are new: those are the ones to index.
        place = pc.index_in(text.arrow(values), value_set=text.arrow(added)).fill_null(-1)
        place = place.to_numpy(zero_copy_only=False)
        at = np.full(len(added), -1, dtype=np.int64)
        at[place[place >= 0]] = np.flatnonzero(place >= 0)
        new = at < 0
        at = np.where(new, len(values) + np.cumsum(new) - 1, at)
        codes = codes.copy()
        codes[different] = np.append(at, -1)[own]
        values = pd.concat([values, added[new]], ignore_index=True)
    # What no row holds any more must not count as a value of the column.
    used = np.bincount(codes + 1, minlength=len(values) + 1)[1:] > 0
    if not used.all():
        codes, values = np.append(np.cumsum(used) - 1, -1)[codes], values[used].reset_index(drop=True)
    return codes, values
