from typing import ClassVar

import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.values import person_name, text

_ONE_WORD = r"^\s*\S+\s*$"
_EASTERN = r"[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]"


class FullNameContradictsParts(RecordRule):
    """A full name that is not that of the first and last name beside it.

    **What is flagged**
    A contact whose full name has little in common with first and last name. The order of the words, short
    forms, initials, titles, middle names, a maiden name and slips of spelling are all allowed for.

    **Why it matters**
    Two people stand in one record. Lists sorted by one field and mails written from the other address somebody else,
    and nobody knows whose phone number it is.

    **How to fix**
    Find out from the address whose record it is. If only the last name differs, somebody may have married and one of
    the fields was left behind; many at once mean that rows of an import were mixed up.

    **Example**
    Full name ``Budi Santoso``, first name ``Jane``, last name ``Doe``.
    """

    id = "CON047"
    title = "Full name contradicts its parts"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.full_name",)
    dimension = Dimension.CONSISTENCY
    severity = Severity.HIGH
    message = "the full name is {value}, first and last name are {parts}"
    args: ClassVar = ("parts",)
    options: ClassVar = {"likeness": 0.5}

    def check(self, table: Table, ctx: Context) -> Flags:
        full, first, last = (table.column(name) for name in ("full_name", "first_name", "last_name"))
        named = full.notna() & first.notna() & last.notna()
        # What is no name at all is told by rules about single cells.
        judged = mask_of(named) & person_name.validate(full) & person_name.validate(first) & person_name.validate(last)
        judged &= ~(text.matches(full, _ONE_WORD) | text.is_placeholder(first) | text.is_placeholder(last))
        parts = first + " " + last
        judged &= text.matches(full, _EASTERN) == text.matches(parts, _EASTERN)
        flagged = judged.copy()
        middle = table.column("middle_name").fillna("")
        for told in (parts, first + " " + middle + " " + last, first + " " + table.column("maiden_name")):
            alike = pd.Series(1.0, index=table.index)
            alike[flagged] = person_name.compare(full[flagged], told[flagged])
            flagged &= ~mask_of(alike >= self.option("likeness", ctx))
        return Flags(flagged, confidence=0.9, args={"parts": parts}, checked=judged)
