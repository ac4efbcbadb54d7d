from typing import ClassVar

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, Severity, VocabularyRule, mask_of
from audit.schema import TEXT, entities
from audit.values import country, text

FARTHEST = 2
LONG_WORD = 8
PREFIXES = ("un", "in", "im", "ir", "non", "dis", "re", "de", "pre", "mis", "sub", "up", "co", "e", "a")
CONFUSABLE = (
    ("contact", "contract"),
    ("contacted", "contracted"),
    ("inbound", "unbound"),
    ("production", "reduction"),
    ("adoption", "adaption"),
    ("mailing", "mining"),
    ("banking", "baking"),
    ("trading", "training"),
    ("email", "gmail"),
)
"""Different words that are one or two letters apart."""


class MisspeltPicklistValue(VocabularyRule):
    """A rare value of a choice field that is a slip of the keyboard away from a frequent one.

    **What is flagged**
    Values that differ from one at least twenty times as frequent in one word only: by one letter in words of five
    letters and more, by two from eight letters on. Words with a digit are codes and never judged; words that differ
    by a prefix such as un- are taken as different, and so are the names of two countries.

    **Why it matters**
    The misspelt rows drop out of every filter and breakdown by the right value.

    **How to fix**
    Take the suggestion where it is what was meant; make the field a list.

    **Example**
    ``technolgy`` stands in 3 accounts, ``technology`` in 210.

    **Fix safety**
    Needs review: two values may be near each other and both right.
    """

    id = "CON003"
    title = "Misspelt choice"
    family = Family.MISTAGGED
    fields: ClassVar = tuple(
        spec.qualified
        for entity in entities().values()
        for spec in entity.fields.values()
        if spec.type in ("choice", "country") and spec.name not in ("owner", "changed_by", "field", "object")
    )
    dimension = Dimension.CONSISTENCY
    severity = Severity.MEDIUM
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{value} is probably {suggestion}, misspelt"
    options: ClassVar = {"most_share": 0.05, "shortest_word": 5, "values_compared": 200}

    def check(self, counts: pd.Series, ctx: Context) -> Flags:
        values = pd.Series(counts.index, dtype=TEXT)
        folded = text.fold(values)
        rows = pd.Series(counts.to_numpy(), index=values.index)
        share = self.option("most_share", ctx)
        real = country.validate(values)
        judged = folded.notna()
        usual = (
            pd.DataFrame({"word": folded, "value": values, "rows": rows})[mask_of(judged & (rows * share >= 1))]
            .sort_values(["rows", "value"], ascending=[False, True], kind="stable")
            .drop_duplicates("word")
            .head(self.option("values_compared", ctx))
            .reset_index(drop=True)
        )
        suspects = pd.DataFrame({"place": values.index, "word": folded, "rows": rows})[mask_of(judged) & ~real]
        pairs = self._near(suspects.reset_index(drop=True), usual, share, ctx)
        suggestion = values.index.to_series().map(pairs).astype(TEXT)
        return Flags(mask_of(suggestion.notna()), confidence=0.9, suggestion=suggestion)

    def _near(self, suspects: pd.DataFrame, usual: pd.DataFrame, share: float, ctx: Context) -> pd.Series:
        """By place in the vocabulary, the frequent value that was probably meant."""
        distance = process.cdist(
            suspects["word"].to_list(),
            usual["word"].to_list(),
            scorer=OSA.distance,
            score_cutoff=FARTHEST,
            dtype=np.uint8,
        )
        left, right = np.nonzero(
            (distance > 0)
            & (distance <= FARTHEST)
            & (suspects["rows"].to_numpy()[:, None] <= share * usual["rows"].to_numpy()[None, :])
        )
        pairs = pd.DataFrame(
            {
                "place": suspects["place"].to_numpy()[left],
                "value": usual["value"].to_numpy(dtype=object)[right],
                "order": right,
                "distance": distance[left, right],
                "word": suspects["word"].to_numpy(dtype=object)[left],
                "meant": usual["word"].to_numpy(dtype=object)[right],
            }
        )
        pairs = pairs[_differ_in_one_word(pairs["word"], pairs["meant"], self.option("shortest_word", ctx))]
        return (
            pairs.sort_values(["distance", "order"], kind="stable").drop_duplicates("place").set_index("place")["value"]
        )


def _differ_in_one_word(one: pd.Series, other: pd.Series, shortest: int) -> np.ndarray:
    """Where two texts have the same words but for one, which was mistyped. The texts are few: pairs already near."""
    return np.fromiter(
        (_is_slip(a.split(), b.split(), shortest) for a, b in zip(one, other, strict=True)), bool, len(one)
    )


def _is_slip(one: list[str], other: list[str], shortest: int) -> bool:
    differing = [(a, b) for a, b in zip(one, other, strict=False) if a != b]
    if len(one) != len(other) or len(differing) != 1:
        return False
    short, long = sorted(differing[0], key=lambda word: (len(word), word))
    if len(short) < shortest or any(character.isdigit() for character in short + long):
        return False
    if len(short) < LONG_WORD and OSA.distance(short, long) > 1:
        return False
    prefixed = long.endswith(short) and long.removesuffix(short) in PREFIXES
    return not prefixed and tuple(sorted((short, long))) not in CONFUSABLE
