"""How a terminal shows facts, paragraphs and records side by side."""

import shutil
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import click

LABEL = 12
"""Characters of the names of facts."""
NARROWEST = 22
"""A column of records side by side has at least as many characters."""
SAME, OTHER = "=", "≠"
HYPHENS = "\u2010\u2011"
"""They look like the one on the keyboard."""


def width() -> int:
    return min(shutil.get_terminal_size((110, 24)).columns, 160)


def counted(n: int, what: str) -> str:
    """ "3 findings"."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def heading(text: str) -> str:
    return click.style(text, bold=True)


def facts(pairs: Iterable[tuple[str, object]]) -> list[str]:
    """Names and values, one under the other; blank ones are left out."""
    lines = []
    for name, value in pairs:
        if value is not None and value != "":
            lines += wrapped(harmless(str(value)), first=f"  {name:<{LABEL}}", rest=" " * (LABEL + 2))
    return lines


def wrapped(text: str, first: str = "  ", rest: str = "  ") -> list[str]:
    return textwrap.wrap(text, width(), initial_indent=first, subsequent_indent=rest, break_on_hyphens=False) or [first]


def side_by_side(records: Sequence[Mapping[str, str]], heads: Sequence[str], compared: int) -> list[str]:
    """Records as columns, a line per field that any of them has; as many to a block as the terminal has room for.

    The mark before a value says whether it is that of the first record; the first `compared` records are marked.
    """
    fields = list(dict.fromkeys(name for record in records for name in record))
    name_width = max([len(name) for name in fields], default=0) + 2
    per_block = max(1, (width() - name_width - 2) // (NARROWEST + 4))
    lines: list[str] = []
    order = list(range(1, len(records)))
    blocks = [order[start : start + max(per_block - 1, 1)] for start in range(0, len(order), max(per_block - 1, 1))]
    for block in blocks or [[]]:
        shown = [0, *block]
        room = (width() - name_width - 2) // len(shown) - 4
        lines.append("  " + " " * name_width + "".join(f"  {_cell(heads[n], room)}  " for n in shown).rstrip())
        for name in fields:
            cells = []
            for n in shown:
                value, first = records[n].get(name), records[0].get(name)
                mark = ""
                if 0 < n < compared and value is not None and first is not None:
                    mark = SAME if _folded(value) == _folded(first) else OTHER
                cells.append(f"{mark:<2}{_cell(value or '', room)}  ")
            if any(records[n].get(name) is not None for n in shown):
                lines.append(("  " + name.ljust(name_width) + "".join(cells)).rstrip())
        lines.append("")
    return lines[:-1]


def harmless(text: str) -> str:
    """Text of foreign origin on one line; what cannot be seen, or steers a terminal, is written as an escape."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split(" "))
    return "".join(_seen(char) for char in text)


def _seen(char: str) -> str:
    if char in "\n\r\t":
        return " "
    hidden = unicodedata.category(char)[0] in "CZ" and char != " "
    return f"\\u{ord(char):04x}" if hidden or char in HYPHENS else char


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _cell(text: str, room: int) -> str:
    text = harmless(text[: room * 4])
    wide = 0
    for place, char in enumerate(text):
        step = 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if wide + step > room - (place + 1 < len(text)):
            return text[:place] + "…" + " " * (room - wide - 1)
        wide += step
    return text + " " * (room - wide)
