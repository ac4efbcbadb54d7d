from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity
from audit.values import text


class Mojibake(FieldRule):
    """Text whose letters were turned into others by a wrong character encoding.

    **What is flagged**
    Values in which ftfy recognises text that was written in one encoding and read in another, and values with the
    replacement character �, where letters are lost.

    **Why it matters**
    The person reads the damage in the first line of a letter, and the record does not match its undamaged twin.

    **How to fix**
    Take the suggestion; where letters are lost, take the value from the source. Export and import as UTF-8.

    **Example**
    ``FranÃ§ois`` should read ``François``.

    **Fix safety**
    Safe: the damage is undone letter by letter, and nothing else is touched.
    """

    id = "VAL024"
    title = "Garbled characters"
    family = Family.STRUCTURE
    fields: ClassVar = (
        *(
            f"contact.{name}"
            for name in (
                "first_name middle_name last_name full_name company_name job_title department street street_2 address "
                "district city state country lead_source industry note"
            ).split()
        ),
        *(
            f"account.{name}"
            for name in "name other_names contact_name street street_2 address district city state country note".split()
        ),
        *(f"deal.{name}" for name in "name company_name contact_name product lost_reason next_step note".split()),
        *(
            f"form_submission.{name}"
            for name in "first_name last_name full_name company_name job_title country message".split()
        ),
        *(f"ticket.{name}" for name in "subject description contact_name company_name product".split()),
        *(f"activity.{name}" for name in "subject body contact_name company_name".split()),
        *(f"payment.{name}" for name in "customer_name company_name description product".split()),
        *(f"campaign_member.{name}" for name in "first_name last_name".split()),
        *(f"user.{name}" for name in "first_name last_name full_name".split()),
        "campaign.name",
        "product.name",
    )
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "{value} was damaged by a wrong character encoding"

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        repaired = text.repair(values)
        return Flags(text.mojibake(values), suggestion=repaired.where((repaired != values).to_numpy(dtype=bool)))
