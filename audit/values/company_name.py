"""Names of companies."""

import re
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from audit.values.alignment import Likeness, align
from audit.values.legal_forms import MINOR_WORDS, PREFIXES, SPELLINGS, beginnings, endings, forms, spell_out
from audit.values.text import arrow, ascii_text, fold, matches, objects, over_distinct, squeeze, substitute, text_series

# Chosen on labelled pairs of names, those of tests/values/test_values_names.py among them.
_LEAST = 0.75
_CONFLICT, _SURPLUS, _LONE_SURPLUS, _WEAKEST_SHARE = 1.5, 0.3, 0.06, 0.3
_RUN_TOGETHER_LEAST, _RUN_TOGETHER = 0.9, 0.97
_MINOR, _FORM_CLASH = 0.4, 0.05
_NUMBER = re.compile(r"\b(?:[0-9]+|[ivx]+)\b")
_BUSINESS_WORDS = (
    r"(?i)\b(?:group|holdings?|bank|solutions?|technolog(?:y|ies)|systems?|services?|consult(?:ing|ants?)|partners|"
    r"industr(?:y|ies)|international|global|enterprises?|associates|agency|software|labs?|studios?|media|logistics|"
    r"university|college|school|hospital|clinic|hotel|restaurant|cafe|foundation|institute|association|ministry|"
    r"department|trading|motors?|foods?|pharma(?:ceuticals)?|insurance|capital|ventures|networks?|energy|"
    r"engineering|construction|manufacturing|marketing|digital|telecom|airlines?|& sons?|and sons?|household)\b"
)


def clean(values: pd.Series) -> pd.Series:
    """The name trimmed, blanks made single, without quotes around it and stray marks at its ends."""
    trimmed = substitute(squeeze(values), r"^[\s,;:'\"`]+|[\s,;:'\"`]+$", "")
    return squeeze(trimmed)


def key(values: pd.Series) -> pd.Series:
    """For comparing: folded, "&" as "and", without legal form and leading "the"; NA where nothing is left."""
    return over_distinct(values, _parted)["key"]


def legal_form(values: pd.Series) -> pd.Series:
    """The legal form, folded ("gmbh co kg", "pt", "sa de cv"); NA where the name has none."""
    return over_distinct(values, _parted)["form"]


def looks_like_company(values: pd.Series) -> np.ndarray:
    """Where a name has a legal form or a word that companies have in their names and people do not."""
    return legal_form(values).notna().to_numpy() | matches(values, _BUSINESS_WORDS)


def validate(values: pd.Series) -> np.ndarray:
    """Where a value may be a company's name: a letter or digit in it, no address, no link."""
    return matches(values, r"[\p{L}\p{N}]") & ~matches(values, r"@[^\s@]+\.|(?i)^https?://|^www\.")


def compare(left: pd.Series, right: pd.Series) -> np.ndarray:
    """Likeness of two companies' names, 0..1, NaN where one is blank.

    Word order, short words and legal forms count little, other numbers ("Fund II", "Fund III") much.
    """
    parted = [over_distinct(side, _parted).reset_index(drop=True) for side in (left, right)]
    one, other = (side["key"] for side in parted)
    aligned = align(one, other, _word_likeness, _word_weight, _LEAST)
    alike = aligned.score(_CONFLICT, _SURPLUS, _LONE_SURPLUS, _WEAKEST_SHARE)
    joined = [objects(side.fillna("").str.replace(" ", "", regex=False)) for side in (one, other)]
    together = process.cpdist(*joined, scorer=fuzz.ratio, dtype=np.float64) / 100
    numbers = [_numbers(side) for side in (one, other)]
    together = np.where(numbers[0] == numbers[1], together, 0.0)
    alike = np.where(together > _RUN_TOGETHER_LEAST, np.maximum(alike, together * _RUN_TOGETHER), alike)
    names = [objects(side) for side in (one, other)]
    alike = np.where(names[0] == names[1], 1.0, alike)
    forms_of = [objects(side["form"]) for side in parted]
    clash = pd.notna(forms_of[0]) & pd.notna(forms_of[1]) & (forms_of[0] != forms_of[1])
    return np.where(pd.isna(names[0]) | pd.isna(names[1]), np.nan, alike * np.where(clash, 1 - _FORM_CLASH, 1.0))


def _numbers(names: pd.Series) -> np.ndarray:
    """The numbers in each name, Roman ones too, as text."""

    def found(distinct: pd.Series) -> pd.Series:
        return text_series([" ".join(sorted(_NUMBER.findall(name))) for name in distinct.to_list()])

    return objects(over_distinct(names, found).fillna(""))


def _word_weight(words: pd.Series) -> np.ndarray:
    minor = pc.is_in(arrow(words), pa.array(sorted(MINOR_WORDS), pa.large_string()))
    return np.where(minor.to_numpy(zero_copy_only=False), _MINOR, 1.0)


def _word_likeness(words: pd.Series) -> Likeness:
    spelled = objects(words)
    numeric = np.array([_NUMBER.fullmatch(word) is not None for word in spelled], dtype=bool)

    def likeness(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        alike = process.cpdist(spelled[one], spelled[other], scorer=OSA.normalized_similarity, dtype=np.float64)
        return np.where(one == other, 1.0, np.where(numeric[one] | numeric[other], 0.0, alike))

    return likeness


def _parted(distinct: pd.Series) -> pd.DataFrame:
    """Columns key and form of each name."""
    spelled = substitute(ascii_text(substitute(distinct, r"\s*(?:&|\+)\s*", " and ")), r"['`]", "")
    # "N.V." is one word and "G.m.b.H." too, beside the single letter of "Triple P N.V.".
    for letters in (r"\b([A-Za-z])\.([A-Za-z])\b", r"\b([A-Za-z]{1,2})\.([A-Za-z]{1,2})\b"):
        spelled = substitute(spelled, letters, r"\1\2")
    folded = fold(spelled)
    keys, found = objects(folded), np.full(len(folded), None, dtype=object)
    odd = matches(folded, _odd())
    for place in np.flatnonzero(odd):
        keys[place], found[place] = _part(spell_out(keys[place].split()))
    ends = np.flatnonzero(~odd & matches(folded, _ends()))
    tails: dict[str, tuple[str, str | None] | None] = {}
    for place, name in zip(ends, keys[ends], strict=True):
        keys[place], found[place] = _without_end(name, tails)
    return pd.DataFrame({"key": text_series(keys), "form": text_series(found)})


def _without_end(name: str, tails: dict[str, tuple[str, str | None] | None]) -> tuple[str | None, str | None]:
    """`_part` of a name with nothing odd but its end: what stands at the end of many is looked at once."""
    cut = name.rfind(" ", 0, name.rfind(" ")) + 1
    tail = name[cut:]
    if tail not in tails:
        tails[tail] = _tail(tail.split())
    parted = tails[tail] if cut else None
    if parted is None:
        return _part(name.split())
    return name[:cut] + parted[0], parted[1]


def _tail(words: list[str]) -> tuple[str, str | None] | None:
    """What stays of the last two words, and the legal form; None where that depends on the words before them."""
    rest, form = _part(["", *words])
    kept = (rest or "").strip()
    return (kept, form) if kept and endings()[words[-1]] <= len(words) and kept not in endings() else None


@cache
def _ends() -> str:
    return rf" (?:{'|'.join(sorted(endings()))})$"


@cache
def _odd() -> str:
    """Names with one of these are taken apart word by word; the others are their own key but for the end."""
    starts = "|".join(sorted(beginnings().keys() | {"the"}))
    return rf"^(?:{starts}) |\b[a-z] [a-z]\b|\b(?:{'|'.join(sorted(SPELLINGS))})\b"


def _part(words: list[str]) -> tuple[str | None, str | None]:
    """The key and the legal form in the words of a name; at least one word stays."""
    known, last, first = forms(), endings(), beginnings()
    found: list[str] = []
    if words[0] == "the" and len(words) > 1:
        words = words[1:]
    while len(words) > 1:
        width = min(last.get(words[-1], 0), len(words) - 1)
        size = next((n for n in range(width, 0, -1) if tuple(words[-n:]) in known), 0)
        if not size:
            break
        found = words[-size:] + found
        words = words[:-size]
        if words[-1] == "and" and len(words) > 1:
            words = words[:-1]
    width = min(first.get(words[0], 0), len(words) - 1)
    size = next((n for n in range(width, 0, -1) if n > 2 and tuple(words[:n]) in known), 0)
    size = size or int(width > 0 and words[0] in PREFIXES)
    return " ".join(words[size:]), " ".join(words[:size] + found) or None
