"""The accounts of a cleaning: every row and every amount of money is where the log says it is.

A row of the raw table is merged into another, dropped, held (it stands in the cleaned table and waits for a person, see
`audit.cleaning.held`) or out (it stands there and waits for nobody): in = out + merged + dropped + held.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.errors import ReconciliationError
from audit.schema import TEXT

MONEY_FIELDS: Mapping[str, tuple[str, str]] = {"deal": ("amount", "close_date"), "payment": ("amount", "paid_at")}
"""Per entity with money: the amount, and the time that decides its month."""
ACCOUNT_COLUMNS = ["table", "in", "out", "merged", "dropped", "held"]
MONEY_COLUMNS = ["table", "currency", "month", "before", "after", "difference", "reason"]
MONEY_LINES: Mapping[str, object] = {
    "table": "object",
    "currency": TEXT,
    "month": TEXT,
    "difference": "float64",
    "record": "int64",
    "kind": "object",
    "change_id": TEXT,
}
"""One line per record and month whose amount differs, with the change that explains it."""
_HINT = "No output was written; please report this with the audit's log."


def row_accounts(raw: Dataset, cleaned: Dataset, log: pd.DataFrame, held: Mapping[str, int]) -> pd.DataFrame:
    """Rows per table: in = out + merged + dropped + held (columns ACCOUNT_COLUMNS).

    Raises ReconciliationError where that does not hold.
    """
    kinds = log.groupby(["entity", "kind"], sort=False).size() if len(log) else pd.Series(dtype="int64")
    rows = []
    for entity in raw:
        merged, dropped = (int(kinds.get((entity, kind), 0)) for kind in ("merge", "drop"))
        waiting = int(held.get(entity, 0))
        rows.append((entity, len(raw[entity]), len(cleaned[entity]) - waiting, merged, dropped, waiting))
    accounts = pd.DataFrame(rows, columns=ACCOUNT_COLUMNS)
    open_rows = accounts[accounts["in"] != accounts[["out", "merged", "dropped", "held"]].sum(axis=1)]
    if len(open_rows):
        names = ", ".join(open_rows["table"])
        raise ReconciliationError(f"The row accounts of {names} do not close after cleaning.", hint=_HINT)
    return accounts


def money_accounts(raw: Dataset, cleaned: Dataset, log: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Money per table, currency and month ("" without a date) before and after, and the records behind each difference.

    Only what differs is listed: columns MONEY_COLUMNS, and those of MONEY_LINES. Raises ReconciliationError where the
    amount, currency or month of a record changed without a line in the change log.
    """
    totals = []
    lines = []
    for entity, (amount, time) in MONEY_FIELDS.items():
        if entity not in raw or amount not in raw[entity] or cleaned[entity] is raw[entity]:
            continue
        moved = _moved(raw[entity], cleaned[entity], amount, time)
        if moved.empty:
            continue
        moved = _explained(moved, log[(log["entity"] == entity).to_numpy()], entity, (amount, time, "currency"))
        lines.append(moved.assign(table=entity))
        totals.append(_months(raw[entity], moved, amount, time).assign(table=entity))
    if not lines:
        return pd.DataFrame(columns=MONEY_COLUMNS), pd.DataFrame(
            {name: pd.Series(dtype=kind) for name, kind in MONEY_LINES.items()}
        )
    told = pd.concat(lines, ignore_index=True)[list(MONEY_LINES)].astype(MONEY_LINES)
    return pd.concat(totals, ignore_index=True)[MONEY_COLUMNS], told


def _moved(raw: Table, cleaned: Table, amount: str, time: str) -> pd.DataFrame:
    """Records whose cents, currency or month differ: two lines each, out of what they were and into what they are."""
    before, after = _cents(raw, amount), _cents(cleaned, amount)
    place = cleaned.index.get_indexer(raw.index)
    gone = place < 0
    now = np.append(after, 0.0)[place]
    differs = gone & (before != 0) | ~gone & (now != before)
    for name in {time, "currency"} & {*raw.frame.columns, *cleaned.frame.columns}:
        then, later = raw.column(name), cleaned.column(name)
        if not gone.any() and then.equals(later):
            continue
        later = later.reindex(raw.index)
        same = then.eq(later).fillna(False) | (then.isna() & later.isna())
        differs |= ~gone & ~same.to_numpy(dtype=bool) & ((before != 0) | (now != 0))
    at = np.flatnonzero(differs)
    stays = at[~gone[at]]
    parts = []
    for table, rows, cents, sign in ((raw, at, before[at], -1), (cleaned, place[stays], now[stays], 1)):
        part = _rows(table, rows)
        parts.append(
            pd.DataFrame(
                {
                    "currency": part.column("currency").astype(TEXT).fillna("").array,
                    "month": _month(part.column(time)).array,
                    "difference": sign * cents,
                    "record": part.index,
                }
            )
        )
    moved = pd.concat(parts, ignore_index=True)
    moved = moved.groupby(["currency", "month", "record"], sort=False, as_index=False)["difference"].sum()
    moved = moved[moved["difference"] != 0]
    return moved.assign(difference=moved["difference"] / 100)


def _rows(table: Table, rows: np.ndarray) -> Table:
    mask = np.zeros(len(table), dtype=bool)
    mask[rows] = True
    return table.take(mask)


def _explained(moved: pd.DataFrame, log: pd.DataFrame, entity: str, fields: tuple[str, ...]) -> pd.DataFrame:
    """The same lines with the kind and the id of the change behind each; the last one of the record counts."""
    told = log[log["kind"].isin(["merge", "drop"]).to_numpy() | log["field"].isin(fields).to_numpy()]
    last = told.drop_duplicates("record", keep="last").set_index("record")
    if not moved["record"].isin(last.index).all():
        raise ReconciliationError(f"The amounts of {entity} changed without a line in the change log.", hint=_HINT)
    found = last.loc[moved["record"].to_numpy()]
    return moved.assign(kind=found["kind"].to_numpy(), change_id=found["change_id"].to_numpy())


def _months(raw: Table, moved: pd.DataFrame, amount: str, time: str) -> pd.DataFrame:
    """Currency, month, before, after, difference and reason of the months that differ."""
    keys = ["currency", "month"]
    difference = moved.groupby(keys, sort=True)["difference"].sum().round(2)
    currency = raw.column("currency").astype(TEXT).fillna("").rename("currency")
    days = raw.column(time)
    touched = currency.isin(moved["currency"].unique()).to_numpy(dtype=bool)
    totals = (
        pd.Series(_cents(raw, amount)[touched])
        .groupby([currency[touched].array, _month(days[touched]).array], sort=False)
        .sum()
    )
    reason = (
        (
            moved.groupby([*keys, "kind"], sort=True)["record"]
            .nunique()
            .reset_index(name="count")
            .assign(told=lambda found: found["count"].astype(str) + " " + found["kind"].astype(str))
        )
        .groupby(keys, sort=True)["told"]
        .agg(", ".join)
    )
    before = (totals.reindex(difference.index).fillna(0.0) / 100).round(2)
    found = pd.DataFrame({"before": before, "after": (before + difference).round(2), "difference": difference})
    found["reason"] = reason.reindex(difference.index)
    return found[found["difference"] != 0].rename_axis(keys).reset_index()


def _cents(table: Table, amount: str) -> np.ndarray:
    return (table[amount].fillna(0.0) * 100).round().to_numpy(dtype="float64")


def _month(days: pd.Series) -> pd.Series:
    return days.dt.strftime("%Y-%m").astype(TEXT).fillna("")
