from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, Flags, Severity
from audit.values import email


class ReservedEmailDomain(FieldRule):
    """An address in a domain that no mail can ever reach.

    **What is flagged**
    Addresses in domains set aside for documentation and tests (``.example``, ``.test``, ``.invalid``, example.com,
    example.org, example.net) and in domains of a local network (``.local``, ``.localhost``, ``.internal``).

    **Why it matters**
    Such records come from tests, demos and scripts. They are counted as customers, and nothing sent to them can arrive.

    **How to fix**
    Delete the test records. Where the person is real, ask for the address. Where a whole data set is made up on
    purpose, accept the finding in audit.toml.

    **Example**
    ``jane.doe@example.com`` was typed by whoever tried out the form.
    """

    id = "VAL004"
    title = "Reserved email domain"
    family = Family.DEAD_EMAIL
    fields: ClassVar = ("contact.email", "account.email", "form_submission.email", "ticket.contact_email", "user.email")
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    message = "no mail can reach {value}: its domain is reserved"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        return Flags(email.is_reserved_host(ctx.derived(email.parts, values)["domain"]))
