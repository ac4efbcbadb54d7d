"""What blocking and comparing know about each distinct value: sounds, short forms, initials, mailbox and domain."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import jellyfish
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.matching.codes import BLANK, Column, encode, numbered
from audit.values.nicknames import formal_names
from audit.values.text import bytes_of, text_series


class Once(Protocol):
    """What keeps the result of a first call under a key."""

    def __call__(self, key: str, make: Callable[[], Any]) -> Any: ...


def recipes(columns: Mapping[str, Column], once: Once) -> dict[str, Callable[[], Column]]:
    """How to make each derived column, by name: made where it is asked for, as a table needs few of them.

    Those whose origin is missing are left out. `once` keeps what several are made of.
    """
    known: dict[str, Callable[[], Column]] = {}
    if "given" in columns:
        given = columns["given"]
        known["call"] = lambda: recode(given, _formal)
        known["given_sound"] = lambda: recode(given, _sound_of_first)
        known["initial"] = lambda: cut(given, 0, 1)
        known["given_start"] = lambda: cut(given, 0, 3)
    if "family" in columns:
        family = columns["family"]
        known["family_sound"] = lambda: recode(family, _sound)
        known["family_start"] = lambda: cut(family, 0, 4)
        known["family_letters"] = lambda: recode(family, _letters)
    names = [columns[name] for name in ("given", "family") if name in columns]
    if names:
        known["who"] = lambda: _initials(names)
        known["name"] = lambda: _unordered(names)
    if "birth" in columns:
        birth = columns["birth"]
        known["year"] = lambda: cut(birth, 0, 4)
        known["year_month"] = lambda: cut(birth, 0, 6)
        known["month_day"] = lambda: cut(birth, 4, 8)
        known["year_day"] = lambda: recode(birth, lambda word: word[:4] + word[6:])
    if "email" in columns:
        mail = columns["email"]
        known["mailbox"] = lambda: once("halves of mails", lambda: parted(mail, "@"))[0]
        known["domain"] = lambda: once("halves of mails", lambda: parted(mail, "@"))[1]
        known["email_start"] = lambda: cut(mail, 0, 6)
    if "phone" in columns:
        known["phone_end"] = lambda: _ending(columns["phone"])
    if "house" in columns and "street" in columns:
        known["address"] = lambda: combine([columns["house"], columns["street"]])
    if "street" in columns:
        known["street_sound"] = lambda: recode(columns["street"], _sound)
    if "company" in columns:
        company = columns["company"]
        known["company_key"] = lambda: _without_blanks(company)
        known["tokens"] = lambda: recode(company, lambda word: " ".join(sorted(word.split())))
        known["rare"] = lambda: once("rare words", lambda: _rare_words(company))[0]
        known["rare_pair"] = lambda: once("rare words", lambda: _rare_words(company))[1]
        known["company_sound"] = lambda: recode(company, _sound_of_first)
        known["company_start"] = lambda: recode(company, lambda word: word.replace(" ", "")[:6])
    return known


def recode(column: Column, function: Callable[[str], str]) -> Column:
    """`function` of each distinct value; empty results are blank."""
    used = np.zeros(len(column.values) + 1, dtype=bool)
    used[column.codes.ravel()] = True
    made = [function(word) if keep else "" for word, keep in zip(column.words, used[:-1], strict=True)]
    codes, words = pd.factorize(np.array([*made, ""], dtype=object))
    empty = codes[-1]
    codes = np.where(codes == empty, BLANK, codes)
    return Column(codes[column.codes], np.asarray(words, dtype=object))


def _without_blanks(column: Column) -> Column:
    return _encoded(pc.replace_substring(column.array, " ", ""), column)


def cut(column: Column, start: int, stop: int | None) -> Column:
    """A stretch of letters of each distinct value."""
    return _encoded(pc.utf8_slice_codeunits(column.array, start, stop), column)


def _ending(column: Column) -> Column:
    """The last seven digits of each distinct number, as numbers."""
    digits = pc.cast(pc.utf8_slice_codeunits(column.array, -7), pa.int64())
    codes, words = pd.factorize(digits.to_numpy())
    return Column(np.append(codes, BLANK)[column.codes], words)


def parted(column: Column, mark: str) -> tuple[Column, Column]:
    """What stands before and behind the last `mark` in each distinct value; blank without one."""
    data, at = bytes_of(column.array)
    marks = np.flatnonzero(data == ord(mark))
    last = np.searchsorted(marks, at[1:]) - 1
    whole = (last >= 0) & (np.append(marks, -1)[last] >= at[:-1])
    cut = np.where(whole, np.append(marks, -1)[last], at[:-1])
    # One text after the other: the part before the mark, the mark, the part behind it.
    ends = np.append(np.stack([at[:-1], cut, cut + whole], axis=1).ravel(), at[-1])
    pieces = pa.LargeStringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(data))
    halves = [pieces.take(pa.array(np.arange(first, len(pieces), 3))) for first in (0, 2)]
    whole_values = pa.array(whole)
    return tuple(_encoded(pc.if_else(whole_values, half, ""), column) for half in halves)  # type: ignore[return-value]


def _encoded(values: pa.Array, column: Column) -> Column:
    again = encode(text_series(values))
    return again.recoded(np.append(again.codes, BLANK)[column.codes])


def combine(columns: list[Column], *, any_filled: bool = False) -> Column:
    """Several single columns as one; blank where any part is (with `any_filled`: where all are). Words are numbers."""
    total = columns[0].single.astype(np.int64) + 1
    known = columns[0].single != BLANK
    for column in columns[1:]:
        total = total * (len(column.values) + 1) + column.single + 1
        known = (known | (column.single != BLANK)) if any_filled else (known & (column.single != BLANK))
    return numbered(total, known)


def _rare_words(column: Column) -> tuple[Column, Column]:
    """The three rarest words of each name, and all pairs of them; words that one name alone has are left out."""
    lists = [sorted(set(word.split())) for word in column.words]
    sizes = np.fromiter(map(len, lists), np.int64, len(lists))
    codes, words = pd.factorize(np.array([word for parts in lists for word in parts] or [""], dtype=object))
    held = np.bincount(codes, minlength=len(words))
    rows = np.repeat(np.arange(len(lists)), sizes)
    codes = codes[: len(rows)]
    order = np.lexsort((codes, held[codes], rows))
    order = order[held[codes[order]] > 1]
    rank = np.arange(len(order)) - np.searchsorted(rows[order], rows[order])
    table = np.full((len(lists) + 1, 3), BLANK, dtype=np.int64)
    kept = rank < 3
    table[rows[order][kept], rank[kept]] = codes[order][kept]
    pairs = np.full((len(lists) + 1, 3), BLANK, dtype=np.int64)
    for at, (one, other) in enumerate(((0, 1), (0, 2), (1, 2))):
        both = (table[:, one] != BLANK) & (table[:, other] != BLANK)
        low, high = np.minimum(table[:, one], table[:, other]), np.maximum(table[:, one], table[:, other])
        pairs[both, at] = low[both] * (len(words) + 1) + high[both]
    flat, distinct = pd.factorize(pairs.ravel())
    blank = np.flatnonzero(distinct == BLANK)
    flat = np.where(flat == blank[0], BLANK, flat) if len(blank) else flat
    return Column(table[column.codes], words), Column(flat.reshape(pairs.shape)[column.codes], distinct)


def _formal(word: str) -> str:
    """The formal name that a given name stands for."""
    first = word.split(" ", 1)[0]
    return formal_names().get(first, first)


def _sound(word: str) -> str:
    bare = word.replace(" ", "")
    return jellyfish.metaphone(bare) or bare


def _sound_of_first(word: str) -> str:
    return _sound(word.split(" ", 1)[0])


def _letters(word: str) -> str:
    return "".join(sorted(word.replace(" ", "")))


def _initials(columns: list[Column]) -> Column:
    """The initials of a record in order of the alphabet: what even a misspelt or swapped name keeps. Blank unless all
    are known."""
    letters = [np.append([ord(word[0]) for word in column.words], 0)[column.single] for column in columns]
    low, high = np.minimum(letters[0], letters[-1]), np.maximum(letters[0], letters[-1])
    whole = np.where(low > 0, (high << 21) + low, -1)
    codes, words = pd.factorize(whole)
    where = np.flatnonzero(words == -1)
    return Column(np.where(codes == where[0], BLANK, codes) if len(where) else codes, words)


def _unordered(columns: list[Column]) -> Column:
    """Given and family name of a record in either order, as one; blank unless one is known."""
    one, other = columns[0].single, columns[-1].single
    ordered = [np.minimum(one, other), np.maximum(one, other)] if len(columns) > 1 else [one]
    return combine([columns[0].recoded(part) for part in ordered], any_filled=True)
