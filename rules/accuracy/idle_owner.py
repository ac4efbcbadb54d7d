from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import everything, is_among, is_machine, is_shared_login

_OWNED = ("deal", "contact", "account", "ticket")
_NO_SELLERS = r"(?i)admin|integration|\bapi\b|read.?only|viewer|billing"


class IdleOwner(GroupRule):
    """A seller or agent on the list of users whom no record belongs to.

    **What is flagged**
    Active users who own no deal, contact, account or ticket, where at least half of the users of their role and list
    do. Roles of fewer than five, shared logins, integrations and administrators are left out.

    **Why it matters**
    Averages per person divide by them, a licence is paid for nobody, or their records hang on a name that is spelled
    otherwise.

    **How to fix**
    Ask whether they still sell. Then deactivate the user, or mend the spelling of the owner.

    **Example**
    Five of 35 agents in the team list own none of 8,800 deals.
    """

    id = "ACC032"
    title = "User who owns nothing"
    family = Family.ACCESS
    fields: ClassVar = ("user.full_name", "user.source_id", "user.email", "user.username")
    keys: ClassVar = {"user": "full_name", **dict.fromkeys(("deal", "contact", "account", "ticket"), "owner")}
    dimension = Dimension.ACCURACY
    severity = Severity.LOW
    message = "active, but owns none of the {records} records"
    args: ClassVar = ("records",)
    options: ClassVar = {"owning": 0.5, "users": 5}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> dict[str, Flags]:
        users = tables["user"]
        told = [users.column(name) for name in ("full_name", "source_id", "email", "username")]
        told.append(users.column("first_name") + " " + users.column("last_name"))
        known = pd.concat(list(_owners(tables)) or [pd.Series(dtype=TEXT)], ignore_index=True)
        known = known.dropna().drop_duplicates()
        owns = np.logical_or.reduce([is_among(text.fold(values), known) for values in told])
        asked = mask_of(users.column("active").fillna(True)) & ~is_machine(users.column("full_name"))
        asked &= ~is_shared_login(users)
        asked &= ~text.matches(users.column("role"), _NO_SELLERS)
        source = users.lineage["file"].astype(TEXT) + "|" + text.fold(users.column("role")).fillna("")
        owning = pd.Series(owns, index=users.index)[asked].groupby(source[asked])
        checked = asked & (source.map(owning.mean()) >= self.option("owning", ctx)).to_numpy(dtype=bool)
        checked &= (source.map(owning.size()) >= self.option("users", ctx)).to_numpy(dtype=bool)
        records = sum(len(tables[name]) for name in _OWNED if name in tables)
        count = pd.Series(f"{records:,}", index=users.index, dtype=TEXT)
        name = self.fields_of(users)[0]
        return {f"user.{name}": Flags(checked & ~owns, confidence=0.9, args={"records": count}, checked=checked)}


def _owners(tables: Dataset) -> Iterator[pd.Series]:
    for entity in _OWNED:
        for name in ("owner", "owner_id"):
            if entity in tables and name in tables[entity]:
                yield text.fold(tables[entity][name])
