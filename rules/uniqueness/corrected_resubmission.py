from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from rules.submissions import answers_differ, form_and_sender, previous


class CorrectedResubmission(GroupRule):
    """A form sent a second time on the same day, often with an answer put right.

    **What is flagged**
    A submission more than ten minutes and at most 24 hours after the same person's last one of the same form.

    **Why it matters**
    Two leads are counted for one person, and the sales team may work with the first, wrong answers.

    **How to fix**
    Merge both; where they differ, the later answer is mostly the corrected one. A second, different question in a
    contact form is a new matter: leave that one.

    **Example**
    A demo request at 10:02 without a phone number, and at 11:40 with one.

    **Fix safety**
    Needs review: only a reader can tell a correction from a second request.
    """

    id = "UNQ012"
    title = "Corrected resubmission"
    family = Family.DOUBLE_SUBMISSION
    fields: ClassVar = ("form_submission.submitted_at", "form_submission.email")
    requires: ClassVar = ("form_submission.submitted_at",)
    keys: ClassVar = {"form_submission": "form"}
    dimension = Dimension.UNIQUENESS
    severity = Severity.LOW
    fix_kind = FixKind.MERGE
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "the same person sent this form earlier that day; answered otherwise: {differing}"
    args: ClassVar = ("differing",)
    options: ClassVar = {"over_minutes": 10, "hours": 24}
    systemic = False

    def key(self, table: Table) -> pd.Series:
        return form_and_sender(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        submissions = tables["form_submission"]
        last = previous(submissions, self.key(submissions))
        seconds = last["seconds"]
        flagged = mask_of(
            (seconds > 60 * self.option("over_minutes", ctx)) & (seconds <= 3600 * self.option("hours", ctx))
        )
        differing = answers_differ(submissions, last["record"].where(flagged))
        asked_anew = mask_of(differing.str.contains("message", regex=False))
        return Flags(
            flagged,
            confidence=np.where(asked_anew, 0.6, 0.9),
            args={"differing": differing.fillna("nothing")},
            group="form_submission " + last["record"].astype(TEXT),
            into=last["record"],
            checked=mask_of(submissions["submitted_at"].notna() & self.key(submissions).notna()),
        )
