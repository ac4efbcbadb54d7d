from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity
from audit.values import person_titles


class TitleInName(FieldRule):
    """A title or degree in the field of a given or family name.

    **What is flagged**
    First and last names that begin with a title (Mr, Dr., Prof., Ibu, Bapak, Herr), end with a degree (PhD, MBA,
    S.Kom., MD behind a comma), or are a title alone. Words that are names of people as well, such as Prince, Dean,
    Judge and Md., pass.

    **Why it matters**
    Letters begin with "Dear Dr.", names sort under D, and the record is not recognised as the same person without the
    title.

    **How to fix**
    Move it to the field for the salutation or the suffix, and have the form ask for titles apart.

    **Example**
    First name ``Dr. Jane`` should read ``Jane``.

    **Fix safety**
    Needs review: the title is lost where no other field holds it, and some of these words are names somewhere.
    """

    id = "VAL039"
    title = "Title or degree inside a name"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.first_name", "contact.last_name")
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{value} holds a title or degree"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        return Flags(person_titles.is_titled(values), confidence=0.95, suggestion=person_titles.without_titles(values))
