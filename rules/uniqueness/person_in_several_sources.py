from typing import ClassVar

from audit.dataset import Dataset
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity
from rules.evidence import first_of, home_of, is_later, place_of


class PersonInSeveralSources(GroupRule):
    """One person held by two or more systems.

    **What is flagged**
    The record of a person whom a system read earlier also holds, and the lead that a contact of the same system was
    converted from. Further records inside one system are left to UNQ001.

    **Why it matters**
    Harmless while each system is read alone. Added up, list sizes and lead counts are too high, and a change of
    address or consent reaches one system and not the other.

    **How to fix**
    Link the records by a shared id, and count persons, not records, when systems are added up.

    **Example**
    A subscriber of the newsletter who is also a contact of the CRM under the same address.

    **Fix safety**
    Safe where the match is at least 95 % sure: the merge happens in the cleaned tables, the systems keep their records.
    """

    id = "UNQ002"
    title = "Person in several sources"
    family = Family.DUPLICATES
    fields: ClassVar = ("contact.email", "contact.last_name", "contact.full_name", "contact.phone")
    requires: ClassVar = ("contact.person",)
    keys: ClassVar = {"contact": "person"}
    dimension = Dimension.UNIQUENESS
    severity = Severity.LOW
    fix_kind = FixKind.MERGE
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{first} holds the same person"
    args: ClassVar = ("first",)
    options: ClassVar = {"safe_confidence": 0.95}
    systemic = False

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts = tables["contact"]
        person = contacts["person"]
        first = first_of(contacts, person)
        first_here = first_of(contacts, home_of(contacts), person)
        flagged = is_later(contacts, first) & ~is_later(contacts, first_here)
        sure = contacts.column("person_confidence").fillna(1.0).to_numpy()
        return Flags(
            flagged,
            confidence=sure,
            args={"first": place_of(contacts, first, flagged)},
            group=person,
            into=first,
            safe=sure >= self.option("safe_confidence", ctx),
            checked=person.notna().to_numpy(),
        )
