from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import is_machine

_ADMIN = r"(?i)\b(?:system |super |account )?(?:admin|administrator|administrador|administrateur|owner|superuser)\b"


class TooManyAdmins(GroupRule):
    """An administrator who does not use it, in a system with too many of them.

    **What is flagged**
    Active administrators who have not signed in for 30 days, in a system where more than three users, and more than a
    fifth of the active ones, are administrators. Integrations are left out.

    **Why it matters**
    Each of them can export every customer, delete records and switch off the checks; rights that nobody uses are missed
    by nobody when they are stolen.

    **How to fix**
    Give them the role that their work needs; two or three administrators are enough for most companies.

    **Example**
    9 of 30 active users are ``Super Admin``; this one last signed in on 2 August.
    """

    id = "ACC031"
    title = "Idle administrator among too many"
    family = Family.ACCESS
    fields: ClassVar = ("user.role",)
    requires: ClassVar = ("user.last_login_at",)
    keys: ClassVar = {"user": "role"}
    dimension = Dimension.ACCURACY
    severity = Severity.LOW
    message = "{value} without a sign-in for {days} days; {admins} of {active} active users are administrators"
    args: ClassVar = ("days", "admins", "active")
    options: ClassVar = {"share": 0.2, "admins": 3, "days": 30}

    def key(self, table: Table) -> pd.Series:
        return table.lineage["source"].astype(TEXT)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        users = tables["user"]
        active = mask_of(users.column("active").fillna(True))
        admin = active & text.matches(users["role"], _ADMIN) & ~is_machine(users.column("full_name"))
        rows = pd.DataFrame({"source": self.key(users), "active": active, "admin": admin}, index=users.index)
        count = rows.groupby("source")[["active", "admin"]].transform("sum")
        many = mask_of(count["admin"] > self.option("admins", ctx))
        many &= mask_of(count["admin"] > self.option("share", ctx) * count["active"])
        idle = (ctx.as_of.normalize() - users["last_login_at"].dt.normalize()).dt.days
        return Flags(
            admin & many & mask_of(idle > self.option("days", ctx)),
            args={
                "days": idle.astype("Int64").astype(TEXT),
                "admins": count["admin"].astype(TEXT),
                "active": count["active"].astype(TEXT),
            },
            checked=admin & users["last_login_at"].notna().to_numpy(dtype=bool),
        )
