from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity
from audit.schema import TEXT
from rules.evidence import has_clock

_ROUNDED = pd.Timedelta(minutes=1)


class UpdatedBeforeCreated(RecordRule):
    """A record changed before it existed.

    **What is flagged**
    A contact, account or deal whose last update lies before its creation; by the day where one of the two is a bare
    date.

    **Why it matters**
    One of the dates was overwritten, mostly by a migration that let its own date stand as the date of creation. Age,
    cohorts and lead speed cannot be trusted.

    **How to fix**
    Take the creation date from the system the record came from.

    **Example**
    Created 2026-05-02 08:00, last modified 2024-11-19 16:20.
    """

    id = "CON033"
    title = "Updated before created"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.updated_at", "deal.updated_at", "account.updated_at")
    dimension = Dimension.CONSISTENCY
    severity = Severity.LOW
    message = "updated at {value}, but created at {created}"
    args: ClassVar = ("created",)

    def check(self, table: Table, ctx: Context) -> Flags:
        updated, created = table["updated_at"], table.column("created_at")
        timed = has_clock(table, "updated_at") & has_clock(table, "created_at")
        before = np.where(timed, updated < created - _ROUNDED, updated.dt.normalize() < created.dt.normalize())
        return Flags(
            before.astype(bool),
            args={"created": table.original("created_at").astype(TEXT)},
            checked=(updated.notna() & created.notna()).to_numpy(dtype=bool),
        )
