from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity
from audit.schema import TEXT
from audit.values import text
from rules.submissions import form_of, sender_of

_LINK = r"(?i)https?:|www\.|\[url|<a\s"


class BotSubmission(GroupRule):
    """A form filled in by a machine.

    **What is flagged**
    A submission that filled a field which people cannot see; one with a link where a name belongs; and one of at
    least five from different addresses that one form got within ten seconds.

    **Why it matters**
    Such leads never answer. They make a channel look busy, lower its conversion rate, and mail to them harms the
    sender's reputation.

    **How to fix**
    Drop them and protect the form. A burst can also be a list that somebody imported as submissions: look first.

    **Example**
    First name ``Win a prize http://win.example``, company ``google``.

    **Fix safety**
    Safe where the hidden field is filled; the other signs need a look.
    """

    id = "ACC010"
    title = "Bot submission"
    family = Family.DOUBLE_SUBMISSION
    fields: ClassVar = ("form_submission.email", "form_submission.honeypot", "form_submission.submitted_at")
    keys: ClassVar = {"form_submission": "form"}
    dimension = Dimension.ACCURACY
    severity = Severity.MEDIUM
    fix_kind = FixKind.DROP
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "sent by a machine: {sign}"
    args: ClassVar = ("sign",)
    options: ClassVar = {"burst": 5, "seconds": 10}
    systemic = False

    def key(self, table: Table) -> pd.Series:
        return form_of(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        submissions = tables["form_submission"]
        trapped = _trapped(submissions)
        linked = np.logical_or.reduce(
            [text.matches(submissions.column(name), _LINK) for name in ("first_name", "last_name", "full_name")]
        )
        burst = self._burst(submissions, ctx)
        sign = np.select(
            [trapped, linked], ["the hidden field is filled", "a link stands where a name belongs"], "part of a burst"
        )
        return Flags(
            trapped | linked | burst,
            confidence=np.select([trapped, linked], [0.99, 0.95], 0.8),
            args={"sign": pd.Series(sign, index=submissions.index, dtype=TEXT)},
            safe=trapped,
            checked=np.ones(len(submissions), dtype=bool),
        )

    def _burst(self, submissions: Table, ctx: Context) -> np.ndarray:
        """Rows in a window of some seconds that holds enough submissions of one form by different senders."""
        size = self.option("burst", ctx)
        # Without seconds in the times a busy minute looks like a burst.
        timed = text.matches(submissions.original("submitted_at"), r":\d\d:\d\d|^\s*\d{10,}(\.\d+)?\s*$")
        rows = pd.DataFrame(
            {
                "form": pd.factorize(self.key(submissions))[0],
                "sender": pd.factorize(sender_of(submissions))[0],
                "at": submissions.column("submitted_at"),
            }
        )[timed & submissions.column("submitted_at").notna().to_numpy()]
        rows = rows[rows["sender"] >= 0].sort_values(["form", "at"], kind="stable")
        copy = rows.sort_values(["form", "sender", "at"], kind="stable")
        again = (copy[["form", "sender"]] == copy[["form", "sender"]].shift()).all(axis=1)
        again &= copy["at"].diff() <= pd.Timedelta(seconds=self.option("seconds", ctx))
        rows = rows[~again.reindex(rows.index)]
        last = rows.shift(1 - size)
        starts = (rows["form"] == last["form"]) & (
            last["at"] - rows["at"] <= pd.Timedelta(seconds=self.option("seconds", ctx))
        )
        inside = starts.astype("int64").rolling(size, min_periods=1).max().astype(bool)
        return inside.reindex(submissions.index, fill_value=False).to_numpy(dtype=bool)


def _trapped(submissions: Table) -> np.ndarray:
    """Where the hidden field holds anything; a ticked-off "0" or "false" is how some forms say empty."""
    hidden = submissions.column("honeypot")
    return hidden.notna().to_numpy(dtype=bool) & ~text.matches(hidden, r"(?i)^\s*(?:0|false|no|off|n/a|null|-)?\s*$")
