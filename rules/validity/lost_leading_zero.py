import re
from collections.abc import Mapping
from typing import ClassVar

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, RecordRule, Severity, mask_of
from audit.values import country, text

CODES: Mapping[str, tuple[int, str]] = {
    "AU": (4, "0(?:200|[89][0-9]{2})"),
    "BR": (8, "0[1-9][0-9]{6}"),
    # Until 1993 Germany had codes of four digits, most of them round: 8000 is Munich of old, not 08000.
    "DE": (5, "0[1-46-9](?:[0-9]{2}[1-9]|[0-9][1-9]0|[1-9]00)"),
    "ES": (5, "0[1-9][0-9]{3}"),
    "FI": (5, "00[1-9][0-9]{2}|0[1-9][0-9]{3}"),
    "FR": (5, "0[1-9][0-9]{3}"),
    "IT": (5, "001[0-9]{2}|0[1-9][0-9]{3}"),
    "KR": (5, "0[1-9][0-9]{3}"),
    "MX": (5, "0[1-9][0-9]{3}"),
    "MY": (5, "0[1-9][0-9]{3}"),
    "NO": (4, "0[1-9][0-9]{2}"),
    "PR": (5, "00[679][0-9]{2}"),
    "SG": (6, "0[1-9][0-9]{4}"),
    "TR": (5, "0[1-9][0-9]{3}"),
    "UA": (5, "0[1-9][0-9]{3}"),
    "US": (5, "00[5-9][0-9]{2}|0[1-9][0-9]{3}"),
    "VI": (5, "008[0-9]{2}"),
    "ZA": (4, "0[1-9][0-9]{2}"),
}
"""By country, how many digits a postal code has, and which codes in use begin with 0."""


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
        where = country.clean(table.column("country"))
        state = table.column("state")
        # Singapore has no states: five digits beside one are a ZIP code with a wrong country.
        elsewhere = mask_of((where == "SG") & state.notna() & ~country.clean(state).eq("SG").fillna(False))
        judged = text.matches(code, "^[0-9]+$") & mask_of(where.isin(list(CODES))) & ~elsewhere
        whole = text.mapped((where + " " + code).where(judged), _with_zeros)
        return Flags(mask_of(whole.notna()), suggestion=whole, checked=judged)


def _with_zeros(value: str) -> str | None:
    """The code in use that lacks only its zeros here, of a region and digits: "US 2210"; None where there is none."""
    region, _, digits = value.partition(" ")
    length, pattern = CODES[region]
    whole = digits.zfill(length)
    return whole if whole != digits and not digits.startswith("0") and re.fullmatch(pattern, whole) else None
