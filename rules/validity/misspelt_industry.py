import re
from typing import ClassVar

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, Severity, VocabularyRule, mask_of
from audit.schema import TEXT
from audit.values import text
from audit.values.industry_words import ENGLISH, NEIGHBOURS

SHORTEST_WORD = 7
WORD = re.compile(r"[^\W\d_]+")


class MisspeltIndustry(VocabularyRule):
    """A trade that is misspelt wherever it stands, so that no right spelling shows it up.

    **What is flagged**
    Industries of companies and contacts with a word that is one letter away from a usual word of the trades and no
    word itself, where the table does not hold the right spelling beside it (else it is a misspelt choice).

    **Why it matters**
    The misspelling has become the choice: everybody picks it, and no list, report or other system can be joined on it.

    **How to fix**
    Correct the option in the system's settings once; that corrects every record.

    **Example**
    ``technolgy`` in 12 of 85 companies, ``technology`` in none.

    **Fix safety**
    Needs review: it may be a word of another language, or a name.
    """

    id = "VAL033"
    title = "Misspelt industry"
    family = Family.MISTAGGED
    fields: ClassVar = ("account.industry", "contact.industry")
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "{value} is misspelt: {suggestion}"

    def check(self, counts: pd.Series, ctx: Context) -> Flags:
        values = pd.Series(counts.index, dtype=TEXT)
        words = sorted(set(text.fold(values).dropna().str.split().explode().dropna()))
        meant = _meant(words)
        suggestion = text.mapped(values, lambda value: WORD.sub(lambda word: _corrected(word[0], meant), value))
        return Flags(mask_of(suggestion != values), confidence=0.9, suggestion=suggestion)


def _meant(words: list[str]) -> dict[str, str]:
    """By misspelt word the one that it is a slip of; words that stand beside their right spelling are left out."""
    known = sorted(word for word in ENGLISH if word not in words)
    suspects = [w for w in words if len(w) >= SHORTEST_WORD and w.isalpha() and w not in ENGLISH | NEIGHBOURS]
    if not suspects:
        return {}
    near = process.cdist(suspects, known, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8) == 1
    found = {suspects[row]: known[near[row].argmax()] for row in np.flatnonzero(near.sum(axis=1) == 1)}
    return {word: right for word, right in found.items() if f"{word}s" != right and word != f"{right}s"}


def _corrected(word: str, meant: dict[str, str]) -> str:
    right = meant.get(word.lower())
    if right is None:
        return word
    return right.upper() if word.isupper() else right.capitalize() if word[0].isupper() else right
