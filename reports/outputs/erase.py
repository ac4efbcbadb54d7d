"""Takes one person out of the files of earlier runs, and searches them afterwards.

Tables lose the lines about the person's records and about what hangs on them; the report, the workbooks and what the
report is rendered from, which cannot be mended line by line, are deleted.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from audit.schema import MULTI_SEPARATOR, TEXT
from reports.outputs.audit_json import NAME, files_of
from reports.outputs.import_pack import FOLDER as IMPORTS
from reports.outputs.result_store import FOLDER, RECORDS
from reports.outputs.saved import BLOCK, SavedRun
from reports.outputs.tables import write_table

ADDRESS_FIELDS = ("email", "other_emails", "contact_email")
PHONE_FIELDS = ("phone", "mobile", "other_phones", "fax", "contact_phone")
RECORD_COLUMNS = frozenset("record into origin left_record right_record".split())
ID_COLUMNS = frozenset("left_source_id right_source_id left_id right_id contact_id".split())
TABLES = (".csv", ".parquet")
GONE = "[forgotten]"
_SHORTEST = 6
"""Phones and names of fewer characters say too little to be searched for everywhere."""


@dataclass(frozen=True)
class Person:
    """What leads to one person: addresses and other `texts` that are searched for everywhere, `ids` that are only
    looked for in columns of ids, and the names of the person's records in one report."""

    texts: frozenset[str]
    ids: frozenset[str]
    records: frozenset[str] = frozenset()

    def joined(self, other: "Person") -> "Person":
        return Person(self.texts | other.texts, self.ids | other.ids)


@dataclass(frozen=True)
class Erased:
    """What became of one file: "2 lines removed", "deleted"."""

    path: Path
    what: str


def person_of(folder: Path, wanted: Person) -> Person:
    """The person as a saved run knows them: all records that matching put together, with their addresses and ids."""
    saved = SavedRun(folder)
    labels: set[str] = set()
    found: dict[str, pd.DataFrame] = {}
    for entity in saved.entities:
        table = saved.records(entity)
        found[entity] = table
        labels |= set(_column(table, "person label")[_direct(entity, table, wanted)].dropna())
    texts, ids, records = set(wanted.texts), set(wanted.ids), set()
    for entity, table in found.items():
        mine = _direct(entity, table, wanted) | _column(table, "person label").isin(labels).to_numpy()
        records |= set(table["record"][mine])
        if entity == "contact":
            texts |= _texts(table, mine)
            ids |= set(_column(table, "source_id")[mine].dropna())
    return Person(frozenset(texts), frozenset(ids), frozenset(records))


def erase(folder: Path, person: Person) -> list[Erased]:
    """Takes the person out of the files of a saved run; what does not know them is left alone."""
    done: list[Erased] = []
    kept = []
    files = [path for name in files_of(folder) or [] if (path := folder / name).is_file()]
    if not person.records and not any(places(path, person) for path in files):
        return []
    for path in (path for path in files if path.name != NAME):
        if path.suffix not in TABLES or _of_report(folder, path):
            path.unlink()
            done.append(Erased(path, "deleted; the next run writes it anew"))
            continue
        kept.append(path.relative_to(folder).as_posix())
        removed = erase_lines(path, person)
        done += [Erased(path, f"{removed:,} lines removed")] if removed else []
    content = json.loads((folder / NAME).read_text("utf-8"))
    cleared = _cleared({**content, "files": sorted([*kept, NAME])}, person.texts)
    if cleared != content:
        _replace(folder / NAME, (json.dumps(cleared, ensure_ascii=False, indent=1) + "\n").encode())
        done.append(Erased(folder / NAME, "mentions removed"))
    return done


def _of_report(folder: Path, path: Path) -> bool:
    """Whether the file only serves to render the report again, or is to be imported: half of it is of no use."""
    parts = path.relative_to(folder).parts
    return parts[0] == IMPORTS or (parts[0] == FOLDER and parts[1] != RECORDS)


def erase_lines(path: Path, person: Person) -> int:
    """Drops the lines of a CSV or Parquet file that lead to the person; how many there were."""
    table = _read(path)
    mine = _lines(path, table, person)
    count = int(mine.sum())
    if count:
        beside = path.with_name(f".{path.name}.part")
        rest = table.filter(pa.array(~mine))
        if path.suffix == ".parquet":
            pq.write_table(rest, beside, compression="zstd")
        else:
            write_table(rest.to_pandas(types_mapper=pd.ArrowDtype), beside)
        beside.replace(path)
    return count


def places(path: Path, person: Person) -> int:
    """How many times a file still leads to the person, whatever its format; inside archives and Parquet too."""
    if path.suffix == ".parquet":
        return int(_lines(path, _read(path), person).sum())
    count = places_in_text(path, person)
    if path.suffix == ".csv" and person.ids | person.records and not count:
        count = int(_lines(path, _read(path), person).sum())
    return count


def perhaps(folder: Path, person: Person) -> list[str]:
    """Where the records are that may be the same person's: pairs that nobody has decided."""
    pairs = SavedRun(folder).lines("pairs")
    pairs = pairs[pairs["decision"].eq("review").fillna(False)]
    found = set()
    for mine, other in (("left", "right"), ("right", "left")):
        beside = pairs[pairs[f"{mine}_record"].isin(person.records) & ~pairs[f"{other}_record"].isin(person.records)]
        found |= set(beside[f"{other}_file"] + ", row " + beside[f"{other}_row"])
    return sorted(found)


def places_in_text(path: Path, person: Person) -> int:
    """How many times the texts that lead to the person stand in a file of any kind."""
    return sum(_occurrences(content, person.texts) for content in _contents(path.read_bytes()))


def _direct(entity: str, table: pd.DataFrame, wanted: Person) -> Any:
    """Records that carry a wanted address, or whose own id is wanted."""
    mine = pd.Series(False, index=table.index)
    lower = {text.lower() for text in wanted.texts}
    for name in ADDRESS_FIELDS:
        parts = _column(table, name).str.lower().str.split(MULTI_SEPARATOR).explode().str.strip()
        mine |= parts.isin(lower).groupby(level=0).any()
    mine |= _column(table, "source_id" if entity in ("contact", "user") else "contact_id").isin(wanted.ids)
    return mine.to_numpy(dtype=bool)


def _texts(table: pd.DataFrame, mine: Any) -> set[str]:
    """Addresses, phones and names that nobody else has."""
    found: set[str] = set()
    for name in (*ADDRESS_FIELDS, *PHONE_FIELDS):
        parts = _column(table, name).str.split(MULTI_SEPARATOR).explode().str.strip().dropna()
        own = parts.index.isin(table.index[mine])
        found |= set(parts[own]) - set(parts[~own])
    full = _full_names(table)
    found |= {name for name in full[mine].dropna() if " " in name} - set(full[~mine].dropna())
    return {text for text in found if len(text) >= _SHORTEST}


def _full_names(table: pd.DataFrame) -> pd.Series:
    joined = _column(table, "first_name").fillna("") + " " + _column(table, "last_name").fillna("")
    return _column(table, "full_name").fillna(joined.str.strip()).replace("", pd.NA)


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """A column, or a blank one where the table has none of that name."""
    return table[name] if name in table else pd.Series(pd.NA, index=table.index, dtype=TEXT)


def _read(path: Path) -> pa.Table:
    """A table of text, as it stands in the file."""
    if path.suffix == ".parquet":
        return pq.read_table(path)
    with path.open(encoding="utf-8", newline="") as stream:
        header = next(csv.reader(stream), [])
    return pacsv.read_csv(
        path,
        read_options=pacsv.ReadOptions(block_size=BLOCK),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(header, pa.large_string())),
    )


def _lines(path: Path, table: pa.Table, person: Person) -> Any:
    """Which lines of a table lead to the person."""
    mine = pd.Series(False, index=range(table.num_rows)).to_numpy()
    people = path.stem in ("contact", "user")
    for name in table.column_names:
        column = table[name]
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            column = column.cast(pa.large_string())
        for text in sorted(person.texts):
            mine |= _true(pc.match_substring(column, text, ignore_case=True))
        exact: frozenset[str] = frozenset()
        if name in RECORD_COLUMNS:
            exact = person.records
        elif name in ID_COLUMNS or (name == "source_id" and people):
            exact = person.ids
        if exact:
            mine |= _true(pc.is_in(column, pa.array(sorted(exact), column.type)))
    return mine


def _true(mask: Any) -> Any:
    return pc.fill_null(mask, False).combine_chunks().to_numpy(zero_copy_only=False)


def _cleared(value: Any, texts: frozenset[str]) -> Any:
    """The same content with every text that holds one of the person's replaced."""
    if isinstance(value, dict):
        return {key: _cleared(item, texts) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleared(item, texts) for item in value]
    if isinstance(value, str) and any(text.lower() in value.lower() for text in texts):
        return GONE
    return value


def _contents(data: bytes) -> Iterator[bytes]:
    yield data
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def _occurrences(data: bytes, texts: frozenset[str]) -> int:
    lower = data.lower()
    return sum(
        len(re.findall(re.escape(text.lower().encode(code)), lower))
        for text in texts
        for code in ("utf-8", "utf-16-le")
    )


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(data)
    beside.replace(path)
