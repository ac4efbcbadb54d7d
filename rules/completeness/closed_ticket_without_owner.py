from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity
from audit.schema import TEXT
from rules.evidence import is_closed_ticket, usually_filled


class ClosedTicketWithoutOwner(GroupRule):
    """A support case that was closed by nobody.

    **What is flagged**
    A closed ticket without an owner, in systems where at least half of the closed tickets have one.

    **Why it matters**
    Tickets, reply times and satisfaction per agent do not add up to the total, and there is nobody to ask what was
    promised to the customer.

    **How to fix**
    Take the owner from the last reply; let the system demand one before a ticket can be closed.

    **Example**
    Ticket 4411, solved in March with a rating of ``Bad``, assigned to nobody.
    """

    id = "CMP015"
    title = "Closed ticket without an owner"
    family = Family.STRUCTURE
    fields: ClassVar = ("ticket.owner",)
    requires: ClassVar = ("ticket.status",)
    keys: ClassVar = {"ticket": "status"}
    dimension = Dimension.COMPLETENESS
    severity = Severity.LOW
    message = "closed, but nobody was responsible"
    options: ClassVar = {"least_filled_share": 0.5}

    def key(self, table: Table) -> pd.Series:
        return table.lineage["source"].astype(TEXT)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        tickets = tables["ticket"]
        closed = is_closed_ticket(tickets)
        owned = tickets["owner"].notna().to_numpy(dtype=bool)
        checked = np.logical_and(closed, usually_filled(tickets, closed, owned, self.option("least_filled_share", ctx)))
        return Flags(checked & ~owned, checked=checked)
