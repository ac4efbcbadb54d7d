"""How alike two names of people are."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from audit.values.alignment import Likeness, align
from audit.values.nicknames import formal_names, related
from audit.values.person_words import PARTICLES
from audit.values.text import arrow, matches, objects, over_distinct, squeeze, text_series

# Chosen on labelled pairs of names, those of tests/values/test_values_names.py among them.
_LEAST = 0.3
_CONFLICT, _SURPLUS, _LONE_SURPLUS, _WEAKEST_SHARE = 1.5, 0.06, 0.5, 0.3
_SAME_SOUND, _SHORT_FORM, _INITIAL = 0.95, 0.95, 0.8
_RUN_TOGETHER_LEAST, _RUN_TOGETHER = 0.9, 0.97
_SOUNDS = (
    ("(?:sch|tsch|tch)", "sh"),
    ("ph", "f"),
    ("[ck]k|ck|c|q", "k"),
    ("kh|gh", "h"),
    ("th|dh|tt", "t"),
    ("oo|ou|o|w|v", "u"),
    ("ee|ie|ei|ey|iy|yi|ii|y|j|e", "i"),
    ("x", "ks"),
    ("z", "s"),
    *((f"{letter}{letter}+", letter) for letter in "abdfghiklmnprstu"),
)
_CONNECTORS = (("el|ul", "al"), ("ibn|ben", "bin"), ("abd", "abdul"), ("bint|binte", "binti"))


def person_likeness(left: pd.Series, right: pd.Series, left_folded: pd.Series, right_folded: pd.Series) -> np.ndarray:
    """Likeness 0..1 of names given as written and folded; NaN where one is blank."""
    known = (left_folded.notna().to_numpy()) & (right_folded.notna().to_numpy())
    one, other = (_connected(side) for side in (left_folded, right_folded))
    aligned = align(one, other, _word_likeness, _word_weight, _LEAST)
    alike = aligned.score(_CONFLICT, _SURPLUS, _LONE_SURPLUS, _WEAKEST_SHARE)
    together = _run_together(one, other)
    alike = np.where(together > _RUN_TOGETHER_LEAST, np.maximum(alike, together * _RUN_TOGETHER), alike)
    # Transliterated, different Chinese characters may sound alike: where both names have them, they are compared.
    han = matches(left, r"[\p{Han}\p{Hangul}]") & matches(right, r"[\p{Han}\p{Hangul}]")
    if han.any():
        written = process.cpdist(_filled(squeeze(left)[han]), _filled(squeeze(right)[han]), scorer=fuzz.ratio) / 100
        alike[han] = np.minimum(alike[han], written)
    return np.where(known, np.where(_filled(one) == _filled(other), 1.0, alike), np.nan)


def _connected(folded: pd.Series) -> pd.Series:
    """Connecting words in their one form: el is al, ibn and ben are bin."""
    text = arrow(folded)
    for pattern, form in _CONNECTORS:
        text = pc.replace_substring_regex(text, rf"\b(?:{pattern})\b", form)
    return text_series(text)


def _run_together(left: pd.Series, right: pd.Series) -> np.ndarray:
    """Likeness of the names without blanks, as written and with their words sorted."""
    plain = [_filled(text_series(pc.replace_substring(arrow(side), " ", ""))) for side in (left, right)]
    ordered = [_filled(over_distinct(side, _letters_of_sorted_words)) for side in (left, right)]
    scores = [process.cpdist(*sides, scorer=fuzz.ratio, dtype=np.float64) / 100 for sides in (plain, ordered)]
    return np.maximum(*scores)


def _letters_of_sorted_words(names: pd.Series) -> pd.Series:
    return text_series(["".join(sorted(name.split())) for name in names.to_list()])


def _word_weight(words: pd.Series) -> np.ndarray:
    lengths = words.str.len().to_numpy(dtype=float)
    particle = pc.is_in(arrow(words), pa.array(sorted(PARTICLES), pa.large_string())).to_numpy(zero_copy_only=False)
    return np.where(particle, 0.3, np.where(lengths == 1, 0.5, 1.0))


def _word_likeness(words: pd.Series) -> Likeness:
    spelled = objects(words)
    sound = _sounds(words)
    formal = _places([formal_names().get(word, word) for word in spelled])
    initial = _places([word[:1] for word in spelled])
    single = np.array([len(word) == 1 for word in spelled], dtype=bool)
    place = {word: at for at, word in enumerate(spelled)}
    kin = [place[a] * len(place) + place[b] for a, b in related() if a in place and b in place]
    kin_codes = np.array(sorted(kin), dtype=np.int64)

    def likeness(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        alike = process.cpdist(spelled[one], spelled[other], scorer=OSA.normalized_similarity, dtype=np.float64)
        alike = np.where(sound[one] == sound[other], np.maximum(alike, _SAME_SOUND), alike)
        short = (formal[one] == formal[other]) | np.isin(one * len(spelled) + other, kin_codes)
        alike = np.where(short, np.maximum(alike, _SHORT_FORM), alike)
        abbreviated = np.where(initial[one] == initial[other], _INITIAL, 0.0)
        alike = np.where(single[one] | single[other], abbreviated, alike)
        return np.where(one == other, 1.0, alike)

    return likeness


def _sounds(words: pd.Series) -> np.ndarray:
    """Numbers that are equal for words that sound alike in most transliterations."""
    text = arrow(words)
    for pattern, sound in _SOUNDS:
        text = pc.replace_substring_regex(text, pattern, sound)
    return text.dictionary_encode().indices.to_numpy()


def _places(words: list[str]) -> np.ndarray:
    return pa.array(words, pa.large_string()).dictionary_encode().indices.to_numpy()


def _filled(values: pd.Series) -> np.ndarray:
    return objects(values.fillna(""))
