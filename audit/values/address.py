"""Street lines and postcodes."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from audit.values.street_words import STREET_WORDS, UNIT_WORDS
from audit.values.text import arrow, fold, key, matches, objects, over_distinct, substitute, text_series

_NUMBER = r"(?P<number>[0-9]+(?:[-/][0-9]+)?\s?(?:\p{L}\b)?)"
_UNIT = rf"(?i)\b(?:{UNIT_WORDS})\b\.?\s*#?\s*[0-9]+\p{{L}}?|#\s*[0-9]+"
_JOINED_STREET = r"(\p{L}{3,})(?:stra[sß]e|strasse|str\.|str\b)"


def clean(values: pd.Series) -> pd.Series:
    """The line folded, with the usual abbreviations made one ("Main Street" and "main st." are "main st")."""

    def lines(distinct: pd.Series) -> pd.Series:
        spaced = substitute(distinct, rf"(?i){_JOINED_STREET}", r"\1 str ")
        split = pc.split_pattern(arrow(fold(spaced)), " ")
        words = split.values.dictionary_encode()
        usual = pa.array([STREET_WORDS.get(word, word) for word in words.dictionary.to_pylist()], pa.large_string())
        told = pa.ListArray.from_arrays(split.offsets, usual.take(words.indices), mask=split.is_null())
        return text_series(pc.binary_join(told, pa.scalar(" ", pa.large_string())))

    return over_distinct(values, lines)


def house_number(values: pd.Series) -> pd.Series:
    """The house number with its letter: "12b Main St" and "Hauptstr. 12 B" give "12B"; NA where there is none."""

    def numbers(distinct: pd.Series) -> pd.Series:
        # Units within the house go first; RT and RW number the neighbourhood in Indonesia.
        text = pc.utf8_upper(arrow(substitute(distinct, _UNIT, " ")))
        leading = _captured(text, rf"^\D{{0,4}}{_NUMBER}")
        text = pc.replace_substring_regex(text, r"\b(?:RT|RW|BLOK|BLOCK|KM)\b[\s.:/]*[0-9A-Z]+(?:/[0-9]+)?", " ")
        marked = _captured(text, rf"\b(?:NO|NR|NUM|N[°º])\b?[\s.:]*{_NUMBER}")
        trailing = _captured(text, rf"^[^0-9,]*\D[\s,]+{_NUMBER}")
        return text_series(pc.replace_substring(pc.coalesce(leading, marked, trailing), " ", ""))

    return over_distinct(values, numbers)


def postcode_key(values: pd.Series) -> pd.Series:
    """For comparing: upper case without blanks and marks; a US ZIP+4 without its add-on."""
    folded = arrow(key(values))
    shortened = pc.replace_substring_regex(folded, r"^([0-9]{5})[0-9]{4}$", r"\1")
    plus_four = pa.array(matches(values, r"^\s*[0-9]{5}-[0-9]{4}\s*$"))
    return text_series(pc.utf8_upper(pc.if_else(plus_four, shortened, folded)), values.index)


def validate(values: pd.Series) -> np.ndarray:
    """Where a line has letters and is long enough to be a street or a post box."""
    return matches(values, r"\p{L}.*\p{L}")


def compare(left: pd.Series, right: pd.Series) -> np.ndarray:
    """Likeness of two street lines, 0..1, words in any order; at most 0.5 where house numbers differ."""
    a, b = (objects(clean(side)) for side in (left, right))
    known = pd.notna(a) & pd.notna(b)
    texts = [np.where(known, side, "") for side in (a, b)]
    alike = process.cpdist(*texts, scorer=fuzz.token_sort_ratio, dtype=np.float64) / 100
    x, y = (objects(house_number(side)) for side in (left, right))
    clash = pd.notna(x) & pd.notna(y) & (x != y)
    return np.where(known, np.where(clash, np.minimum(alike, 0.5), alike), np.nan)


def _captured(text: pa.Array, pattern: str) -> pa.Array:
    return pc.struct_field(pc.extract_regex(text, pattern), "number")
