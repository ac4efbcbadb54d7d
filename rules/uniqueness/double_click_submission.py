from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from rules.submissions import form_and_sender, previous


class DoubleClickSubmission(GroupRule):
    """One click on a form's button that arrived twice.

    **What is flagged**
    A submission of a form at most ten seconds after the same person's last one of the same form. Times that are bare
    dates are not judged.

    **Why it matters**
    Each copy counts as a conversion: form conversion rate and cost per lead look better than they are.

    **How to fix**
    Drop the copy; let the form switch its button off while it sends.

    **Example**
    ``Request a demo`` from ayu@kembara.example at 09:14:02 and again at 09:14:03.

    **Fix safety**
    Safe: nobody fills in a form within ten seconds.
    """

    id = "UNQ010"
    title = "Double-click submission"
    family = Family.DOUBLE_SUBMISSION
    fields: ClassVar = ("form_submission.submitted_at", "form_submission.email")
    requires: ClassVar = ("form_submission.submitted_at",)
    keys: ClassVar = {"form_submission": "form"}
    dimension = Dimension.UNIQUENESS
    severity = Severity.MEDIUM
    fix_kind = FixKind.DROP
    fix_safety = FixSafety.SAFE
    message = "sent {seconds} seconds after the same person's last submission of this form"
    args: ClassVar = ("seconds",)
    options: ClassVar = {"seconds": 10}
    systemic = False

    def key(self, table: Table) -> pd.Series:
        return form_and_sender(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        submissions = tables["form_submission"]
        last = previous(submissions, self.key(submissions))
        return Flags(
            mask_of(last["seconds"] <= self.option("seconds", ctx)),
            args={"seconds": last["seconds"].round().astype("Int64").astype(TEXT)},
            group="form_submission " + last["record"].astype(TEXT),
            checked=mask_of(submissions["submitted_at"].notna() & self.key(submissions).notna()),
        )
