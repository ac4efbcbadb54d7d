from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.sources.stages import outcome
from audit.values import text
from rules.evidence import joined_key


class StageContradictsStatus(GroupRule):
    """A deal whose stage says won or lost while its status says otherwise.

    **What is flagged**
    A deal in a stage that is called won or lost and whose status, which the source keeps in a column of its own, is
    another. A stage name counts only where at least half of its deals have the status that it tells.

    **Why it matters**
    Reports by stage and reports by status count the deal differently, and the difference is the deal's whole amount.

    **How to fix**
    Ask the owner which is right and set the other; a workflow should move both together.

    **Example**
    Stage ``Closed Lost``, status open, expected to bring 18,000.
    """

    id = "CON038"
    title = "Stage contradicts status"
    family = Family.MISTAGGED
    fields: ClassVar = ("deal.stage",)
    requires: ClassVar = ("deal.status",)
    keys: ClassVar = {"deal": "stage"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.HIGH
    message = "the stage is {value}, the status {status}"
    args: ClassVar = ("status",)
    options: ClassVar = {"share": 0.5}
    systemic = False

    def key(self, table: Table) -> pd.Series:
        return joined_key(table.lineage["source"], text.key(table.column("stage")))

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        deals = tables["deal"]
        told, status = outcome(deals["stage"]), deals["status"]
        judged = mask_of(told.isin(["won", "lost"]) & status.isin(["open", "won", "lost"]))
        agree = (told == status).astype("float64").where(judged)
        share = agree.groupby(self.key(deals)).transform("mean")
        wrong = judged & mask_of(told != status)
        return Flags(
            np.logical_and(wrong, mask_of(share >= self.option("share", ctx))),
            confidence=0.95,
            args={"status": status},
            checked=judged,
        )
