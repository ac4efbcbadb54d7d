"""Short texts of a user's own as HTML: paragraphs, points, strong words; everything else is only text."""

import re

from markupsafe import Markup, escape

from reports.masking import harmless

_STRONG = re.compile(r"\*\*(.+?)\*\*")
_POINT = "- "


def prose(text: str, limit: int) -> Markup:
    """Paragraphs are parted by blank lines, lines that begin with "- " are points."""
    lines = [harmless(line, limit).strip() for line in text[:limit].splitlines()]
    parts: list[Markup] = []
    kind = ""
    held: list[Markup] = []

    def close() -> None:
        if kind == "p":
            parts.append(Markup("<p>{}</p>").format(Markup(" ").join(held)))
        elif kind == "ul":
            items = Markup("").join(Markup("<li>{}</li>").format(item) for item in held)
            parts.append(Markup('<ul class="bullets">{}</ul>').format(items))
        held.clear()

    for line in [*lines, ""]:
        now = "" if not line else "ul" if line.startswith(_POINT) else "p"
        if now != kind:
            close()
            kind = now
        if line:
            held.append(_inline(line.removeprefix(_POINT) if now == "ul" else line))
    return Markup("\n").join(parts)


def _inline(line: str) -> Markup:
    pieces = _STRONG.split(line)
    return Markup("").join(
        Markup("<strong>{}</strong>").format(piece) if number % 2 else escape(piece)
        for number, piece in enumerate(pieces)
    )
