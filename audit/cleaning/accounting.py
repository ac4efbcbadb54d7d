"""The accounts of a cleaning: every row and every amount of money is where the log says it is."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.errors import ReconciliationError
from audit.schema import TEXT

MONEY_FIELDS: Mapping[str, tuple[str, str]] = {"deal": ("amount", "close_date"), "payment": ("amount", "paid_at")}
"""Per entity with money: the amount, and the time that decides its month."""
CENT = 0.005


def row_accounts(raw: Dataset, cleaned: Dataset, log: pd.DataFrame, held: Mapping[str, int]) -> pd.DataFrame:
    """Rows per table: in = out + merged + dropped; `held` are rows left as they are for a person to judge.

    Raises ReconciliationError where that does not hold.
    """
    kinds = log.groupby(["entity", "kind"], sort=False).size() if len(log) else pd.Series(dtype="int64")
    rows = []
    for entity in raw:
        merged, dropped = (int(kinds.get((entity, kind), 0)) for kind in ("merge", "drop"))
        rows.append((entity, len(raw[entity]), len(cleaned[entity]), merged, dropped, int(held.get(entity, 0))))
    accounts = pd.DataFrame(rows, columns=["table", "in", "out", "merged", "dropped", "held"])
    open_rows = accounts[accounts["in"] != accounts["out"] + accounts["merged"] + accounts["dropped"]]
    if len(open_rows):
        names = ", ".join(open_rows["table"])
        raise ReconciliationError(
            f"The row accounts of {names} do not close after cleaning.",
            hint="No output was written; please report this with the audit's log.",
        )
    return accounts


def money_accounts(raw: Dataset, cleaned: Dataset, log: pd.DataFrame) -> pd.DataFrame:
    """Money per table, currency and month before and after: only lines that differ, with the reason.

    Columns table, currency, month ("" without a date), before, after, difference, reason. Raises ReconciliationError
    where a difference is not explained by the change log.
    """
    parts = []
    for entity, (amount, time) in MONEY_FIELDS.items():
        if entity not in raw or amount not in raw[entity]:
            continue
        before, after = (_totals(data[entity], amount, time) for data in (raw, cleaned))
        both = pd.concat({"before": before, "after": after}, axis=1).fillna(0.0)
        both["difference"] = both["after"] - both["before"]
        both = both[both["difference"].abs() > CENT]
        if both.empty:
            continue
        reasons = log[
            (log["entity"] == entity) & (log["kind"].isin(["merge", "drop"]) | _moves_money(log, amount, time))
        ]
        if reasons.empty:
            raise ReconciliationError(
                f"The amounts of {entity} changed without a line in the change log.",
                hint="No output was written; please report this with the audit's log.",
            )
        counts = reasons["kind"].value_counts(sort=False)
        reason = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        parts.append(both.reset_index().assign(table=entity, reason=reason))
    if not parts:
        return pd.DataFrame(columns=["table", "currency", "month", "before", "after", "difference", "reason"])
    return pd.concat(parts, ignore_index=True)[
        ["table", "currency", "month", "before", "after", "difference", "reason"]
    ]


def _moves_money(log: pd.DataFrame, amount: str, time: str) -> pd.Series:
    return log["field"].isin([amount, time, "currency"])


def _totals(table: Table, amount: str, time: str) -> pd.Series:
    month = table.column(time).dt.strftime("%Y-%m").fillna("")
    currency = table.column("currency").astype(TEXT).fillna("")
    cents = (table[amount].fillna(0.0) * 100).round()
    return cents.groupby([currency.rename("currency"), month.rename("month")]).sum() / 100


def held_rows(matches: Mapping[str, object]) -> dict[str, int]:
    """How many records of each matched entity wait for a person: in conflict, or in a pair of the review zone."""
    held = {}
    for entity, match in matches.items():
        pairs = match.pairs  # type: ignore[attr-defined]
        waiting = pairs[pairs["decision"] == "review"]
        sides = [waiting["left"], waiting["right"], match.held["left"], match.held["right"]]  # type: ignore[attr-defined]
        held[entity] = len(np.unique(pd.concat(sides).to_numpy()))
    return held
