from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity
from audit.values import script


class EmojiOrMixedScript(FieldRule):
    """A name with a picture in it, or with letters of two alphabets in one word.

    **What is flagged**
    Names of people with emoji, stars or other pictures, and those in which Latin, Cyrillic or Greek letters stand side
    by side in a word, as in a Latin "Anna" with a Cyrillic A. Names of any one script pass, and so do two scripts in
    two words.

    **Why it matters**
    Letters and labels print boxes, the name is not found by anybody who types it, and a look-alike letter hides that
    two records are one person, or makes a false sender look true.

    **How to fix**
    Take out the pictures; type words of mixed letters again in one alphabet.

    **Example**
    ``Jane 🌸`` should read ``Jane``.

    **Fix safety**
    Safe for pictures, which are no part of a name; mixed letters have no suggestion.
    """

    id = "VAL043"
    title = "Emoji or mixed scripts in a name"
    family = Family.STRUCTURE
    fields: ClassVar = (
        "contact.first_name",
        "contact.last_name",
        "contact.full_name",
        "form_submission.first_name",
        "form_submission.last_name",
        "form_submission.full_name",
    )
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "{value} holds {what}"
    args: ClassVar = ("what",)

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        pictures, mixed = script.emoji(values), script.mixed(values)
        what = pd.Series("a picture", index=values.index).where(pictures, "letters of two alphabets in one word")
        return Flags(
            pictures | mixed,
            suggestion=script.without_emoji(values).where(pictures & ~mixed),
            args={"what": what},
        )
