"""The key of a record: what it says of whom it is about, as a hash; the same next month, in any order and any file.

A key is "k", eight hex digits of the name, a dash, and sixteen of everything that identifies: names, mails, phones,
company, dates and numbers of a person, address. Spelling (case, accents, punctuation), the order of words and mails,
blank columns, the source, its file and its rows make no difference. A record that says nothing of this has the key of
its own id, and without one none.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.dataset import Table
from audit.schema import MULTI_SEPARATOR
from audit.values import company_name, domain, email, phone, text
from audit.values.text import TEXT, arrow, text_series

_Normalise = Callable[[pd.Series], pd.Series]
_Part = tuple[Sequence[str], _Normalise, str]
"""Fields, how their values are made comparable, and what separates several values of one cell."""


def _last_digits(values: pd.Series) -> pd.Series:
    """The nine digits in which national and international form agree."""
    return phone.digits(values).str.slice(-9)


def _spelled(values: pd.Series) -> pd.Series:
    """Folded; as it stands where nothing can be transliterated."""
    folded = text.fold(values)
    strange = (folded.isna() & values.notna()).to_numpy(dtype=bool)
    return folded.mask(strange, text.squeeze(values).str.casefold()) if strange.any() else folded


_CONTACT: dict[str, _Part] = {
    "name": ("first_name middle_name last_name suffix full_name native_name".split(), _spelled, " "),
    "mail": (("email", "other_emails"), email.match_key, MULTI_SEPARATOR),
    "phone": (("phone", "mobile", "other_phones"), _last_digits, MULTI_SEPARATOR),
    "company": (("company_name",), company_name.key, ""),
    "birth": (("date_of_birth",), text.key, ""),
    "id": (("national_id", "customer_id", "linkedin_url"), text.key, ""),
    "place": ("house_number street street_2 address postal_code city".split(), _spelled, " "),
}
_ACCOUNT: dict[str, _Part] = {
    "name": (("name",), company_name.key, " "),
    "site": (("domain", "website"), domain.clean, ""),
    "mail": (("email",), email.match_key, MULTI_SEPARATOR),
    "phone": (("phone",), _last_digits, MULTI_SEPARATOR),
    "id": (("tax_id",), text.key, ""),
    "place": ("house_number street street_2 address postal_code city".split(), _spelled, " "),
}
_NAMED_BY = ("name", "mail", "company", "site", "phone", "id", "place")
"""Whatever of this a record has first stands for its name."""


def record_keys(table: Table) -> pd.Series:
    """The key of every record of contacts or accounts, aligned with the table; NA where nothing identifies it."""
    parts = _CONTACT if table.entity == "contact" else _ACCOUNT
    hashes = {name: _set_hash(table, *part) for name, part in parts.items()}
    content = np.zeros(len(table), dtype=np.uint64)
    for at, held in enumerate(hashes.values()):
        content += np.where(held == 0, np.uint64(0), _mixed(held, at))
    who = np.zeros(len(table), dtype=np.uint64)
    for name in _NAMED_BY:
        if name in hashes:
            who = np.where(who == 0, hashes[name], who)
    own = _set_hash(table, ("source_id",), text.squeeze, "")
    content, who = np.where(content == 0, own, content), np.where(who == 0, own, who)
    keys = [
        f"k{name & 0xFFFFFFFF:08x}-{whole:016x}" if whole else None
        for name, whole in zip(who.tolist(), content.tolist(), strict=True)
    ]
    return text_series(keys, table.index)


def _set_hash(table: Table, fields: Sequence[str], normalise: _Normalise, separator: str) -> np.ndarray:
    """Per row the sum of the hashes of the different values in some fields; 0 where all are blank."""
    rows, values = [], []
    for name in fields:
        column = _day(table, name) if name == "date_of_birth" else table.column(name)
        if not column.notna().any():
            continue
        if separator == MULTI_SEPARATOR:
            row, cells = _pieces(column, separator)
            cells = arrow(normalise(text_series(cells)))
        else:
            row, cells = _pieces(normalise(column), separator)
        filled = pc.and_(pc.is_valid(cells), pc.not_equal(pc.fill_null(cells, ""), "")).to_numpy(zero_copy_only=False)
        rows.append(row[filled])
        values.append(cells.filter(pa.array(filled)))
    result = np.zeros(len(table), dtype=np.uint64)
    if not rows or not sum(map(len, rows)):
        return result
    row = np.concatenate(rows)
    encoded = pa.chunked_array(values).combine_chunks().dictionary_encode()
    words = np.array(encoded.dictionary.to_pylist(), dtype=object)
    pairs = np.sort(row * (len(words) + 1) + encoded.indices.to_numpy().astype(np.int64))
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]
    row, code = pairs // (len(words) + 1), pairs % (len(words) + 1)
    hashed = _mixed(pd.util.hash_array(words, categorize=False), 0)[code]
    starts = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    result[row[starts]] = np.add.reduceat(hashed, starts)
    return result


def _day(table: Table, name: str) -> pd.Series:
    """A date as yyyymmdd, or as written where it is none."""
    return table.column(name).dt.strftime("%Y%m%d").astype(TEXT).fillna(table.original(name))


def _pieces(values: pd.Series, separator: str) -> tuple[np.ndarray, pa.Array]:
    """Row positions and single values of a column of lists."""
    cells = arrow(values)
    if not separator:
        return np.arange(len(values)), cells
    lists = pc.split_pattern(cells, separator)
    return pc.list_parent_indices(lists).to_numpy().astype(np.int64), pc.list_flatten(lists)


def _mixed(value: np.ndarray, salt: int) -> np.ndarray:
    value = value * np.uint64((2 * salt + 1) * 0x9E3779B97F4A7C15 % 2**64)
    value = (value ^ (value >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return value ^ (value >> np.uint64(32))
