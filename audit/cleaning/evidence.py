"""Which people and companies have bought, by the deals and payments that belong to them."""

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.schema import TEXT

_UNPAID = r"(?i)fail|declin|cancel|void|pending|unpaid|open|draft|expired|uncaptured|chargeback|refunded"
_LABELS = {"contact": "person", "account": "organisation"}
_SALES = {
    "contact": (("deal", "contact_id"), ("payment", "customer_id")),
    "account": (("deal", "company_id"),),
}
"""Per entity the tables of sales, and the field there that names the buyer."""


def says_so(table: Table) -> np.ndarray:
    """Records of `table` that say themselves that they have bought."""
    found = np.zeros(len(table), dtype=bool)
    if table.entity == "contact":
        for name in ("lifecycle_stage", "lifecycle"):
            found |= table.column(name).str.casefold().eq("customer").fillna(False).to_numpy(dtype=bool)
        for name in ("value", "payment_count"):
            found |= table.column(name).gt(0).fillna(False).to_numpy(dtype=bool)
    return found


def with_sales(dataset: Dataset, table: Table) -> np.ndarray:
    """Records of `table` that a won deal or a payment names by its source's own id."""
    found = np.zeros(len(table), dtype=bool)
    own = pd.DataFrame({"source": table.lineage["source"].astype(TEXT), "id": table.column("source_id")})
    for entity, field in _SALES.get(table.entity, ()):
        if entity in dataset and field in dataset[entity]:
            sold = dataset[entity].take(sales(dataset[entity]))
            named = pd.DataFrame({"source": sold.lineage["source"].astype(TEXT), "id": sold[field]})
            named = named.dropna().drop_duplicates().assign(sold=True)
            found |= own.merge(named, on=["source", "id"], how="left")["sold"].notna().to_numpy()
    return found


def customers(dataset: Dataset, table: Table, sold: np.ndarray) -> np.ndarray | None:
    """Records of `table` that are customers by any evidence but their own word; `sold` are those `with_sales`.

    None where no deal, payment or sum could show it.
    """
    label = _LABELS.get(table.entity, "")
    found = sold.copy()
    judged = table.entity == "contact" and any(name in table for name in ("value", "payment_count"))
    for entity in ("deal", "payment"):
        if entity not in dataset:
            continue
        judged = True
        other = dataset[entity]
        done = sales(other)
        for name in {label, "organisation"} & {*table.frame.columns} & {*other.frame.columns}:
            found |= table[name].isin(other[name][done].dropna().unique()).to_numpy(dtype=bool)
    if table.entity == "contact":
        for name in ("value", "payment_count"):
            found |= table.column(name).gt(0).fillna(False).to_numpy(dtype=bool)
        found |= table.column("customer_since").notna().to_numpy()
    return found if judged else None


def sales(table: Table) -> np.ndarray:
    """The won deals, or the payments that were made."""
    status = table.column("status")
    if table.entity == "deal":
        return status.str.casefold().eq("won").fillna(False).to_numpy(dtype=bool)
    refused = status.str.contains(_UNPAID, regex=True).fillna(False).to_numpy(dtype=bool)
    paid = status.str.fullmatch(r"(?i)\s*paid\s*").fillna(False).to_numpy(dtype=bool)
    return table.column("amount").gt(0).fillna(False).to_numpy(dtype=bool) & (~refused | paid)
