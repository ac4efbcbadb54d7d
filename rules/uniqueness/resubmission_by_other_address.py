from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import company_name, phone, text
from rules.evidence import place_of
from rules.submissions import form_of, previous, sender_of


class ResubmissionByOtherAddress(GroupRule):
    """One person who sent the same form under two addresses.

    **What is flagged**
    A submission at most 24 hours after one of the same form that has another email, but the same name and company, or
    the same phone number and a name in common.

    **Why it matters**
    A system that knows people by their address makes two leads of one person, often one at work and one at home.

    **How to fix**
    Merge the two into one contact and keep both addresses.

    **Example**
    Ayu Lestari of Kembara, first as ayu@gmail.com and five minutes later as ayu.lestari@kembara.example.

    **Fix safety**
    Needs review: two people of one name can work for one company.
    """

    id = "UNQ013"
    title = "Resubmission by another address"
    family = Family.DOUBLE_SUBMISSION
    fields: ClassVar = ("form_submission.email",)
    requires: ClassVar = ("form_submission.submitted_at",)
    keys: ClassVar = {"form_submission": "form"}
    dimension = Dimension.UNIQUENESS
    severity = Severity.LOW
    fix_kind = FixKind.MERGE
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{value} sent the form that {other} sent just before; {shared} agree"
    args: ClassVar = ("other", "shared")
    options: ClassVar = {"hours": 24}
    systemic = False

    def key(self, table: Table) -> pd.Series:
        return form_of(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        submissions = tables["form_submission"]
        form = self.key(submissions)
        sender = sender_of(submissions)
        name = _name(submissions)
        by_name = previous(submissions, form, name, company_name.key(submissions.column("company_name")))
        named = self._other(submissions, by_name, sender, ctx)
        by_phone = previous(submissions, form, phone.match_key(submissions.column("phone")))
        called = self._other(submissions, by_phone, sender, ctx)
        called[called] = _name_in_common(name[called], name.loc[by_phone["record"][called].to_numpy(dtype="int64")])
        flagged = named | called
        first = by_name["record"].where(named, by_phone["record"])
        return Flags(
            flagged,
            confidence=np.where(named & called, 0.95, 0.85),
            args={
                "other": _told(submissions, first, flagged),
                "shared": pd.Series(
                    np.where(named, "name and company", "phone and name"), index=submissions.index, dtype=TEXT
                ),
            },
            group="form_submission " + first.astype(TEXT),
            into=first,
            checked=mask_of(submissions["submitted_at"].notna() & sender.notna()),
        )

    def _other(self, submissions: Table, before: pd.DataFrame, sender: pd.Series, ctx: Context) -> np.ndarray:
        """Where the submission before came in time and from another, known address."""
        near = mask_of(before["seconds"] <= 3600 * self.option("hours", ctx))
        earlier = sender.loc[before["record"][near].to_numpy(dtype="int64")].to_numpy(dtype=object, na_value=None)
        now = sender[near].to_numpy(dtype=object, na_value=None)
        near[near] = (now != earlier) & pd.notna(now) & pd.notna(earlier)
        return near


def _name(submissions: Table) -> pd.Series:
    parts = submissions.column("first_name").fillna("") + " " + submissions.column("last_name").fillna("")
    return text.fold(submissions.column("full_name").fillna(parts))


def _name_in_common(now: pd.Series, then: pd.Series) -> np.ndarray:
    """Where the first or the last word of two folded names is the same; colleagues share a switchboard."""
    now, then = now.reset_index(drop=True), then.reset_index(drop=True)
    first = now.str.extract(r"^(\w{3,})", expand=False) == then.str.extract(r"^(\w{3,})", expand=False)
    last = now.str.extract(r"(\w{3,})$", expand=False) == then.str.extract(r"(\w{3,})$", expand=False)
    return mask_of(first) | mask_of(last)


def _told(submissions: Table, records: pd.Series, rows: np.ndarray) -> pd.Series:
    """The addresses in the records, or where they stand."""
    told = place_of(submissions, records, rows)
    address = submissions.column("email").loc[records[rows].to_numpy(dtype="int64")].set_axis(told.index[rows])
    told[rows] = address.fillna(told[rows])
    return told
