from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import email, text
from rules.evidence import everything, is_among

_TEST = (
    r"(?i)(?:^|[^\p{L}])(?:test(?:e[dn]|ing|s)?|tes|prueba|essai|teste|asdf\w*|qwert\w*|lorem ipsum|ignore this)"
    r"(?:[^\p{L}]|$)"
)


class TestSubmission(GroupRule):
    """A form that the company's own people sent, or that somebody tried out.

    **What is flagged**
    A submission from an address at a domain that at least two of the company's own users have, and one whose name or
    message and whose address both are made of test words or keys struck at random.

    **Why it matters**
    Tests count as leads. They lift the conversion of the page that was tested most, which is the one just changed.

    **How to fix**
    Drop them, and exclude the company's own domains in the form tool.

    **Example**
    ``test@kembara.example``, message ``please ignore, testing the form``, where Kembara is the audited company.

    **Fix safety**
    Needs review: colleagues may ask for a thing in earnest.
    """

    id = "ACC011"
    title = "Test submission"
    family = Family.DOUBLE_SUBMISSION
    fields: ClassVar = ("form_submission.email",)
    keys: ClassVar = {"form_submission": "email", "user": "email"}
    dimension = Dimension.ACCURACY
    severity = Severity.MEDIUM
    fix_kind = FixKind.DROP
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{value} is no lead: {sign}"
    args: ClassVar = ("sign",)
    options: ClassVar = {"users": 2}
    systemic = False

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        submissions, users = tables["form_submission"], tables.get("user")
        address = submissions["email"]
        staff = email.domain(users.column("email"))[~email.is_free(users.column("email"))].value_counts()
        own = pd.Series(staff.index[staff >= self.option("users", ctx)], dtype=TEXT)
        ours = is_among(email.domain(address), own)
        local = text.fold(email.local_part(address))
        tried = _tries(submissions.column("message")) | _is_nobody(submissions)
        test = (text.is_placeholder(local) | text.matches(local, _TEST)) & tried
        sign = np.select(
            [ours & tried, ours], ["a test by one of the company's own people", "an address of its own"], "a test"
        )
        return Flags(
            ours | test,
            confidence=np.select([ours & tried, ours], [0.98, 0.9], 0.9),
            args={"sign": pd.Series(sign, index=submissions.index, dtype=TEXT)},
            checked=mask_of(address.notna()),
        )


def _tries(values: pd.Series) -> np.ndarray:
    """Where a text is a test word or holds one among few others."""
    return text.is_placeholder(values) | (text.matches(values, _TEST) & ~text.matches(values, r"^(?s:.{80})"))


def _is_nobody(submissions: Table) -> np.ndarray:
    """Where every name that was given is a test word; Jane Test may be called so."""
    given = np.zeros(len(submissions), dtype=bool)
    nobody = np.ones(len(submissions), dtype=bool)
    for name in ("first_name", "last_name", "full_name"):
        values = submissions.column(name)
        given |= values.notna().to_numpy(dtype=bool)
        nobody &= values.isna().to_numpy(dtype=bool) | _tries(values)
    return given & nobody
