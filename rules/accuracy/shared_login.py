from typing import ClassVar

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from rules.evidence import is_machine, is_shared_login, name_of_user


class SharedLogin(RecordRule):
    """A login that belongs to a role, not to a person.

    **What is flagged**
    An active user whose address or user name is that of a role or a team. Logins of integrations are left out.

    **Why it matters**
    Whatever was changed under it can be laid to nobody, the password outlives everyone who leaves, and activity per
    seller is wrong.

    **How to fix**
    Give each person a login, then close the shared one.

    **Example**
    ``sales@kembara.example``, named ``Sales Team``, last seen yesterday.
    """

    id = "ACC030"
    title = "Shared login"
    family = Family.ACCESS
    fields: ClassVar = ("user.email", "user.username", "user.full_name")
    dimension = Dimension.ACCURACY
    severity = Severity.MEDIUM
    message = "{login} is used by a role, not by one person"
    args: ClassVar = ("login",)

    def check(self, table: Table, ctx: Context) -> Flags:
        name = name_of_user(table)
        login = table.column("email").fillna(table.column("username")).fillna(name)
        machine = is_machine(name) | is_machine(table.column("email")) | is_machine(table.column("role"))
        checked = mask_of(login.notna() & table.column("active").fillna(True))
        return Flags(
            is_shared_login(table) & checked & ~machine, confidence=0.9, args={"login": login}, checked=checked
        )
