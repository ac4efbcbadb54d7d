from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity
from audit.schema import TEXT
from audit.values import text

ENDED = r"""[.!?:;)\]>。！？…]["'”’»)\]*_]*\s*$"""
MARKED = r"(?:\.\.\.|…)\s*$"


class CutOffText(GroupRule):
    """A text that a system cut at the size of its field.

    **What is flagged**
    Notes, messages, subjects and next steps of exactly a size that fields have (80, 100, 255, 1,000 and the like),
    where nothing in that field of that source is longer, at least three different texts have just this length, and
    most of them, as this one, do not end like a sentence.

    **Why it matters**
    The end is missing, often the very thing that was asked for or agreed, and nobody who reads it can tell.

    **How to fix**
    Fetch the whole text from where it was first written; give the field more room, or shorten on purpose before the
    import.

    **Example**
    Eight next steps of 255 characters each, the last of which reads "... and send the offer to the new head of purch".
    """

    id = "VAL035"
    title = "Cut-off text"
    family = Family.STRUCTURE
    fields: ClassVar = (
        "contact.note",
        "account.note",
        "deal.note",
        "deal.next_step",
        "ticket.description",
        "ticket.subject",
        "activity.body",
        "form_submission.message",
    )
    keys: ClassVar = {
        "contact": "note",
        "account": "note",
        "deal": "note",
        "ticket": "description",
        "activity": "body",
        "form_submission": "message",
    }
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    message = "the text stops at {length} characters, as {others} others in this source do"
    args: ClassVar = ("length", "others")
    options: ClassVar = {
        "texts": 3,
        "sizes": (
            *(80, 100, 120, 128, 140, 150, 160, 200, 250, 254, 255, 256, 300, 400, 500, 511, 512, 600, 800),
            *(1000, 1023, 1024, 1500, 2000, 2047, 2048, 2500, 3000, 4000, 4095, 4096, 5000, 8000, 8192, 10000),
            *(16383, 16384, 30000, 32000, 32767, 32768, 65535, 65536, 131072),
        ),
    }
    systemic = False

    def key(self, table: Table) -> pd.Series:
        return table.lineage["source"].astype(TEXT)

    def check(self, tables: Dataset, ctx: Context) -> Mapping[str, Flags]:
        return {
            qualified: self._cut(tables[entity], name, ctx)
            for qualified in self.fields
            for entity, _, name in [qualified.partition(".")]
            if entity in tables and name in tables[entity]
        }

    def _cut(self, table: Table, name: str, ctx: Context) -> Flags:
        source = table.lineage["source"].astype("category").cat.codes.to_numpy()
        values = table[name]
        length = values.str.len().fillna(0).to_numpy(dtype="int64")
        longest = np.zeros(source.max(initial=-1) + 2, dtype="int64")
        np.maximum.at(longest, source, length)
        full = (length == longest[source]) & np.isin(length, self.option("sizes", ctx))
        open_end = full.copy()
        open_end[full] = ~text.matches(values[full], ENDED) | text.matches(values[full], MARKED)
        here = pd.DataFrame({"source": source[full], "text": values[full], "open": open_end[full]})
        texts = here.drop_duplicates(["source", "text"]).groupby("source")["open"].agg(["size", "sum"])
        most = texts.index[(texts["sum"] >= self.option("texts", ctx)) & (texts["sum"] * 2 > texts["size"])]
        cut = full & open_end & np.isin(source, most)
        rows = np.bincount(source[cut], minlength=len(longest))[source] - 1
        return Flags(
            cut,
            confidence=0.9,
            args={
                "length": pd.Series(length, index=table.index),
                "others": pd.Series(rows, index=table.index),
            },
        )
