from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.values import text
from rules.evidence import everything


class InactiveOwner(GroupRule):
    """A record in the hands of somebody who has left.

    **What is flagged**
    A record whose owner is a user that is switched off. An owner that several users could be, one of them active, is
    not judged as gone.

    **Why it matters**
    Replies, tasks and reminders reach nobody, and reports by seller show a person who no longer sells.

    **How to fix**
    Give the record to the successor; past sales may keep their seller.

    **Example**
    Contact owner ``Rina Wati``, whose login was closed in March.
    """

    id = "CON006"
    title = "Inactive owner"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.owner", "account.owner", "deal.owner", "ticket.owner")
    requires: ClassVar = ("user.active",)
    keys: ClassVar = {"contact": "owner", "account": "owner", "deal": "owner", "ticket": "owner", "user": "full_name"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    message = "{value} is no longer active"

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        gone = _users(tables.get("user")).groupby("name")["gone"].min()
        held = [entity for entity in tables if entity != "user" and "owner" in tables[entity]]
        return {entity: self._judged(tables[entity], gone) for entity in held}

    def _judged(self, owners: Table, gone: pd.Series) -> Flags:
        state = text.fold(owners["owner"]).map(gone)
        return Flags(mask_of(state.astype("boolean")), checked=state.notna().to_numpy(dtype=bool))


def _users(users: Table) -> pd.DataFrame:
    """One line per name under which a user may stand as an owner: full name, address, login, id; `gone` if inactive."""
    full = users.column("first_name").fillna("") + " " + users.column("last_name").fillna("")
    names = [full, *(users.column(name) for name in ("full_name", "email", "username", "source_id"))]
    folded = pd.concat([text.fold(name) for name in names], ignore_index=True)
    return pd.DataFrame({"name": folded, "gone": np.tile(mask_of(~users.column("active")), len(names))}).dropna()
