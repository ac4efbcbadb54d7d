from typing import ClassVar

import numpy as np
import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity
from audit.values import email, email_form, text


class SeveralEmailAddresses(FieldRule):
    """Two or more addresses in a field for one.

    **What is flagged**
    Cells of an email field with at least two different addresses, each of them valid, and nothing but separators or
    display names between them. A quoted local part with a comma or an @ in it is one address.

    **Why it matters**
    Mailing tools refuse the whole cell or take one of the addresses by chance, and no record with either address alone
    is found to be the same person.

    **How to fix**
    Keep the address that the person answers from; move the others to a field for further addresses, or to the contact
    they belong to.

    **Example**
    ``jane@kembara.example; jane.doe@gmail.com``.

    **Fix safety**
    Needs review: the first address is kept, and the others would be lost.
    """

    id = "VAL005"
    title = "Several addresses in one field"
    family = Family.DEAD_EMAIL
    fields: ClassVar = ("contact.email", "account.email", "form_submission.email", "ticket.contact_email", "user.email")
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{count} addresses in one field: {value}"
    args: ClassVar = ("count",)

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        wrong = ~ctx.derived(email.validate, values)
        found = email_form.addresses(values[wrong])
        count = np.zeros(len(values), dtype="int64")
        count[wrong] = found["count"]
        return Flags(
            count > 1,
            suggestion=text.placed(found["first"], wrong, values.index),
            args={"count": pd.Series(count, index=values.index)},
        )
