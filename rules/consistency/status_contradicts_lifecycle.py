from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.sources.stages import lifecycle
from audit.values import text
from rules.evidence import is_among, is_open, is_won, net_paid

_TURNED_DOWN = (
    r"^(?:un|dis)qualified|^(?:not|no longer) (?:a )?(?:good |right )?(?:qualified|fit|interested)|^no fit|^bad fit"
    r"|^junk|^rejected|^(?:un|dis)qualifiziert|^descalificad|^disqualifie|^desqualificad|^tidak memenuhi syarat"
)


class StatusContradictsLifecycle(GroupRule):
    """A contact whose lead status, lifecycle stage and deals cannot all be right.

    **What is flagged**
    A lead status of unqualified, bad fit or the like on a contact whose lifecycle stage is opportunity or customer; and
    a lifecycle stage before that of a customer on a contact with a won deal, or of subscriber or lead on one with an
    open deal, in the same system. Who has also paid is told as paid but not a customer.

    **Why it matters**
    Lists by stage and lists by status overlap: the same contact is mailed as a prospect, called as a customer and
    counted as turned down.

    **How to fix**
    Let the deals decide the lifecycle stage, and clear the lead status when a contact becomes a customer.

    **Example**
    Lead status ``Unqualified``, lifecycle stage ``Customer``.
    """

    id = "CON046"
    title = "Status contradicts lifecycle stage"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.lead_status", "contact.lifecycle_stage")
    requires: ClassVar = ("contact.lifecycle_stage",)
    keys: ClassVar = {"contact": "person", "deal": "person", "payment": "person"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    message = "{value} contradicts {status}"
    args: ClassVar = ("status",)

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        contacts = tables["contact"]
        stage = lifecycle(contacts["lifecycle_stage"])
        status = text.fold(contacts.column("lead_status"))
        stated = status.notna().to_numpy(dtype=bool) & stage.notna().to_numpy(dtype=bool)
        turned_down = text.matches(status, _TURNED_DOWN) & mask_of(stage.isin(["opportunity", "customer"]))
        flags = {}
        if "lead_status" in contacts:
            other = "the lifecycle stage " + contacts["lifecycle_stage"]
            flags["contact.lead_status"] = Flags(turned_down, confidence=0.95, args={"status": other}, checked=stated)
        won, ahead = self._with_deals(contacts, tables)
        behind = won & mask_of(stage.isin(["subscriber", "lead", "mql", "sql"]))
        behind |= ahead & mask_of(stage.isin(["subscriber", "lead"]))
        told = pd.Series(np.where(won, "a won deal", "an open deal"), index=contacts.index, dtype=TEXT)
        flags["contact.lifecycle_stage"] = Flags(
            behind, confidence=0.9, args={"status": told}, checked=(won | ahead) & stage.notna().to_numpy(dtype=bool)
        )
        return flags

    def _with_deals(self, contacts: Table, tables: Dataset) -> tuple[np.ndarray, np.ndarray]:
        """Contacts with a won and with an open deal in their own system, and no payment."""
        deals, payments = tables.get("deal"), tables.get("payment")
        paid = is_among(contacts.column("person"), payments.column("person")[mask_of(net_paid(payments) > 0)])
        mine, theirs = (
            table.lineage["source"].astype(TEXT) + "\x1f" + table.column("person") for table in (contacts, deals)
        )
        won, still = (is_among(mine, theirs[rows]) & ~paid for rows in (is_won(deals), is_open(deals)))
        return won, still
