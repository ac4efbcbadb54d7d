from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity
from audit.values import text
from rules.evidence import SHORT_TEXTS

HARD_BLANKS = r"[\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
UNUSUAL = r"[^\t\n\r -~]"


class InvisibleCharacter(FieldRule):
    """A value with a character in it that nobody can see.

    **What is flagged**
    Values with control characters, zero-width characters, byte-order and direction marks, or with blanks that look like
    a space and are none (no-break space). Joiners inside Arabic, Indic and emoji text are spelling and pass, and so do
    line breaks; long texts are not looked at.

    **Why it matters**
    Two values that look the same are not equal: joins, filters and duplicate checks miss them, and nobody sees why.

    **How to fix**
    Take the suggestion. The characters come from copying out of web pages, chats and text documents.

    **Example**
    ``Jane​ Doe`` with a zero-width space after Jane.

    **Fix safety**
    Safe: the value looks the same afterwards.
    """

    id = "VAL025"
    title = "Invisible characters"
    family = Family.STRUCTURE
    fields: ClassVar = SHORT_TEXTS
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "{value} holds characters that cannot be seen"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        hidden = text.matches(values, UNUSUAL)
        hidden[hidden] = text.invisible(values[hidden]) | text.matches(values[hidden], HARD_BLANKS)
        plain = text.blank_to_na(text.substitute(text.strip_invisible(values[hidden]), HARD_BLANKS, " "))
        return Flags(hidden, suggestion=text.placed(plain, hidden, values.index))
