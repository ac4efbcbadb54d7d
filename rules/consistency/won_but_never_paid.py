from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from rules.evidence import everything, is_among, is_won, net_paid


class WonButNeverPaid(GroupRule):
    """A won deal of a company that has never paid anything.

    **What is flagged**
    A deal won more than 60 days ago whose company has not one payment that was kept. Judged only where at least 30 %
    of the companies with won deals have payments, and for deals closed since the first payment on record.

    **Why it matters**
    Either the deal was not won or the invoice was not sent. Both make revenue in the CRM larger than in the bank.

    **How to fix**
    Ask finance for the invoice. Without one, reopen the deal or close it as lost.

    **Example**
    ``Sinar Laut - rollout``, won in March over 24,000; no payment from Sinar Laut by November.
    """

    id = "CON041"
    title = "Won but never paid"
    family = Family.CROSS_SOURCE
    fields: ClassVar = ("deal.status",)
    requires: ClassVar = (
        "deal.organisation",
        "deal.close_date",
        "payment.organisation",
        "payment.amount",
        "payment.paid_at",
    )
    keys: ClassVar = {"deal": "organisation", "payment": "organisation"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.HIGH
    message = "won {days} days ago, and the company has paid nothing"
    args: ClassVar = ("days",)
    options: ClassVar = {"days": 60, "share": 0.3}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        deals, payments = tables["deal"], tables["payment"]
        kept = payments.take(mask_of(net_paid(payments) > 0))
        company = deals["organisation"]
        known = is_won(deals) & company.notna().to_numpy(dtype=bool) & mask_of(deals.column("amount").fillna(1) > 0)
        paid = is_among(company, kept["organisation"]) | is_among(deals.column("person"), kept.column("person"))
        age = (ctx.as_of.normalize() - deals["close_date"].dt.normalize()).dt.days
        due = mask_of(age > self.option("days", ctx)) & mask_of(deals["close_date"] >= payments["paid_at"].min())
        payers = pd.Series(paid[known]).groupby(company[known].to_numpy(dtype=object)).max()
        covered = len(payers) > 0 and payers.mean() >= self.option("share", ctx)
        checked = known & due & np.full(len(deals), covered)
        return Flags(
            checked & ~paid,
            confidence=0.85,
            args={"days": age.astype("Int64").astype(TEXT)},
            checked=checked,
        )
