from typing import ClassVar

import numpy as np
import pandas as pd

from audit.rule import Context, Dimension, Family, Flags, Severity, VocabularyRule
from audit.schema import TEXT


class BulkCloseDate(VocabularyRule):
    """Many deals with one and the same close date.

    **What is flagged**
    Each of at least 20 deals that share a close date, where these are a tenth of all dated deals or five times as many
    as an ordinary day has.

    **Why it matters**
    A migration or a mass edit wrote the date. Revenue of that day's month, sales cycles and forecasts follow from a
    day on which nothing happened.

    **How to fix**
    Restore the dates from the field history or from the invoices; leave a true last day of the quarter as it is.

    **Example**
    146 deals that close on 2026-06-30, when other days have two or three.
    """

    id = "CON020"
    title = "Bulk-set close date"
    family = Family.AUTOMATION
    fields: ClassVar = ("deal.close_date",)
    dimension = Dimension.CONSISTENCY
    severity = Severity.HIGH
    message = "{count} deals close on {value}"
    args: ClassVar = ("count",)
    options: ClassVar = {"deals": 20, "share": 0.1, "times_usual": 5}
    systemic = False

    def check(self, counts: pd.Series, ctx: Context) -> Flags:
        day = pd.DatetimeIndex(counts.index).normalize()
        deals = counts.groupby(day).transform("sum").to_numpy()
        usual = counts.groupby(day).sum().median()
        many = (deals >= self.option("share", ctx) * counts.sum()) | (deals >= self.option("times_usual", ctx) * usual)
        return Flags(
            np.asarray((deals >= self.option("deals", ctx)) & many),
            confidence=0.9,
            args={"count": pd.Series(deals, dtype=TEXT)},
            group="close date " + pd.Series(day.strftime("%Y-%m-%d"), dtype=TEXT),
        )
