from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity
from audit.values import text
from rules.evidence import SHORT_TEXTS

ERROR = r"^\s*#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|#{2,})\s*$"
ROUNDED = r"^\s*[+-]?[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}\s*$"


class SpreadsheetDamage(FieldRule):
    """A value that a spreadsheet destroyed.

    **What is flagged**
    Text fields, ids and phone numbers above all, that hold a long number in the short form of a spreadsheet
    (``1.23E+11``), the error of a formula (``#REF!``, ``#N/A``, ``#NAME?``) or a row of ``#``.

    **Why it matters**
    The last digits of the number are gone for good: ids no longer join, phone numbers no longer ring, and several
    records now seem to share one.

    **How to fix**
    Export the column again from its source and import it as text, without opening it in a spreadsheet in between.

    **Example**
    ``6.28123E+12`` was the phone number ``6281234567890``.

    **Fix safety**
    Safe for the error of a formula, which means nothing; a shortened number needs review, since its first digits help
    to find the right one.
    """

    id = "VAL027"
    title = "Spreadsheet damage"
    family = Family.STRUCTURE
    fields: ClassVar = SHORT_TEXTS
    dimension = Dimension.VALIDITY
    severity = Severity.HIGH
    fix_kind = FixKind.CLEAR
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{value} is what a spreadsheet left of the value"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        error = text.matches(values, ERROR)
        return Flags(error | text.matches(values, ROUNDED), safe=error)
