from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity, mask_of
from audit.values import country, text


class UnstandardisedCountry(FieldRule):
    """A known country that is written in another way than the rest.

    **What is flagged**
    Countries given by a code, an abbreviation, an older name or the name in another language, when it is clear which
    one is meant. A few second names that are just as usual, such as Czech Republic, pass, and so do names that are
    written out or without their accents.

    **Why it matters**
    USA, U.S. and United States are three countries to a report by region, and each looks small.

    **How to fix**
    Take the suggestion: the English name in the Unicode locale data. Offer a list of countries in forms.

    **Example**
    ``Deutschland`` beside ``Germany``.

    **Fix safety**
    Safe: the country stays the same.
    """

    id = "CON030"
    title = "Country not in its usual form"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.country", "account.country", "form_submission.country", "payment.country")
    dimension = Dimension.CONSISTENCY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "{value} is {suggestion}"
    options: ClassVar = {"accepted": ("Cape Verde", "Czech Republic", "Ivory Coast", "Macao", "Macau", "Turkey")}

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        usual = country.name(country.clean(values))
        written = text.squeeze(values)
        same = mask_of(written.isin(self.option("accepted", ctx)))
        written, spelt_out = country.written_out(written), country.written_out(usual)
        plain = text.ascii_text(spelt_out)
        short = text.substitute(plain, r"\s*\([^)]*\)| - .*| SAR China", "")
        for form in (spelt_out, plain, short):
            same |= mask_of(written == form)
        known = mask_of(usual.notna())
        return Flags(known & ~same, suggestion=usual, checked=known)
