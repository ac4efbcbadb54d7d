from typing import ClassVar

import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.values import country, region, text
from rules import columns


class StateContradictsCountry(RecordRule):
    """A state or province that the country does not have.

    **What is flagged**
    Records whose state is a region of Australia, Brazil, Canada, Germany, India, Indonesia, Mexico, the United Kingdom
    or the United States by its name, or by its code where the country has such codes, while the country beside it is
    another one. Names that several countries have, such as Punjab and Amazonas, fit each of them.

    **Why it matters**
    One of the two is wrong: parcels and tax follow one, the region in reports the other.

    **How to fix**
    Look at city and postal code to see which is right. Many with the same country point to the default of a form.

    **Example**
    State ``California``, country ``Canada``.
    """

    id = "CON050"
    title = "State contradicts country"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.state", "account.state")
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    message = "{value} is a region of {there}, but the country is {country}"
    args: ClassVar = ("there", "country")

    def check(self, table: Table, ctx: Context) -> Flags:
        state, where = table.column("state"), columns.countries(table)
        named, coded = region.countries(state), region.coded(state)
        own = region.is_of(state, where)
        # A code says something only beside a country whose own codes are known.
        of = named.fillna(coded.where(mask_of(own.notna())))
        judged = mask_of(where.notna() & of.notna())
        fits = mask_of(own) | mask_of(country.clean(state) == where)
        fits[judged] |= mask_of(_holds(of[judged], where[judged]))
        return Flags(
            judged & ~fits,
            confidence=0.9,
            args={"there": text.mapped(of, _names), "country": country.name(where)},
            checked=judged,
        )


def _names(codes: str) -> str:
    return " or ".join(country.name(text.text_series(codes.split(" "))).to_list())


def _holds(lists: pd.Series, codes: pd.Series) -> pd.Series:
    """Where a list of countries holds the code beside it."""
    distinct = (lists + ":" + codes).astype(object)
    return distinct.map({pair: pair[-2:] in pair[:-3].split(" ") for pair in distinct.unique()}).astype(bool)
