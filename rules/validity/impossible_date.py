from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Severity, mask_of
from audit.schema import TEXT, entities
from audit.values import text
from rules import columns

NULL_DATE = r"^\s*(?:0{4}[-/.]0{1,2}[-/.]0{1,2}|0{1,2}[-/.]0{1,2}[-/.]0{4}|1900[-/.]0?1[-/.]00|0?1[-/.]0{1,2}[-/.]1900)"
PLANNED = frozenset({"due_at", "return_at", "close_date", "start_date", "end_date", "date", "period"})
"""Fields that may lie ahead without limit."""
OLDEST_AGE = 122
"""The longest life on record, in years."""


class ImpossibleDate(RecordRule):
    """A date on which the thing cannot have happened.

    **What is flagged**
    Dates before 1990 in business records, dates of zeros, and dates later than the day after the audit in fields that
    tell what has happened. Planned dates may lie ahead, and activities by a year, since appointments are among them. A
    date of birth must not be ahead nor more than 122 years ago, "customer since" not before 1900.

    **Why it matters**
    One record from 1970 or 2202 stretches every time axis and ruins averages of age and cycle length.

    **How to fix**
    Take the date from the source system; 1 January 1970 and 1900 are what software writes where it knows none.

    **Example**
    ``created_at`` is ``1970-01-01``.
    """

    id = "VAL023"
    title = "Impossible date"
    family = Family.STRUCTURE
    fields: ClassVar = tuple(
        spec.qualified
        for entity in entities().values()
        for spec in entity.fields.values()
        if spec.type in ("date", "datetime")
    )
    dimension = Dimension.VALIDITY
    severity = Severity.MEDIUM
    message = "{value} is {when}"
    args: ClassVar = ("when",)
    options: ClassVar = {"earliest": "1990-01-01", "days_ahead": 1, "days_ahead_activity": 366}

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        return {name: self._impossible(table, name, ctx) for name in self.fields_of(table)}

    def _impossible(self, table: Table, name: str, ctx: Context) -> Flags:
        at = table[name]
        earliest, latest = self._span(name, ctx)
        if name == "last_activity_at" and latest is not None:
            # Salesforce dates the last activity by the appointment, which may lie ahead.
            appointed = text.matches(table.lineage["source"].astype(TEXT), "(?i)salesforce")
            latest = latest + pd.to_timedelta(np.where(appointed, self.option("days_ahead_activity", ctx), 0), unit="D")
        zero = mask_of(at.isna())
        zero[zero] = text.matches(table.original(name)[zero], NULL_DATE)
        early = zero | mask_of(at < earliest)
        late = mask_of(at > latest) if latest is not None else np.zeros(len(at), dtype=bool)
        when = columns.named(np.where(early, 0, 1), ("too early to be true", "still ahead"), at.index)
        return Flags(
            early | late,
            args={"when": pd.Series(when, index=at.index)},
            checked=mask_of(at.notna()) | zero,
        )

    def _span(self, name: str, ctx: Context) -> tuple[pd.Timestamp, pd.Timestamp | None]:
        earliest = pd.Timestamp(self.option("earliest", ctx))
        latest = ctx.as_of + pd.Timedelta(days=self.option("days_ahead", ctx))
        if name == "date_of_birth":
            return ctx.as_of - pd.DateOffset(years=OLDEST_AGE), latest
        if name == "customer_since":
            return pd.Timestamp("1900-01-02"), latest
        if name in PLANNED:
            return earliest, None
        if name == "at":
            return earliest, ctx.as_of + pd.Timedelta(days=self.option("days_ahead_activity", ctx))
        return earliest, latest
