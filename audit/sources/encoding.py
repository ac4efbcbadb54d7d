"""Which encoding a text file is in, and its text as UTF-8."""

import codecs
import re

import numpy as np
import pyarrow as pa

SAMPLE = 1 << 18
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_ALPHABETS = frozenset(
    "cp1251 koi8_r mac_cyrillic cp1253 iso8859_7 cp1255 cp1256 shift_jis cp932 euc_jp gb18030 gb2312 gbk big5 cp949 "
    "euc_kr johab tis_620 cp874".split()
)
_ESCAPED = re.compile("[\udc80-\udcff]+")


def is_binary(head: bytes) -> bool:
    """Whether these first bytes of a file cannot be text in any encoding read here."""
    if any(head.startswith(bom) for bom, _ in _BOMS) or _wide(head):
        return False
    seen = head[:4096]
    control = sum(byte < 32 and byte not in (0, 9, 10, 12, 13, 26, 27) for byte in seen)
    return control > 10 + len(seen) * 0.02 or seen.count(0) > len(seen) * 0.3


def to_utf8(data: pa.Buffer) -> tuple[pa.Buffer, str, str]:
    """The text as UTF-8 without byte order mark, the encoding it was in, and a note where bytes had to be guessed."""
    head = data.slice(0, min(data.size, SAMPLE)).to_pybytes()
    for bom, name in _BOMS:
        if head.startswith(bom):
            body = data.slice(len(bom))
            return _utf8_or_legacy(body) if name == "utf-8" else (_recoded(body, name), name, "")
    if wide := _wide(head):
        return _recoded(data, wide), wide, ""
    return _utf8_or_legacy(data)


def _utf8_or_legacy(data: pa.Buffer) -> tuple[pa.Buffer, str, str]:
    if _is_utf8(data):
        return data, "utf-8", ""
    raw = data.to_pybytes()
    text = raw.decode("utf-8", errors="surrogateescape")
    bad = sum(len(run) for run in _ESCAPED.findall(text))
    good = sum(char > "\x7f" and not "\udc80" <= char <= "\udcff" for char in text) if bad <= len(raw) // 20 else 0
    if bad * 20 <= good:
        mended = _ESCAPED.sub(lambda run: _western(run[0].encode("utf-8", "surrogateescape")), text)
        return pa.py_buffer(mended.encode()), "utf-8", f"{bad:,} bytes were not UTF-8 and were read as Windows-1252"
    name = _legacy(raw)
    decoded = _western(raw) if name == "cp1252" else raw.decode(name, errors="replace")
    return pa.py_buffer(decoded.encode()), name, ""


def _is_utf8(data: pa.Buffer) -> bool:
    """Checked by Arrow in place, without a copy of the text."""
    ends = pa.py_buffer(np.array([0, data.size], dtype=np.int64))
    try:
        pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, data]).cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _recoded(data: pa.Buffer, name: str) -> pa.Buffer:
    return pa.py_buffer(data.to_pybytes().decode(name, errors="replace").encode("utf-8", errors="replace"))


def _western(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _legacy(data: bytes) -> str:
    """The 8-bit or East Asian encoding of a text that is not Unicode; Windows-1252 unless another alphabet is plain."""
    from charset_normalizer import from_bytes

    lines = b"\n".join(line for line in data[: SAMPLE * 8].splitlines() if not line.isascii())[:SAMPLE]
    best = from_bytes(lines).best()
    return best.encoding if best is not None and best.encoding in _OTHER_ALPHABETS else "cp1252"


def _wide(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of Western text is zero."""
    even, odd = head[0:2000:2], head[1:2000:2]
    if len(odd) < 8:
        return None
    if odd.count(0) > len(odd) * 0.6 and even.count(0) < len(even) * 0.1:
        return "utf-16-le"
    if even.count(0) > len(even) * 0.6 and odd.count(0) < len(odd) * 0.1:
        return "utf-16-be"
    return None
