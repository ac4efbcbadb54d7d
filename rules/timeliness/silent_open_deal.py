from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.schema import TEXT
from rules.evidence import is_open


class SilentOpenDeal(RecordRule):
    """An open deal that nobody has touched for half a year.

    **What is flagged**
    An open deal whose last activity, change of stage and update all lie more than 180 days before the audit. Deals
    without any of these dates are not judged.

    **Why it matters**
    Silent deals are seldom won, yet they weigh in the pipeline with their full amount.

    **How to fix**
    Ask the owner for the next step and its date; without one, close the deal as lost.

    **Example**
    An open deal over 8,000 whose last activity was a call in January.
    """

    id = "TIM003"
    title = "Silent open deal"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.last_activity_at", "deal.updated_at", "deal.stage_changed_at")
    requires: ClassVar = ("deal.status",)
    dimension = Dimension.TIMELINESS
    severity = Severity.MEDIUM
    message = "open, and nothing has happened for {days} days"
    args: ClassVar = ("days",)
    options: ClassVar = {"days": 180}

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        signs = self.fields_of(table)
        last = pd.concat([table.column(name) for name in (*signs, "created_at")], axis=1).max(axis=1)
        silence = (ctx.as_of.normalize() - last.dt.normalize()).dt.days
        silent = is_open(table) & mask_of(silence > self.option("days", ctx))
        told = {"days": silence.astype("Int64").astype(TEXT)}
        flags = {}
        left = is_open(table)
        for name in signs:
            here = left & table[name].notna().to_numpy(dtype=bool)
            flags[name] = Flags(silent & here, confidence=0.9, args=told, checked=here)
            left &= ~here
        return flags
