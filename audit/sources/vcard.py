"""Reader of vCards 2.1, 3.0 and 4.0: every card a contact."""

import quopri
import re
from collections.abc import Iterator
from pathlib import PurePath

import numpy as np
import pyarrow as pa

from audit.sources.encoding import to_utf8
from audit.sources.raw import RawTable, SetAside, Unreadable, shortened, text_frame

_HEADERS = (
    "UID FN N.family N.given N.additional N.prefix N.suffix EMAIL EMAIL.other TEL TEL.cell TEL.other TEL.fax ORG "
    "ORG.unit TITLE ADR.street ADR.city ADR.region ADR.code ADR.country URL NOTE BDAY GENDER CATEGORIES REV"
).split()
_NAME_PARTS = ("N.family", "N.given", "N.additional", "N.prefix", "N.suffix")
_ADDRESS_PARTS = (None, None, "ADR.street", "ADR.city", "ADR.region", "ADR.code", "ADR.country")
_PLAIN = {
    "UID": "UID",
    "FN": "FN",
    "TITLE": "TITLE",
    "URL": "URL",
    "NOTE": "NOTE",
    "BDAY": "BDAY",
    "GENDER": "GENDER",
    "CATEGORIES": "CATEGORIES",
    "REV": "REV",
}


def read_vcards(file: str, data: pa.Buffer) -> Iterator[RawTable]:
    """One table of all cards. Raises Unreadable if there is none."""
    text = to_utf8(data)[0].to_pybytes().decode("utf-8", errors="replace")
    cards, aside = [], []
    number = 0
    rows = []
    for line, block in _blocks(text):
        number += 1
        if block is None:
            aside.append(SetAside(line, "a card that does not end", ""))
            continue
        card = _card(block)
        if card.get("KIND", "").lower() == "group":
            aside.append(SetAside(line, "a list of cards, not a person", shortened(card.get("FN", ""))))
        else:
            cards.append(card)
            rows.append(number)
    if not number:
        raise Unreadable("it holds no vCard")
    frame = text_frame([[card.get(name) for card in cards] for name in _HEADERS], _HEADERS)
    yield RawTable(
        file,
        "",
        frame,
        tuple(_HEADERS),
        np.array(rows, dtype=np.int64),
        tuple(aside),
        gather=f"*{PurePath(file).suffix}",
    )


def _blocks(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """The unfolded lines of each card with the line it starts on; None for a card without an end."""
    block: list[str] | None = None
    start = 0
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        word = line.strip().upper()
        if word == "BEGIN:VCARD":
            if block is not None:
                yield start, None
            block, start = [], number
        elif word == "END:VCARD" and block is not None:
            yield start, block
            block = None
        elif block is not None:
            soft = block and block[-1].endswith("=") and "QUOTED-PRINTABLE" in block[-1].split(":", 1)[0].upper()
            if soft:
                block[-1] = block[-1][:-1] + line
            elif line[:1] in (" ", "\t") and block:
                block[-1] += line[1:]
            else:
                block.append(line)
    if block is not None:
        yield start, None


def _card(lines: list[str]) -> dict[str, str]:
    card: dict[str, str] = {}
    for line in lines:
        head, colon, value = line.partition(":")
        if not colon:
            continue
        name, *parameters = head.split(";")
        name = name.rsplit(".", 1)[-1].upper()
        kinds = " ".join(parameters).upper()
        if "QUOTED-PRINTABLE" in kinds:
            charset = next((p.split("=", 1)[1] for p in parameters if p.upper().startswith("CHARSET=")), "utf-8")
            value = _decoded(value, charset)
        if "BASE64" in kinds or "ENCODING=B" in kinds or not value.strip(" ;"):
            continue
        _put(card, name, kinds, value)
    return card


def _put(card: dict[str, str], name: str, kinds: str, value: str) -> None:
    if name == "N":
        for part, text in zip(_NAME_PARTS, _split(value), strict=False):
            _set(card, part, text)
    elif name == "ADR":
        if "ADR.city" not in card and "ADR.street" not in card:
            for place, text in zip(_ADDRESS_PARTS, _split(value), strict=False):
                if place:
                    _set(card, place, text)
    elif name == "ORG":
        company, *units = _split(value)
        _set(card, "ORG", company)
        _set(card, "ORG.unit", units[0] if units else "")
    elif name == "EMAIL":
        _several(card, "EMAIL", "EMAIL.other", _plain(value), preferred="PREF" in kinds)
    elif name == "TEL":
        number = _plain(value).removeprefix("tel:")
        if "FAX" in kinds:
            _set(card, "TEL.fax", number)
        elif "CELL" in kinds and "TEL.cell" not in card:
            _set(card, "TEL.cell", number)
        else:
            _several(card, "TEL", "TEL.other", number, preferred="PREF" in kinds)
    elif name == "KIND" or name == "X-ADDRESSBOOKSERVER-KIND":
        _set(card, "KIND", value)
    elif name in _PLAIN:
        _set(card, _PLAIN[name], _plain(value))


def _several(card: dict[str, str], first: str, others: str, value: str, *, preferred: bool) -> None:
    """The preferred or first value in one place, the others joined in another."""
    if first not in card:
        _set(card, first, value)
    elif value != card[first]:
        kept = value
        if preferred:
            kept, card[first] = card[first], value
        card[others] = f"{card[others]};{kept}" if others in card else kept


def _set(card: dict[str, str], name: str, value: str) -> None:
    if value.strip():
        card.setdefault(name, value.strip())


def _decoded(value: str, charset: str) -> str:
    raw = quopri.decodestring(value.encode("utf-8", errors="replace"))
    try:
        return raw.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return raw.decode("cp1252", errors="replace")


def _split(value: str) -> list[str]:
    return [_plain(part) for part in re.split(r"(?<!\\);", value)]


def _plain(value: str) -> str:
    return re.sub(r"\\([\\,;:nN])", lambda found: "\n" if found[1] in "nN" else found[1], value).strip()
