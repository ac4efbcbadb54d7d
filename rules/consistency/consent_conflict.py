from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text

_MAILED = r"^(?:marketing|marketing contact|subscribed|active|opted in|opt in|confirmed|yes|true)$"
_NOT_MAILED = (
    r"^(?:non marketing|unsub|opted out|opt out|cleaned|bounced|archived|no consent|never subscribed|transactional)"
)


class ConsentConflict(GroupRule):
    """A person who said no in one system and may still be mailed by another.

    **What is flagged**
    A record that still allows mailing while another system has an opt-out of the same person, unless the person
    opted in again after that.

    **Why it matters**
    The next mail breaks the law in most countries, and one complaint costs more than all other defects of a record.

    **How to fix**
    Carry the opt-out over to every system, and let one of them keep consent for all.

    **Example**
    Unsubscribed in the mailing tool on 2 June; in the CRM, opted out of email: no.

    **Fix safety**
    Safe: the stricter answer does no harm.
    """

    id = "CON043"
    title = "Consent differs between systems"
    family = Family.CROSS_SOURCE
    fields: ClassVar = ("contact.email_opt_out", "contact.marketing_status", "contact.unsubscribed_at")
    requires: ClassVar = ("contact.person", "contact.email_opt_out")
    keys: ClassVar = {"contact": "person"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.CRITICAL
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "may be mailed, though the same person opted out in {source}"
    args: ClassVar = ("source",)
    systemic = False

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        contacts = tables["contact"]
        person, answer = contacts["person"], contacts["email_opt_out"]
        status = text.fold(contacts.column("marketing_status"))
        left_at = contacts.column("unsubscribed_at")
        out = (
            mask_of(answer) | (left_at.notna().to_numpy() & ~mask_of(~answer)) | text.matches(status, r"^unsubscribed$")
        )
        mailed = mask_of(~answer) | (mask_of(answer.isna()) & text.matches(status, _MAILED))
        mailed &= ~text.matches(status, _NOT_MAILED) & ~out
        codes, sources = pd.factorize(contacts.lineage["source"].astype(TEXT), sort=True)
        source = pd.Series(codes, index=contacts.index, dtype="float64")
        # Only people who said no anywhere can be in conflict.
        concerned = person.where(person.isin(person[out].unique()))
        there = source.where(out).groupby(concerned)
        lowest, highest = there.transform("min"), there.transform("max")
        other = lowest.where(lowest != source, highest)
        elsewhere = mask_of(other.notna() & (other != source))
        said_yes = contacts.column("opt_in_at").fillna(contacts.column("confirmed_at"))
        said_no = left_at.where(out).groupby(concerned).transform("max")
        return Flags(
            mailed & elsewhere & ~mask_of(said_yes > said_no),
            confidence=np.fmin(contacts.column("person_confidence").fillna(1.0).to_numpy(), 0.99),
            suggestion=pd.Series("true", index=contacts.index, dtype=TEXT),
            args={"source": pd.Series(sources, dtype=TEXT).reindex(other).set_axis(contacts.index)},
            group=person,
            checked=(mailed | out) & person.notna().to_numpy(dtype=bool),
        )
