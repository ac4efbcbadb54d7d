from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity
from audit.schema import entities
from audit.values import text


class ChoiceOutsideList(RecordRule):
    """A value that is not on the list that the field is closed to.

    **What is flagged**
    A value that the list in audit.toml does not have, under ``[rules.options.VAL048]``, for instance
    ``lists = { "contact.lead_status" = ["New", "Working", "Unqualified"] }``. Capitals, blanks and punctuation are not
    looked at: other spellings of a listed value are another rule's. Fields without a list are not judged.

    **Why it matters**
    Every value outside the list is a bar of its own in a chart and a gap in each filter, workflow and score that names
    the values it knows.

    **How to fix**
    Map the value to one of the list, then let the system refuse others, imports included.

    **Example**
    Lead status ``Call again after Lebaran``, where the list ends at ``Unqualified``.
    """

    id = "VAL048"
    title = "Value outside the closed list"
    family = Family.MISTAGGED
    fields: ClassVar = tuple(
        spec.qualified
        for entity in entities().values()
        for spec in entity.fields.values()
        if spec.type in ("choice", "country", "currency")
    )
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    message = "{value} is none of the {count} values that {field} may have"
    args: ClassVar = ("count",)
    options: ClassVar = {"lists": {}}

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        lists = self.option("lists", ctx)
        return {
            name: self._outside(table, name, lists.get(f"{table.entity}.{name}", ())) for name in self.fields_of(table)
        }

    def _outside(self, table: Table, name: str, allowed: list[str]) -> Flags:
        codes, values = table.distinct(name)
        if not allowed or not len(values):
            nobody = np.zeros(len(table), dtype=bool)
            return Flags(nobody, checked=nobody)
        listed = text.key(text.text_series([str(value) for value in allowed]))
        outside = np.append(~text.key(values).isin(listed.to_list()).to_numpy(dtype=bool), False)[codes]
        count = text.text_series([str(len(allowed))] * len(table), table.index)
        return Flags(outside, args={"count": count}, checked=codes >= 0)
