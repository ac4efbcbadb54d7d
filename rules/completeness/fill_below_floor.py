from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import SourceInfo
from audit.rule import ColumnRule, Context, Dimension, Family, Flags, Severity
from audit.schema import TEXT, entities


class FillBelowFloor(ColumnRule):
    """A field that everybody expects and next to nobody fills.

    **What is flagged**
    In a source of 50 rows or more, the column of a field that makes a record useful (name, address of mail, phone,
    owner, stage, amount, creation date ...) where fewer than a fifth of the rows hold a value (option `floor`). A field
    given by several columns is as full as the fullest. Columns without any value are a finding of their own.

    **Why it matters**
    A breakdown by the field describes the few that were filled, who are seldom like the rest; whatever is sent by it
    misses nearly everybody.

    **How to fix**
    Find out why it stays empty: a form that no longer asks, an import that did not map it, a field that only one team
    uses. Then make it mandatory at the one place where it is known, or retire it and take it out of reports.

    **Example**
    Of 1,234 subscribers 49 have a phone number: the calling list for the campaign holds 4 % of the audience.
    """

    id = "CMP020"
    title = "Field filled below its floor"
    family = Family.STRUCTURE
    fields: ClassVar = tuple(
        spec.qualified for entity in entities().values() for spec in entity.fields.values() if spec.expected
    )
    dimension = Dimension.COMPLETENESS
    severity = Severity.MEDIUM
    message = "{filled} of the rows of {file} hold a value in the column {column}"
    args: ClassVar = ("column", "file", "filled")
    options: ClassVar = {"floor": 0.2, "rows": 50}

    def check(self, source: SourceInfo, ctx: Context) -> Flags:
        names = [column.field for column in source.mapping]
        filled = pd.Series([column.filled for column in source.mapping], dtype="int64")
        # The first column of a field stands for all that fill it.
        first = ~pd.Series(names, dtype=object).duplicated().to_numpy()
        expected = np.array([f"{source.entity}.{name}" in self.fields for name in names], dtype=bool)
        most = filled.groupby(pd.Series(names, dtype=object).fillna("").to_numpy()).transform("max").to_numpy()
        judged = first & expected & (most > 0) & (source.rows_read >= self.option("rows", ctx))
        share = most / max(source.rows_read, 1)
        return Flags(
            judged & (share < self.option("floor", ctx)),
            args={"filled": pd.Series([f"{100 * part:.1f} %" for part in share], dtype=TEXT)},
            checked=judged,
        )
