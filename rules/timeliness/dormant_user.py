from typing import ClassVar

import numpy as np

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.schema import TEXT
from rules.evidence import is_machine


class DormantUser(RecordRule):
    """A login that is open and that nobody uses.

    **What is flagged**
    An active user who last signed in more than 90 days before the audit, or never did though the login is older than
    that. Integrations, which do not sign in, are left out.

    **Why it matters**
    It costs a licence, and a forgotten login of somebody who has left is the easiest way to the customer list.

    **How to fix**
    Ask the manager; switch the login off and give its records a new owner.

    **Example**
    An active seller whose last sign-in was on 12 February, audited on 1 November.
    """

    id = "TIM010"
    title = "Dormant user"
    family = Family.ACCESS
    fields: ClassVar = ("user.last_login_at",)
    requires: ClassVar = ("user.active",)
    dimension = Dimension.TIMELINESS
    severity = Severity.LOW
    message = "may sign in but has not for {days} days"
    args: ClassVar = ("days",)
    options: ClassVar = {"days": 90}

    def check(self, table: Table, ctx: Context) -> Flags:
        login = table["last_login_at"]
        seen = login.fillna(table.column("created_at"))
        machine = np.logical_or.reduce(
            [is_machine(table.column(name)) for name in ("full_name", "last_name", "username", "email", "role")]
        )
        checked = mask_of(table["active"]) & seen.notna().to_numpy(dtype=bool) & ~machine
        days = (ctx.as_of.normalize() - seen.dt.normalize()).dt.days
        return Flags(
            checked & mask_of(days > self.option("days", ctx)),
            confidence=np.where(login.notna(), 1.0, 0.8),
            args={"days": days.astype("Int64").astype(TEXT)},
            checked=checked,
        )
