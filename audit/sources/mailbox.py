"""Reader of mail: mbox files and single messages, every message an activity, bounces once per failed address."""

import datetime as dt
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from audit.schema import TEXT
from audit.sources.absence import left_for_good, return_day, successor
from audit.sources.bounces import Letter, human_part, is_machine, judge
from audit.sources.encoding import to_utf8
from audit.sources.raw import RawTable, SetAside, Unreadable, shortened, text_frame
from audit.values import date

HEADERS = (
    "mail.source_id mail.type mail.subject mail.at mail.contact_name mail.contact_email mail.direction "
    "mail.bounce_type mail.bounce_code mail.reason mail.return_at mail.successor"
).split()
_START = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n))From [^\r\n]*\d{4}[^\r\n]*\r?\n")
_LONGEST_TEXT = 20_000
_LARGEST_MAIL = 64 << 20


def read_mail(file: str, data: pa.Buffer) -> Iterator[RawTable]:
    """One table of all messages of an mbox or eml file. Raises Unreadable if there is none."""
    yield _table(file, data, "*.eml" if file.lower().endswith(".eml") else "")


def read_letter(file: str, data: pa.Buffer) -> Iterator[RawTable]:
    """The one message of a Maildir's file. Raises Unreadable if it is none."""
    yield _table(file, data, "*")


def _table(file: str, data: pa.Buffer, gather: str) -> RawTable:
    content = data.to_pybytes()
    lines: list[dict[str, str]] = []
    rows: list[int] = []
    aside: list[SetAside] = []
    for number, (line, message) in enumerate(_messages(content, bool(gather)), 1):
        if len(message) > _LARGEST_MAIL:
            aside.append(SetAside(line, "a message of more than 64 MB", shortened(message[:200].decode("latin-1"))))
            continue
        parsed = message_from_bytes(re.sub(rb"\r\n|\r(?!\n)", b"\n", message))
        if not parsed.keys():
            aside.append(SetAside(line, "not a mail: it has no headers", shortened(message[:500].decode("latin-1"))))
            continue
        for found in _activities(parsed):
            lines.append(found)
            rows.append(number)
    if not lines and not aside:
        raise Unreadable("it holds no mail")
    frame = text_frame([[line.get(name) or None for line in lines] for name in HEADERS], HEADERS)
    frame["mail.return_at"] = _days(frame["mail.return_at"], frame["mail.at"])
    count = len(set(rows)) + len(aside)
    notes = (f"{count:,} messages gave {len(lines):,} activities",) if count != len(lines) else ()
    return RawTable(file, "", frame, tuple(HEADERS), np.array(rows, dtype=np.int64), tuple(aside), notes, gather=gather)


def _messages(content: bytes, single: bool) -> Iterator[tuple[int, bytes]]:
    """The messages of a file with the line each starts on."""
    starts = [0] if single else [found.start() for found in _START.finditer(content)] or [0]
    line = 1
    for place, start in enumerate(starts):
        end = starts[place + 1] if place + 1 < len(starts) else len(content)
        message = content[start:end]
        head = _START.match(message)
        yield line, message[head.end() :] if head else message
        line += message.count(b"\n")


def _activities(message: Message) -> Iterator[dict[str, str]]:
    letter = _letter(message)
    sent = _moment(letter.header("date"))
    name = parseaddr(letter.header("from"))[0]
    base = {
        "mail.source_id": letter.header("message-id").strip(" \t\r\n<>"),
        "mail.subject": " ".join(letter.header("subject").split()),
        "mail.at": sent.strftime("%Y-%m-%d %H:%M:%S") if sent else letter.header("date"),
    }
    for verdict in judge(letter):
        found = {**base, "mail.type": verdict.type, "mail.contact_email": verdict.address}
        if verdict.type == "bounce":
            found |= {
                "mail.bounce_type": verdict.bounce_type,
                "mail.bounce_code": verdict.code,
                "mail.reason": verdict.reason,
            }
        else:
            found["mail.contact_name"] = name
        if verdict.type == "auto_reply" and is_machine(letter):
            found["mail.reason"] = "automatic message"
        elif verdict.type == "auto_reply":
            said = f"{letter.header('subject')}\n{letter.text}"
            found["mail.successor"] = successor(letter.text, verdict.address)
            found["mail.return_at"] = return_day(said, sent)
            found["mail.reason"] = "no longer with the company" if left_for_good(said) else "absent"
        elif verdict.type == "complaint":
            found["mail.reason"] = verdict.reason
        if verdict.type != "email":
            found["mail.direction"] = "incoming"
        yield found


def _letter(message: Message) -> Letter:
    """The deciding parts of a message, from whatever structure its writer chose."""
    headers: dict[str, str] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), _decoded(value))
    texts: list[str] = []
    reports: list[str] = []
    originals: list[str] = []
    returned = False
    for part in message.walk():
        kind = part.get_content_type().lower()
        if kind in ("message/rfc822", "text/rfc822-headers", "message/global", "message/partial"):
            returned = True
            originals.append(_raw(part))
        elif kind in ("message/delivery-status", "message/feedback-report", "message/global-delivery-status"):
            block = _raw(part)
            (reports if "status" in kind else originals).append(block)
        elif part.is_multipart() or returned:
            continue
        elif kind in ("text/plain", "text/html") or kind.startswith("multipart/") or not message.is_multipart():
            text = _text(part)
            texts.append(_plain(text) if kind == "text/html" else text)
    said, rest = human_part("\n".join(texts)[:_LONGEST_TEXT])
    return Letter(headers, said, "\n\n".join(reports), "\n".join([*originals, rest]))


def _raw(part: Message) -> str:
    """A message within a message as text, whichever way the parser took it."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n\n".join(
            item.as_string(unixfrom=False) if isinstance(item, Message) else str(item) for item in payload
        )
    return _text(part)


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(part.get_payload() or "")
    for charset in (part.get_content_charset(), "utf-8", "cp1252"):
        try:
            return payload.decode(charset or "utf-8")
        except (LookupError, UnicodeDecodeError):
            continue
    return payload.decode("latin-1")


def _plain(html: str) -> str:
    text = re.sub(r"(?is)<(script|style)\b.*?</\1>", " ", html)
    return re.sub(r"<[^>]+>", " ", re.sub(r"(?i)<br\s*/?>|</(?:p|div|tr|li)>", "\n", text))


def _decoded(value: str) -> str:
    """A header for people: encoded words decoded, bare 8-bit text read as what it most likely is."""
    if not value.isascii():
        raw = value.encode("utf-8", errors="surrogateescape")
        return to_utf8(pa.py_buffer(raw))[0].to_pybytes().decode("utf-8", errors="replace")
    try:
        pieces = decode_header(value)
    except (MessageError, ValueError):
        return value
    words = []
    for piece, charset in pieces:
        if isinstance(piece, str):
            words.append(piece)
            continue
        try:
            words.append(piece.decode(charset or "ascii"))
        except (LookupError, UnicodeDecodeError):
            words.append(piece.decode("utf-8", errors="replace"))
    return "".join(words)


def _moment(value: str) -> dt.datetime | None:
    """A Date header as UTC; None where it is no date."""
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    try:
        return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError:
        return None


def _days(texts: pd.Series, sent: pd.Series) -> pd.Series:
    """Days of return in ISO form; one that lies well before its mail is of the year after."""
    if not texts.notna().any():
        return texts
    days = date.parse(texts)[0]
    early = (date.parse(sent)[0] - days).dt.days > 60
    days = days.where(~early.fillna(False), days + pd.DateOffset(years=1))
    return days.dt.strftime("%Y-%m-%d").astype(TEXT)
