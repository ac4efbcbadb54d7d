from typing import ClassVar

import numpy as np

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.values import text


class BlankLeadSource(RecordRule):
    """A contact or deal that does not say where it came from.

    **What is flagged**
    Contacts and leads of a CRM, and deals, whose lead source is blank. Subscribers of a mailing list and customers of a
    payment tool are not judged: their exports have no such field.

    **Why it matters**
    Cost per lead, conversion by source and the return of every campaign are computed without these records, or with
    them in a bucket that means nothing.

    **How to fix**
    Take the source from the first form or campaign of the person; make the field mandatory where records are made by
    hand.

    **Example**
    A deal won for 12,000 with an empty lead source is credited to no channel.
    """

    id = "CMP003"
    title = "Blank lead source"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.lead_source", "deal.lead_source")
    dimension = Dimension.COMPLETENESS
    severity = Severity.MEDIUM
    message = "the lead source is blank"

    def check(self, table: Table, ctx: Context) -> Flags:
        judged = np.ones(len(table), dtype=bool)
        if table.entity == "contact" and "record_type" in table:
            kind = text.fold(table["record_type"])
            judged = mask_of(kind.str.contains(r"\b(?:contact|lead)s?\b"))
        return Flags(judged & mask_of(table["lead_source"].isna()), checked=judged)
