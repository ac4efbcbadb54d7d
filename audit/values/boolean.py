"""Booleans as exports write them."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.values.text import arrow, ascii_text, objects, substitute, text_series

# "Allow" and "Do Not Allow" are written by Dynamics 365 in columns called "Do not allow ...".
_TRUE = frozenset(
    """
    true t yes y 1 1.0 x on wahr ja j ya iya benar si s oui vrai vero verdadero verdadeiro sim checked selected
    enabled active subscribed optin opt-in granted allowed done completed
    donotallow
    """.split()
)
_FALSE = frozenset(
    """
    false f no n 0 0.0 off falsch nein tidak bukan non faux falso nao nee unchecked unselected deselected disabled
    inactive unsubscribed optout opt-out denied disallowed notallowed allow todo notdone
    """.split()
)


def parse(values: pd.Series, blank_is_false: bool = False) -> pd.Series:
    """True, False or NA (dtype boolean) for yes/no words of the usual languages; NA where not understood."""
    encoded = arrow(values).dictionary_encode()
    words = objects(substitute(ascii_text(text_series(encoded.dictionary)), r"[\s_'\"()\[\]]+", ""))
    known = [None if word is None else _meaning(word.casefold()) for word in words]
    meant = pa.array(known, pa.bool_()).take(encoded.indices)
    parsed = pd.arrays.BooleanArray(
        meant.fill_null(False).to_numpy(zero_copy_only=False), meant.is_null().to_numpy(zero_copy_only=False)
    )
    if blank_is_false:
        blank = pc.equal(pc.utf8_trim_whitespace(encoded.dictionary), "").take(encoded.indices).fill_null(True)
        parsed[blank.to_numpy(zero_copy_only=False)] = False
    return pd.Series(parsed, index=values.index)


def validate(values: pd.Series) -> np.ndarray:
    """Where a value can be read as true or false."""
    return parse(values).notna().to_numpy()


def clean(values: pd.Series) -> pd.Series:
    """The words true and false as text; NA where not understood."""
    return text_series(parse(values).map({True: "true", False: "false"}).to_list(), values.index)


def compare(left: pd.Series, right: pd.Series) -> np.ndarray:
    """1 where both say the same, 0 where not, NaN where either is unknown."""
    a, b = parse(left).reset_index(drop=True), parse(right).reset_index(drop=True)
    return (a == b).astype("Float64").to_numpy(dtype=float, na_value=np.nan)


def _meaning(word: str) -> bool | None:
    if word in _TRUE:
        return True
    return False if word in _FALSE else None
