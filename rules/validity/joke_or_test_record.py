from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, RecordRule, Severity, mask_of
from audit.values import made_up_people
from rules import columns


class JokeOrTestRecord(RecordRule):
    """A contact that no person stands behind.

    **What is flagged**
    Contacts whose whole name is that of a comic figure, a specimen form or a test ("Mickey Mouse", "Max Mustermann",
    "Test User"), or keys in a row in both parts ("asdf qwer"); and contacts called John Doe, James Bond or with one
    part of keys in a row, where the address was made up on the spot as well (``test@test.com``). A real last name such
    as Null, Test or Doe passes.

    **Why it matters**
    Each counts as a lead in conversion rates and as a reader in open rates, and nobody will ever buy.

    **How to fix**
    Delete the record with what hangs on it; let colleagues test in a sandbox, and forms refuse such names.

    **Example**
    ``Mickey Mouse``, ``mickey@test.com``.

    **Fix safety**
    Needs review: dropping a record cannot be undone in the CRM, and a test record may be in use by a colleague.
    """

    id = "VAL044"
    title = "Test or joke record"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.last_name", "contact.full_name", "contact.first_name")
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    fix_kind = FixKind.DROP
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "nobody stands behind {name}"
    args: ClassVar = ("name",)

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        first, last, full = (table.column(name) for name in ("first_name", "last_name", "full_name"))
        whole = (first + " " + last).fillna(full).fillna(first).fillna(last)
        filler = made_up_people.filler_address(table.column("email"))
        filler[filler] = (
            made_up_people.everyman(whole[filler])
            | made_up_people.keyboard_run(first[filler])
            | made_up_people.keyboard_run(last[filler])
        )
        mask = columns.made_up(table) | filler
        place = next(name for name in ("last_name", "full_name", "first_name") if name in table)
        return {place: Flags(np.asarray(mask, dtype=bool), 0.9, args={"name": whole}, checked=mask_of(whole.notna()))}
