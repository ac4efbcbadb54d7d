"""What the values of a column look like, from a sample: addresses, numbers, dates, countries ..."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.schema import TEXT

_SAMPLE = 200
_SPREAD = 4_000
_COMMON = 60
_LARGE = 1 << 17
_PARTS = 16
KIND_PATTERNS = {
    kind: re.compile(pattern)
    for kind, pattern in {
        "email": r"(?i)^\s*(?:mailto:)?[^\s@,;<>]+\s*@\s*[^\s@,;<>]+\.[a-z]{2,}\.?\s*$",
        "url": r"(?i)^\s*(?:https?://|www\.)\S+\s*$",
        "domain": r"(?i)^\s*(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}\s*$",
        "phone": r"(?i)^\s*(?:tel:|p:)?\s*(?:\+|00|\()?[\d][\d\s().\-/]{5,}\d\s*(?:(?:x|ext\.?|#)\s*\d+)?\s*$",
        "number": r"^\s*\(?[-+]?\s*(?:[$€£¥₹]|Rp\.?|US\$|R\$|[A-Z]{3})?\s*[-+]?\d[\d.,'\s]*(?:[eE][+-]?\d+)?\s*"
        r"(?:%|[KMB]|[€£$]|[A-Z]{3})?\)?-?\s*$",
        "integer": r"^\s*[-+]?\d+(?:\.0+)?\s*$",
        "date": r"(?i)^\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|(?:19|20)\d{6}"
        r"|(?:[a-zà-ÿ]{2,9}\.?,?\s+)?\d{1,2}\.?[\s-]+[a-zà-ÿ]{3,10}\.?,?[\s-]+\d{2,4}"
        r"|(?:[a-zà-ÿ]{2,9}\.?,?\s+)?[a-zà-ÿ]{3,10}\.?\s+\d{1,2},?\s+\d{4})(?:[\sT,].*)?$",
        "stamp": r"^\s*(?:1\d{9}|1\d{12}|[2-5]\d{4}(?:\.\d+)?)\s*$",
        "boolean": r"(?i)^\s*(?:true|false|yes|no|y|n|t|f|0|1|x|ja|nein|ya|tidak|si|sí|oui|non|sim|não|allow"
        r"|do not allow|checked|unchecked|done|to do|active|inactive|on|off|subscribed|unsubscribed|select|n/a)\s*$",
    }.items()
}


@dataclass(frozen=True)
class Profile:
    """Shares (0..1) of the sampled values that look like each kind; `filled` were seen, `distinct` of them differ."""

    filled: int
    distinct: int
    shares: Mapping[str, float]
    common: tuple[str, ...]
    sample: tuple[str, ...] = ()

    def share(self, kind: str) -> float:
        return self.countries if kind == "country" else self.shares.get(kind, 0.0)

    @cached_property
    def countries(self) -> float:
        """The share of names of countries; asked for where a column may be one, as all names take much memory."""
        return _country_share(self.sample)

    @property
    def times(self) -> float:
        """Values that may be dates, written out or as serial or Unix numbers."""
        return self.share("date") + self.share("stamp")


def profile(column: pd.Series) -> Profile:
    """The profile of a text column, from up to 200 distinct values spread over its rows."""
    step = max(1, len(column) // _SPREAD)
    seen = column.iloc[::step].dropna()
    if not len(seen):
        seen = column.dropna().head(_SPREAD)
    counts = seen.value_counts()
    distinct = [str(value)[:300] for value in counts.index[:: max(1, len(counts) // _SAMPLE)][:_SAMPLE]]
    shares = {}
    if distinct:
        for kind, pattern in KIND_PATTERNS.items():
            shares[kind] = sum(bool(pattern.match(value)) for value in distinct) / len(distinct)
    common = tuple(str(value) for value in counts.index[:_COMMON])
    return Profile(len(seen), len(counts), shares, common, tuple(distinct))


def counted(column: pd.Series) -> tuple[int, int]:
    """How many rows of a text column hold a value, and how many different values there are."""
    values = column.array.__arrow_array__()
    filled = len(values) - values.null_count
    if len(values) < _LARGE or pc.count_distinct(values[:_LARGE]).as_py() < _LARGE // 8:
        return filled, pc.count_distinct(values).as_py()
    # Counted in parts that cannot share a value, as a table of all values would take several times their memory.
    pieces = (chunk.slice(start, _LARGE) for chunk in values.chunks for start in range(0, len(chunk), _LARGE))
    parts = np.concatenate([_part(piece) for piece in pieces])
    if values.null_count:
        parts[values.is_null().to_numpy(zero_copy_only=False)] = _PARTS
    distinct = sum(pc.count_distinct(values.filter(pa.array(parts == part))).as_py() for part in range(_PARTS))
    pa.default_memory_pool().release_unused()
    return filled, distinct


def _part(values: pa.LargeStringArray) -> np.ndarray:
    """A number below `_PARTS` for each value, by its length and three of its bytes; the same for the same value."""
    _, ends, content = values.buffers()
    ends = np.frombuffer(ends, dtype=np.int64)[values.offset : values.offset + len(values) + 1]
    start, length = ends[:-1], np.diff(ends).astype(np.int32)
    part = length % 251
    letters = np.frombuffer(content if content else b"\0", dtype=np.uint8)
    for place in (length // 3, length // 2, np.maximum(length - 1, 0)):
        part += letters[np.minimum(start + place, len(letters) - 1)] * (length > 0)
    return (part % _PARTS).astype(np.uint8)


def _country_share(distinct: Sequence[str]) -> float:
    """The share of values that name a country; two-letter codes alone are too often something else."""
    from audit.values import country

    long = [value for value in distinct if len(value) > 3 and not any(char.isdigit() or char == "@" for char in value)]
    if len(long) < max(2, 0.5 * len(distinct)):
        return 0.0
    return float(country.validate(pd.Series(long, dtype=TEXT)).mean())
