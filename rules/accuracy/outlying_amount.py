from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import joined_key


class OutlyingAmount(GroupRule):
    """An amount far from those of all deals of its kind.

    **What is flagged**
    A deal whose amount is at least ten times, or at most a tenth of, the usual amount of its product (else its type and
    pipeline, else all deals of the source), where amounts so far away do not occur otherwise: the modified z-score of
    the logarithm is above 5 (Iglewicz and Hoaglin 1993), and the next amount towards the usual, where no product is
    known that of any type and pipeline, is three times off. Kinds with fewer than 20 deals are judged with the next
    wider.

    **Why it matters**
    One slipped decimal point is a hundred deals' worth of pipeline: totals, averages and forecasts are about that one
    record.

    **How to fix**
    Compare with the offer or the invoice. A true large deal is worth accepting by name, so that readers know of it.

    **Example**
    A deal over ``1,200,000`` for a product that sells for 9,000 to 15,000.
    """

    id = "ACC040"
    title = "Amount far from the usual"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.amount",)
    keys: ClassVar = {"deal": "product"}
    dimension = Dimension.ACCURACY
    severity = Severity.HIGH
    message = "{value} is {times} times the {usual} that is usual for {kind}"
    args: ClassVar = ("times", "usual", "kind")
    options: ClassVar = {"deals": 20, "z": 5.0, "factor": 10.0, "gap": 3.0}

    def key(self, table: Table) -> pd.Series:
        source = table.lineage["source"].astype(TEXT)
        return joined_key(source, text.key(table.column("currency")).fillna(""))

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        deals = tables["deal"]
        amount = deals["amount"].where(deals["amount"] > 0)
        log = np.log10(amount)
        kind = self._kinds(deals, log.notna(), ctx)
        usual = log.groupby(kind).transform("median")
        off = (log - usual).abs()
        # Small amounts trail off further than large ones, on this scale: they are held against their own kind as well.
        small = off.where(log < usual)
        scale = _spread(off, kind)
        scale = scale.where(log >= usual, np.fmax(scale, _spread(small, kind)))
        z = (off / scale.replace(0, np.nan)).fillna(0)
        far = mask_of((off >= np.log10(self.option("factor", ctx)) - 1e-9) & (z > self.option("z", ctx)) & kind.notna())
        # A like amount of another type of deal shows that it does occur; one of another product does not.
        among = kind.where(~text.matches(kind, "^[12]"), self.key(deals))
        flagged = far & self._beyond_gap(among, log - log.groupby(among).transform("median"), far, ctx)
        return Flags(
            flagged,
            confidence=np.clip(1 - 2 / np.maximum(z.to_numpy(), 1), 0.5, 0.95),
            args=_told(deals, flagged, 10**usual, (log - usual)),
            checked=mask_of(kind.notna()),
        )

    def _beyond_gap(self, kind: pd.Series, off: pd.Series, far: np.ndarray, ctx: Context) -> np.ndarray:
        """Where nothing lies for some way between an amount and those nearer to the usual: the end of no long tail."""
        beyond = np.zeros(len(off), dtype=bool)
        for side in (off, -off):
            rows = pd.DataFrame({"kind": kind, "off": side, "far": far})[mask_of(side > 0)]
            rows = rows.sort_values(["kind", "off"], kind="stable")
            gap = rows["off"] - rows["off"].groupby(rows["kind"]).shift().fillna(0)
            leap = rows["far"] & (gap >= np.log10(self.option("gap", ctx)))
            beyond |= leap.groupby(rows["kind"]).cummax().reindex(off.index, fill_value=False).to_numpy(dtype=bool)
        return beyond

    def _kinds(self, deals: Table, judged: pd.Series, ctx: Context) -> pd.Series:
        """The narrowest kind of each deal that has enough deals to judge by; NA where even the source has not."""
        home = self.key(deals)
        sale = (deals.column(name).fillna("") for name in ("type", "pipeline"))
        kinds = pd.Series(pd.NA, index=deals.index, dtype=TEXT)
        for level, key in enumerate(
            (joined_key(home, text.key(deals.column("product"))), joined_key(home, *map(text.fold, sale)), home)
        ):
            count = key.where(judged).map(key[judged].value_counts())
            kinds = kinds.fillna((f"{level}\x1f" + key).where(mask_of(count >= self.option("deals", ctx))))
        return kinds


def _spread(off: pd.Series, kind: pd.Series) -> pd.Series:
    """The median deviation of each kind, as a standard deviation; the mean one where most do not deviate at all."""
    by_kind = off.groupby(kind)
    return (1.4826 * by_kind.transform("median")).replace(0, np.nan).fillna(1.253314 * by_kind.transform("mean"))


def _told(deals: Table, flagged: np.ndarray, usual: pd.Series, log_ratio: pd.Series) -> dict[str, pd.Series]:
    ratio = 10 ** log_ratio[flagged].abs()
    share = np.where(log_ratio[flagged] > 0, "", "1/")
    told = {
        "times": share + ratio.map("{:,.0f}".format).astype(object),
        "usual": usual[flagged].map("{:,.4g}".format),
        "kind": deals.column("product")[flagged].fillna("such deals"),
    }
    return {name: values.astype(TEXT).reindex(deals.index) for name, values in told.items()}
