from typing import ClassVar

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.values import country, postcode, text
from rules import columns


class PostcodeContradictsCountry(RecordRule):
    """A postal code that no place in the country can have.

    **What is flagged**
    Postal codes that do not have the form of the codes of the record's country, for more than thirty countries. The
    country's letters before a code, a code without its blank or hyphen, and first halves of British, Canadian and Dutch
    codes pass. Codes that only lost zeros, and placeholders, are told by other rules.

    **Why it matters**
    Either the code or the country is wrong: letters come back, and shipping, tax and sales area follow the wrong one.

    **How to fix**
    Look at city and state to see which of the two is right, and have the form check one against the other.

    **Example**
    Postal code ``SW1A 1AA``, country ``Germany``.
    """

    id = "CON051"
    title = "Postal code contradicts country"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.postal_code", "account.postal_code")
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    message = "{value} is not a postal code of {country}"
    args: ClassVar = ("country",)

    def check(self, table: Table, ctx: Context) -> Flags:
        code, where = table.column("postal_code"), columns.countries(table)
        judged = mask_of(code.notna() & where.isin(list(postcode.FORMS)))
        judged &= ~text.is_placeholder(code) & ~text.matches(code, r"^\s*#|[0-9][.,][0-9]+(?:E\+[0-9]+)?\s*$")
        # Singapore has no states: five digits beside one lack nothing.
        short = mask_of(postcode.with_zeros(code, where).notna() & ~((where == "SG") & table.column("state").notna()))
        return Flags(
            judged & ~short & ~postcode.is_of(code, where),
            confidence=0.9,
            args={"country": country.name(where)},
            checked=judged,
        )
