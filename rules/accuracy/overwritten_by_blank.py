from typing import ClassVar

import numpy as np

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, RecordRule, Severity, mask_of
from rules.evidence import is_machine


class OverwrittenByBlank(RecordRule):
    """A value that an integration replaced with nothing.

    **What is flagged**
    A change by an integration, import or workflow whose old value is filled and whose new value is blank.

    **Why it matters**
    The sender did not have the field and sent it empty. A known phone number, owner or source is lost, and nobody
    notices, since a blank raises no question.

    **How to fix**
    Restore the old value, and tell the integration to leave out fields that it does not fill.

    **Example**
    ``zapier-sync`` changes the lead source of a contact from ``Webinar`` to blank.

    **Fix safety**
    Needs review: a workflow may clear a field on purpose, such as the next step of a closed deal.
    """

    id = "ACC022"
    title = "Value overwritten by blank"
    family = Family.AUTOMATION
    fields: ClassVar = ("field_change.new_value", "field_change.old_value")
    requires: ClassVar = ("field_change.old_value",)
    dimension = Dimension.ACCURACY
    severity = Severity.HIGH
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{actor} replaced {suggestion} with nothing"
    args: ClassVar = ("actor",)

    def check(self, table: Table, ctx: Context) -> Flags:
        actor = table.column("changed_by")
        machine = is_machine(actor) | is_machine(table.column("change_source"))
        known = mask_of(actor.notna() | table.column("change_source").notna())
        old = table["old_value"]
        emptied = mask_of(old.notna()) & mask_of(table.column("new_value").isna())
        return Flags(
            emptied & machine,
            confidence=0.9,
            suggestion=old,
            args={"actor": actor.fillna(table.column("change_source"))},
            checked=np.logical_and(known, mask_of(old.notna())),
        )
