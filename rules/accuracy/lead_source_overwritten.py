from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.values import text
from rules.changes import LEAD_SOURCE, PERSON, bursts, is_about, same_change
from rules.evidence import is_machine

_NOTHING = (
    r"^(?:offline(?: sources?)?|others?|unknown|none|imports?(?:ed)?|integrations?|api|crm ui|manual(?:ly)?|default"
    r"|direct(?: traffic)?|unassigned|not set|sonstige[rs]?|unbekannt|lainnya|otros?|autres?|outros?)$"
)


class LeadSourceOverwritten(GroupRule):
    """A contact's first source that a machine replaced with another.

    **What is flagged**
    A change of a contact's lead source from a real one to another, made by an integration, an import or a workflow.
    Changes from a value that says nothing, such as ``Offline``, and bursts, which are told as bulk overwrites, are left
    out; so are changes back.

    **Why it matters**
    Where a contact came from cannot change. The channel that found the customer loses the credit to the one that
    touched the record last, and budgets follow.

    **How to fix**
    Restore the first value; keep the latest touch in a field of its own, and take the source out of the integration's
    mapping.

    **Example**
    ``Zapier`` changes ``Trade fair`` to ``Web form`` when the contact downloads a guide a year later.

    **Fix safety**
    Needs review: the first value may have been a mistake.
    """

    id = "ACC025"
    title = "Lead source overwritten"
    family = Family.AUTOMATION
    fields: ClassVar = ("field_change.new_value", "field_change.old_value")
    requires: ClassVar = ("field_change.object", "field_change.field", "field_change.old_value")
    keys: ClassVar = {"field_change": "new_value"}
    dimension = Dimension.ACCURACY
    severity = Severity.HIGH
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{actor} replaced the lead source {suggestion} with {value}"
    args: ClassVar = ("actor",)
    options: ClassVar = {"burst_records": 20, "burst_seconds": 60}

    def key(self, table: Table) -> pd.Series:
        return same_change(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        history = tables["field_change"]
        old, new = history["old_value"], history.column("new_value")
        actor, kind = history.column("changed_by"), history.column("change_source")
        judged = is_about(history, PERSON, LEAD_SOURCE) & mask_of(old.notna() & new.notna())
        judged &= mask_of(actor.notna() | kind.notna())
        real = ~(text.matches(text.fold(old), _NOTHING) | text.is_placeholder(old))
        other = mask_of(text.key(old) != text.key(new))
        machine = is_machine(actor) | is_machine(kind)
        found = bursts(history, self.option("burst_records", ctx), self.option("burst_seconds", ctx))
        alone = ~np.isin(history.index.to_numpy(), found.index.to_numpy())
        return Flags(
            judged & real & other & machine & alone,
            confidence=0.9,
            suggestion=old,
            args={"actor": actor.fillna(kind)},
            checked=judged,
        )
