from typing import ClassVar

import numpy as np

from audit.dataset import ColumnMapping, SourceInfo
from audit.rule import ColumnRule, Context, Dimension, Family, Flags, Severity
from audit.schema import entities

_EVENTS = frozenset(
    """
    bounce_reason bounce_type bounce_code bounced_at unsubscribed_at converted_at refunded refunded_at last_activity_at
    last_contacted_at last_open_at last_click_at last_reply_at last_login_at last_purchase_at return_at successor
    """.split()
)
"""Fields that a system fills when something happens. Blank throughout, it has not happened."""


class UnusedColumn(ColumnRule):
    """A column that holds no value in any row.

    **What is flagged**
    In a source of 20 rows or more, every column, known or not, that is blank in all of them. Columns that a system
    writes into each of its exports by itself, such as Mailchimp's LATITUDE, are no one's field and are not judged, nor
    are the parts of mails, answers of yes and no, which some systems leave blank for no, and what is only filled when
    something happens, such as the reason of a bounce.

    **Why it matters**
    Somebody once meant to record this. Until it is filled or removed it makes forms longer and reports emptier, and
    leads the next one to make the same field again.

    **How to fix**
    Ask who made it and for what. Fill it from where the fact is known, or delete the property in the system.

    **Example**
    "Secondary decision maker" is on the contact form of the CRM, and blank in 2,759 of 2,759 contacts.
    """

    id = "CMP021"
    title = "Column that nobody fills"
    family = Family.STRUCTURE
    dimension = Dimension.COMPLETENESS
    severity = Severity.LOW
    message = "no row of {file} holds a value in the column {column}"
    options: ClassVar = {"rows": 20}

    def check(self, source: SourceInfo, ctx: Context) -> Flags:
        enough = source.rows_read >= self.option("rows", ctx) and source.system != "mail"
        judged = np.array([enough and self._is_anyones(source, column) for column in source.mapping], dtype=bool)
        return Flags(judged & np.array([column.filled == 0 for column in source.mapping], dtype=bool), checked=judged)

    @staticmethod
    def _is_anyones(source: SourceInfo, column: ColumnMapping) -> bool:
        """Whether somebody was meant to fill it."""
        if column.field is None:
            return not column.standard
        spec = entities()[str(source.entity)].fields.get(column.field)
        return column.field not in _EVENTS and (spec is None or spec.type != "boolean")
