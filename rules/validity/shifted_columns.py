from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity
from audit.schema import TEXT, entities
from rules.evidence import out_of_place


class ShiftedColumns(RecordRule):
    """A row whose values stand one or more columns beside their own.

    **What is flagged**
    A row with at least two kinds of value out of place at once - an email address, a phone number, a web address, a
    postcode or a country in a field of another kind, and none in its own - where one of their own fields holds
    something else. The finding points to the first cell out of place.

    **Why it matters**
    An unquoted comma in an address moves everything to its right. All fields of the row are wrong, and those that
    happen to accept anything do not show it.

    **How to fix**
    Move the values back; if the file has many such rows, export it again with quotes, or as a spreadsheet.

    **Example**
    City ``+62 361 223344``, phone ``jane.doe@kembara.example``, email blank, country ``80361``.
    """

    id = "VAL046"
    title = "Columns shifted within a row"
    family = Family.MISTAGGED
    fields: ClassVar = tuple(
        f"{entity}.{name}"
        for entity in ("contact", "account")
        for name in "first_name last_name full_name name company_name job_title email phone mobile city state "
        "postal_code country".split()
        if name in entities()[entity].fields
    )
    dimension = Dimension.VALIDITY
    severity = Severity.HIGH
    message = "the row's columns are shifted: {sign}"
    args: ClassVar = ("sign",)

    def check(self, table: Table, ctx: Context) -> dict[str, Flags]:
        kinds, shifted = table.derived(out_of_place)
        told = np.full(len(table), "", dtype=object)
        first = np.full(len(table), "", dtype=object)
        names = self.fields_of(table)
        for name in (name for name in names if name in kinds):
            here = shifted & kinds[name].notna().to_numpy(dtype=bool)
            title = entities()[table.entity][name].title.lower()
            told[here] = told[here] + (", " + kinds[name][here].astype(object) + f" in {title}").to_numpy()
            first[here & (first == "")] = name
        cells = pd.Series(told, index=table.index, dtype=TEXT).str.removeprefix(", ")
        known = table.frame[names].notna().sum(axis=1).to_numpy() > 1
        return {name: Flags(first == name, confidence=0.9, args={"sign": cells}, checked=known) for name in names}
