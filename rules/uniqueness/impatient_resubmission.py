from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from rules.submissions import answers_differ, form_and_sender, previous


class ImpatientResubmission(GroupRule):
    """A form sent again within minutes.

    **What is flagged**
    A submission more than ten seconds and at most ten minutes after the same person's last one of the same form.

    **Why it matters**
    One interested person counts as two leads, and a seller may be told of the second as if it were new.

    **How to fix**
    Drop the later one if it says the same; the usual cause is a form that gives no sign of having been sent.

    **Example**
    ``Newsletter`` from ayu@kembara.example at 09:14 and at 09:17, all answers alike.

    **Fix safety**
    Safe where all answers are equal; else the later one may hold what the person meant.
    """

    id = "UNQ011"
    title = "Impatient resubmission"
    family = Family.DOUBLE_SUBMISSION
    fields: ClassVar = ("form_submission.submitted_at", "form_submission.email")
    requires: ClassVar = ("form_submission.submitted_at",)
    keys: ClassVar = {"form_submission": "form"}
    dimension = Dimension.UNIQUENESS
    severity = Severity.MEDIUM
    fix_kind = FixKind.DROP
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "sent again after {minutes} minutes"
    args: ClassVar = ("minutes",)
    options: ClassVar = {"over_seconds": 10, "minutes": 10}
    systemic = False

    def key(self, table: Table) -> pd.Series:
        return form_and_sender(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        submissions = tables["form_submission"]
        last = previous(submissions, self.key(submissions))
        seconds = last["seconds"]
        flagged = mask_of((seconds > self.option("over_seconds", ctx)) & (seconds <= 60 * self.option("minutes", ctx)))
        same = answers_differ(submissions, last["record"].where(flagged)).isna().to_numpy(dtype=bool)
        return Flags(
            flagged,
            confidence=0.95,
            args={"minutes": (seconds / 60).round(1).astype(TEXT)},
            group="form_submission " + last["record"].astype(TEXT),
            safe=flagged & same,
            checked=mask_of(submissions["submitted_at"].notna() & self.key(submissions).notna()),
        )
