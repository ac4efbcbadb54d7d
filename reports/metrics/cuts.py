"""How breakdowns divide deals that do not say it themselves: by their owner's team, their account's industry."""

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from reports.metrics.timeline import Groups, labelled

BY_OWNER = {"team": ("team", "manager"), "region": ("region",)}
BY_ACCOUNT = {"industry": "industry", "region": "country"}
"""Breakdown of a deal -> field of its owner's user record (the first that there is), of its account."""

LOOKED_UP = (
    *(f"user.{name}" for name in ("team", "manager", "region", "full_name", "email", "username", "source_id")),
    *(f"account.{name}" for name in ("industry", "country", "name", "source_id")),
    *(f"deal.{name}" for name in (*BY_OWNER, *BY_ACCOUNT, "owner", "owner_id", "company_id", "company_name")),
)
"""What the groups of deals are looked up by."""


def cut(dataset: Dataset, table: Table, breakdown: str) -> Groups | None:
    """Groups of `table` looked up elsewhere; None where its own column divides it."""
    if table.entity != "deal" or breakdown not in (*BY_OWNER, *BY_ACCOUNT) or breakdown in table:
        return None
    for found in (_of_owner(dataset, table, breakdown), _of_account(dataset, table, breakdown)):
        if found is not None and found.notna().any():
            return labelled(*pd.factorize(found, use_na_sentinel=True))
    return None


def _of_owner(dataset: Dataset, table: Table, breakdown: str) -> pd.Series | None:
    users = dataset.get("user")
    field = next((name for name in BY_OWNER.get(breakdown, ()) if name in users), None)
    if field is None:
        return None
    value = users[field]
    found = looked_up(table, "owner_id", users, "source_id", value, same_source=True)
    for name in ("full_name", "email", "username"):
        found = found.fillna(looked_up(table, "owner", users, name, value))
    return found


def _of_account(dataset: Dataset, table: Table, breakdown: str) -> pd.Series | None:
    accounts = dataset.get("account")
    if breakdown not in BY_ACCOUNT or BY_ACCOUNT[breakdown] not in accounts:
        return None
    value = accounts[BY_ACCOUNT[breakdown]]
    found = looked_up(table, "company_id", accounts, "source_id", value, same_source=True)
    return found.fillna(looked_up(table, "company_name", accounts, "name", value))


def looked_up(
    table: Table, own: str, other: Table, theirs: str, value: pd.Series, *, same_source: bool = False
) -> pd.Series:
    """Per row of `table`, the `value` of the row of `other` whose field `theirs` is its field `own`; else blank.

    Names are compared without regard to case; ids (`same_source`) within one source.
    """
    blank = value.reindex(pd.RangeIndex(-1, -1 - len(table), -1)).set_axis(table.index)
    if own not in table or theirs not in other:
        return blank
    left, right = _key(table, own, same_source), _key(other, theirs, same_source)
    known = pd.DataFrame({"key": right.to_numpy(), "value": value.array}).dropna().drop_duplicates("key")
    place = pd.Index(known["key"]).get_indexer(pd.Index(left))
    taken = known["value"].array.take(np.where(place < 0, 0, place)) if len(known) else blank.array
    return pd.Series(taken, index=table.index).mask(place < 0) if len(known) else blank


def _key(table: Table, name: str, same_source: bool) -> pd.Series:
    if same_source:
        return table.lineage["source"].astype(str) + "\t" + table[name].astype(object)
    return table[name].str.strip().str.casefold().astype(object)
