from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import everything, is_won


class PriceFarFromList(GroupRule):
    """Something sold for half its list price, or for half as much again.

    **What is flagged**
    A won deal or a payment whose price per piece is more than 50 % above or below the list price of its product. Judged
    for products whose sales keep to the list: the usual price is within 20 % of it, and nine of ten sales within 50 %.

    **Why it matters**
    A wrong product, a wrong quantity or a slipped digit: revenue per product and discounts are computed from it.

    **How to fix**
    Compare with the invoice: correct product, quantity or amount. Note the discount where it was a true one.

    **Example**
    ``GTX Basic``, list price 550, won for 5 pieces over 55.
    """

    id = "CON056"
    title = "Price far from the list"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.amount", "payment.unit_price", "payment.amount")
    requires: ClassVar = ("product.price", "product.name")
    keys: ClassVar = {"deal": "product", "payment": "product", "product": "name"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    message = "{price} a piece; the list price of {kind} is {list}"
    args: ClassVar = ("price", "kind", "list")
    options: ClassVar = {"sales": 10, "off": 0.5, "usual": 0.2, "within": 0.9, "furthest": 10.0}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        flags = {}
        listed = _list_prices(tables.get("product"))
        for entity in ("deal", "payment"):
            if entity not in tables.tables or "product" not in tables[entity]:
                continue
            sales = tables[entity]
            sold = is_won(sales) if entity == "deal" else np.ones(len(sales), dtype=bool)
            name = "unit_price" if "unit_price" in sales else "amount"
            if name not in sales:
                continue
            quantity = sales.column("quantity").fillna(1.0)
            price = sales[name] if name == "unit_price" else sales[name] / quantity.where(quantity > 0)
            flags[f"{entity}.{name}"] = self._far(sales, price.where(price > 0).where(sold), listed, ctx)
        return flags

    def _far(self, sales: Table, price: pd.Series, listed: pd.Series, ctx: Context) -> Flags:
        product = text.key(sales["product"])
        key = product + "\x1f" + text.key(sales.column("currency")).fillna("")
        usual = key.map(listed).astype("float64").fillna(product.add("\x1f").map(listed).astype("float64"))
        ratio = price / usual
        off = self.option("off", ctx)
        inside = (ratio - 1).abs() <= off
        by_product = ratio.groupby(key)
        middle, count = by_product.transform("median"), by_product.transform("count")
        keeps = inside.astype("float64").where(ratio.notna()).groupby(key).transform("mean")
        judged = mask_of(ratio.notna() & (count >= self.option("sales", ctx)))
        judged &= mask_of((middle - 1).abs() <= self.option("usual", ctx)) & mask_of(
            keeps >= self.option("within", ctx)
        )
        # What is further off than this is an amount far from the usual, and told as such.
        furthest = self.option("furthest", ctx)
        flagged = judged & ~mask_of(inside) & mask_of(ratio.between(1 / furthest, furthest, inclusive="neither"))
        told = {
            name: values[flagged].map("{:,.2f}".format).astype(TEXT).reindex(sales.index)
            for name, values in (("price", price), ("list", usual))
        }
        return Flags(flagged, confidence=0.85, args={"kind": sales["product"], **told}, checked=judged)


def _list_prices(products: Table) -> pd.Series:
    """The one price of each product and currency, by name and by id; a product with two prices has none."""
    currency = text.key(products.column("currency")).fillna("")
    price = products.column("price").where(products.column("price") > 0)
    rows = pd.concat(
        [
            pd.DataFrame({"key": text.key(products.column(name)) + "\x1f" + end, "price": price})
            for name in ("name", "source_id")
            for end in (currency, pd.Series("", index=products.index, dtype=TEXT))
        ]
    )
    rows = rows.dropna().drop_duplicates()
    return rows.drop_duplicates("key", keep=False).set_index("key")["price"]
