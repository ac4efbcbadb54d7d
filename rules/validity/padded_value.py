from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity
from audit.values import text
from rules.evidence import SHORT_TEXTS


class PaddedValue(FieldRule):
    """A value with blanks before, after or doubled inside it.

    **What is flagged**
    Values that begin or end with a blank or line break, or hold two blanks in a row. Long texts are not looked at.

    **Why it matters**
    ``"Jane "`` and ``"Jane"`` are two values to a filter, a join and a pivot table.

    **How to fix**
    Take the suggestion; trim in the form or import that lets them in.

    **Example**
    ``"Kembara  Ltd "`` should read ``"Kembara Ltd"``.

    **Fix safety**
    Safe: nothing but blanks changes.
    """

    id = "VAL026"
    title = "Padded value"
    family = Family.STRUCTURE
    fields: ClassVar = SHORT_TEXTS
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "{value} has blanks too many"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        padded = text.matches(values, r"^\s|\s$|[ \t]{2}")
        trimmed = text.substitute(text.substitute(values[padded], r"^\s+|\s+$", ""), r"[ \t]{2,}", " ")
        return Flags(padded, suggestion=text.placed(trimmed, padded, values.index))
