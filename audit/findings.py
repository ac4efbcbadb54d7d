"""What happens to findings once the rules have run: stable ids, and where their records came from."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from audit.dataset import DERIVED_TYPES, Dataset, Table
from audit.schema import TEXT

IDENTITY: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "contact": (("email",), ("phone",), ("mobile",), ("full_name", "first_name", "last_name", "company_name")),
    "account": (("domain",), ("name",)),
    "user": (("email",), ("username",), ("full_name", "first_name", "last_name")),
    "deal": (("name", "company_name"),),
    "product": (("name",),),
}
"""What names a record without an id of its own: the first of these that is not blank. Of what is not listed here, an
event say, everything it holds."""

GROUP_LABELS = {"contact": "person", "account": "organisation"}
"""The column that says of a record to which group of duplicates it belongs."""

_STAMP = re.compile(
    r"""(?ix) \(\d+\) | \bcopy\b
    | (?<!\d) (?: \d{4}[-_. ]?\d{2}[-_. ]?\d{2} | \d{2}[-_.]\d{2}[-_.]\d{4} | \d{4}[-_. ]\d{2} )
      (?: [-_T ]\d{2}[-_:.]?\d{2}(?:[-_:.]?\d{2})? )? (?!\d)
    | \d{6,}
    | (?<![a-z])(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-_ ]?\d{2,4}"""
)


def identify(findings: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """The findings with `finding_id`: twelve hex digits of what was found, not of where it stood in the file.

    The id is made of rule, table, source, the record's own id (what else names it where it has none), field and value,
    so that a re-sorted or re-exported file gives the same ids; equal ones are numbered. Of records to be merged it does
    not count which one stood first: their id is made of the group that they form.
    """
    names = identities(findings, dataset)
    grouped = _groups(findings, dataset)
    parts = [
        findings["rule_id"],
        findings["entity"],
        sources(findings, dataset),
        names.where(grouped.isna(), grouped),
        findings["field"],
        _values(findings, dataset).mask(grouped.notna(), pd.NA),
    ]
    digest = pd.util.hash_array(_joined(parts).to_numpy(dtype=object))
    text = pd.Series([f"{value:016x}"[:12] for value in digest], index=findings.index, dtype=TEXT)
    order = np.lexsort((names.fillna("").to_numpy(dtype=object), digest))
    again = text.iloc[order].groupby(digest[order]).cumcount().reindex(text.index)
    text = text.mask(again > 0, text + "-" + (again + 1).astype(TEXT))
    return findings.assign(finding_id=text)


def sources(findings: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """The source of each finding, without the date that an export carries in its name."""
    names = record_columns(findings, dataset)["source"]
    return names.map({name: steady_name(name) for name in names.dropna().unique()}).astype(TEXT)


def steady_name(source: str) -> str:
    """A source's name without dates, times, long numbers and marks of copies: "contacts 2026-11-01 (2)" is contacts."""
    return re.sub(r"[-_. ]{2,}", "-", _STAMP.sub("-", source)).strip("-_. ") or source


def identities(findings: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """What names each finding's record: its own id, else what IDENTITY says, else all that it holds, as a hash.

    A finding about a column is named by its file and sheet.
    """
    names = np.full(len(findings), None, dtype=object)
    for entity, place in findings.groupby("entity", sort=False).indices.items():
        table = dataset[str(entity)]
        records = findings["record"].to_numpy()[place]
        own = _own_ids(table).reindex(records).to_numpy(dtype=object, na_value=None)
        without = pd.isna(own)
        if without.any():
            nameless = pd.unique(records[without])
            hashed = _hashed_identity(table, nameless)
            own[without] = hashed.reindex(records[without]).to_numpy(dtype=object)
        names[place] = own
    for number in findings["record"][findings["record"] < 0].unique():
        info = dataset.source_of(number)
        names[findings["record"].to_numpy() == number] = f"={steady_name(info.file)}|{info.sheet}"
    return pd.Series(names, index=findings.index, dtype=TEXT)


def _own_ids(table: Table) -> pd.Series:
    """The ids that the records have in their system; money spent has none."""
    return table["source_id"] if "source_id" in table else pd.Series(pd.NA, index=table.index, dtype=TEXT)


def _hashed_identity(table: Table, records: np.ndarray) -> pd.Series:
    held = {
        name: content(table, name, records).str.lower() for name in table.frame.columns if name not in DERIVED_TYPES
    }
    blank = pd.Series(pd.NA, index=records, dtype=TEXT)
    found = blank
    for names in (*IDENTITY.get(table.entity, ()), tuple(held)):
        parts = [held.get(name, blank) for name in names]
        filled = np.logical_or.reduce([part.notna().to_numpy(dtype=bool) for part in parts])
        found = found.mask(found.isna() & filled, _joined(parts))
    digest = pd.util.hash_array(found.fillna("").to_numpy(dtype=object))
    return pd.Series([f"={value:016x}" for value in digest], index=records, dtype=TEXT)


def content(table: Table, name: str, records: np.ndarray) -> pd.Series:
    """A field of some records as text that does not depend on how an export wrote dates and amounts."""
    typed = table.column(name).reindex(records)
    if typed.dtype == TEXT:
        return typed.str.strip()
    return typed.astype(TEXT).fillna(table.original(name).reindex(records))


def _groups(findings: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """For findings that merge records, the least name of all records of their group; else blank."""
    merging = findings["into"].notna().to_numpy() & findings["group_id"].notna().to_numpy()
    found = pd.Series(pd.NA, index=findings.index, dtype=TEXT)
    for entity, here in findings[merging].groupby("entity", sort=False):
        table = dataset[str(entity)]
        if entity in GROUP_LABELS:
            label = table[GROUP_LABELS[str(entity)]]
            group = label[label.isin(here["group_id"].unique())]
            members = pd.DataFrame({"entity": entity, "record": group.index, "group": group.array})
        else:
            into = here.assign(record=here["into"].astype("int64"))
            members = pd.concat([here, into])[["entity", "record"]]
            members["group"] = pd.concat([here["rule_id"] + "\x1e" + here["group_id"]] * 2).array
            members = members.reset_index(drop=True)
            here = here.assign(group_id=here["rule_id"] + "\x1e" + here["group_id"])
        name = sources(members, dataset) + "\x1e" + identities(members, dataset)
        least = name.groupby(members["group"]).min()
        found[here.index] = least.reindex(here["group_id"]).array
    return found


def _values(findings: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """The value of each finding by its content; blank where the finding repeats none."""
    values = findings["value"].astype(TEXT).copy()
    for (entity, field), place in findings.groupby(["entity", "field"], sort=False).indices.items():
        table = dataset[str(entity)]
        if field in table and table[field].dtype != TEXT:
            told = content(table, field, findings["record"].to_numpy()[place])
            values.iloc[place] = told.where(values.iloc[place].notna().to_numpy(), pd.NA).array
    return values.str.strip()


def _joined(parts: Sequence[pd.Series]) -> pd.Series:
    key = parts[0].astype(TEXT).fillna("")
    for part in parts[1:]:
        key = key + "\x1f" + part.astype(TEXT).fillna("")
    return key


def record_columns(findings: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Source, file, sheet, row and source_id of each finding's record, aligned with the findings.

    A finding about a column has row 0, where the header is, and no source_id.
    """
    columns: dict[str, np.ndarray] = {
        name: np.full(len(findings), None, dtype=object) for name in ("source", "file", "sheet", "row", "source_id")
    }
    headers = findings["record"].to_numpy() < 0
    for number in findings["record"][headers].unique():
        here, source = findings["record"].to_numpy() == number, dataset.source_of(number)
        for name, value in (("source", source.source), ("file", source.file), ("sheet", source.sheet), ("row", 0)):
            columns[name][here] = value
    for entity in findings["entity"][~headers].unique():
        here = (findings["entity"] == entity).to_numpy() & ~headers
        table = dataset[entity]
        position = table.index.get_indexer(findings["record"][here])
        for name in ("source", "file", "sheet", "row"):
            columns[name][here] = table.lineage[name].astype(object).to_numpy()[position]
        columns["source_id"][here] = _own_ids(table).astype(object).to_numpy()[position]
    frame = pd.DataFrame(columns, index=findings.index)
    return frame.astype({"source": TEXT, "file": TEXT, "sheet": TEXT, "row": "Int64", "source_id": TEXT})
