from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, Flags, Severity
from audit.schema import TEXT
from audit.values import national_id
from rules.evidence import PROSE

CALLED = {
    "us": "a social security number (United States)",
    "gb": "a national insurance number (United Kingdom)",
    "de": "a tax id (Germany)",
    "id": "an identity number (Indonesia)",
}


class NationalIdInText(FieldRule):
    """The number by which a state knows a person, in a free text.

    **What is flagged**
    Notes, messages, descriptions and subjects with a social security number of the United States, a national insurance
    number of the United Kingdom, a German tax id with its check digit, or an Indonesian NIK with a true province and
    date of birth, where a word beside it says so; a British one also in its groups of two. Numbers without such a word
    pass: orders and phones have as many digits.

    **Why it matters**
    Such a number opens credit in the person's name and cannot be changed. Most laws on personal data allow to keep it
    only where it is needed, and protected.

    **How to fix**
    Delete it from the text, its history and mails; where it is needed, keep it in the system that is made for it.

    **Example**
    "NIK: 3171014507900001" in a note about a delivery.
    """

    id = "VAL051"
    title = "National id in a text"
    family = Family.SENSITIVE
    fields: ClassVar = PROSE
    dimension = Dimension.VALIDITY
    severity = Severity.CRITICAL
    message = "the text holds what looks like {kind}"
    args: ClassVar = ("kind",)

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        found = national_id.kinds(values)
        kind = pd.Series(found, index=values.index).map(CALLED).astype(TEXT)
        return Flags(found != "", confidence=0.95, args={"kind": kind})
