from collections.abc import Mapping
from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity
from audit.schema import TEXT
from rules.evidence import first_of, is_later, place_of


class RepeatedId(GroupRule):
    """One id on two rows of one file.

    **What is flagged**
    A row whose record id already stands above it in the same file. The lines of one order share its id: a payment is
    flagged only where product, quantity, amount, discount, profit and the columns that are not mapped are the same too.

    **Why it matters**
    An id names one record. Whatever joins on it counts the record once per row, and an import of the file overwrites
    the first row with the second.

    **How to fix**
    Find out whether the export was appended to itself, joined with something finer, or holds two records under one
    id; export again.

    **Example**
    Two rows with the record id ``10452``, from a view that was exported in two parts which overlap.
    """

    id = "UNQ005"
    title = "Repeated record id"
    family = Family.DUPLICATES
    fields: ClassVar = (
        "contact.source_id",
        "account.source_id",
        "deal.source_id",
        "payment.source_id",
        "ticket.source_id",
    )
    keys: ClassVar = {
        "contact": "source_id",
        "account": "source_id",
        "deal": "source_id",
        "payment": "source_id",
        "ticket": "source_id",
    }
    dimension = Dimension.UNIQUENESS
    severity = Severity.HIGH
    message = "the id {value} is already that of {first}"
    args: ClassVar = ("first",)
    systemic = True

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        return {entity: self._judged(tables[entity]) for entity in tables if "source_id" in tables[entity]}

    def _judged(self, table: Table) -> Flags:
        file = (table.lineage["file"], table.lineage["sheet"])
        first = first_of(table, *file, table["source_id"], _line(table), *_unread(table))
        later = is_later(table, first)
        return Flags(later, args={"first": place_of(table, first, later)})


def _line(table: Table) -> pd.Series:
    """Which line of an order a payment is; nothing for other records."""
    line = pd.Series("", index=table.index, dtype=TEXT)
    if table.entity == "payment":
        for name in ("product", "quantity", "amount", "discount", "profit"):
            line = line + "|" + table.original(name).fillna("")
    return line


def _unread(table: Table) -> list[pd.Series]:
    return [table.unread] if table.entity == "payment" else []
