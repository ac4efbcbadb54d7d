"""Records as integer codes: what is compared, cleaned once per distinct value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.matching import normalise
from audit.matching.codes import BLANK, Column, encode, vocabulary
from audit.matching.derive import derive
from audit.values import text

NAME_COLUMNS = ("given", "middle", "family", "maiden")
SLOTS = 4


@dataclass(frozen=True)
class Records:
    """The distinct records of a table, in an order that depends on their content alone.

    `rows` are the positions in the table that each record stands for, as `first` and `counts` into `members`: rows that
    say exactly the same are one record. `shared` has, per contact column, how many different names use each value.
    """

    entity: str
    columns: dict[str, Column]
    members: np.ndarray
    first: np.ndarray
    counts: np.ndarray
    rows: int
    derived: dict[str, Column] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.first)

    def __contains__(self, name: str) -> bool:
        return name in self.columns or name in self.derived

    def __getitem__(self, name: str) -> Column:
        return self.columns[name] if name in self.columns else self.derived[name]

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, made at the first call: tables over all distinct values that every comparison needs."""
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]

    def frequency(self, name: str) -> np.ndarray:
        """How many rows of the table hold each distinct value of a column."""
        column = self[name]
        codes = column.slots
        rows, slots = np.nonzero(codes != BLANK)
        weights = self.counts[rows].astype(np.float64)
        return np.bincount(codes[rows, slots], weights, minlength=len(column.words))

    def sharers(self, name: str) -> np.ndarray:
        """About how many different people hold each value; rows where there are no names.

        They are told apart by their initials, which survive typing errors; since people share initials, n of them show
        -k log(1 - d / k) where d differ and k kinds are in use (as in any count of distinct draws).
        """
        keys = [self.derived[key] for key in ("who", "initial") if key in self.derived]
        if not keys:
            return self.frequency(name)
        column = self[name]
        codes = column.slots
        people = np.minimum(self.frequency(name), 1.0)
        for key in keys:
            rows, slots = np.nonzero((codes != BLANK) & (key.codes != BLANK)[:, None])
            pairs = np.unique(codes[rows, slots].astype(np.int64) * (len(key.words) + 1) + key.codes[rows])
            seen = np.bincount(pairs // (len(key.words) + 1), minlength=len(column.words))
            kinds = 1 / np.square(np.bincount(key.codes[rows]) / len(rows)).sum() if len(rows) else 1.0
            people = np.maximum(people, -kinds * np.log(np.maximum(1 - seen / kinds, 0.01)) if kinds > 1 else seen)
        return np.minimum(people, self.frequency(name))


def prepare(table: Table) -> Records:
    """The records of a table of contacts or accounts, ready for blocking and comparing."""
    columns = _person(table) if table.entity == "contact" else {}
    columns |= _organisation(table)
    columns |= _reach(table)
    columns |= _place(table)
    columns = {name: column for name, column in columns.items() if column.filled.any()}
    sources = table.lineage["source"] if len(table) else pd.Series(dtype=text.TEXT)
    columns["source"] = encode(sources.astype(text.TEXT))
    records = _distinct(table.entity, columns, len(table))
    return replace(records, derived=derive(records.columns))


def _person(table: Table) -> dict[str, Column]:
    names = normalise.names(table)
    columns = vocabulary({name: names[name] for name in NAME_COLUMNS})
    columns["suffix"] = encode(names["suffix"])
    columns["gender"] = encode(normalise.gender(table.column("gender"), table.column("salutation")))
    columns["birth"] = encode(normalise.birth(table.column("date_of_birth"), table.original("date_of_birth")))
    columns["national"] = encode(text.key(table.column("national_id")))
    columns["customer"] = encode(text.key(table.column("customer_id")))
    columns["profile"] = encode(normalise.profile(table.column("linkedin_url")))
    columns["job"] = encode(text.fold(table.column("job_title")))
    return columns


def _organisation(table: Table) -> dict[str, Column]:
    if table.entity == "contact":
        named = {"company": table.column("company_name")}
        site = table.column("company_domain")
    else:
        named = {"company": table.column("name"), "alias": table.column("other_names")}
        site = table.column("domain").fillna(table.column("website"))
    columns = vocabulary({name: normalise.company(values) for name, values in named.items()})
    columns["site"] = encode(normalise.host(site))
    if table.entity == "account":
        columns["national"] = encode(text.key(table.column("tax_id")))
    return columns


def _reach(table: Table) -> dict[str, Column]:
    mails = [table.column("email")]
    phones = [table.column("phone")]
    if table.entity == "contact":
        mails.append(table.column("other_emails"))
        phones += [table.column("mobile"), table.column("other_phones")]
    phones.append(table.column("fax"))
    return {
        "email": _slots([normalise.email(part) for values in mails for part in _parts(values)]),
        "phone": _slots([normalise.phone_number(part) for values in phones for part in _parts(values)]),
    }


def _place(table: Table) -> dict[str, Column]:
    places = normalise.places(table)
    return {name: encode(places[name]) for name in places}


def _parts(values: pd.Series) -> list[pd.Series]:
    """A multi-value column as up to three single ones."""
    if not values.notna().any() or not text.matches(values, r"[;|]").any():
        return [values]
    pieces = values.str.split(r"\s*[;|]\s*", n=3, regex=True, expand=True)
    return [pieces[at].astype(text.TEXT) for at in pieces.columns[:3]]


def _slots(parts: Sequence[pd.Series]) -> Column:
    """Several columns of like values as one with a slot each; repeated and blank values moved out."""
    parts = [part for part in parts if part.notna().any()] or list(parts[:1])
    rows = len(parts[0])
    together = encode(pd.concat(list(parts), ignore_index=True))
    codes = together.codes.reshape(len(parts), rows).T.copy()
    for left in range(codes.shape[1]):
        for right in range(left + 1, codes.shape[1]):
            codes[codes[:, left] == codes[:, right], right] = BLANK
    if codes.shape[1] > 1:
        order = np.argsort(codes == BLANK, axis=1, kind="stable")
        codes = np.take_along_axis(codes, order, axis=1)
        used = (codes != BLANK).any(axis=0)
        used[0] = True
        codes = codes[:, used][:, :SLOTS]
    return Column(np.ascontiguousarray(codes), together.words)


def _distinct(entity: str, columns: dict[str, Column], rows: int) -> Records:
    """Equal rows made one record, and records put in an order that does not depend on the order of rows."""
    digest = np.zeros(rows, dtype=np.uint64)
    for at, (_, column) in enumerate(sorted(columns.items())):
        hashed = pd.util.hash_array(column.words, categorize=False) if len(column.words) else np.zeros(0, np.uint64)
        hashed = np.append(hashed, np.uint64(0x9E3779B97F4A7C15))
        for slot, codes in enumerate(column.slots.T):
            salt = np.uint64((2 * (at * 8 + slot) + 1) * 0xBF58476D1CE4E5B9 % 2**64)
            digest = _mix(digest ^ (hashed[codes] * salt))
    members = np.argsort(digest, kind="stable")
    ordered = digest[members]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if rows else np.zeros(0, np.int64)
    counts = np.diff(np.append(starts, rows))
    first = members[starts]
    return Records(entity, {name: column.take(first) for name, column in columns.items()}, members, first, counts, rows)


def _mix(value: np.ndarray) -> np.ndarray:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return value ^ (value >> np.uint64(27))
