from collections.abc import Mapping
from typing import ClassVar

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, RecordRule, Severity, mask_of
from rules import columns


class UnstandardisedPhone(RecordRule):
    """A good phone number that is not written in the international form.

    **What is flagged**
    Numbers that exist but are not in E.164: a plus, the calling code and the digits, without blanks or signs. An
    extension may follow after a blank and an x.

    **Why it matters**
    Dialers and messaging tools refuse other forms, and the same number in two forms is not seen to be the same.

    **How to fix**
    Write numbers as the suggestion does, and let forms do so when they are sent.

    **Example**
    ``(0361) 123-456`` in Indonesia is ``+62361123456``.

    **Fix safety**
    Safe: the number stays the same, and the country comes from the record or from the settings of the audit.
    """

    id = "VAL021"
    title = "Phone number not in E.164"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.phone", "contact.mobile", "account.phone", "form_submission.phone")
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "{value} is {suggestion} in the international form"

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        return {name: self._written(table, name, ctx) for name in self.fields_of(table)}

    def _written(self, table: Table, name: str, ctx: Context) -> Flags:
        numbers = columns.numbers(table, name, ctx)
        valid = mask_of(numbers["valid"]) & ~columns.holds_several_numbers(table, name)
        standard = numbers["e164"] + (" x" + numbers["extension"]).fillna("")
        return Flags(valid & mask_of(standard != table[name]), suggestion=standard, checked=valid)
