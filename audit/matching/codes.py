"""Columns of integer codes: the form in which all of matching sees values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from audit.values import text

BLANK = -1


@dataclass(frozen=True)
class Column:
    """One comparable field: a code per row into the distinct values `words`; BLANK where nothing is known.

    `codes` has one column per value that a record may hold (several mails, phones); single fields have shape (rows,).
    """

    codes: np.ndarray
    words: np.ndarray

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
    def lengths(self) -> np.ndarray:
        """Letters of every distinct value."""
        return np.fromiter(map(len, self.words), np.int64, len(self.words))

    @cached_property
    def spaced(self) -> np.ndarray:
        """Whether a distinct value has several words."""
        return np.fromiter((" " in word for word in self.words), bool, len(self.words))

    def take(self, rows: np.ndarray) -> "Column":
        return Column(self.codes[rows], self.words)


def encode(values: pd.Series, clean: Callable[[pd.Series], pd.Series] | None = None) -> Column:
    """A text column in codes; `clean` is given its distinct values and may make some of them equal or blank."""
    if not values.notna().any():
        return blank(len(values))
    words, codes = text.factorise(values)
    if clean is not None:
        words, place = text.factorise(clean(words))
        codes = np.append(place, BLANK)[codes]
    return Column(codes, words.to_numpy(dtype=object))


def blank(rows: int) -> Column:
    """A column in which nothing is known."""
    return Column(np.full(rows, BLANK, dtype=np.int64), np.zeros(0, dtype=object))


def vocabulary(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Several columns in codes of one vocabulary, so that a given name can equal a family name."""
    sizes = [len(column.words) for column in columns.values()]
    if not any(sizes[1:]):
        return {name: Column(column.codes, next(iter(columns.values())).words) for name, column in columns.items()}
    place, words = pd.factorize(np.concatenate([column.words for column in columns.values()]))
    ends = np.cumsum(sizes)
    return {
        name: Column(np.append(place[end - size : end], BLANK)[column.codes], words)
        for (name, column), end, size in zip(columns.items(), ends, sizes, strict=True)
    }


def either(first: Column, second: Column) -> Column:
    """`first`, and `second` where that is blank."""
    one, other = vocabulary({"first": first, "second": second}).values()
    return Column(np.where(one.codes == BLANK, other.codes, one.codes), one.words)


def sorted_distinct(values: np.ndarray) -> np.ndarray:
    """The distinct values in order. NumPy's own `unique` hashes whole numbers, at fifteen times the cost."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered
