from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import usually_filled


class AmountWithoutCurrency(GroupRule):
    """An amount that may be of one currency or another.

    **What is flagged**
    An amount whose currency is blank, in a source that holds several currencies and names one for at least four of
    five amounts.

    **Why it matters**
    12,000 may be euros or rupiah: the amount is either left out of totals or added as something it is not.

    **How to fix**
    Take the currency from the offer or invoice; let the system set the currency of the customer's country.

    **Example**
    A deal over ``12,000`` without a currency, between others in EUR, USD and IDR.
    """

    id = "CMP011"
    title = "Amount without a currency"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.currency", "payment.currency", "spend.currency")
    keys: ClassVar = {"deal": "currency", "payment": "currency", "spend": "currency"}
    dimension = Dimension.COMPLETENESS
    severity = Severity.MEDIUM
    message = "{amount} in no currency, in a source with several"
    args: ClassVar = ("amount",)
    options: ClassVar = {"least_filled_share": 0.8}

    def key(self, table: Table) -> pd.Series:
        return table.lineage["source"].astype(TEXT)

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        return {
            entity: self._nameless(tables[entity], ctx)
            for entity in self.keys
            if entity in tables.tables and "currency" in tables[entity]
        }

    def _nameless(self, table: Table, ctx: Context) -> Flags:
        amount = table.original("amount")
        given = amount.notna().to_numpy(dtype=bool) & ~mask_of(table.column("amount") == 0)
        named = table["currency"].notna().to_numpy(dtype=bool)
        currency, source = text.key(table["currency"]), self.key(table)
        several = mask_of(source.map(currency.groupby(source).nunique()) > 1)
        usual = usually_filled(table, given, named, self.option("least_filled_share", ctx))
        checked = np.logical_and.reduce([given, several, usual])
        return Flags(checked & ~named, confidence=0.9, args={"amount": amount}, checked=checked)
