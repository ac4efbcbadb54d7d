from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity
from audit.values import country, text


class UnknownCountry(FieldRule):
    """A country field with a text that is no country.

    **What is flagged**
    Values that are neither a country's name in one of the languages of trade nor one of its codes or usual
    abbreviations. Placeholders such as n/a are told elsewhere.

    **Why it matters**
    The record is in no region, and rules that depend on the country (phone numbers, consent, tax) cannot be applied.

    **How to fix**
    Take the suggestion where one name is near; else look for a city or a state that was put into the wrong field.

    **Example**
    ``Philipines`` should read ``Philippines``; ``California`` is a state.

    **Fix safety**
    Needs review: the nearest name need not be the right one.
    """

    id = "VAL031"
    title = "Unknown country"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.country", "account.country", "form_submission.country", "payment.country")
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{value} is not a country"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        unknown = ~country.validate(values) & ~text.is_placeholder(values) & ~text.matches(values, r"^\s*#")
        suggestion = country.suggest(values.where(unknown))
        return Flags(unknown, suggestion=suggestion)
