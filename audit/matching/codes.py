"""Columns of integer codes: the form in which all of matching sees values."""

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


def encode(values: pd.Series) -> Column:
    """A cleaned text column in codes."""
    words, codes = text.factorise(values)
    return Column(codes, words.to_numpy(dtype=object))


def vocabulary(columns: dict[str, pd.Series]) -> dict[str, Column]:
    """Several columns in codes of one vocabulary, so that a given name can equal a family name."""
    rows = len(next(iter(columns.values())))
    together = encode(pd.concat(list(columns.values()), ignore_index=True))
    return {
        name: Column(together.codes[at * rows : (at + 1) * rows], together.words) for at, name in enumerate(columns)
    }
