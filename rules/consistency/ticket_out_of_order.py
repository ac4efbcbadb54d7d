from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.schema import TEXT
from rules.evidence import has_clock


class TicketOutOfOrder(RecordRule):
    """A support case that was solved before it was opened or answered.

    **What is flagged**
    A ticket whose time of closing lies before its creation or before its first reply. Where one of the two is a bare
    date, days are compared.

    **Why it matters**
    Times to reply and to solve turn negative, and the averages of the team with them.

    **How to fix**
    Take the times from the ticket's own log; a whole table like this has its columns mixed up or was made up.

    **Example**
    First reply on 1 June at 12:15, solved on 1 June at 06:15.
    """

    id = "CON035"
    title = "Ticket times out of order"
    family = Family.STRUCTURE
    fields: ClassVar = ("ticket.closed_at",)
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    message = "closed before it was {earlier}"
    args: ClassVar = ("earlier",)

    def check(self, table: Table, ctx: Context) -> Flags:
        opened, answered = (_is_before(table, name) for name in ("created_at", "first_reply_at"))
        told = np.where(opened, "opened", "answered")
        known = table.column("created_at").notna() | table.column("first_reply_at").notna()
        return Flags(
            opened | answered,
            args={"earlier": pd.Series(told, index=table.index, dtype=TEXT)},
            checked=(known & table.column("closed_at").notna()).to_numpy(dtype=bool),
        )


def _is_before(table: Table, name: str) -> np.ndarray:
    """Where the ticket was closed before the moment `name`."""
    closed, other = table.column("closed_at"), table.column(name)
    timed = has_clock(table, "closed_at") & has_clock(table, name)
    earlier = (other > closed).where(timed, other.dt.normalize() > closed.dt.normalize())
    return mask_of(earlier)
