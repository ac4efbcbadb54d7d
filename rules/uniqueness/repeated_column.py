from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import ColumnMapping, SourceInfo
from audit.rule import ColumnRule, Context, Dimension, Family, Flags, Severity
from audit.schema import TEXT, entities
from audit.sources.headers import header_words

_RECORDING = frozenset(
    "id by owner user date at time on stamp timestamp modstamp created modified updated viewed".split()
)
_FEW = 3


class RepeatedColumn(ColumnRule):
    """Two columns of one source that hold the same values row by row.

    **What is flagged**
    In a source of 20 rows or more, a column whose values agree with those of an earlier column in all rows, or in 98 %
    of the rows that fill either where both hold ten different values or more. Times, ids, owners and what the system
    itself writes are not judged: they often agree and yet mean different things.

    **Why it matters**
    People fill in the one or the other. From the day on which they part, nobody knows which is right, and a report on
    the wrong one is short of records.

    **How to fix**
    Decide which of the two stays, copy what only the other has, and hide or delete the other property. What writes
    both in a synchronisation should write one.

    **Example**
    "Company" and "Company (old)" agree in 496 of 500 rows.
    """

    id = "UNQ020"
    title = "Two columns that say the same"
    family = Family.STRUCTURE
    dimension = Dimension.UNIQUENESS
    severity = Severity.LOW
    message = "the column {column} of {file} says the same as {twin}"
    args: ClassVar = ("column", "file", "twin")
    options: ClassVar = {"rows": 20}

    def check(self, source: SourceInfo, ctx: Context) -> Flags:
        columns = {column.header: column for column in reversed(source.mapping)}
        able = {header: _may_repeat(source, column) for header, column in columns.items()}
        judged = np.array(
            [
                source.rows_read >= self.option("rows", ctx)
                and column.filled >= self.option("rows", ctx)
                and column.distinct >= _FEW
                and _may_repeat(source, column)
                for column in source.mapping
            ],
            dtype=bool,
        )
        repeats = np.array([able.get(column.same_as, False) for column in source.mapping], dtype=bool)
        return Flags(
            judged & repeats,
            confidence=np.array([column.alike for column in source.mapping], dtype=float),
            args={"twin": pd.Series([_twin(column) for column in source.mapping], dtype=TEXT)},
            checked=judged,
        )


def _may_repeat(source: SourceInfo, column: ColumnMapping) -> bool:
    """Whether a column is one that people fill, so that agreement is no chance."""
    if column.field is None:
        return not (column.standard or column.kind == "date" or set(header_words(column.header)) & _RECORDING)
    spec = entities()[str(source.entity)].fields.get(column.field)
    return spec is not None and spec.type not in ("id", "reference", "date", "datetime") and spec.role != "records"


def _twin(column: ColumnMapping) -> str:
    same = "" if column.alike == 1.0 else f" in {100 * column.alike:.1f} % of the rows"
    return f"{column.same_as}{same}"
