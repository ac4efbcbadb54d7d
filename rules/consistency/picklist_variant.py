from typing import ClassVar

import pandas as pd

from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, Severity, VocabularyRule, mask_of
from audit.schema import TEXT, entities
from audit.values import text


class PicklistVariant(VocabularyRule):
    """A value of a choice field that is another value in different dress.

    **What is flagged**
    Values of choice fields, and salutations, that equal a more frequent value of the same field once capitals,
    blanks, accents and punctuation are left aside. Digits, and a plus, minus or number sign, count as different:
    ``A+`` is not ``A``, ``1-10`` is not ``110``.

    **Why it matters**
    Every breakdown by the field has several bars for one thing, and filters on one spelling lose the others.

    **How to fix**
    Take the most frequent spelling, and turn the field into a list where it is free text.

    **Example**
    ``mid-market`` and ``MidMarket`` beside 400 times ``Mid Market``.

    **Fix safety**
    Safe, unless both spellings are equally frequent.
    """

    id = "CON002"
    title = "Spelling variant of a choice"
    family = Family.MISTAGGED
    fields: ClassVar = (
        *(spec.qualified for entity in entities().values() for spec in entity.fields.values() if spec.type == "choice"),
        "contact.salutation",
    )
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE
    message = "{value} is elsewhere written {suggestion}"

    def check(self, counts: pd.Series, ctx: Context) -> Flags:
        values = pd.Series(counts.index, dtype=TEXT)
        spelling = text.squeeze(values)
        digits = text.squeeze(text.substitute(spelling, r"[^0-9]+", " ")).fillna("")
        sign = text.substitute(spelling, r"^.*?([+#-]*)$", r"\1")
        key = text.key(values) + "|" + digits + "|" + sign
        rows = pd.Series(counts.to_numpy()).groupby(spelling.to_numpy(dtype=object)).transform("sum")
        vocabulary = pd.DataFrame({"key": key, "spelling": spelling, "rows": rows}).dropna()
        by_use = vocabulary.sort_values(["rows", "spelling"], ascending=[False, True], kind="stable")
        usual = by_use.drop_duplicates("key").set_index("key")
        suggestion = key.map(usual["spelling"]).astype(TEXT)
        return Flags(
            mask_of(suggestion != spelling),
            suggestion=suggestion,
            safe=(rows < key.map(usual["rows"])).to_numpy(dtype=bool),
        )
