from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import country, text
from rules import columns


class CountryContradictsPhone(RecordRule):
    """A contact said to be in one country whose phone number is of another.

    **What is flagged**
    Contacts with a known country and a phone or mobile number in international form, when no number has the country's
    calling code. Countries that share a code, such as the United States and Canada, do not contradict each other.

    **Why it matters**
    One of the two is wrong. Sales by region, the language of mailings and the law that holds for the contact follow the
    country.

    **How to fix**
    Check which is right. Many contacts with the same wrong country point to a default of a form or an import.

    **Example**
    Country ``Indonesia``, phone ``+49 30 901820``.
    """

    id = "CON005"
    title = "Country contradicts phone"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.country",)
    requires: ClassVar = ("contact.country",)
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    message = "the country is {value}, but the phone number is of {phone_country}"
    args: ClassVar = ("phone_country",)

    def check(self, table: Table, ctx: Context) -> Flags:
        code = columns.countries(table)
        own = _calling_code(code)
        judged = np.zeros(len(table), dtype=bool)
        agrees = np.zeros(len(table), dtype=bool)
        other = pd.Series(pd.NA, index=table.index, dtype=TEXT)
        for name in ("phone", "mobile"):
            region = columns.calling_regions(table, name, ctx)
            called = _calling_code(region)
            known = mask_of(own.notna() & called.notna())
            judged |= known
            agrees |= known & mask_of(called == own)
            other = other.fillna(region.where(known & mask_of(called != own)))
        return Flags(judged & ~agrees, confidence=0.8, args={"phone_country": country.name(other)}, checked=judged)


def _calling_code(regions: pd.Series) -> pd.Series:
    """The international calling code of two-letter regions; NA where a region has none."""
    from phonenumbers import country_code_for_region

    return text.mapped(regions, lambda region: str(country_code_for_region(region) or "") or None)
