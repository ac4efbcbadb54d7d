"""Columns of integer codes: the form in which all of matching sees values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.values import text

BLANK = -1

_PART = 100_000
_LETTER = np.zeros(256, dtype=np.uint64)
_LETTER[:128] = np.uint64(1) << np.array(
    [byte - 97 if 97 <= byte <= 122 else 26 + byte - 48 if 48 <= byte <= 57 else 36 + byte % 28 for byte in range(128)],
    dtype=np.uint64,
)
"""A bit for each byte of ASCII: small letters and digits have their own, the others share."""


@dataclass(frozen=True)
class Column:
    """One comparable field: a code per row into the distinct `values`; BLANK where nothing is known.

    `codes` has one column per value that a record may hold (several mails, phones); single fields have shape (rows,).
    """

    codes: np.ndarray
    values: np.ndarray | pa.Array

    def __post_init__(self) -> None:
        # Half the memory of what NumPy makes of itself; who multiplies codes must widen them.
        object.__setattr__(self, "codes", np.asarray(self.codes).astype(np.int32, copy=False))

    @property
    def single(self) -> np.ndarray:
        """The first value of every record."""
        return self.codes if self.codes.ndim == 1 else self.codes[:, 0]

    @property
    def slots(self) -> np.ndarray:
        """Codes of shape (rows, values per record)."""
        return self.codes if self.codes.ndim == 2 else self.codes[:, None]

    @property
    def filled(self) -> np.ndarray:
        return self.single != BLANK

    @cached_property
    def words(self) -> np.ndarray:
        """The distinct values as Python has them; of texts in Arrow made only where they are looked at one by one."""
        values = self.values
        return values.to_numpy(zero_copy_only=False) if isinstance(values, pa.Array) else values

    @cached_property
    def array(self) -> pa.Array:
        """The distinct values as Arrow has them."""
        return self.values if isinstance(self.values, pa.Array) else pa.array(self.values, pa.large_string())

    @cached_property
    def lengths(self) -> np.ndarray:
        """Letters of every distinct value."""
        return pc.utf8_length(self.array).to_numpy()

    @cached_property
    def spaced(self) -> np.ndarray:
        """Whether a distinct value has several words."""
        return pc.match_substring(self.array, " ").to_numpy(zero_copy_only=False)

    @cached_property
    def letters(self) -> np.ndarray:
        """Which letters every distinct value has, a bit each: what two values do not share are errors at least."""
        data, at = text.bytes_of(self.array)
        found = np.zeros(len(self.values), dtype=np.uint64)
        filled = np.flatnonzero(np.diff(at))
        for start in range(0, len(filled), _PART):
            part = filled[start : start + _PART]
            first = at[part[0]]
            found[part] = np.bitwise_or.reduceat(_LETTER[data[first : at[part[-1] + 1]]], at[part] - first)
        return found

    @cached_property
    def hashed(self) -> np.ndarray:
        """A number for every distinct value that follows from it alone."""
        return pd.util.hash_array(self.words, categorize=False) if len(self.values) else np.zeros(0, np.uint64)

    def texts(self, rows: np.ndarray) -> pa.Array:
        """The first value of each of these rows, "" where blank."""
        codes = self.single[rows]
        return pc.fill_null(self.array.take(pa.array(codes, mask=codes == BLANK)), "")

    def take(self, rows: np.ndarray) -> "Column":
        return self.recoded(self.codes[rows])

    def recoded(self, codes: np.ndarray) -> "Column":
        """Other codes into the same distinct values, with what is known of these."""
        made = Column(codes, self.values)
        made.__dict__.update({name: known for name, known in self.__dict__.items() if name not in made.__dict__})
        return made


def encode(values: pd.Series, clean: Callable[[pd.Series], pd.Series] | None = None) -> Column:
    """A text column in codes; `clean` is given its distinct values and may make some of them equal or blank."""
    if not values.notna().any():
        return blank(len(values))
    if clean is not None and text.nearly_all_differ(values):
        values, clean = clean(values), None
    words, codes = text.factorise(values)
    if clean is not None:
        words, place = text.factorise(clean(words))
        codes = np.append(place, BLANK)[codes]
    return Column(codes, text.arrow(words))


def blank(rows: int) -> Column:
    """A column in which nothing is known."""
    return Column(np.full(rows, BLANK, dtype=np.int64), np.zeros(0, dtype=object))


def vocabulary(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Several columns in codes of one vocabulary, so that a given name can equal a family name."""
    sizes = [len(column.values) for column in columns.values()]
    if not any(sizes[1:]):
        return {name: next(iter(columns.values())).recoded(column.codes) for name, column in columns.items()}
    place, words = pd.factorize(np.concatenate([column.words for column in columns.values()]))
    ends = np.cumsum(sizes)
    return {
        name: Column(np.append(place[end - size : end], BLANK)[column.codes], words)
        for (name, column), end, size in zip(columns.items(), ends, sizes, strict=True)
    }


def either(first: Column, second: Column) -> Column:
    """`first`, and `second` where that is blank."""
    one, other = vocabulary({"first": first, "second": second}).values()
    return one.recoded(np.where(one.codes == BLANK, other.codes, one.codes))


def sorted_distinct(values: np.ndarray) -> np.ndarray:
    """The distinct values in order. NumPy's own `unique` hashes whole numbers, at fifteen times the cost."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def in_order(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers from 0 on in order, and the place of each; equal ones in the order of their places.

    Sorting numbers that hold value and place together takes half the time of sorting places.
    """
    bits = len(values).bit_length()
    if not len(values) or int(values.max()).bit_length() + bits > 64:
        order = np.argsort(values, kind="stable")
        return values[order], order
    packed = values.astype(np.uint64)
    packed <<= np.uint64(bits)
    packed |= np.arange(len(values), dtype=np.uint64)
    packed.sort()
    places = (packed & np.uint64((1 << bits) - 1)).view(np.int64)
    packed >>= np.uint64(bits)
    return packed.view(np.int64), places


def numbered(values: np.ndarray, known: np.ndarray) -> Column:
    """Whole numbers from 0 on as codes, where `known`; the words are the numbers in order."""
    filled = np.flatnonzero(known)
    ordered, order = in_order(values[filled])
    first = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    codes = np.full(len(values), BLANK, dtype=np.int32)
    codes[filled[order]] = np.cumsum(first) - 1
    return Column(codes, ordered[first])
