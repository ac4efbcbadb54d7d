from typing import ClassVar

import numpy as np
import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, Flags, Severity
from audit.values import text
from rules.evidence import PROSE

LONG_NUMBER = r"[0-9](?:[ -]?[0-9]){13}"
CANDIDATE = (
    r"(?<![0-9A-Za-z+/_-])(?<![0-9][.,])"
    r"((?:[0-9]{4}([ -]?)[0-9]{4}\2[0-9]{4}\2[0-9]{4}(?:\2[0-9]{3})?)|3[0-9]{3}[ -]?[0-9]{6}[ -]?[0-9]{4,5})"
    r"(?![0-9A-Za-z_-])"
)
ISSUERS = (
    r"^(?:4[0-9]{15}|4[0-9]{18}"  # Visa
    r"|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"  # Mastercard
    r"|3[47][0-9]{13}"  # American Express
    r"|3(?:0[0-5]|[68][0-9])[0-9]{11}"  # Diners Club
    r"|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}"  # Discover
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12}"  # JCB
    r"|62[0-9]{14}|62[0-9]{17})$"  # UnionPay
)
LONGEST = 19


class CardNumberInText(FieldRule):
    """The number of a payment card in a free text.

    **What is flagged**
    Notes, messages, descriptions and subjects with a number that has the length and the first digits of a card issuer
    and a right check digit (Luhn).

    **Why it matters**
    Everybody with access to the CRM can read and export it. The rules of the card industry (PCI DSS) forbid to keep it
    there, and a leak has to be reported.

    **How to fix**
    Delete the number, also from the history of the record and from mails; charge the card in the payment tool alone.

    **Example**
    "Customer asked to charge 4111 1111 1111 1111."
    """

    id = "VAL040"
    title = "Card number in a text"
    family = Family.SENSITIVE
    fields: ClassVar = PROSE
    dimension = Dimension.VALIDITY
    severity = Severity.CRITICAL
    message = "the text holds what looks like the number of a payment card"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        likely = text.matches(values, LONG_NUMBER)
        found = values[likely].astype(object).str.extractall(CANDIDATE)[0]
        digits = text.substitute(text.text_series(found.to_numpy(), found.index), r"[^0-9]", "")
        digits = digits[text.matches(digits, ISSUERS)]
        cards = digits[_passes_luhn(digits)].index.get_level_values(0)
        return Flags(values.index.isin(cards), confidence=0.95)


def _passes_luhn(numbers: pd.Series) -> np.ndarray:
    """Whether the check digit of each number is right (ISO/IEC 7812-1, annex B). `numbers`: at most 19 digits each."""
    if not len(numbers):
        return np.zeros(0, dtype=bool)
    digits = (
        np.array(numbers.str.zfill(LONGEST).to_list(), dtype=f"S{LONGEST}").view(np.uint8).reshape(-1, LONGEST) - 48
    )
    doubled = digits[:, -2::-2] * 2
    return (digits[:, -1::-2].sum(axis=1) + (doubled - 9 * (doubled > 9)).sum(axis=1)) % 10 == 0
