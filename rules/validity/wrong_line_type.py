from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.values import phone, phone_form, text
from rules import columns

NOT_MOBILE = {
    "fixed": "a fixed line",
    "toll_free": "a toll-free line",
    "premium": "a premium-rate line",
    "shared_cost": "a shared-cost line",
}
UNTOLD = ("AR",)
"""Countries where people write mobile numbers in a way that cannot be told from fixed lines."""
FAX = "the fax line"
NORTH_AMERICAN = r"^\s*\(?[2-9][0-9]{2}\)?[\s.-]*[2-9][0-9]{2}[\s.-]?[0-9]{4}\s*(?:x.*)?$"


class WrongLineType(RecordRule):
    """A number in a field for a person's mobile or phone that nobody can answer there.

    **What is flagged**
    Mobile fields with a number that by its country's numbering plan is a fixed, toll-free, premium-rate or shared-cost
    line; in countries where fixed and mobile numbers look alike, such as the United States, only the last three kinds.
    Phone and mobile fields that repeat the record's fax number. Ten digits in the North American form, beside a country
    elsewhere, are not judged.

    **Why it matters**
    Text messages and WhatsApp campaigns never arrive, and calls end at a fax machine or a call centre.

    **How to fix**
    Move the number to the field it belongs to, and ask for a mobile number.

    **Example**
    Mobile ``+49 30 901820`` is a fixed line in Berlin.
    """

    id = "VAL014"
    title = "Fax or toll-free number as mobile"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.mobile", "contact.phone", "account.phone")
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    message = "{value} in {field} is {kind}"
    args: ClassVar = ("kind",)

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        return {name: self._wrong(table, name, ctx) for name in self.fields_of(table)}

    def _wrong(self, table: Table, name: str, ctx: Context) -> Flags:
        values, fax = table[name], table.column("fax")
        judged = mask_of(fax.notna() & values.notna())
        repeated = judged.copy()
        repeated[judged] = mask_of(_ending(values[judged]) == _ending(fax[judged]))
        repeated[repeated] = ~phone_form.is_filler(values[repeated])
        if repeated.any():
            regions = columns.regions(table, ctx)[repeated]
            here, there = (phone.match_key(side[repeated], regions) for side in (values, fax))
            repeated[repeated] = mask_of(here == there)
        kind = np.where(repeated, FAX, "")
        if name == "mobile":
            numbers = columns.numbers(table, name, ctx)
            told = mask_of(numbers["valid"]) & ~mask_of(numbers["region"].isin(UNTOLD))
            told &= text.matches(numbers["e164"], r"^\+1") | ~text.matches(values, NORTH_AMERICAN)
            judged |= told
            wrong = told & mask_of(numbers["kind"].isin(list(NOT_MOBILE)))
            kind = np.where(wrong, numbers["kind"].map(NOT_MOBILE).to_numpy(dtype=object), kind)
        return Flags(
            kind != "",
            confidence=np.where(kind == FAX, 0.8, 0.9),
            args={"kind": pd.Series(kind, index=values.index)},
            checked=judged,
        )


def _ending(values: pd.Series) -> pd.Series:
    """The last digits, which two spellings of one number share."""
    return phone.digits(values).str.slice(start=-7)
