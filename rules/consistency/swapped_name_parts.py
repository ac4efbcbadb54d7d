from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.values import person_name, text
from rules import columns
from rules.evidence import everything

GIVEN_NAME = 2.0
"""What the list of given names adds to the evidence, in natural logarithms of odds."""


class SwappedNameParts(GroupRule):
    """A first name in the last-name field, and the last name in the field of the first.

    **What is flagged**
    Contacts whose address holds the two names the other way round (``jane.doe@`` for first name Doe, last name Jane),
    where the names themselves say the same: how often each occurs as a first and as a last name among all contacts, and
    whether it is a known given name.

    **Why it matters**
    Letters go to "Dear Doe", and the record is not recognised as the Jane Doe of another system.

    **How to fix**
    Swap the two fields. Many from one import mean that its columns were mapped the wrong way round.

    **Example**
    First name ``Doe``, last name ``Jane``, email ``jane.doe@kembara.example``.

    **Fix safety**
    Needs review, and both fields together: some names go either way, and some companies write the last name first.
    """

    id = "CON001"
    title = "Swapped name parts"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.first_name", "contact.last_name")
    requires: ClassVar = ("contact.first_name", "contact.last_name", "contact.email")
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{value} and {other} are swapped: the address says {local_part}"
    args: ClassVar = ("other", "local_part")
    options: ClassVar = {"evidence": 3.0}
    keys: ClassVar = {"contact": "email"}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        contacts = tables["contact"]
        first, last = text.key(contacts["first_name"]), text.key(contacts["last_name"])
        local = columns.mail_local(contacts, "email")
        told = text.key(text.substitute(local, r"\+.*$|[0-9]+", ""))
        judged = mask_of(first.notna() & last.notna() & told.notna())
        turned = judged & mask_of((told == last + first) & (first != last)) & text.matches(local, r"[._-]")
        evidence = np.zeros(len(contacts))
        # A row must not speak for its own order.
        others = first[~turned], last[~turned]
        evidence[turned] = _odds(last[turned], *others) - _odds(first[turned], *others)
        mask = turned & (evidence >= self.option("evidence", ctx))
        confidence = np.clip(1 / (1 + np.exp(1 - evidence)), 0.0, 0.99)
        return {
            f"contact.{name}": Flags(
                mask,
                confidence=confidence,
                suggestion=text.squeeze(contacts[other]),
                args={"other": contacts[other], "local_part": local},
                checked=judged,
            )
            for name, other in (("first_name", "last_name"), ("last_name", "first_name"))
        }


def _odds(names: pd.Series, first: pd.Series, last: pd.Series) -> np.ndarray:
    """How much more a name occurs as a first than as a last name, as a logarithm; being a given name counts too."""
    as_first, as_last = (
        names.map(column.value_counts()).fillna(0).to_numpy(dtype="float64") for column in (first, last)
    )
    given = pa.array(sorted(person_name.given_names()), pa.large_string())
    known = pc.is_in(text.arrow(names), given).to_numpy(zero_copy_only=False)
    return np.log((as_first + 0.5) / (as_last + 0.5)) + GIVEN_NAME * known
