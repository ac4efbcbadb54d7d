from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.schema import TEXT
from rules.evidence import is_lost, is_won


class ProbabilityContradictsStage(RecordRule):
    """A closed deal whose chance of being won is still open.

    **What is flagged**
    A won deal with a probability below 100 %, and a lost one above 0 %.

    **Why it matters**
    Weighted forecasts multiply by it: lost deals still add to the expected revenue and won ones add too little.

    **How to fix**
    Set 100 % or 0 %, once it is clear that the stage is the right one of the two.

    **Example**
    Stage Closed Lost with a probability of 40 %, left over from the stage before.
    """

    id = "CON032"
    title = "Probability contradicts stage"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.probability",)
    requires: ClassVar = ("deal.status",)
    dimension = Dimension.CONSISTENCY
    severity = Severity.LOW
    message = "the deal is {status}, its probability {value}"
    args: ClassVar = ("status",)

    def check(self, table: Table, ctx: Context) -> Flags:
        probability = table["probability"]
        won, lost = is_won(table), is_lost(table)
        wrong = (won & mask_of(probability < 0.995)) | (lost & mask_of(probability > 0.005))
        status = pd.Series(np.where(won, "won", "lost"), index=table.index, dtype=TEXT)
        return Flags(wrong, args={"status": status}, checked=(won | lost) & probability.notna().to_numpy(dtype=bool))
