"""Records as integer codes: what is compared, cleaned once per distinct value."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.matching import normalise
from audit.matching.codes import BLANK, Column, blank, either, encode, sorted_distinct, vocabulary
from audit.matching.derive import derive
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
        -k log(1 - d / k) where d differ and k kinds are in use (as in any count of distinct draws). Where nearly all
        initials are the same they tell nobody apart, and the distinct records count.
        """
        keys = [self.derived[key] for key in ("who", "initial") if key in self.derived]
        if not keys:
            return self.frequency(name)
        column = self[name]
        codes = column.slots
        if len(self) >= _FEW and max(_kinds(key.codes[key.filled]) for key in keys) < _FEWEST_KINDS:
            # Rows that say the same count once: a record repeated is no sign of many people.
            return np.bincount(codes[codes != BLANK], minlength=len(column.words)).astype(np.float64)
        people = np.minimum(self.frequency(name), 1.0)
        for key in keys:
            rows, slots = np.nonzero((codes != BLANK) & (key.codes != BLANK)[:, None])
            pairs = sorted_distinct(codes[rows, slots].astype(np.int64) * (len(key.words) + 1) + key.codes[rows])
            seen = np.bincount(pairs // (len(key.words) + 1), minlength=len(column.words))
            kinds = _kinds(key.codes[rows])
            people = np.maximum(people, -kinds * np.log(np.maximum(1 - seen / kinds, 0.01)) if kinds > 1 else seen)
        return np.minimum(people, self.frequency(name))


def _kinds(codes: np.ndarray) -> float:
    """How many different codes there are, as many as equally frequent ones would be."""
    counts = np.bincount(codes).astype(np.float64)
    return float(counts.sum() ** 2 / np.square(counts).sum()) if len(codes) else 1.0


def prepare(table: Table, workers: int = 2) -> Records:
    """The records of a table of contacts or accounts, ready for blocking and comparing."""
    makers: list[_Maker] = [_source, _mails, _phones, _place, _organisation]
    if table.entity == "contact":
        makers = [_names, _mails, _phones, _place, _organisation, _birth, _registered, _gender, _source]
    # Each part is work on its own, and most of it outside of Python.
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(lambda make: make(table), makers))
    columns = {name: column for part in parts for name, column in part.items() if column.filled.any()}
    columns.setdefault("source", blank(len(table)))
    records = _distinct(table.entity, columns, len(table))
    return replace(records, derived=derive(records.columns))


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
    line = table.column("street").fillna(table.column("address"))
    lines, codes = text.factorise(line)
    parts = normalise.street(lines)
    named = {name: encode(parts[name]) for name in parts}
    house, street, code = (
        Column(np.append(named[name].codes, BLANK)[codes], named[name].words)
        for name in ("house", "street", "postcode")
    )
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


def _source(table: Table) -> dict[str, Column]:
    sources = table.lineage["source"] if len(table) else pd.Series(dtype=text.TEXT)
    return {"source": encode(sources.astype(text.TEXT))}


def _parts(values: pd.Series) -> list[pd.Series]:
    """A multi-value column as up to three single ones."""
    if not values.notna().any() or not text.matches(values, r"[;|]").any():
        return [values]
    pieces = values.str.split(r"\s*[;|]\s*", n=3, regex=True, expand=True)
    return [pieces[at].astype(text.TEXT) for at in pieces.columns[:3]]


def _slots(table: Table, fields: Sequence[str], clean: Callable[[pd.Series], pd.Series]) -> Column:
    """Columns of like values as one with a slot each; repeated and blank values moved out."""
    parts = [encode(part, clean) for name in fields for part in _parts(table.column(name))]
    parts = [part for part in parts if len(part.words)] or parts[:1]
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
    return Column(np.ascontiguousarray(codes), together[0].words)


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
