from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import ColumnMapping, SourceInfo
from audit.rule import ColumnRule, Context, Dimension, Family, Flags, Severity
from audit.schema import TEXT
from audit.sources.headers import header_words

_KINDS = {
    "number": "no number",
    "date": "no date",
    "boolean": "neither yes nor no",
    "email": "no address of mail",
}
_CODES = frozenset(
    """
    id ids no nr num number numbers code codes key sku ref reference zip postal postcode phone fax mobile tel version
    unit house street room size serial name title product
    """.split()
)
"""Columns of such a name hold codes, in which digits and letters mix by right."""
_FEWEST_WORDS = 0.05
"""More than this beside yes and no is a list of three or more answers."""


class MixedTypeColumn(ColumnRule):
    """A column of numbers, dates, addresses or yes and no, in some rows of which stands something else.

    **What is flagged**
    A column that is read as no particular type (a custom field, a list) with 50 values or more, of which at least four
    in five are numbers, dates, addresses of mail or yes and no, and between 0.1 % and 20 % are none. Blanks and
    spellings of blank are not counted, nor are columns of codes and article numbers.

    **Why it matters**
    A sum or average leaves the odd rows out without a word, or the whole column is taken for text and cannot be sorted
    or charted.

    **How to fix**
    Look at the odd rows: they hold a unit, a remark, or the value of the column beside. Make the property a number or a
    date in the system, so that nothing else can be entered.

    **Example**
    "Expected seats" holds 412 numbers, and 19 times "about 20", "tbc by Jane" or "30-50".
    """

    id = "VAL061"
    title = "Column of mixed type"
    family = Family.STRUCTURE
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    message = "the column {column} of {file}: {odd}"
    args: ClassVar = ("column", "file", "odd")
    options: ClassVar = {"values": 50, "least": 0.001, "most": 0.2}

    def check(self, source: SourceInfo, ctx: Context) -> Flags:
        columns = source.mapping
        judged = np.array([self._judged(column, ctx) for column in columns], dtype=bool)
        share = np.array([column.odd / max(column.filled, 1) for column in columns], dtype=float)
        return Flags(
            judged & (share >= self.option("least", ctx)) & (share <= self.option("most", ctx)),
            confidence=0.9,
            args={"odd": pd.Series([_odd(column) for column in columns], dtype=TEXT)},
            checked=judged,
        )

    def _judged(self, column: ColumnMapping, ctx: Context) -> bool:
        if column.kind not in _KINDS or column.filled < self.option("values", ctx):
            return False
        if column.kind == "boolean":
            return column.field is None and column.odd <= _FEWEST_WORDS * column.filled
        return column.kind != "number" or not set(header_words(column.header)) & _CODES


def _odd(column: ColumnMapping) -> str:
    if not column.odd:
        return "all of one kind"
    rows = ", ".join(f"row {row}" for row in column.odd_rows)
    return f"{100 * column.odd / column.filled:.1f} % of its values are {_KINDS[column.kind]} ({rows})"
