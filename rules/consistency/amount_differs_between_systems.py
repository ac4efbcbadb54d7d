from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import everything, is_among, is_won, joined_key, net_paid

TAX_RATES = (5, 6, 7, 7.7, 8, 8.1, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 25.5, 27)
"""Rates of value added and sales taxes in per cent: 10,000 in the CRM and 11,900 in the bank are the same sale."""


class AmountDiffersBetweenSystems(GroupRule):
    """One sale with two amounts.

    **What is flagged**
    A deal that stands with the same name, of the same company, in two systems with different amounts. And a won deal
    that its payments, which name it by its id, exceed; or where the one won deal of a company and its one payment,
    within 30 days, differ by less than half. Differences up to one per cent, tax rates, instalments and other
    currencies are allowed for.

    **Why it matters**
    Revenue depends on which system is asked, and nobody can say which figure the board saw.

    **How to fix**
    The invoice decides. Correct the deal, and let one system write the amount into the other.

    **Example**
    ``Kembara - 40 seats`` with 12,000 in HubSpot and 21,000 in Salesforce.
    """

    id = "CON049"
    title = "Amount differs between systems"
    family = Family.CROSS_SOURCE
    fields: ClassVar = ("deal.amount",)
    keys: ClassVar = {"deal": "organisation", "payment": "organisation"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.HIGH
    message = "{value} here, {other} in {source}"
    args: ClassVar = ("other", "source")
    options: ClassVar = {"tolerance": 0.01, "days": 30, "within": 2.0, "share": 0.5}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        deals, payments = tables["deal"], tables.get("payment")
        amount = deals["amount"].where(deals["amount"] > 0)
        pairs = pd.concat(
            [self._same_deal(deals, ctx), self._referenced(deals, payments, ctx), self._sole(deals, payments, ctx)]
        )
        pairs = pairs[~pairs.index.duplicated()].reindex(deals.index)
        other = pairs["amount"].astype("float64")
        ratio = np.maximum(other / amount, amount / other)
        differs = mask_of(ratio > 1 + self.option("tolerance", ctx)) & ~_is_tax(ratio, self.option("tolerance", ctx))
        flagged = differs & ~(mask_of(pairs["parts"]) & (mask_of(other < amount) | _is_instalment(ratio)))
        told = other[flagged].map("{:,.2f}".format).astype(TEXT).reindex(deals.index)
        return Flags(
            flagged,
            confidence=0.85,
            args={"other": told, "source": pairs["system"].astype(TEXT)},
            checked=mask_of(amount.notna() & other.notna()),
        )

    def _same_deal(self, deals: Table, ctx: Context) -> pd.DataFrame:
        """The amount that the same deal has in one other system, by record."""
        rows = pd.DataFrame(
            {
                "sale": joined_key(deals.column("organisation"), text.key(deals.column("name")), _currency(deals)),
                "system": deals.lineage["source"].astype(TEXT),
                "amount": deals["amount"].where(deals["amount"] > 0),
                "closed": deals.column("close_date"),
            },
            index=deals.index,
        ).dropna(subset=["sale", "amount"])
        once = rows[rows.groupby(["sale", "system"])["amount"].transform("size") == 1]
        once = once[once.groupby("sale")["system"].transform("size") == 2]
        other = once.reset_index().merge(once, on="sale", suffixes=("", "_other"))
        other = other[mask_of(other["system"] != other["system_other"])].set_index("index")
        apart = (other["closed"] - other["closed_other"]).abs()
        other = other[~mask_of(apart > pd.Timedelta(days=self.option("days", ctx)))]
        return _pairs(other["amount_other"], other["system_other"], parts=False)

    def _referenced(self, deals: Table, payments: Table, ctx: Context) -> pd.DataFrame:
        """What the payments that name a won deal by its id come to, by record."""
        net = net_paid(payments)
        named = payments.take(mask_of((net > 0) & payments.column("invoice_id").notna()))
        pointed = pd.Series(is_among(named.column("invoice_id"), deals.column("source_id")), index=named.index)
        # Invoices and deals are both numbered from 1: only where most numbers are a deal's are they meant as such.
        source = named.lineage["source"].astype(TEXT)
        meant = mask_of(pointed.groupby(source).transform("mean") >= self.option("share", ctx))
        paid = pd.DataFrame(
            {
                "deal": joined_key(named.column("invoice_id"), _currency(named)).where(meant),
                "amount": net.loc[named.index],
                "system": source,
            }
        ).groupby("deal")
        sums = paid.agg({"amount": "sum", "system": "min"})
        wanted = joined_key(deals.column("source_id"), _currency(deals)).where(is_won(deals))
        # An id that two deals have says which of neither.
        wanted = wanted.mask(wanted.duplicated(keep=False))
        found = sums.reindex(wanted).set_axis(deals.index).dropna()
        return _pairs(found["amount"], found["system"], parts=True)

    def _sole(self, deals: Table, payments: Table, ctx: Context) -> pd.DataFrame:
        """The one payment of a company whose one won deal closed at about its time, by record of the deal."""
        won = deals.take(is_won(deals) & deals.column("organisation").notna().to_numpy(dtype=bool))
        net = net_paid(payments)
        kept = payments.take(mask_of(net > 0))
        sales, money = (
            pd.DataFrame(
                {
                    "company": table.column("organisation"),
                    "currency": _currency(table),
                    "at": table.column(time),
                    "amount": amount,
                    "system": table.lineage["source"].astype(TEXT),
                }
            ).dropna(subset=["company"])
            for table, time, amount in (
                (won, "close_date", won.column("amount")),
                (kept, "paid_at", net.loc[kept.index]),
            )
        )
        sales, money = (rows[~rows["company"].duplicated(keep=False)] for rows in (sales, money))
        both = sales.reset_index().merge(money, on=["company", "currency"], suffixes=("", "_paid")).set_index("index")
        near = (both["at"] - both["at_paid"]).abs() <= pd.Timedelta(days=self.option("days", ctx))
        ratio = np.maximum(both["amount_paid"] / both["amount"], both["amount"] / both["amount_paid"])
        both = both[mask_of(near & (ratio < self.option("within", ctx)))]
        return _pairs(both["amount_paid"], both["system_paid"], parts=False)


def _pairs(amount: pd.Series, system: pd.Series, *, parts: bool) -> pd.DataFrame:
    """`parts`: whether the amount may be a part only, as a sum of payments may."""
    return pd.DataFrame({"amount": amount, "system": system, "parts": pd.Series(parts, amount.index, dtype="boolean")})


def _currency(table: Table) -> pd.Series:
    return text.key(table.column("currency")).fillna("")


def _is_tax(ratio: pd.Series, tolerance: float) -> np.ndarray:
    found = [mask_of((ratio / (1 + rate / 100) - 1).abs() <= tolerance / 4) for rate in TAX_RATES]
    return np.logical_or.reduce(found)


def _is_instalment(ratio: pd.Series) -> np.ndarray:
    """A whole number of equal parts: what was agreed per month and paid for a year."""
    return mask_of((ratio - ratio.round()).abs() <= 0.01)
