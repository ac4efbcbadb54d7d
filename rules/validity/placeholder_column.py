from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import SourceInfo
from audit.rule import ColumnRule, Context, Dimension, Family, Flags, Severity
from audit.schema import TEXT


class PlaceholderColumn(ColumnRule):
    """A column that no field takes and in which many cells say nothing.

    **What is flagged**
    Columns that are not mapped, with 20 values or more, of which at least 1 % are placeholders: Select, n/a, none,
    unknown, tbd, dashes. Mapped fields are judged cell by cell by the rule for placeholder values.

    **Why it matters**
    The column counts as filled, and whatever is segmented by it has a group that stands for nobody's answer.

    **How to fix**
    Empty these cells in the system, and let the form accept no answer instead of its first choice.

    **Example**
    "How did you hear about us" holds ``Select`` in 5,043 of 7,033 filled rows.
    """

    id = "VAL062"
    title = "Placeholders in a column"
    family = Family.MISTAGGED
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    message = "the column {column} of {file}: {said}"
    args: ClassVar = ("column", "file", "said")
    options: ClassVar = {"values": 20, "least": 0.01}

    def check(self, source: SourceInfo, ctx: Context) -> Flags:
        columns = source.mapping
        judged = [column.field is None and column.filled >= self.option("values", ctx) for column in columns]
        share = np.array([column.fillers / max(column.filled, 1) for column in columns], dtype=float)
        said = [f"{column.fillers:,} of {column.filled:,} values say nothing ({column.filler})" for column in columns]
        return Flags(
            np.array(judged, dtype=bool) & (share >= self.option("least", ctx)),
            confidence=0.9,
            args={"said": pd.Series(said, dtype=TEXT)},
            checked=np.array(judged, dtype=bool),
        )
