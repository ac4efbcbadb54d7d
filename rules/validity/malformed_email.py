from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity, mask_of
from audit.values import email, email_form, text


class MalformedEmail(FieldRule):
    """An address that no mail system would accept.

    **What is flagged**
    Text in an email field that is not an address by the internet's mail standards, exactly as email-validator judges
    it without asking the network; a part before the @ in quotes, which the standards allow, passes. Cells with several
    good addresses, or with one and something around it, are told by rules of their own.

    **Why it matters**
    Nothing sent there arrives, yet the record counts as reachable in list sizes and as a denominator of open rates.

    **How to fix**
    Take the suggestion where only one repair is possible; else ask the person, or clear the field.

    **Example**
    ``jane.doe@kembara,example`` should read ``jane.doe@kembara.example``.

    **Fix safety**
    Needs review: a repaired address may belong to somebody else.
    """

    id = "VAL001"
    title = "Malformed email"
    family = Family.DEAD_EMAIL
    fields: ClassVar = ("contact.email", "account.email", "form_submission.email", "ticket.contact_email", "user.email")
    dimension = Dimension.VALIDITY
    severity = Severity.HIGH
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{value} is not an email address"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        wrong = ~ctx.derived(email.validate, values)
        others = values[wrong]
        told = email_form.quoted(others) | mask_of(
            email_form.undecorated(others).notna() | (email_form.addresses(others)["count"] > 1)
        )
        suggestion = text.placed(email.repair(others), wrong, values.index)
        wrong[wrong] = ~told
        return Flags(wrong, suggestion=suggestion)
