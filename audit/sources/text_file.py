"""A text to be split into cells: as UTF-8, streamed from its file where it stands there so, else held in memory."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from audit.sources.encoding import to_utf8

_PIECE = 1 << 20


@dataclass(frozen=True)
class TextFile:
    """The text of a delimited file. `data` is UTF-8 without a byte order mark; it starts at `start` of `path`, if that
    is set. `quotes` counts the quotation marks, `notes` says what was changed to get here."""

    data: pa.Buffer
    path: Path | None
    start: int
    quotes: int
    notes: tuple[str, ...]

    @classmethod
    def of(cls, data: pa.Buffer, path: Path | None) -> "TextFile":
        """The text of these bytes, which are the content of `path` where that is given."""
        start = len(codecs.BOM_UTF8) if data.slice(0, min(3, data.size)).to_pybytes() == codecs.BOM_UTF8 else 0
        plain = cls(data.slice(start), path, start, 0, ())
        counts = plain._counts()
        if counts is not None and not counts[1]:
            return cls(plain.data, path, start, counts[0], ())
        text, encoding, note = to_utf8(data)
        notes = [f"encoding {encoding}"] if encoding != "utf-8" else []
        notes += [note] if note else []
        content = text.to_pybytes()
        if b"\0" in content:
            content = content.replace(b"\0", b"")
            notes.append("NUL bytes were dropped")
        return cls(pa.py_buffer(content), None, 0, content.count(b'"'), tuple(notes))

    def open(self, offset: int) -> pa.NativeFile:
        """The text from a byte on, to be read once."""
        if self.path is None:
            return pa.BufferReader(self.data.slice(offset))
        stream = pa.OSFile(str(self.path))
        stream.seek(self.start + offset)
        return stream

    def _counts(self) -> tuple[int, int] | None:
        """How many quotation marks and NUL bytes there are; None for what is not UTF-8."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        quotes = zeros = 0
        try:
            for piece in self._pieces():
                if not piece.isascii() or decoder.getstate()[0]:
                    decoder.decode(piece)
                quotes += piece.count(b'"')
                zeros += piece.count(b"\0")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return None
        return quotes, zeros

    def _pieces(self) -> Iterator[bytes]:
        with self.open(0) as stream:
            while piece := stream.read(_PIECE):
                yield piece
