"""How an address is written into a cell: several of them, or one with something around it."""

import re

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from email_validator import EmailNotValidError, validate_email

from audit.values import email
from audit.values.text import arrow, matches, objects, over_distinct, substitute, text_series

_ADDRESS = re.compile(r"[^\s@<>,;:\"'()\[\]|/\\]+@[^\s@<>,;:\"'()\[\]|/\\&]+\.[^\W\d_][\w-]*(?:\.[^\W\d_][\w-]*)*")
_BETWEEN = re.compile(r"(?i)(?:and|or|und|oder|dan|atau|y|o|et|ou|e|mailto|e-?mail|cc|www\.\S+|\W)*")
_LABEL = r"(?i)^\s*(?:(?:e-?mail|mail|mailto|smtp)\s*:\s*)+"
_AROUND = r"^[\s\"'<(\[{,;`]+|[\s\"'>)\]},;`]+$"
_DISPLAY_NAME = r"^[^<>@]*<\s*([^<>]*@[^<>]*)>[\s,;\"']*$"
_COMMENT = r"^([^\s()<>]+@[^\s()<>]+)\s*\([^()@]*\)\s*$"
_QUERY = r"(?i)^(mailto:[^?\s]+)\?\S*$"
_TWO_SIGNS = r"(?s)@.*@"


def addresses(values: pd.Series) -> pd.DataFrame:
    """Columns first (the first address in a text that is not one address itself) and count (of different ones).

    Blank and 0 where the text is one valid address, or holds no two addresses with nothing but separators between.
    """
    found = over_distinct(values, _addresses)
    return found.assign(count=found["count"].fillna(0).astype("int64"))


def undecorated(values: pd.Series) -> pd.Series:
    """The one valid address in a text that is none itself for what stands around it; NA for other texts.

    Decorations are display names before angle brackets, brackets, quotes, mailto: and other labels, comments in
    brackets, separators at either end, and the same address a second time.
    """
    return over_distinct(values, _undecorated)


def quoted(values: pd.Series) -> np.ndarray:
    """Where an address is valid with its local part in quotes (RFC 5321), which the library refuses unless asked."""
    return over_distinct(values, _quoted)


def _quoted(distinct: pd.Series) -> np.ndarray:
    found = matches(distinct, r'^\s*".*"@[^@\s]+\s*$')
    found[found] = email.validate(substitute(distinct[found], r'(?s)^\s*".*"@', "a@"))
    for place in np.flatnonzero(found):
        local = distinct.iat[place].strip().rpartition("@")[0]
        try:
            validate_email(f"{local}@a.com", check_deliverability=False, allow_quoted_local=True)
        except EmailNotValidError:
            found[place] = False
    return found


def _addresses(distinct: pd.Series) -> pd.DataFrame:
    first = np.full(len(distinct), None, dtype=object)
    count = np.zeros(len(distinct), dtype=np.int64)
    likely = matches(distinct, _TWO_SIGNS)
    likely[likely] = ~email.validate(distinct[likely]) & ~_quoted(distinct[likely])
    told = {place: _told(distinct.iat[place]) for place in np.flatnonzero(likely)}
    spelled = text_series(sorted({address for found in told.values() for address in found}))
    valid = frozenset(objects(spelled)[email.validate(spelled)])
    for place, found in told.items():
        if found and valid.issuperset(found):
            first[place], count[place] = found[0], len({address.casefold() for address in found})
    return pd.DataFrame({"first": text_series(first), "count": pd.Series(count)})


def _told(cell: str) -> list[str]:
    """What looks like addresses, where there are two at least with display names or separators between; else none."""
    found = [match[0].rstrip(".") for match in _ADDRESS.finditer(cell)]
    if len(found) < 2:
        return []
    return found if "<" in cell or _BETWEEN.fullmatch(_ADDRESS.sub(" ", cell)) else []


def _undecorated(distinct: pd.Series) -> pd.Series:
    bare = np.full(len(distinct), None, dtype=object)
    odd = matches(distinct, "@")
    odd[odd] = ~email.validate(distinct[odd]) & ~_quoted(distinct[odd])
    texts = distinct[odd]
    for pattern, kept in ((_QUERY, r"\1"), (_COMMENT, r"\1"), (_DISPLAY_NAME, r"\1")):
        texts = substitute(texts, pattern, kept)
    for _ in range(2):
        texts = substitute(substitute(texts, _LABEL, ""), _AROUND, "")
    # An address that stands twice, as "a@b.com <a@b.com>" or in a list of one.
    repeated = objects(texts)
    told = _addresses(distinct[odd])
    once = told["count"].to_numpy() == 1
    repeated[once] = objects(told["first"])[once]
    texts = text_series(repeated)
    bare[odd] = objects(texts.where(email.validate(texts)))
    changed = text_series(bare)
    same = pc.equal(pc.utf8_trim_whitespace(arrow(distinct)), arrow(changed)).fill_null(False)
    bare[same.to_numpy(zero_copy_only=False)] = None
    return text_series(bare)
