"""Which files a run reads: single files, folders, archives; each by its content handed to a reader."""

import gzip
import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa

from audit.errors import SourceError
from audit.sources.raw import RawTable, Unreadable

Reader = Callable[[str, pa.Buffer], Iterator[RawTable]]

_TEXT = frozenset("csv tsv tab txt psv dat".split())
_BOOKS = frozenset("xlsx xlsm xlsb xls ods".split())
_JSON = frozenset("json jsonl ndjson".split())
_CARDS = frozenset("vcf vcard".split())
_MAIL = frozenset("mbox eml".split())
_KNOWN = _TEXT | _BOOKS | _JSON | _CARDS | _MAIL | {"gz", "zip"}
_IGNORED = frozenset(
    "md rst html htm pdf doc docx ppt pptx png jpg jpeg gif svg toml yaml yml ini cfg conf lock log py pyc ipynb js ts "
    "sh bat ps1 sql r rb go c h css xml xsd".split()
)
_NOT_DATA = ("readme", "license", "licence", "copying", "notice", "changelog", "audit.toml", "manifest.csv")
_LARGEST_MEMBER = 8 << 30
_LARGEST_RATIO = 200
_BOMB_SIZE = 512 << 20


@dataclass(frozen=True)
class Item:
    """One file to read: its name relative to what the user named, and how to get its bytes."""

    name: str
    open: Callable[[], pa.Buffer]


@dataclass(frozen=True)
class Refused:
    """Something that was found but cannot be read."""

    name: str
    reason: str


def find(paths: Sequence[Path]) -> list[Item | Refused]:
    """All files below the paths in a stable order. Raises SourceError if a path does not exist."""
    found: list[Item | Refused] = []
    for path in paths:
        if not path.exists():
            raise SourceError(f"{path} does not exist.", hint="Check the path; quote it if it has blanks.")
        if path.is_dir():
            for file in _walk(path):
                found += _expand(file, file.relative_to(path).as_posix())
        else:
            found += _expand(path, path.name)
    return _distinct(found)


def reader_for(name: str, data: pa.Buffer) -> Reader:
    """The reader for a file, by its first bytes and its name. Raises Unreadable where there is none."""
    from audit.sources import delimited, json_lines, mailbox, spreadsheet, vcard

    suffix = _suffix(name)
    head = data.slice(0, min(data.size, 4096)).to_pybytes()
    if not head.strip():
        raise Unreadable("it is empty")
    if suffix in _BOOKS and head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return spreadsheet.read_spreadsheet
    if suffix in _BOOKS and head.lstrip().lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise Unreadable("it is a web page with the name of a workbook; open it in a spreadsheet and save it as XLSX")
    if suffix in {"xlsx", "xlsm", "xlsb", "ods"}:
        raise Unreadable("it is not a workbook, whatever its name says")
    if suffix in _JSON:
        return json_lines.read_json
    if suffix in _CARDS or head.lstrip().upper().startswith(b"BEGIN:VCARD"):
        return vcard.read_vcards
    if suffix in _MAIL or head.startswith(b"From "):
        return mailbox.read_mail
    if suffix in _TEXT | {"xls", ""}:
        return delimited.read_delimited
    raise Unreadable(f"files of the kind .{suffix} are not read")


def _walk(folder: Path) -> Iterator[Path]:
    """The files of a folder that may be data: no hidden ones, no reports, no scripts, no earlier output."""
    for path in sorted(folder.iterdir()):
        name = path.name
        if name.startswith((".", "~$", "__MACOSX")):
            continue
        if path.is_dir():
            if not (path / "audit.json").exists():
                yield from _walk(path)
        elif path.is_file() and not is_aside(name):
            yield path


def is_aside(name: str) -> bool:
    """Whether a file found in a folder is plainly no data."""
    return name.lower().startswith(_NOT_DATA) or _suffix(name) in _IGNORED


def _expand(path: Path, name: str) -> list[Item | Refused]:
    if not stat.S_ISREG(path.stat().st_mode):
        return [Refused(name, "it is not a regular file")]
    suffix = _suffix(name)
    if suffix == "zip" and path.suffix.lower() == ".zip":
        return list(_members(path, name))
    if suffix == "gz":
        return [Item(name.removesuffix(".gz").removesuffix(".GZ"), lambda: _gunzip(path))]
    return [Item(name, lambda: _mapped(path))]


def _mapped(path: Path) -> pa.Buffer:
    try:
        return pa.memory_map(str(path)).read_buffer() if path.stat().st_size else pa.py_buffer(b"")
    except OSError as error:
        raise Unreadable(f"the system refuses to read it ({error.strerror or error})") from None


def _gunzip(path: Path) -> pa.Buffer:
    limit = max(_BOMB_SIZE, min(_LARGEST_MEMBER, path.stat().st_size * _LARGEST_RATIO))
    try:
        with gzip.open(path) as stream:
            content = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"the gzip file is damaged or cut off ({error})") from None
    if len(content) > limit:
        raise Unreadable("it unpacks to far more than its size; it looks like a zip bomb and was not read")
    return pa.py_buffer(content)


def _members(path: Path, name: str) -> Iterator[Item | Refused]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = sorted((info for info in archive.infolist() if not info.is_dir()), key=lambda info: info.filename)
    except (zipfile.BadZipFile, OSError) as error:
        yield Refused(name, f"the zip file is damaged or cut off ({error})")
        return
    for info in infos:
        inner = PurePosixPath(info.filename.replace("\\", "/"))
        shown = f"{name}/{inner}"
        if inner.is_absolute() or ".." in inner.parts or ":" in inner.parts[0]:
            yield Refused(shown, "its path leads out of the archive; it was not read")
        elif any(part.startswith((".", "~$", "__MACOSX")) for part in inner.parts) or is_aside(inner.name):
            continue
        elif info.flag_bits & 1:
            yield Refused(shown, "it is protected by a password; unpack it first")
        elif info.file_size > _LARGEST_MEMBER or (
            info.file_size > _BOMB_SIZE and info.file_size > info.compress_size * _LARGEST_RATIO
        ):
            yield Refused(shown, "it unpacks to far more than its size; it looks like a zip bomb and was not read")
        elif _suffix(inner.name) == "zip":
            yield Refused(shown, "it is an archive within an archive; unpack it first")
        else:
            yield Item(shown, _member(path, info))


def _member(path: Path, info: zipfile.ZipInfo) -> Callable[[], pa.Buffer]:
    def read() -> pa.Buffer:
        try:
            with zipfile.ZipFile(path) as archive, archive.open(info) as stream:
                content = stream.read(info.file_size + 1)
        except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, zlib.error) as error:
            raise Unreadable(f"the archive is damaged ({error})") from None
        if len(content) > info.file_size:
            raise Unreadable("it is larger than the archive says; it was not read")
        if _suffix(info.filename) == "gz":
            content = gzip.GzipFile(fileobj=io.BytesIO(content)).read(_LARGEST_MEMBER)
        return pa.py_buffer(content)

    return read


def _distinct(found: list[Item | Refused]) -> list[Item | Refused]:
    """The same files with names made unique, for two paths that hold files of one name."""
    taken: dict[str, int] = {}
    result: list[Item | Refused] = []
    for item in found:
        count = taken[item.name] = taken.get(item.name, 0) + 1
        name = item.name if count == 1 else f"{item.name} ({count})"
        result.append(Item(name, item.open) if isinstance(item, Item) else Refused(name, item.reason))
    return result


def _suffix(name: str) -> str:
    return PurePosixPath(name.lower()).suffix.lstrip(".")
