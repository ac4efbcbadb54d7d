"""Which files a run reads: single files, folders, archives, standard input; each by its content handed to a reader."""

import functools
import mmap
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import pyarrow as pa

from audit.errors import SourceError
from audit.sources import archives
from audit.sources.raw import RawTable, Unreadable

Reader = Callable[[str, pa.Buffer], Iterator[RawTable]]

STANDARD_INPUT = "-"
_TEXT = frozenset("csv tsv tab txt psv dat".split())
_BOOKS = frozenset("xlsx xlsm xlsb xls ods".split())
_JSON = frozenset("json jsonl ndjson singer".split())
_CARDS = frozenset("vcf vcard".split())
_MAIL = frozenset("mbox eml".split())
_BASES = frozenset("parquet pq db db3 sqlite sqlite3 duckdb ddb".split())
_IGNORED = frozenset(
    "md rst html htm pdf doc docx ppt pptx png jpg jpeg gif svg toml yaml yml ini cfg conf lock log py pyc ipynb js ts "
    "sh bat ps1 sql r rb go c h css xml xsd".split()
)
_BESIDE = ("-wal", "-shm", "-journal", ".wal")
_NOT_DATA = ("readme", "license", "licence", "copying", "notice", "changelog", "audit.toml", "manifest.csv")
_HISTORY = b"CRMa"
"""What `audit.history` writes as application id into its SQLite files."""
_WEB = (b"<html", b"<!doctype", b"<table", b"<?xml")


@dataclass(frozen=True)
class Item:
    """One file to read: its name relative to what the user named, and how to get its bytes.

    `path` is the file itself where it is no member of an archive; `is_letter` says that it is one mail whatever its
    name.
    """

    name: str
    open: Callable[[], pa.Buffer]
    path: Path | None = None
    is_letter: bool = False


@dataclass(frozen=True)
class Refused:
    """Something that was found but cannot be read."""

    name: str
    reason: str


def find(paths: Sequence[Path | str]) -> list[Item | Refused]:
    """All files below the paths in a stable order. Raises SourceError if a path does not exist."""
    found: list[Item | Refused] = []
    for given in paths:
        if str(given) == STANDARD_INPUT:
            found.append(Item("standard input", _standard_input))
            continue
        path = Path(given)
        if not path.exists():
            raise SourceError(f"{path} does not exist.", hint="Check the path; quote it if it has blanks.")
        if path.is_dir():
            for file in _walk(path, set()):
                if isinstance(file, Refused):
                    found.append(file)
                else:
                    found += _expand(file, file.relative_to(path).as_posix())
        else:
            found += _expand(path, path.name)
    return _distinct(found)


def data_files(folder: Path) -> list[Path]:
    """The files of a folder that a run reads, in a stable order."""
    return [path for path in _walk(folder, set()) if isinstance(path, Path)]


def read(item: Item) -> Iterator[RawTable]:
    """The tables of a file. Raises Unreadable where it cannot be read, after the tables that could."""
    data = item.open()
    yield from reader_for(item.name, data, item)(item.name, data)


def reader_for(name: str, data: pa.Buffer, item: Item | None = None) -> Reader:
    """The reader for a file, by its first bytes and its name. Raises Unreadable where there is none."""
    from audit.sources import database_files, delimited, json_lines, mailbox, spreadsheet, vcard

    path, suffix = item.path if item else None, _suffix(name)
    head = data.slice(0, min(data.size, 4096)).to_pybytes()
    if not head.strip():
        raise Unreadable("it is empty")
    if item is not None and item.is_letter:
        return mailbox.read_letter
    if head.startswith(b"PAR1"):
        return database_files.read_parquet
    if head.startswith(b"SQLite format 3\0"):
        return functools.partial(database_files.read_sqlite, path=path)
    if head[8:12] == b"DUCK":
        return functools.partial(database_files.read_duckdb, path=path)
    if suffix in _BASES:
        raise Unreadable("it is not a database or Parquet file, whatever its name says")
    if (suffix in _BOOKS or not suffix) and head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return spreadsheet.read_spreadsheet
    if suffix in _BOOKS and head.lstrip().lower().startswith(_WEB):
        raise Unreadable("it is a web page with the name of a workbook; open it in a spreadsheet and save it as XLSX")
    if suffix in {"xlsx", "xlsm", "xlsb", "ods"}:
        raise Unreadable("it is not a workbook, whatever its name says")
    if suffix in _JSON or (not suffix and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))):
        return json_lines.read_json
    if suffix in _CARDS or head.lstrip().upper().startswith(b"BEGIN:VCARD"):
        return vcard.read_vcards
    if suffix in _MAIL or head.startswith(b"From "):
        return mailbox.read_mail
    if suffix in _TEXT | {"xls", ""}:
        return functools.partial(delimited.read_delimited, path=path)
    raise Unreadable(f"files of the kind .{suffix} are not read")


def _walk(folder: Path, seen: set[str]) -> Iterator[Path | Refused]:
    """The files of a folder that may be data: no hidden ones, no reports, no scripts, no earlier output.

    A folder that is reached a second time, by a link, is not entered again.
    """
    place = os.path.realpath(folder)
    if place in seen:
        return
    seen.add(place)
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Refused(folder.name, f"the system refuses to list it ({error.strerror or error})")
        return
    maildir = _has_letters(folder)
    for path in entries:
        name = path.name
        if name.startswith((".", "~$", "__MACOSX")) or (maildir and name not in ("cur", "new")):
            continue
        if path.is_dir():
            if not (path / "audit.json").exists():
                yield from _walk(path, seen)
        elif is_aside(name) and not _of_maildir(folder):
            continue
        elif path.is_symlink() and not path.exists():
            yield Refused(name, "it is a link that leads nowhere")
        elif path.is_file() and not _is_history(path):
            yield path


def _is_history(path: Path) -> bool:
    """Whether a file is the history that earlier runs kept: an SQLite file with our mark in its head."""
    if _suffix(path.name) not in _BASES:
        return False
    try:
        with path.open("rb") as stream:
            return stream.read(72)[68:] == _HISTORY
    except OSError:
        return False


def is_aside(name: str) -> bool:
    """Whether a file found in a folder is plainly no data."""
    lower = name.lower()
    return lower.startswith(_NOT_DATA) or _suffix(name) in _IGNORED or lower.endswith(_BESIDE)


def _of_maildir(folder: Path) -> bool:
    """Whether a folder holds the letters of a Maildir: it has one letter a file in `cur` and `new`."""
    return folder.name in ("cur", "new") and _has_letters(folder.parent)


def _has_letters(folder: Path) -> bool:
    return all((folder / name).is_dir() for name in ("cur", "new", "tmp"))


def _expand(path: Path, name: str) -> list[Item | Refused]:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return [Refused(name, f"the system refuses to read it ({error.strerror or error})")]
    if not stat.S_ISREG(mode):
        return [Refused(name, "it is not a regular file")]
    suffix = _suffix(name)
    if _of_maildir(path.parent):
        return [Item(name, lambda: mapped(path), path, is_letter=True)]
    if suffix == "zip":
        return list(_members(path, name))
    if suffix == "gz":
        return [Item(name[:-3], lambda: archives.gunzip(path))]
    return [Item(name, lambda: mapped(path), path)]


def _members(path: Path, name: str) -> Iterator[Item | Refused]:
    try:
        for member in archives.members(path):
            shown = f"{name}/{member.name}"
            inner = PurePosixPath(member.name)
            hidden = any(part.startswith((".", "~$", "__MACOSX")) for part in inner.parts if part != "..")
            if hidden or is_aside(inner.name):
                continue
            yield Refused(shown, member.refusal) if member.refusal else Item(shown, member.open)
    except Unreadable as error:
        yield Refused(name, str(error))


def mapped(path: Path) -> pa.Buffer:
    """The bytes of a file, fetched by the system as they are looked at."""
    try:
        with path.open("rb") as stream:
            return _view(stream.fileno())
    except OSError as error:
        raise Unreadable(f"the system refuses to read it ({error.strerror or error})") from None


def _view(descriptor: int) -> pa.Buffer:
    if not os.fstat(descriptor).st_size:
        return pa.py_buffer(b"")
    return pa.py_buffer(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ))


def _standard_input() -> pa.Buffer:
    """All of standard input, spooled to a passing file so that it need not fit into memory."""
    with tempfile.TemporaryFile() as spool:
        shutil.copyfileobj(sys.stdin.buffer, spool, 1 << 20)
        spool.flush()
        return _view(spool.fileno())


def _distinct(found: list[Item | Refused]) -> list[Item | Refused]:
    """The same files with names made unique, for two paths that hold files of one name."""
    taken: dict[str, int] = {}
    result: list[Item | Refused] = []
    for item in found:
        count = taken[item.name] = taken.get(item.name, 0) + 1
        result.append(item if count == 1 else replace(item, name=f"{item.name} ({count})"))
    return result


def _suffix(name: str) -> str:
    return PurePosixPath(name.lower()).suffix.lstrip(".")
