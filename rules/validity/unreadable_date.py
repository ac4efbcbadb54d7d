from collections.abc import Mapping
from typing import ClassVar

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.schema import entities
from audit.values import text

NULL_DATE = r"^\s*(?:0{4}[-/.]0{1,2}[-/.]0{1,2}|0{1,2}[-/.]0{1,2}[-/.]0{4}|1900[-/.]0?1[-/.]00|0?1[-/.]0{1,2}[-/.]1900)"
NO_YEAR = r"^\s*--(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12][0-9]|3[01])\s*$"
"""A birthday without the year, as vCard 4.0 (RFC 6350, 4.3.1) and address books write it."""
NEVER = r"(?i)^\s*(?:never\b.*|tidak pernah|nie|jamais|nunca)\s*$"


class UnreadableDate(RecordRule):
    """A date field with a text that is no date.

    **What is flagged**
    Texts in any date or time field that cannot be read as a date in the way in which the rest of the column is written.
    "Never" passes, and so does a birthday without its year (``--0203``); a date of zeros is told as an impossible date.

    **Why it matters**
    The record falls out of every report that has a period: it is in no month, no cycle length and no cohort.

    **How to fix**
    Look the date up in the source and type it anew. Many in one column mean that two ways of writing dates were mixed.

    **Example**
    ``31/02/2024``, or ``last week``, in a column of creation dates.
    """

    id = "VAL022"
    title = "Unreadable date"
    family = Family.STRUCTURE
    fields: ClassVar = tuple(
        spec.qualified
        for entity in entities().values()
        for spec in entity.fields.values()
        if spec.type in ("date", "datetime")
    )
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    message = "{value} cannot be read as a date"

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        return {name: self._unreadable(table, name) for name in self.fields_of(table)}

    def _unreadable(self, table: Table, name: str) -> Flags:
        written = table.original(name)
        unread = mask_of(written.notna() & table[name].isna())
        passing = (NULL_DATE, NEVER, NO_YEAR) if name == "date_of_birth" else (NULL_DATE, NEVER)
        for pattern in passing:
            unread[unread] = ~text.matches(written[unread], pattern)
        return Flags(unread)
