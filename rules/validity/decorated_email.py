from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity, mask_of
from audit.values import email, email_form, text


class DecoratedEmail(FieldRule):
    """A good address with something written around it.

    **What is flagged**
    Email fields with exactly one valid address inside a display name and angle brackets, quotes, ``mailto:``, a label,
    a remark in brackets, or with a comma or semicolon at its end. An address that stands twice counts once.

    **Why it matters**
    The person can be reached, yet every import and mailing tool counts the record as having no valid address.

    **How to fix**
    Keep the bare address. Cells with names and angle brackets were copied from a mail program: let the form or import
    take them apart.

    **Example**
    ``Jane Doe <jane@kembara.example>`` should read ``jane@kembara.example``.

    **Fix safety**
    Safe: the address itself is not changed.
    """

    id = "VAL006"
    title = "Email address with decoration"
    family = Family.DEAD_EMAIL
    fields: ClassVar = ("contact.email", "account.email", "form_submission.email", "ticket.contact_email", "user.email")
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "{value} holds more than the address {suggestion}"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        wrong = ~ctx.derived(email.validate, values)
        bare = text.placed(email_form.undecorated(values[wrong]), wrong, values.index)
        return Flags(mask_of(bare.notna()), suggestion=bare)
