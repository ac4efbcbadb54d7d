from typing import ClassVar

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, RecordRule, Severity, mask_of
from audit.values import country, postcode, text
from rules import columns


class LostLeadingZero(RecordRule):
    """A postal code that a spreadsheet took for a number.

    **What is flagged**
    Postal codes of digits alone, in a country whose codes have a fixed number of digits, that are too short by just
    the zeros at their front, where codes of that country do begin so. Codes of a record without a known country, and
    of countries where none begins with 0, pass; so do five digits in Singapore beside the name of a state elsewhere.

    **Why it matters**
    Letters come back, shipping rates and tax by area fail to find the place, and the same address with its zero looks
    like another one.

    **How to fix**
    Put the zero back; format the column as text before a file is opened in a spreadsheet again.

    **Example**
    ``2210`` in the United States is ``02210``, Boston.

    **Fix safety**
    Safe: the country's length leaves one reading.
    """

    id = "VAL034"
    title = "Lost leading zero"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.postal_code", "account.postal_code")
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "postal code {value} has lost its zero: {suggestion}"

    def check(self, table: Table, ctx: Context) -> Flags:
        code = table.column("postal_code").str.strip()
        where = columns.countries(table)
        state = table.column("state")
        # Singapore has no states: five digits beside one are a ZIP code with a wrong country.
        elsewhere = mask_of((where == "SG") & state.notna() & ~country.clean(state).eq("SG").fillna(False))
        judged = text.matches(code, "^[0-9]+$") & mask_of(where.isin(list(postcode.ZEROED))) & ~elsewhere
        whole = postcode.with_zeros(code.where(judged), where)
        return Flags(mask_of(whole.notna()), suggestion=whole, checked=judged)
