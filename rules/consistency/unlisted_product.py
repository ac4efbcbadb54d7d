from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.evidence import everything

SEVERAL = r"\s*[;|,\n]\s*"


class UnlistedProduct(GroupRule):
    """A sale of a product that is not in the list of products.

    **What is flagged**
    Deals and payments whose product differs from the product list in capitals, blanks or punctuation, or is not in
    it at all. Several products in one field pass if each of them is known. Nothing is judged where the list is of
    other things: where it knows less than half of what was sold.

    **Why it matters**
    A join of sales with products, for prices or revenue by line, loses these rows without a word.

    **How to fix**
    Write the product as the list does; add to the list what is really sold.

    **Example**
    ``GTXPro`` in 1,480 deals, while the list says ``GTX Pro``.

    **Fix safety**
    Safe: only capitals, blanks and punctuation change. A product that no line of the list resembles has no suggestion.
    """

    id = "CON007"
    title = "Product not in the list"
    family = Family.MISTAGGED
    fields: ClassVar = ("deal.product", "payment.product")
    requires: ClassVar = ("product.name",)
    keys: ClassVar = {"deal": "product", "payment": "product", "product": "name"}
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "{value} is not the name of a listed product"
    options: ClassVar = {"least_known_share": 0.5}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        listed = tables.get("product")
        selling = [tables[entity] for entity in ("deal", "payment") if entity in tables.tables]
        return {table.entity: self._judged(table["product"], listed, ctx) for table in selling if "product" in table}

    def _judged(self, sold: pd.Series, listed: Table, ctx: Context) -> Flags:
        known = pd.concat([listed.column("name"), listed.column("source_id")], ignore_index=True).dropna()
        words, codes = text.factorise(sold)
        meant = _spelling(words).map(_as_listed(listed.column("name"))).astype(TEXT)
        fine = words.isin(known).to_numpy(dtype=bool) | _all_listed(words, known)
        rows = np.bincount(codes[codes >= 0], minlength=len(words))
        recognised = rows[fine | meant.notna().to_numpy(dtype=bool)].sum()
        judged = bool(recognised >= self.option("least_known_share", ctx) * max(rows.sum(), 1))
        return Flags(
            text.spread(~fine & judged, codes, sold.index),
            suggestion=text.spread(meant, codes, sold.index),
            checked=(codes >= 0) & judged,
        )


def _spelling(values: pd.Series) -> pd.Series:
    """What is left of a product's name without capitals, blanks and punctuation; numbers and plus signs stay apart."""
    numbers = text.squeeze(text.substitute(values, r"[^0-9+#]+", " ")).fillna("")
    return text.key(values) + "|" + numbers


def _as_listed(names: pd.Series) -> pd.Series:
    """The listed name by its spelling, where the list has but one of that spelling."""
    listed = text.squeeze(names).dropna().drop_duplicates()
    by_spelling = pd.DataFrame({"spelling": _spelling(listed), "name": listed}).dropna()
    return by_spelling.drop_duplicates("spelling", keep=False).set_index("spelling")["name"]


def _all_listed(words: pd.Series, known: pd.Series) -> np.ndarray:
    """Where a text names several products, all of them in the list."""
    parts = words.str.split(SEVERAL, regex=True).explode()
    return mask_of(parts.isin(known).groupby(level=0).all())
