from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import company_name, text
from rules.evidence import is_later, joined_key, place_of


class DuplicateDeal(GroupRule):
    """One sale entered as two or more deals.

    **What is flagged**
    A deal of the same company, with the same amount and a close date at most seven days away, as a deal recorded
    before it, where the names are the same; or where product and owner are and both were entered within seven days.

    **Why it matters**
    The amount is counted twice in pipeline and revenue: of all duplicates these move the numbers most.

    **How to fix**
    Keep the deal with the activities and the invoice, close the other as a duplicate rather than as lost.

    **Example**
    ``Kembara - 40 seats`` for 12,000 in the CRM and again in the spreadsheet of a seller, closed one day apart.

    **Fix safety**
    Safe where name, amount, close date and status are all equal; else two like sales in one week are possible, or a
    deal that was lost and opened once more.
    """

    id = "UNQ004"
    title = "Duplicate deal"
    family = Family.DUPLICATES
    fields: ClassVar = ("deal.name", "deal.amount")
    requires: ClassVar = ("deal.amount", "deal.close_date")
    keys: ClassVar = {"deal": "organisation"}
    dimension = Dimension.UNIQUENESS
    severity = Severity.CRITICAL
    fix_kind = FixKind.MERGE
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "the same sale is already in {first}"
    args: ClassVar = ("first",)
    options: ClassVar = {"days": 7}
    systemic = False

    def key(self, table: Table) -> pd.Series:
        return table.column("organisation").fillna(company_name.key(table.column("company_name")))

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        deals = tables["deal"]
        amount = deals["amount"]
        close = deals["close_date"]
        same = joined_key(self.key(deals), amount.mask(amount == 0))
        checked = mask_of(same.notna() & close.notna())
        by_name = self._first(deals, joined_key(same, text.key(deals.column("name"))), checked, ctx)
        sold = [text.key(deals[name]) for name in ("product", "owner") if name in deals]
        by_sale = self._first(deals, joined_key(same, *sold), checked, ctx) if sold else by_name
        named = is_later(deals, by_name)
        first = by_name.where(named, by_sale.where(self._entered_together(deals, by_sale, ctx)))
        later = is_later(deals, first)
        on_the_day, like = np.zeros(len(deals), dtype=bool), np.zeros(len(deals), dtype=bool)
        kept = first[later].to_numpy(dtype="int64")
        on_the_day[later] = close[later].to_numpy() == close.loc[kept].to_numpy()
        status = deals.column("status").fillna("")
        like[later] = status[later].to_numpy() == status.loc[kept].to_numpy()
        return Flags(
            later,
            confidence=np.where(named, np.where(on_the_day, 0.97, 0.9), 0.8),
            args={"first": place_of(deals, first, later)},
            group="deal " + first.astype(TEXT),
            into=first,
            safe=named & on_the_day & like,
            checked=checked,
        )

    def _entered_together(self, deals: Table, first: pd.Series, ctx: Context) -> np.ndarray:
        """Where a deal was created about when the first was, or when is not known; a list price repeats over months."""
        created = deals.column("created_at")
        known = first.notna().to_numpy(dtype=bool)
        apart = (created - created.reindex(first.fillna(-1).to_numpy(dtype="int64")).set_axis(deals.index)).abs()
        return known & ~mask_of(apart > pd.Timedelta(days=self.option("days", ctx)))

    def _first(self, deals: Table, same: pd.Series, checked: np.ndarray, ctx: Context) -> pd.Series:
        """The lowest record number among deals that follow one another by at most the days allowed; NA if none."""
        rows = pd.DataFrame(
            {"same": pd.factorize(same)[0], "close": deals["close_date"], "record": deals.index}, index=deals.index
        )
        rows = rows[checked & (rows["same"] >= 0)].sort_values(["same", "close", "record"])
        apart = rows["close"].diff() > pd.Timedelta(days=self.option("days", ctx))
        run = ((rows["same"] != rows["same"].shift()) | apart).cumsum()
        return rows["record"].groupby(run).transform("min").reindex(deals.index).astype("Int64")
