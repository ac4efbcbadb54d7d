"""Names of people."""

import re

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.values.nicknames import formal_names
from audit.values.nicknames import given_names as given_names
from audit.values.person_likeness import person_likeness
from audit.values.person_words import AMBIGUOUS_TITLES, PARTICLES, SUFFIXES, TITLES
from audit.values.text import arrow, fold, matches, objects, over_distinct, squeeze, text_series

PARTS = ("salutation", "first_name", "middle_name", "last_name", "suffix")
_LETTERS_ONLY = re.compile(r"[^\w]", re.UNICODE)
# Names with one of these are taken apart word by word.
_ODD = rf"(?i)[,.]|^(?:{'|'.join(sorted(TITLES))})\b|\b(?:{'|'.join(sorted(SUFFIXES))})$"
_PARTICLE = rf"(?i) (?:{'|'.join(sorted(PARTICLES))}) "
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


def split(full_names: pd.Series) -> pd.DataFrame:
    """Columns salutation, first_name, middle_name, last_name, suffix. A single name is a first name."""

    def parted(distinct: pd.Series) -> pd.DataFrame:
        names = squeeze(distinct)
        plain = ~matches(names, f"{_ODD}|{_PARTICLE}")
        words = pc.extract_regex(arrow(names), r"^(?P<first_name>\S+)(?: (?P<middle_name>.+))?(?: (?P<last_name>\S+))$")
        found = {part: objects(text_series(pc.struct_field(words, part))) for part in PARTS[1:4]}
        found["first_name"] = np.where(
            pc.is_valid(words).to_numpy(zero_copy_only=False), found["first_name"], objects(names)
        )
        columns = {part: found.get(part, np.full(len(names), None)) for part in PARTS}
        for words_of in columns.values():
            words_of[words_of == ""] = None
        for place in np.flatnonzero(~plain):
            for part, word in zip(PARTS, _split(names.iat[place]), strict=True):
                columns[part][place] = word
        return pd.DataFrame({part: text_series(column) for part, column in columns.items()})

    return over_distinct(full_names, parted)


def clean(values: pd.Series) -> pd.Series:
    """The name without titles and suffixes, in usual case where it was all capitals or all small letters."""

    def cleaned(distinct: pd.Series) -> pd.Series:
        words = objects(squeeze(distinct))
        for place in np.flatnonzero(matches(distinct, _ODD)):
            words[place] = _bare_name(words[place])
        # Only now: "Dr. SMITH" is shouted too.
        for place in np.flatnonzero(is_shouted(text_series(words))):
            words[place] = _usual_case(words[place])
        return text_series(words)

    return over_distinct(values, cleaned)


def validate(values: pd.Series) -> np.ndarray:
    """Where a value looks like the name of a person: letters, no digits, no address, no link."""
    return (
        matches(values, r"\p{L}")
        & ~matches(values, r"[0-9@#$%^*_=+<>{}\[\]|\\~?!:;\"]|//|(?i)\bwww\.|\.(?:com|net|org|co|io)\b")
        & ~matches(values, r"^\s*\S{41,}\s*$")
    )


def is_shouted(values: pd.Series) -> np.ndarray:
    """Where a name of at least four letters is all capitals, or of at least two all small letters."""
    cased = matches(values, r"^[^\p{Ll}\p{Lo}]*$") & matches(values, r"(?:\p{Lu}[^\p{L}]*){4}")
    small = matches(values, r"^[^\p{Lu}\p{Lo}\p{Lt}]*$") & matches(values, r"(?:\p{Ll}[^\p{L}]*){2}")
    return cased | small


def nickname_key(values: pd.Series) -> pd.Series:
    """The canonical form of a given name, folded: Bob and Rob are "robert"; other names as they are."""
    formal = formal_names()

    def canonical(distinct: pd.Series) -> pd.Series:
        return text_series([name and formal.get(name, name) for name in objects(fold(distinct))])

    return over_distinct(values, canonical)


def compare(left: pd.Series, right: pd.Series) -> np.ndarray:
    """Likeness of two people's names, 0..1, NaN where one is blank.

    Words are taken in any order; short forms, initials, other spellings of the same sound and words run together count
    for it, words that contradict each other against it.
    """
    return person_likeness(left, right, *(fold(clean(side)) for side in (left, right)))


def _bare(word: str) -> str:
    return _LETTERS_ONLY.sub("", word).casefold()


def _is_title(words: list[str]) -> bool:
    """Whether the first word is a title before a name."""
    bare = _bare(words[0])
    if bare not in TITLES or len(words) < 2:
        return False
    return bare not in AMBIGUOUS_TITLES or words[0].endswith(".") or len(words) > 2


def _is_suffix(words: list[str]) -> bool:
    """Whether the last word is a degree or generation after a name."""
    if len(words) < 2 or _bare(words[-1]) not in SUFFIXES:
        return False
    word = words[-1]
    # "Ma", "Do" and "Ba" are family names: degrees of two letters are written in capitals, with dots or after a comma.
    return len(_bare(word)) > 2 or word.isupper() or "." in word or _bare(word) in ("jr", "sr")


def _split(name: str | None) -> tuple[str | None, ...]:
    if not name:
        return (None,) * len(PARTS)
    titles, words, family, suffixes = _parts(name)
    if family is None:
        start = len(words) - 1
        while start > 1 and words[start - 1].casefold().strip(".") in PARTICLES:
            start -= 1
        given, family = (words, []) if len(words) < 2 else (words[:start], words[start:])
    else:
        given = words
    first, middle = given[:1], given[1:]
    return tuple(" ".join(part) or None for part in (titles, first, middle, family, suffixes))


def _parts(name: str) -> tuple[list[str], list[str], list[str] | None, list[str]]:
    """Titles, the other words, the family name where a comma marks it, suffixes."""
    pieces = [piece.split() for piece in name.split(",")]
    pieces = [piece for piece in pieces if piece]
    suffixes: list[str] = []
    while len(pieces) > 1 and all(_bare(word) in SUFFIXES or not _bare(word) for word in pieces[-1]):
        suffixes = pieces.pop() + suffixes
    family = None
    if len(pieces) == 2:
        family, words = pieces
    else:
        words = [word for piece in pieces for word in piece]
    titles: list[str] = []
    side = family if family and _is_title(family) else words
    for part in (side, words):
        while part and _is_title(part):
            titles.append(part.pop(0))
    for part in (words, family or []):
        while _is_suffix(part):
            suffixes.insert(0, part.pop())
    return titles, words, family, suffixes


def _bare_name(name: str) -> str | None:
    _, words, family, _ = _parts(name)
    return " ".join(words + (family or [])) or None


def _usual_case(name: str) -> str:
    words = []
    for place, word in enumerate(name.split(" ")):
        small = word.casefold()
        words.append(small if place and small in PARTICLES else _WORD.sub(_capitalised, word))
    text = " ".join(words)
    return re.sub(r"(?<=[^\W\d_]['’])S\b", "s", text)


def _capitalised(found: re.Match[str]) -> str:
    word = found[0].lower()
    if word.startswith("mc") and len(word) > 3:
        return "Mc" + word[2:].capitalize()
    return word.upper() if word in ("ii", "iii", "iv") else word.capitalize()
