from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity, mask_of
from audit.values import phone_form


class PhoneWithExtension(FieldRule):
    """An extension written into the field of the phone number.

    **What is flagged**
    Phone numbers with an extension behind them: x, ext., #, or the word for it in other languages. The part of a German
    or Austrian number behind a hyphen is dialled with it and passes.

    **Why it matters**
    Diallers and messaging tools refuse the text or dial the extension as part of the number, and no field says where
    the number ends.

    **How to fix**
    Move the extension to a field of its own, and keep the number that the telephone network knows.

    **Example**
    ``+1 415 555 0132 x12`` is ``+1 415 555 0132``, extension 12.

    **Fix safety**
    Needs review: the extension would be lost.
    """

    id = "VAL013"
    title = "Extension inside a phone number"
    family = Family.STRUCTURE
    fields: ClassVar = (
        "contact.phone",
        "contact.mobile",
        "account.phone",
        "form_submission.phone",
        "ticket.contact_phone",
    )
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{value} holds an extension: {extension}"
    args: ClassVar = ("extension",)

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        extension = phone_form.extension(values)
        return Flags(
            mask_of(extension.notna()),
            suggestion=phone_form.without_extension(values),
            args={"extension": extension},
        )
