from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, Flags, Severity
from audit.values import bank_account
from rules.evidence import PROSE


class BankAccountInText(FieldRule):
    """The number of a bank account in a free text.

    **What is flagged**
    Notes, messages, descriptions and subjects with an international account number (IBAN) that has the form and length
    of its country's and right check digits, in one piece or in groups of four.

    **Why it matters**
    With name and account number anybody can order a direct debit. Whoever can read or export the record has both, and
    a leak has to be reported under the GDPR.

    **How to fix**
    Delete the number here and keep it in the accounting system alone. The company's own account in copied invoices may
    be accepted.

    **Example**
    "Refund to DE89 3704 0044 0532 0130 00, please."
    """

    id = "VAL050"
    title = "Bank account in a text"
    family = Family.SENSITIVE
    fields: ClassVar = PROSE
    dimension = Dimension.VALIDITY
    severity = Severity.HIGH
    message = "the text holds what looks like the number of a bank account"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        return Flags(bank_account.holds_iban(values), confidence=0.98)
