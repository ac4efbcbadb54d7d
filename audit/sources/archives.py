"""Zip and gzip files: their members one by one, none that leads out, none that explodes."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

import pyarrow as pa

from audit.sources.growing import Store
from audit.sources.raw import Unreadable

BOMB_SIZE = 512 << 20
"""What may be unpacked whatever the ratio; beyond it, more than `LARGEST_RATIO` times its packed size is a bomb."""
LARGEST_RATIO = 200
_LARGEST_MEMBER = 8 << 30
_MOST_MEMBERS = 100_000
_PIECE = 1 << 20
_BOMB = "it unpacks to far more than its size; it looks like a zip bomb and was not read"
_DAMAGE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error)


@dataclass(frozen=True)
class Member:
    """A file within an archive; `refusal` says why it is not read."""

    name: str
    open: Callable[[], pa.Buffer]
    refusal: str = ""


def members(path: Path) -> Iterator[Member]:
    """The files within a zip in the order of their names. Raises Unreadable if it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = sorted((info for info in archive.infolist() if not info.is_dir()), key=lambda info: info.filename)
    except _DAMAGE as error:
        raise Unreadable(f"the zip file is damaged or cut off ({error})") from None
    if len(infos) > _MOST_MEMBERS:
        raise Unreadable(f"the zip file holds {len(infos):,} files; unpack it first")
    for info in infos:
        inner = PurePosixPath(info.filename.replace("\\", "/"))
        name = str(inner)
        packed = inner.suffix.lower() == ".gz"
        yield Member(name[:-3] if packed else name, partial(_content, path, info, packed), _refusal(info, inner))


def gunzip(path: Path) -> pa.Buffer:
    """The content of a gzip file. Raises Unreadable if it is damaged or a bomb."""
    try:
        with path.open("rb") as stream:
            return _unpacked(stream, path.stat().st_size)
    except OSError as error:
        raise Unreadable(f"the system refuses to read it ({error.strerror or error})") from None


def is_bomb(size: int, packed: int) -> bool:
    """Whether something unpacks to more than can be meant."""
    return size > _LARGEST_MEMBER or (size > BOMB_SIZE and size > packed * LARGEST_RATIO)


def _refusal(info: zipfile.ZipInfo, inner: PurePosixPath) -> str:
    if inner.is_absolute() or ".." in inner.parts or not inner.parts or ":" in inner.parts[0]:
        return "its path leads out of the archive; it was not read"
    if info.flag_bits & 1:
        return "it is protected by a password; unpack it first"
    if is_bomb(info.file_size, info.compress_size):
        return _BOMB
    if inner.suffix.lower() in (".zip", ".7z", ".rar", ".tar", ".tgz"):
        return "it is an archive within an archive; unpack it first"
    return ""


def _content(path: Path, info: zipfile.ZipInfo, packed: bool) -> pa.Buffer:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(info) as stream:
            content = stream.read(info.file_size + 1)
    except _DAMAGE as error:
        raise Unreadable(f"the archive is damaged ({error})") from None
    if len(content) > info.file_size:
        raise Unreadable("it is larger than the archive says; it was not read")
    return _unpacked(io.BytesIO(content), len(content)) if packed else pa.py_buffer(content)


def _unpacked(stream: IO[bytes], size: int) -> pa.Buffer:
    limit = max(BOMB_SIZE, min(_LARGEST_MEMBER, size * LARGEST_RATIO))
    content = Store()
    try:
        with gzip.GzipFile(fileobj=stream) as packed:
            while piece := packed.read(_PIECE):
                content.append(piece)
                if content.size > limit:
                    raise Unreadable(_BOMB)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"the gzip file is damaged or cut off ({error})") from None
    return content.buffer()
