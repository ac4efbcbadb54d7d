from typing import ClassVar

from audit.dataset import Dataset
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity
from rules.evidence import first_of, home_of, is_later, place_of


class DuplicateContact(GroupRule):
    """One person with two or more records in the same system.

    **What is flagged**
    Every record of a person but the first, where matching put both into one person and both come from the same
    system. A lead that was converted into the contact beside it is left to UNQ002.

    **Why it matters**
    The person is counted twice in lists and conversion rates, gets every mail twice, and the history is split over
    records that each look cold.

    **How to fix**
    Merge the records in the system they come from; keep the one with the most links and the strictest consent.

    **Example**
    ``Bob Tan, bob.tan@kembara.example`` and ``Robert Tan, r.tan@kembara.example`` with the same mobile number.

    **Fix safety**
    Safe where the match is at least 95 % sure; else a person decides.
    """

    id = "UNQ001"
    title = "Duplicate contact"
    family = Family.DUPLICATES
    fields: ClassVar = ("contact.email", "contact.last_name", "contact.full_name", "contact.phone")
    requires: ClassVar = ("contact.person",)
    keys: ClassVar = {"contact": "person"}
    dimension = Dimension.UNIQUENESS
    severity = Severity.HIGH
    fix_kind = FixKind.MERGE
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "the same person is already in {first}"
    args: ClassVar = ("first",)
    options: ClassVar = {"safe_confidence": 0.95}
    systemic = False

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts = tables["contact"]
        person = contacts["person"]
        first = first_of(contacts, home_of(contacts), person)
        later = is_later(contacts, first)
        sure = contacts.column("person_confidence").fillna(1.0).to_numpy()
        return Flags(
            later,
            confidence=sure,
            args={"first": place_of(contacts, first, later)},
            group=person,
            into=first,
            safe=sure >= self.option("safe_confidence", ctx),
            checked=person.notna().to_numpy(),
        )
