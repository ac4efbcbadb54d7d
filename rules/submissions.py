"""Form submissions in the order in which one person sent them; several rules class them by the gap between two."""

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.schema import TEXT, entities
from audit.values import email, text
from rules.evidence import has_clock, joined_key

CIRCUMSTANCES = frozenset(
    "source_id form submitted_at page page_title contact_id ip channel utm_source utm_medium utm_campaign".split()
)
"""Fields that tell how a form was sent, not what was answered."""


def form_of(submissions: Table) -> pd.Series:
    """Which form was sent; a file that does not say holds one form."""
    return text.fold(submissions.column("form")).fillna(submissions.lineage["file"].astype(TEXT))


def sender_of(submissions: Table) -> pd.Series:
    """Who sent it: the address, else the person that matching found."""
    return email.match_key(submissions.column("email")).fillna(submissions.column("person"))


def form_and_sender(submissions: Table) -> pd.Series:
    return joined_key(form_of(submissions), sender_of(submissions))


def previous(submissions: Table, *keys: pd.Series) -> pd.DataFrame:
    """The submission before each one among those with the same keys, aligned with the table.

    Columns: `record` (Int64), `seconds` since it (float), both blank for the first, for blank keys and where a time
    has no clock.
    """
    rows = pd.DataFrame(
        {
            "key": pd.factorize(joined_key(*keys))[0],
            "at": submissions.column("submitted_at"),
            "record": submissions.index,
        },
        index=submissions.index,
    )
    rows = rows[(rows["key"] >= 0) & has_clock(submissions, "submitted_at")].sort_values(["key", "at", "record"])
    same = rows["key"] == rows["key"].shift()
    before = pd.DataFrame(
        {
            "record": rows["record"].shift().where(same).astype("Int64"),
            "seconds": rows["at"].diff().dt.total_seconds().where(same),
        }
    )
    return before.reindex(submissions.index)


def answers_differ(submissions: Table, before: pd.Series) -> pd.Series:
    """The titles of the fields answered otherwise than in the record `before`, comma-separated; blank where none is."""
    rows = before.notna().to_numpy(dtype=bool)
    earlier = before[rows].to_numpy(dtype="int64")
    titles = np.full(int(rows.sum()), "", dtype=object)
    for name, field in entities()["form_submission"].fields.items():
        if name in submissions and name not in CIRCUMSTANCES:
            answer = text.squeeze(submissions.original(name))
            now, then = (part.to_numpy(dtype=object, na_value="") for part in (answer[rows], answer.loc[earlier]))
            titles[now != then] += f", {field.title.lower()}"
    told = pd.Series(pd.NA, index=submissions.index, dtype=TEXT)
    told[rows] = pd.Series(titles, dtype=TEXT).str.removeprefix(", ").to_numpy()
    return told.replace("", pd.NA)
