from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, RecordRule, Severity
from audit.values import text
from rules import columns
from rules.evidence import DATE, EMAIL, PHONE, URL, out_of_place

SALESFORCE_ID = r"^001[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$"
KINDS: Mapping[str, str] = {
    "an email address": EMAIL,
    "a web address": URL,
    "a phone number": PHONE,
    "a Salesforce account id": SALESFORCE_ID,
}
FOREIGN: Mapping[str, tuple[str, ...]] = {
    "first_name": ("an email address", "a web address", "a phone number"),
    "last_name": ("an email address", "a web address", "a phone number"),
    "full_name": ("an email address", "a web address", "a phone number"),
    "phone": ("an email address", "a web address"),
    "mobile": ("an email address", "a web address"),
    "company_name": ("an email address", "a web address", "a phone number", "a Salesforce account id"),
    "name": ("an email address", "a web address", "a phone number", "a Salesforce account id"),
    "city": ("an email address", "a web address", "a phone number"),
    "job_title": ("an email address", "a web address", "a phone number"),
    "email": ("a web address", "a phone number"),
}


class ValueInWrongField(RecordRule):
    """A value that belongs into another field of the record.

    **What is flagged**
    An email address, a web address or a phone number in a name, company, city or job title; an email or web address in
    a phone field; a phone number or web address in the email field; the id of a Salesforce account in a company name.
    Rows whose columns are shifted are left to the rule about those.

    **Why it matters**
    The field that should hold the value is usually empty: a person with a good phone number counts as unreachable, and
    mails begin with "Dear jane.doe@kembara.example".

    **How to fix**
    Move the value to the field it belongs to, then clear it here. A whole column of them points to a wrong mapping of
    the import.

    **Example**
    ``company_name`` holds ``001Ud00000BVxqsIAD``.

    **Fix safety**
    Needs review: the value must be kept somewhere before it is cleared.
    """

    id = "VAL010"
    title = "Value in the wrong field"
    family = Family.MISTAGGED
    fields: ClassVar = (
        "contact.first_name",
        "contact.last_name",
        "contact.full_name",
        "contact.phone",
        "contact.mobile",
        "contact.company_name",
        "contact.city",
        "contact.job_title",
        "contact.email",
        "account.name",
    )
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    fix_kind = FixKind.CLEAR
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{field} holds {kind}: {value}"
    args: ClassVar = ("kind",)

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        _, shifted = table.derived(out_of_place)
        return {name: self._foreign(table, name, shifted) for name in self.fields_of(table)}

    def _foreign(self, table: Table, name: str, shifted: np.ndarray) -> Flags:
        codes, values = table.distinct(name)
        found = [text.matches(values, KINDS[kind]) for kind in FOREIGN[name]]
        kind = np.select([*found, np.ones(len(values), dtype=bool)], [*range(len(found)), -1])
        kind[text.matches(values, DATE)] = -1
        kind = np.append(kind, -1)[codes]
        return Flags(
            (kind >= 0) & ~shifted,
            confidence=0.95,
            args={"kind": columns.named(kind, FOREIGN[name], table.index)},
        )
