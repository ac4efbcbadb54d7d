from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity
from audit.values import email
from rules.evidence import without_contact


class SubmissionWithoutLead(GroupRule):
    """A form submission that never became a contact.

    **What is flagged**
    A submission with an address that no contact has and that matching could not link to a person either. Submissions
    that filled the hidden field are left out.

    **Why it matters**
    Somebody asked to be called and nobody will: the hand-over from the form to the CRM failed. Leads by form and
    leads in the CRM cannot agree.

    **How to fix**
    Create the contact from the submission, then mend the hand-over.

    **Example**
    A demo request from clara@sinarlaut.example, which occurs nowhere in the CRM.
    """

    id = "CMP010"
    title = "Submission without a lead"
    family = Family.DOUBLE_SUBMISSION
    fields: ClassVar = ("form_submission.email",)
    requires: ClassVar = ("contact.email",)
    keys: ClassVar = {"form_submission": "email", "contact": "email"}
    dimension = Dimension.COMPLETENESS
    severity = Severity.HIGH
    message = "{value} sent a form but is no contact"

    def key(self, table: Table) -> pd.Series:
        return email.match_key(table.column("email"))

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        submissions = tables["form_submission"]
        sender = self.key(submissions)
        alone = without_contact(tables, "form_submission", sender, self.key(tables.get("contact")))
        human = submissions.column("honeypot").isna().to_numpy(dtype=bool)
        return Flags(alone & human, checked=sender.notna().to_numpy(dtype=bool) & human)
