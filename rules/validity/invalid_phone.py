from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import country, phone, phone_form, text
from rules import columns

FOREIGN = r"(?i)@|https?://|^\s*[0-9](?:[.,][0-9]+)?E\+[0-9]+\s*$|^\s*#"

SOMEWHERE = "that exists"


class InvalidPhone(RecordRule):
    """A phone number that cannot be dialled.

    **What is flagged**
    Numbers that do not exist in the numbering plan of their country by libphonenumber: the country written in the
    number, else that of the record, else that of the audit. A number without any country is not judged.
    Placeholders, addresses, damaged cells and those with several numbers are told by other rules; an extension is not
    judged.

    **Why it matters**
    Call lists are longer than the people they reach, and two records of one person do not match on the number.

    **How to fix**
    Look for a lost digit or a missing area code; ask for the number at the next contact.

    **Example**
    ``+62 812 34`` is too short for a number in Indonesia.
    """

    id = "VAL020"
    title = "Invalid phone number"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.phone", "contact.mobile", "account.phone", "form_submission.phone")
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    message = "{value} is not a phone number {place}"
    args: ClassVar = ("place",)

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        place = ("that exists in " + country.name(columns.regions(table, ctx))).fillna(SOMEWHERE)
        return {name: self._invalid(table, name, ctx, place) for name in self.fields_of(table)}

    def _invalid(self, table: Table, name: str, ctx: Context, place: pd.Series) -> Flags:
        values, regions = table[name], columns.regions(table, ctx)
        international = text.matches(values, r"^\s*(?:\+|tel:)")
        judged = mask_of(values.notna()) & (international | mask_of(regions.notna()))
        judged &= ~columns.placeholders(table, name) & ~text.matches(values, FOREIGN)
        judged &= ~columns.holds_several_numbers(table, name)
        numbers = columns.numbers(table, name, ctx)
        valid, possible = (numbers[verdict].to_numpy(dtype=bool, copy=True) for verdict in ("valid", "possible"))
        extended = mask_of(phone_form.extension(values).notna())
        if extended.any():
            bare = phone.parse(phone_form.without_extension(values[extended]), regions[extended])
            valid[extended], possible[extended] = bare["valid"].to_numpy(), bare["possible"].to_numpy()
        # 00 stands for + in most countries; where the record's country dials otherwise it tells nothing.
        judged &= valid | ~text.matches(values, r"^[\s(]*00")
        return Flags(
            judged & ~valid,
            # New ranges of numbers are opened faster than lists of them are printed; a wrong length stays wrong.
            confidence=np.where(possible, 0.8, 1.0),
            args={"place": place.where(~international, SOMEWHERE).astype(TEXT)},
            checked=judged,
        )
