from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from rules.evidence import is_closed_ticket, usually_filled


class UnansweredTicket(GroupRule):
    """An open support case that has waited a month for its first reply.

    **What is flagged**
    A ticket that is not closed, was opened more than 30 days before the audit and has no first reply, in systems that
    record one for at least half of the tickets of that age.

    **Why it matters**
    The customer is still waiting or has given up. The average time to reply leaves exactly these tickets out, and looks
    good for it.

    **How to fix**
    Answer, or close the ticket if it was answered elsewhere. Spam belongs out of the queue.

    **Example**
    Ticket 4411, opened on 3 September, status New, no reply by 1 November.
    """

    id = "TIM005"
    title = "Unanswered ticket"
    family = Family.STRUCTURE
    fields: ClassVar = ("ticket.created_at",)
    requires: ClassVar = ("ticket.status",)
    keys: ClassVar = {"ticket": "status"}
    dimension = Dimension.TIMELINESS
    severity = Severity.MEDIUM
    message = "open for {days} days without a reply"
    args: ClassVar = ("days",)
    options: ClassVar = {"days": 30, "least_filled_share": 0.5}

    def key(self, table: Table) -> pd.Series:
        return table.lineage["source"].astype(TEXT)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        tickets = tables["ticket"]
        days = (ctx.as_of - tickets["created_at"]).dt.total_seconds() / 86400
        old = mask_of(days > self.option("days", ctx))
        replied = np.logical_or.reduce(
            [tickets.column(name).notna().to_numpy() for name in ("first_reply_at", "first_reply_minutes")]
        )
        recorded = usually_filled(tickets, old, replied, self.option("least_filled_share", ctx))
        checked = old & recorded & ~is_closed_ticket(tickets) & mask_of(tickets["status"].notna())
        told = days.where(old).floordiv(1).astype("Int64").astype(TEXT)
        return Flags(checked & ~replied, confidence=0.9, args={"days": told}, checked=checked)
