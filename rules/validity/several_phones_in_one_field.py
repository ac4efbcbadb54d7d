from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity
from audit.values import phone_form


class SeveralPhonesInOneField(FieldRule):
    """Two or more phone numbers in a field for one.

    **What is flagged**
    Phone fields with at least two numbers of seven digits or more, parted by a slash, a separator, a line break or a
    word such as "or", with nothing else beside them but labels. A slash behind an area code, and short endings such as
    ``5551234/35``, are one number.

    **Why it matters**
    A dialler calls a number that does not exist, or the first one only, and no other record with either number alone is
    found to be the same person.

    **How to fix**
    Keep the main number here and move the others to the fields for mobile and further numbers.

    **Example**
    ``0812-3456-7890 / 0813-1111-2222``.

    **Fix safety**
    Needs review: the first number is kept, and the others would be lost.
    """

    id = "VAL012"
    title = "Several phone numbers in one field"
    family = Family.STRUCTURE
    fields: ClassVar = (
        "contact.phone",
        "contact.mobile",
        "contact.fax",
        "account.phone",
        "account.fax",
        "form_submission.phone",
        "ticket.contact_phone",
    )
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{count} numbers in one field: {value}"
    args: ClassVar = ("count",)

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        found = phone_form.numbers(values)
        return Flags(
            (found["count"] > 1).to_numpy(),
            suggestion=found["first"],
            args={"count": found["count"]},
        )
