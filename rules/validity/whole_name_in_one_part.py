from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.dataset import Table
from audit.rule import Context, Dimension, Family, FixKind, FixSafety, Flags, RecordRule, Severity, mask_of
from audit.values import company_words, email, person_name, person_titles, text
from audit.values.person_words import PARTICLES

WORDS = r"^\p{L}[\p{L}\p{M}.'’-]*(?: \p{L}[\p{L}\p{M}.'’-]*){1,3}$"
COMPOUND = frozenset(
    """
    maria mary marie ana anna anne ann jean jose juan joao luis carlos karl hans klaus jan eva rosa lucia miguel pedro
    marco jo billy bobby peggy sarah lee la el muhammad mohammad mohamed ahmad abdul siti nur sri dewi putri ni wayan
    made nyoman ketut kim min li wei xiao van san st de da du saint don ma al
    """.split()
)
"""Given names that often stand before a second one: Mary Ann, Juan Carlos, Siti Nurhaliza."""


class WholeNameInOnePart(RecordRule):
    """First and last name together in the field of one of them.

    **What is flagged**
    Contacts whose first-name field ends with the last name that stands in its own field as well, whose last-name field
    begins with the first name, or whose two fields both hold the whole name. Where the other field is blank, the one
    that is filled is flagged if the address says the same two names (``jane.doe@``), or if it begins with a known given
    name and ends with a word that is none. People with one name, double given names and particles pass.

    **Why it matters**
    Letters begin with "Dear Jane Doe" or "Dear Jane Doe Doe", and the record is not recognised as the Jane Doe of
    another system.

    **How to fix**
    Split the name. Many from one form mean that it asks for one name and writes it into the wrong field.

    **Example**
    First name ``Jane Doe``, last name blank.

    **Fix safety**
    Needs review, both fields together: which words are the family name is a matter of the person's language.
    """

    id = "VAL036"
    title = "Whole name in one part"
    family = Family.MISTAGGED
    fields: ClassVar = ("contact.first_name", "contact.last_name")
    requires: ClassVar = ("contact.first_name", "contact.last_name")
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    fix_kind = FixKind.SET
    fix_safety = FixSafety.NEEDS_REVIEW
    message = "the whole name {name} stands in {part}"
    args: ClassVar = ("name", "part")

    def check(self, table: Table, ctx: Context) -> Mapping[str, Flags]:
        spaced = text.matches(table["first_name"], r"\S\s+\S") | text.matches(table["last_name"], r"\S\s+\S")
        found = self._found(table.take(spaced))
        return {
            name: Flags(
                _spread(flags, spaced),
                0.9,
                suggestion=suggestion.reindex(table.index),
                args={word: values.reindex(table.index) for word, values in told.items()},
            )
            for name, (flags, suggestion, told) in found.items()
        }

    def _found(self, table: Table) -> Mapping[str, tuple[np.ndarray, pd.Series, Mapping[str, pd.Series]]]:
        """By field the flags over these rows, the suggestions, and what the message tells."""
        first, last = (text.squeeze(table[name]) for name in ("first_name", "last_name"))
        of_first, of_last = _parts(first), _parts(last)
        folded_first, folded_last = text.fold(first), text.fold(last)
        equal = mask_of(of_first["family"].notna() & (folded_first == folded_last))
        ends = mask_of(text.fold(of_first["family"]) == folded_last)
        begins = mask_of(text.fold(of_last["given"]) == folded_first) & ~ends
        address = table.column("email")
        in_first = mask_of(last.isna()) & _is_told(of_first, address)
        in_last = mask_of(first.isna()) & _is_told(of_last, address)
        both = equal & _is_told(of_first, address)
        given = of_first["given"].where(~in_last, of_last["given"])
        family = of_last["family"].where(begins | in_last, of_first["family"])
        part = np.select([ends | in_first, begins | in_last], ["the first name", "the last name"], "both names")
        told = {"name": first.where(~(begins | in_last), last), "part": pd.Series(part, index=table.index)}
        alone = in_first | in_last | both
        return {"first_name": (alone | ends, given, told), "last_name": (alone | begins, family, told)}


def _spread(flags: np.ndarray, rows: np.ndarray) -> np.ndarray:
    spread = np.zeros(len(rows), dtype=bool)
    spread[rows] = flags
    return spread


def _parts(names: pd.Series) -> pd.DataFrame:
    """Columns given (all given names), start (the first of them), family and end (its last word) of whole names.

    Blank for what is no whole name of a person: one word, more than four, a title, a company, a leading particle.
    """
    whole = (
        text.matches(names, WORDS)
        & ~text.matches(names, rf"(?i)^(?:\p{{L}}\.?|{'|'.join(sorted(PARTICLES))}) ")
        & ~person_titles.is_titled(names)
        & ~company_words.has_legal_form(names)
        & ~company_words.has_business_word(names)
    )
    parted = person_name.split(names.where(whole))
    middle = (" " + parted["middle_name"]).fillna("")
    family = parted["last_name"]
    return pd.DataFrame(
        {
            "given": (parted["first_name"] + middle).where(family.notna()),
            "start": parted["first_name"].where(family.notna()),
            "family": family,
            "end": text.substitute(family, "^.* ", ""),
        }
    )


def _is_told(parts: pd.DataFrame, address: pd.Series) -> np.ndarray:
    """Where the address names both parts, or the first is a given name that does not go with a second one."""
    start, family, end = (text.key(parts[name]) for name in ("start", "family", "end"))
    second_given = _among(end, person_name.given_names())
    local = text.key(text.substitute(email.local_part(address), r"\+.*$|[0-9]+", ""))
    named = mask_of((local == start + family) | (local == family + start) | (local == start + end))
    known = _among(start, person_name.given_names() - COMPOUND) & ~text.matches(end, "^.{1,2}$")
    return (named | known) & ~second_given


def _among(words: pd.Series, known: frozenset[str]) -> np.ndarray:
    return pc.is_in(text.arrow(words), pa.array(sorted(known), pa.large_string())).to_numpy(zero_copy_only=False)
