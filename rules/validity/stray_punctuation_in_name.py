from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity, mask_of
from audit.values import text

# A leading "!" is a click of Khoisan names; a single dot ends initials and abbreviations; brackets hold nicknames.
LEADING = r"^[\s./\\_,;:*#~|=+<>^%$?&-]+"
MARK = r"/\\_,;:*#~|=+<>^%$!?&-"
TRAILING = rf"[\s.]*[{MARK}][\s.{MARK}]*$|\.{{2,}}\s*$"
NO_NAME = r"@|://|(?i:www\.)|^\s*#[A-Z0-9/]+[!?]?\s*$|^\s*<.*>\s*$"
DOUBTFUL = r"[?&+=<>$%]"


class StrayPunctuationInName(FieldRule):
    """A name of a person with a mark in front of it or behind it that is no part of it.

    **What is flagged**
    First, last and full names that begin with a slash, dot, comma, underscore or the like, or end with one, or with
    several dots. What names have passes: one dot at the end ("Jr.", "J."), apostrophes, quotes and brackets.

    **Why it matters**
    The name sorts before A, is missed by a search for it, and stands in letters as it was typed.

    **How to fix**
    Remove the marks. Many in one table are the separators of a text that was split at the wrong places.

    **Example**
    ``/White``, ``...Potter`` and ``Flenderson_`` should read ``White``, ``Potter`` and ``Flenderson``.

    **Fix safety**
    Safe, unless the mark may have had a meaning, such as a question mark for doubt or an ampersand for a couple.
    """

    id = "VAL032"
    title = "Stray punctuation in a name"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.first_name", "contact.last_name", "contact.full_name")
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "{value} should be {suggestion}, without the marks around it"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        names = ~text.is_placeholder(values) & ~text.matches(values, NO_NAME)
        bare = text.squeeze(text.substitute(text.substitute(values, LEADING, ""), TRAILING, ""))
        marked = text.matches(text.squeeze(values), rf"{LEADING}|{TRAILING}")
        return Flags(
            names & marked & text.matches(bare, r"\p{L}{2}") & mask_of(bare != text.squeeze(values)),
            suggestion=bare,
            safe=~text.matches(values, DOUBTFUL),
            checked=names,
        )
