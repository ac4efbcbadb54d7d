from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.values import company_words, text


class CompanyInPersonName(RecordRule):
    """A company or an office where the name of a person should stand.

    **What is flagged**
    First, last and full names with a legal form at their end or beginning (Ltd, GmbH, Inc, PT), or of several words
    with one that people do not have in their names: Solutions, Services, Universitas, Sales Team. Legal forms that are
    also names of people, such as Sa and Co, pass. Full names are judged where the parts are blank.

    **Why it matters**
    The record counts as a person who can decide, letters begin with "Dear Acme", and the company is missing among the
    accounts or is there twice.

    **How to fix**
    Make it an account, and find the person behind the address. Many from one source mean that its company column was
    mapped to the name.

    **Example**
    First name ``Kembara``, last name ``Cold Storage Ltd``.
    """

    id = "VAL037"
    title = "Company as a person"
    family = Family.MISTAGGED
    fields: ClassVar = (
        "contact.first_name",
        "contact.last_name",
        "contact.full_name",
        "form_submission.first_name",
        "form_submission.last_name",
        "form_submission.full_name",
    )
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    message = "{value} is the name of a company or an office, not of a person"

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        first, last, full = (table.column(name) for name in ("first_name", "last_name", "full_name"))
        in_first, in_last = _is_company(first), _is_company(last)
        together = _is_company(first + " " + last) & ~in_first & ~in_last
        parts = mask_of(first.notna() | last.notna())
        masks = {"first_name": in_first, "last_name": in_last | together, "full_name": _is_company(full) & ~parts}
        return {name: Flags(masks[name], confidence=0.9) for name in self.fields_of(table)}


def _is_company(names: pd.Series) -> np.ndarray:
    found: np.ndarray = text.over_distinct(
        names, lambda values: company_words.has_legal_form(values) | company_words.has_business_word(values)
    )
    return found
