from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity
from audit.schema import TEXT
from rules.evidence import has_clock
from rules.submissions import form_of


class LeadCreatedTwiceByForms(GroupRule):
    """One person whom two forms made two leads of.

    **What is flagged**
    A submission at most 24 hours after another form was sent by the same person, where each of the two was followed,
    within the hour, by a contact record of its own in one system.

    **Why it matters**
    Leads and cost per lead are counted twice, two sellers call the same person, and the first form's source loses the
    deal to the second's.

    **How to fix**
    Merge the two records, and let both forms look the person up by address and phone before they create one.

    **Example**
    Ayu Lestari sends ``Guide`` at 9:02 and ``Demo request`` at 9:10; contact 5512 is created at 9:02, 5513 at 9:10.
    """

    id = "UNQ014"
    title = "Lead created twice by two forms"
    family = Family.DOUBLE_SUBMISSION
    fields: ClassVar = ("form_submission.email",)
    requires: ClassVar = (
        "form_submission.submitted_at",
        "form_submission.person",
        "contact.person",
        "contact.created_at",
    )
    keys: ClassVar = {"form_submission": "person", "contact": "person"}
    dimension = Dimension.UNIQUENESS
    severity = Severity.MEDIUM
    message = "sent {form} and {other}, and each created a contact"
    args: ClassVar = ("form", "other")
    options: ClassVar = {"hours": 24, "minutes": 60}
    systemic = False

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        submissions, contacts = tables["form_submission"], tables.get("contact")
        sent = pd.DataFrame(
            {
                "person": submissions["person"].astype(object),
                "at": submissions["submitted_at"],
                "form": form_of(submissions),
                "record": submissions.index,
            }
        )[has_clock(submissions, "submitted_at")]
        made = pd.DataFrame(
            {
                "person": contacts.column("person").astype(object),
                "home": contacts.lineage["source"].astype(object),
                "created": contacts.column("created_at"),
                "contact": contacts.index,
            }
        )[has_clock(contacts, "created_at")]
        sent, made = sent.dropna().sort_values(["at", "record"]), made.dropna().sort_values(["created", "contact"])
        each = sent.merge(made[["person", "home"]].drop_duplicates(), on="person").sort_values(["at", "record"])
        # The clocks of a form and of a CRM differ by some seconds.
        each["from"] = (each["at"] - pd.Timedelta(minutes=1)).astype("datetime64[us]")
        window = pd.Timedelta(minutes=self.option("minutes", ctx))
        each = pd.merge_asof(
            each, made, left_on="from", right_on="created", by=["person", "home"], direction="forward", tolerance=window
        )
        each = each.dropna(subset=["contact"]).sort_values(["home", "person", "at", "record"])
        before = each.shift()
        twice = (each[["home", "person"]] == before[["home", "person"]]).all(axis=1) & (
            (each["form"] != before["form"]) & (each["contact"] != before["contact"])
        )
        twice &= each["at"] - before["at"] <= pd.Timedelta(hours=self.option("hours", ctx))
        found = each.assign(other=before["form"])[twice.to_numpy(dtype=bool)].drop_duplicates("record")
        found = found.set_index("record")
        told = submissions.column("form").fillna(submissions.lineage["file"].astype(TEXT))
        other = told.groupby(form_of(submissions)).first()
        return Flags(
            np.isin(submissions.index.to_numpy(), found.index.to_numpy()),
            confidence=0.9,
            args={"form": told, "other": found["other"].map(other).reindex(submissions.index).astype(TEXT)},
            checked=np.isin(submissions.index.to_numpy(), each["record"].to_numpy()),
        )
