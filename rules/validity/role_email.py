from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, Flags, Severity, mask_of
from audit.values import email, text

TESTS = ("test", "tests", "tester", "testing", "null", "none", "nobody", "youremail", "yourname", "example")


class RoleEmail(FieldRule):
    """A contact's address that belongs to a function and not to a person.

    **What is flagged**
    Addresses of contacts whose part before the @ names a function: info, sales, support, billing, noreply and the like,
    also with a region or number behind it. Test addresses are told as placeholders.

    **Why it matters**
    Several people read the mailbox, or nobody does. Consent given by one of them does not hold for the others, opens
    cannot be told apart, and two persons who share it look like one.

    **How to fix**
    Keep the address with the company, and ask the contact for a personal one.

    **Example**
    Jane Doe is reachable at ``info@kembara.example``.
    """

    id = "VAL003"
    title = "Role address"
    family = Family.DEAD_EMAIL
    fields: ClassVar = ("contact.email",)
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    message = "{value} is the address of a function, not of a person"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        local = ctx.derived(email.parts, values)["local"]
        return Flags(email.is_role_name(local) & ~mask_of(text.fold(local).isin(TESTS)))
