"""Writing systems: emoji, and words in which letters of one alphabet stand in for those of another."""

import numpy as np
import pandas as pd

from audit.values.text import blank_to_na, matches, squeeze, substitute

_PICTURE = (
    r"\x{203c}\x{2049}\x{2139}\x{2190}-\x{21ff}\x{231a}-\x{23ff}\x{24c2}\x{25a0}-\x{27bf}\x{2900}-\x{297f}\x{2b00}-\x{2bff}"
    r"\x{3030}\x{303d}\x{3297}\x{3299}\x{1f000}-\x{1faff}\x{1fb00}-\x{1fbff}"
)
# What follows a picture to colour or join it: variation selectors, joiners, the keycap, tags.
_EMOJI = rf"[{_PICTURE}][\x{{fe0e}}\x{{fe0f}}\x{{200d}}\x{{20e3}}\x{{e0020}}-\x{{e007f}}{_PICTURE}]*"
_ALPHABETS = (r"\p{Latin}", r"\p{Cyrillic}", r"\p{Greek}")
_MIXED = "|".join(rf"{one}\p{{M}}*{other}" for one in _ALPHABETS for other in _ALPHABETS if one != other)


def emoji(values: pd.Series) -> np.ndarray:
    """Where a text holds an emoji or another picture that is no letter, digit or mark of writing."""
    return matches(values, _EMOJI)


def without_emoji(values: pd.Series) -> pd.Series:
    """The texts without pictures and the blanks they leave; NA where nothing else was there."""
    bare = substitute(values, _EMOJI, " ")
    return blank_to_na(squeeze(bare).where(emoji(values), values))


def mixed(values: pd.Series) -> np.ndarray:
    """Where letters of two of the Latin, Cyrillic and Greek alphabets stand side by side in a word."""
    return matches(values, _MIXED)
