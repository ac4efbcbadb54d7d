"""Records as integer codes: what is compared, cleaned once per distinct value."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from threading import RLock
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.dataset import Table
from audit.matching import normalise
from audit.matching.codes import BLANK, Column, blank, either, encode, sorted_distinct, vocabulary
from audit.matching.derive import recipes
from audit.values import address, country, domain, email, text

NAME_COLUMNS = ("given", "middle", "family", "maiden")
SLOTS = 4
_FEWEST_KINDS, _FEW = 4.0, 40
"""Kinds of initials below which they do not tell people apart, in a table of more than a few records."""


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
    known: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    locks: dict[str, RLock] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.first)

    def __contains__(self, name: str) -> bool:
        return name in self.columns or name in self.derived

    def __getitem__(self, name: str) -> Column:
        """A column of the table or one derived from them, made when it is first asked for."""
        if name in self.columns:
            return self.columns[name]
        made: Column = self.once(f"column {name}", self.derived[name])
        return made

    @cached_property
    def derived(self) -> dict[str, Callable[[], Column]]:
        """The columns that can be made from those at hand, and how."""
        return recipes(self.columns, self.once)

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, made at the first call: tables over all distinct values that every comparison needs."""
        if key not in self.known:
            with self.locks.setdefault(key, RLock()):
                if key not in self.known:
                    self.known[key] = make()
        return self.known[key]

    def frequency(self, name: str) -> np.ndarray:
        """How many rows of the table hold each distinct value of a column."""
        column = self[name]
        weights = self.counts.astype(np.float64)
        found = [np.bincount(codes + 1, weights, minlength=len(column.values) + 1)[1:] for codes in column.slots.T]
        return np.sum(found, axis=0)

    def sharers(self, name: str) -> np.ndarray:
        """About how many different people hold each value; rows where there are no names.

        They are told apart by their initials, which survive typing errors; since people share initials, n of them show
        -k log(1 - d / k) where d differ and k kinds are in use (as in any count of distinct draws). Where nearly all
        initials are the same they tell nobody apart, and the distinct records count.
        """
        keys = [self[key] for key in ("who", "initial") if key in self.derived]
        if not keys:
            return self.frequency(name)
        column = self[name]
        codes = column.slots
        held = np.bincount(codes.ravel() + 1, minlength=len(column.values) + 1)[1:]
        if len(self) >= _FEW and max(_kinds(key.codes[key.filled]) for key in keys) < _FEWEST_KINDS:
            # Rows that say the same count once: a record repeated is no sign of many people.
            return held.astype(np.float64)
        frequency = self.frequency(name)
        people = np.minimum(frequency, 1.0)
        # A value that one record alone holds is held by one person.
        several = np.append(held > 1, False)
        for key in keys:
            kinds = _kinds(np.concatenate([key.codes[(slot != BLANK) & key.filled] for slot in codes.T]))
            found = [(slot[rows], rows) for slot in codes.T for rows in [np.flatnonzero(several[slot] & key.filled)]]
            values, rows = (np.concatenate(side) for side in zip(*found, strict=True))
            pairs = sorted_distinct(values.astype(np.int64) * (len(key.values) + 1) + key.codes[rows])
            seen = np.bincount(pairs // (len(key.values) + 1), minlength=len(column.values))
            people = np.maximum(people, -kinds * np.log(np.maximum(1 - seen / kinds, 0.01)) if kinds > 1 else seen)
        return np.minimum(people, frequency)


def _kinds(codes: np.ndarray) -> float:
    """How many different codes there are, as many as equally frequent ones would be."""
    counts = np.bincount(codes).astype(np.float64)
    return float(counts.sum() ** 2 / np.square(counts).sum()) if len(codes) else 1.0


def prepare(table: Table, workers: int = 2) -> Records:
    """The records of a table of contacts or accounts, ready for blocking and comparing."""
    makers: list[_Maker] = [_source, _mails, _phones, _place, _organisation]
    if table.entity == "contact":
        makers = [_names, _mails, _phones, _place, _organisation, _birth, _registered, _gender, _source]

    def made(make: _Maker) -> list[tuple[str, Column, np.ndarray]]:
        return [(name, column, column.hashed) for name, column in make(table).items() if column.filled.any()]

    # Each part is work on its own, and most of it outside of Python.
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(made, makers))
    columns = {name: column for part in parts for name, column, _ in part}
    columns.setdefault("source", blank(len(table)))
    return _distinct(table.entity, columns, len(table), workers)


_Maker = Callable[[Table], dict[str, Column]]


def _names(table: Table) -> dict[str, Column]:
    parts = normalise.name_parts(table)
    clean = {"given": normalise.name, "middle": normalise.middle_name}
    clean |= {"family": normalise.family_name, "maiden": normalise.name}
    columns = vocabulary({name: encode(parts[name], clean[name]) for name in NAME_COLUMNS})
    suffix = encode(parts["suffix"], normalise.generation)
    return {**columns, "suffix": either(suffix, encode(parts["family"], normalise.generation_behind))}


def _gender(table: Table) -> dict[str, Column]:
    said = (encode(table.column(name), normalise.gender) for name in ("gender", "salutation"))
    return {"gender": either(*said)}


def _birth(table: Table) -> dict[str, Column]:
    dates, original = table.column("date_of_birth"), table.original("date_of_birth")
    known = dates.notna().any() or original.notna().any()
    return {"birth": encode(normalise.birth(dates, original)) if known else blank(len(table))}


def _registered(table: Table) -> dict[str, Column]:
    return {
        "national": encode(table.column("national_id"), text.key),
        "customer": encode(table.column("customer_id"), text.key),
        "profile": encode(table.column("linkedin_url"), normalise.profile),
        "job": encode(table.column("job_title"), text.fold),
    }


def _organisation(table: Table) -> dict[str, Column]:
    if table.entity == "contact":
        return {
            "company": encode(table.column("company_name"), normalise.company),
            "site": encode(table.column("company_domain"), domain.clean),
        }
    named = {"company": table.column("name"), "alias": table.column("other_names")}
    columns = vocabulary({name: encode(values, normalise.company) for name, values in named.items()})
    columns["site"] = encode(table.column("domain").fillna(table.column("website")), domain.clean)
    columns["national"] = encode(table.column("tax_id"), text.key)
    return columns


def _mails(table: Table) -> dict[str, Column]:
    fields = ["email", "other_emails"] if table.entity == "contact" else ["email"]
    return {"email": _slots(table, fields, email.match_key)}


def _phones(table: Table) -> dict[str, Column]:
    fields = ["phone", "mobile", "other_phones", "fax"] if table.entity == "contact" else ["phone", "fax"]
    return {"phone": _slots(table, fields, normalise.phone_number)}


def _place(table: Table) -> dict[str, Column]:
    """House number, street without its type, district, postcode, city, state; of an organisation the country too."""
    house, street, code = _lines(text.filled(table.column("street"), table.column("address")))
    abroad = {"country": encode(table.column("country"), country.clean)} if table.entity == "account" else {}
    return {
        **abroad,
        "house": either(encode(table.column("house_number"), text.key), house),
        "street": street,
        "district": encode(table.column("street_2").fillna(table.column("district")), text.fold),
        "postcode": either(encode(table.column("postal_code"), address.postcode_key), code),
        "city": encode(table.column("city"), text.fold),
        "state": encode(table.column("state"), text.fold),
    }


def _lines(lines: pd.Series) -> list[Column]:
    """House number, street and postcode of address lines, looked at without the number, since streets are few."""
    bare, number = normalise.without_number(lines)
    distinct, codes = text.factorise(bare)
    parts = normalise.street(distinct)
    numbered = number.notna().to_numpy()
    other = numbered & ~np.append(normalise.holds_number(parts), True)[codes]
    if other.any():
        number = number.mask(other)
        numbered &= ~other
        distinct, codes = text.factorise(bare.where(numbered, lines))
        parts = normalise.street(distinct)
    house, street, code = (
        found.recoded(np.append(found.codes, BLANK)[codes])
        for found in (encode(parts[name]) for name in ("house", "street", "postcode"))
    )
    return [either(encode(number), house.recoded(np.where(numbered, BLANK, house.codes))), street, code]


def _source(table: Table) -> dict[str, Column]:
    sources = table.lineage["source"] if len(table) else pd.Series(dtype=text.TEXT)
    return {"source": encode(sources.astype(text.TEXT))}


def _parts(values: pd.Series) -> list[pd.Series]:
    """A multi-value column as up to three single ones."""
    if not any(pc.any(pc.match_substring(text.arrow(values), mark)).as_py() for mark in ";|"):
        return [values]
    pieces = values.str.split(r"\s*[;|]\s*", n=3, regex=True, expand=True)
    return [pieces[at].astype(text.TEXT) for at in pieces.columns[:3]]


def _slots(table: Table, fields: Sequence[str], clean: Callable[[pd.Series], pd.Series]) -> Column:
    """Columns of like values as one with a slot each; repeated and blank values moved out."""
    parts = [encode(part, clean) for name in fields for part in _parts(table.column(name))]
    parts = [part for part in parts if len(part.values)] or parts[:1]
    together = list(vocabulary({str(at): part for at, part in enumerate(parts)}).values())
    codes = np.stack([part.codes for part in together], axis=1)
    for left in range(codes.shape[1]):
        for right in range(left + 1, codes.shape[1]):
            codes[codes[:, left] == codes[:, right], right] = BLANK
    if codes.shape[1] > 1:
        order = np.argsort(codes == BLANK, axis=1, kind="stable")
        codes = np.take_along_axis(codes, order, axis=1)
        used = (codes != BLANK).any(axis=0)
        used[0] = True
        codes = codes[:, used][:, :SLOTS]
    return together[0].recoded(np.ascontiguousarray(codes))


_NOTHING = np.uint64(0x9E3779B97F4A7C15)
_PART = 250_000


def _distinct(entity: str, columns: dict[str, Column], rows: int, workers: int) -> Records:
    """Equal rows made one record, and records put in an order that does not depend on the order of rows."""
    digest = np.zeros(rows, dtype=np.uint64)
    hashed = {name: np.append(column.hashed, _NOTHING) for name, column in sorted(columns.items())}

    def digested(part: slice) -> None:
        for at, (name, values) in enumerate(hashed.items()):
            for slot, codes in enumerate(columns[name].slots[part].T):
                salt = np.uint64((2 * (at * 8 + slot) + 1) * 0xBF58476D1CE4E5B9 % 2**64)
                digest[part] = _mix(digest[part] ^ (values[codes] * salt))

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(digested, [slice(at, at + _PART) for at in range(0, rows, _PART)]))
    members = np.argsort(digest, kind="stable")
    ordered = digest[members]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if rows else np.zeros(0, np.int64)
    counts = np.diff(np.append(starts, rows))
    first = members[starts]
    return Records(entity, {name: column.take(first) for name, column in columns.items()}, members, first, counts, rows)


def _mix(value: np.ndarray) -> np.ndarray:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return value ^ (value >> np.uint64(27))
