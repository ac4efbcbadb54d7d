from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, Flags, Severity
from audit.values import text

_NAME = r"(?:[a-z]+[ _.-]?)?(?:name|e-?mail|company|phone|address|city|country|title|product|account|date|signature)"
_SHORT = r"(?:fname|lname|mname|first|last|salutation|greeting|customer|contact|recipient|sender|agent|user)"
PLACEHOLDER = (
    r"(\{\{[^{}\n]{1,60}\}\}"
    r"|\{%[^%{}\n]{1,60}%\}"
    r"|[$#]\{[A-Za-z_][\w.]{0,40}\}"
    r"|\{[!$][A-Za-z_][\w.]{0,60}\}"
    # One word in braces is also code: it needs an underscore or a word of the trade.
    r"|\{[A-Za-z]+(?:[_.][A-Za-z0-9]+){1,4}\}"
    rf"|\{{(?i:{_NAME}|{_SHORT})\}}"
    r"|\*\|[A-Za-z0-9_:.]{2,40}\|\*"
    rf"|%{{1,2}}(?i:{_NAME}|{_SHORT})%{{1,2}}"
    r"|<<[A-Za-z]\w*(?:[ .][A-Za-z]\w*){0,3}>>"
    r"|\[\[?(?i:(?:insert|enter|your|first|last|full|customer|client|contact|recipient|company|product|sender|agent|"
    r"account|user|prospect|lead)(?:'s)?[ _-](?:[a-z]+[ _-])?(?:name|here|company|e-?mail|title|date|number|address|"
    r"product|signature))\]\]?"
    r"|\[(?i:fname|lname|firstname|lastname|companyname)\])"
)


class UnfilledTemplate(FieldRule):
    """A text in which the blank of a template was never filled in.

    **What is flagged**
    Names, subjects, notes and messages that hold a merge field as mailing and support tools write them:
    ``{product_purchased}``, ``{{first_name}}``, ``[First Name]``, ``%FIRSTNAME%``, ``*|FNAME|*``, ``<<Name>>``,
    ``${name}``, ``{!Contact.Name}``. Code, and the system variables of support cases such as ``%APPDATA%``, pass.

    **Why it matters**
    Somebody was written to as {{first_name}}; and a record without the thing itself cannot be counted by it.

    **How to fix**
    Repair the template or the field it takes the value from; complete the record where what was meant is known.

    **Example**
    "I'm having an issue with the {product_purchased}. Please assist."
    """

    id = "VAL042"
    title = "Unfilled template"
    family = Family.STRUCTURE
    fields: ClassVar = (
        "contact.first_name",
        "contact.last_name",
        "contact.full_name",
        "contact.company_name",
        "contact.job_title",
        "contact.note",
        "account.name",
        "account.note",
        "deal.name",
        "deal.next_step",
        "deal.note",
        "activity.subject",
        "activity.body",
        "ticket.subject",
        "ticket.description",
        "ticket.resolution",
    )
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    message = "{placeholder} was never filled in"
    args: ClassVar = ("placeholder",)

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        found = text.matches(values, PLACEHOLDER)
        placeholder = pd.Series(pd.NA, index=values.index, dtype=text.TEXT)
        if found.any():
            placeholder[found] = values[found].str.extract(PLACEHOLDER, expand=False).to_numpy()
        return Flags(found, confidence=0.95, args={"placeholder": placeholder})
