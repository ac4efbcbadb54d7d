"""Customers by the quarter of their first purchase: how many of them had bought again after so many quarters."""

import numpy as np
import pandas as pd

from audit.metric import MetricContext
from reports.metrics.facts import Facts

QUARTERS = 8
"""First quarters that are looked at, the latest ones, and quarters after each."""
COHORT_TYPES = {"cohort": "object", "after": "int64", "customers_raw": "int64", "customers": "int64",
                "share_raw": "float64", "share": "float64"}  # fmt: skip
"""One line per first quarter and quarters `after` it that are over: its customers and the share that had bought again
by then, as it is and cleaned."""


def cohorts(raw: Facts, cleaned: Facts, ctx: MetricContext) -> pd.DataFrame:
    """The columns of COHORT_TYPES; empty where no purchase names its buyer and day."""
    mine = _shares(cleaned, ctx.as_of)
    both = mine.merge(_shares(raw, ctx.as_of), on=["cohort", "after"], how="left", suffixes=("", "_raw"))
    both["customers_raw"] = both["customers_raw"].fillna(0)
    return both[list(COHORT_TYPES)].astype(COHORT_TYPES)


def _shares(known: Facts, as_of: pd.Timestamp) -> pd.DataFrame:
    bought = known.purchases
    rows = np.flatnonzero(bought.bought & ~np.isnat(bought.at.times) & (bought.at.times <= as_of.to_datetime64()))
    at = bought.at.times[rows].astype("datetime64[M]").astype(np.int64) // 3
    # Two purchases of one day are one visit.
    visits = pd.DataFrame(
        {"who": bought.who[rows], "day": bought.at.times[rows].astype("datetime64[D]"), "quarter": at}
    )
    visits = visits.drop_duplicates(["who", "day"]).sort_values(["who", "day"], kind="stable")
    order = visits.groupby("who").cumcount()
    first = visits[order.eq(0).to_numpy()].set_index("who")["quarter"]
    second = visits[order.eq(1).to_numpy()].set_index("who")["quarter"].reindex(first.index)
    wait = second - first
    now = (as_of.year - 1970) * 4 + (as_of.month - 1) // 3
    lines = []
    for quarter in range(now - QUARTERS, now):
        of_it = first.eq(quarter)
        size = int(of_it.sum())
        name = f"{1970 + quarter // 4}-Q{quarter % 4 + 1}"
        for after in range(now - quarter) if size else ():
            lines.append((name, after, size, float((wait[of_it] <= after).sum()) / size))
    return pd.DataFrame(lines, columns=["cohort", "after", "customers", "share"])
