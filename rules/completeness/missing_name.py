from typing import ClassVar

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity


class MissingName(RecordRule):
    """A contact that nobody can call by name.

    **What is flagged**
    Contacts with neither a first name, a last name nor a full name.

    **Why it matters**
    The person cannot be addressed, and cannot be recognised as the same person in another system unless the email
    agrees.

    **How to fix**
    Look the name up in the other systems that know the address, or in the signature of the last mail.

    **Example**
    A list import that filled ``email`` alone.
    """

    id = "CMP001"
    title = "Missing name"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.last_name", "contact.first_name", "contact.full_name")
    dimension = Dimension.COMPLETENESS
    severity = Severity.MEDIUM
    message = "the contact has no name"

    def check(self, table: Table, ctx: Context) -> Flags:
        names = [table.column(name).isna() for name in ("first_name", "last_name", "full_name")]
        return Flags((names[0] & names[1] & names[2]).to_numpy(dtype=bool))
