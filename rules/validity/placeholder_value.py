from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, RecordRule, Severity, mask_of
from audit.values import made_up_people, person_name, phone_form, text
from rules import columns

NO_EMAIL = (
    r"(?i)^\s*(?:(?:no|none|na|n/a|nil|null|test|testing|asdf|abc|a+|x+|fake|dummy|unknown|noemail|no[._-]?e?mail|nobody)"
    r"@(?:no|none|na|nil|null|test|testing|asdf|abc|a+|x+|fake|dummy|unknown|noemail|no-?mail|nowhere|domain)\.[a-z]{1,4})"
    r"\s*$"
)
MEANINGFUL_IN_NAMES = ("test", "tests", "testing", "tester", "unknown", "unkown", "dummy", "fake")
REAL_LAST_NAMES = ("null", "test", "tester", "na", "nan", "no", "none", "bar", "blank", "leer", "abc", "foo", "qaz")
REAL_CITIES = ("leer", "ohne", "bar", "na", "nan", "no")
PERSON_NAMES = frozenset({"first_name", "last_name", "full_name"})
NAMES = PERSON_NAMES | {"company_name", "name"}


class PlaceholderValue(RecordRule):
    """A text typed or chosen to get past a field, which says nothing.

    **What is flagged**
    Values such as Select, n/a, none, null, tbd, unknown, test, asdf, xxx, dashes and dots; phone numbers of one
    repeated or running digit; addresses such as test@test.com. Last names that also exist, such as Null or Test, pass
    where a first name stands beside them, and so does NA as the code of Namibia or Naples. Contacts whose whole name is
    a test are told by a rule of their own.

    **Why it matters**
    The field counts as filled, so completeness looks better than it is, and a group called "Select" turns up in every
    breakdown.

    **How to fix**
    Clear the field. Make the form accept an empty answer where none is needed.

    **Example**
    ``Select`` is the answer of 1,942 leads to "How did you hear about us?".

    **Fix safety**
    Safe, but for "test" and "unknown" in a name: the whole record may have to go.
    """

    id = "VAL011"
    title = "Placeholder value"
    family = Family.MISTAGGED
    fields: ClassVar = (
        *(
            f"contact.{name}"
            for name in (
                "first_name last_name full_name email phone mobile company_name job_title department street address "
                "city state country lead_source lead_source_detail lifecycle_stage lead_status owner industry campaign"
            ).split()
        ),
        *(
            f"account.{name}"
            for name in (
                "name phone email type industry owner street address city state country lead_source website"
            ).split()
        ),
        *(
            f"deal.{name}"
            for name in "name lead_source owner product type campaign lost_reason next_step region".split()
        ),
        *(
            f"form_submission.{name}"
            for name in "first_name last_name full_name email phone company_name job_title country".split()
        ),
    )
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    fix_kind = FixKind.CLEAR
    fix_safety = FixSafety.SAFE
    message = "{value} stands for no answer"

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        return {name: self._placeholders(table, name) for name in self.fields_of(table)}

    def _placeholders(self, table: Table, name: str) -> Flags:
        values = table[name]
        # Broken formulas ("#N/A") are another defect.
        found = columns.placeholders(table, name).copy()
        found[found] = ~text.matches(values[found], r"^\s*#")
        safe = np.ones(len(values), dtype=bool)
        if name in ("phone", "mobile"):
            found |= phone_form.is_filler(values)
        elif name == "email":
            found |= text.matches(values, NO_EMAIL)
        elif name in ("country", "state"):
            found &= ~text.matches(values, "^NA$")
        elif name == "city":
            found[found] = ~mask_of(text.fold(values[found]).isin(REAL_CITIES))
        elif name in NAMES:
            if name not in PERSON_NAMES:
                found[found] = ~text.matches(values[found], r"^\s*X\s*$")
            safe[found] = ~mask_of(text.fold(values[found]).isin(MEANINGFUL_IN_NAMES))
            if table.entity == "contact" and name in PERSON_NAMES:
                # Contacts that are nothing but a test are told whole.
                parts = (table.column(part)[found] for part in ("first_name", "last_name", "full_name"))
                found[found] = ~made_up_people.made_up(*parts)
            if name in ("first_name", "last_name"):
                other = table.column("last_name" if name == "first_name" else "first_name")[found]
                named = person_name.validate(other) & ~text.is_placeholder(other)
                real = ("na", "nan") if name == "first_name" else REAL_LAST_NAMES
                found[found] = ~(named & mask_of(text.fold(values[found]).isin(real)))
        return Flags(found, safe=safe)
