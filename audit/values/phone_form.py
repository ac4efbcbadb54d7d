"""How a phone number is written into a cell: several of them, with an extension, or a filler of one digit."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.values.text import arrow, blank_to_na, matches, over_distinct, placed, squeeze, substitute, text_series

FILLER = r"^0?(?:0{5,}|1{6,}|2{6,}|3{6,}|4{6,}|5{6,}|6{6,}|7{6,}|8{6,}|9{6,}|12345678?9?0?|0123456789?|9876543210?)$"
"""Digits of a number that was made up: one repeated digit, or the digits in order."""
_FILLER_START = r"^[^0-9]*(?:0[^0-9]*)?(?:{})".format(
    "|".join("[^0-9]*".join(start) for start in (*(2 * digit for digit in "0123456789"), "123", "012", "987"))
)
"""How every filler begins, whatever stands between its digits."""
_LABEL = (
    r"(?i)^\s*(?:(?:tel(?:efon|epon|ephone|éfono|p)?|phone|ph|mob(?:ile?)?|cell|office|home|work|main|direct|fax|handy|"
    r"hp|wa|whatsapp|kantor|rumah|büro|[pmthow])\s*[.:]\s*)+"
)
_REMARK = r"\s*\([^()0-9]*\)\s*$"
# "030 / 1234567" is one number: a slash separates only where both sides are long enough to be numbers.
_SEPARATOR = r"\s*(?:[;,|&/\n\r\t]|\s(?i:or|and|und|oder|atau|dan|y|o|ou|et|e)\s)\s*"
_SECOND_PLUS = r"([0-9)])\s*(\+[0-9])"
_SECOND_LONG = r"^(\s*[0-9]{9,13})\s+([0-9]{9,13}\s*)$"
_NUMBER = r"\+?[\s(+]*(?:[0-9][\s().\-/]*){7,15}"
_EXTENSION = (
    r"[\s,;]*(?:\b(?i:ext(?:ension|n)?|xtn|int(?:erno)?|ramal|anexo|poste|durchwahl|dw|pes(?:awat)?)\b[\s.:]*|"
    r";ext=|[xX#][\s.:]*)(?P<extension>[0-9]{1,7})\s*$"
)
_LABELLED = r"(?is)[0-9].*[a-z#].*[0-9]"
"""What every number with an extension has: a letter or a # between digits."""


def numbers(values: pd.Series) -> pd.DataFrame:
    """Columns first (the first number of a cell that holds several) and count; blank and 0 for other texts.

    Each part needs seven digits and no letters but a label, so that "030/901820" is one number.
    """
    found = over_distinct(values, _numbers)
    return found.assign(count=found["count"].fillna(0).astype("int64"))


def extension(values: pd.Series) -> pd.Series:
    """The digits of the extension written behind a number of at least seven digits; NA where there is none."""
    likely = matches(values, _LABELLED)
    found = pc.extract_regex(arrow(values[likely]), rf"^\s*(?i:tel:)?{_NUMBER}{_EXTENSION}")
    return placed(text_series(pc.struct_field(found, "extension")), likely, values.index)


def without_extension(values: pd.Series) -> pd.Series:
    """The numbers without their extension; other texts as they are."""
    extended = extension(values).notna().to_numpy(dtype=bool)
    bare = placed(substitute(values[extended], _EXTENSION, ""), extended, values.index)
    return blank_to_na(text_series(pc.if_else(pa.array(extended), arrow(bare), arrow(values)), values.index))


def is_filler(values: pd.Series) -> np.ndarray:
    """Where the digits of a number are one repeated digit, or run up or down."""
    likely = matches(values, _FILLER_START)
    likely[likely] = matches(substitute(values[likely], r"[^0-9]", ""), FILLER)
    return likely


def _numbers(distinct: pd.Series) -> pd.DataFrame:
    marked = distinct
    for pattern in (_SECOND_PLUS, _SECOND_LONG):
        marked = substitute(marked, pattern, r"\1;\2")
    likely = (
        matches(marked, _SEPARATOR) & matches(marked, r"(?s)(?:[0-9].*){14}") & ~matches(distinct, r"[#@]|,,|;ext=")
    )
    parts = marked[likely].astype(object).str.split(_SEPARATOR, regex=True).explode()
    spelled = text_series(parts.to_numpy(), parts.index)
    spelled = squeeze(substitute(substitute(spelled, _LABEL, ""), _REMARK, ""))
    spelled = spelled[spelled.notna()]
    good = pd.Series(matches(without_extension(spelled), f"^{_NUMBER}$"), index=spelled.index)
    by_cell = good.groupby(level=0)
    all_good = by_cell.all() & (by_cell.size() >= 2)
    count = by_cell.size().where(all_good, 0).reindex(distinct.index, fill_value=0)
    first = spelled.groupby(level=0).first().where(all_good).reindex(distinct.index)
    return pd.DataFrame({"first": text_series(first.to_numpy(dtype=object, na_value=None)), "count": count})
