"""What a section is made of: plain data that a template writes down without computing anything."""

from dataclasses import dataclass, field
from typing import ClassVar

from markupsafe import Markup


@dataclass(frozen=True)
class Cell:
    """One cell of a table. `note` is a second, quieter line; `share` (0..1) draws a bar; `sort` orders the column."""

    text: str
    note: str = ""
    tone: str = ""
    share: float | None = None
    bar_tone: str = ""
    sort: float | str | None = None
    mark: bool = False
    """Whether the cell differs from its neighbours and is to stand out."""
    link: str = ""


@dataclass(frozen=True)
class Column:
    title: str
    number: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under scoped headers; the first cell of a row is its header. `tools` adds search and sorting."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    tools: bool = False
    fixed: bool = False
    """Whether columns share the width evenly, as in a comparison side by side."""

    @property
    def narrow(self) -> bool:
        """Whether stretching the table over the page would pull its columns apart."""
        return len(self.columns) <= 3 and not any(column.wide for column in self.columns) and not self.fixed


@dataclass(frozen=True)
class Paragraph:
    kind: ClassVar[str] = "paragraph"
    text: str
    tone: str = ""


@dataclass(frozen=True)
class Heading:
    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Bullets:
    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Terms with what they say."""

    kind: ClassVar[str] = "facts"
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Tiles:
    """A row of single numbers: value, what it is, a remark."""

    kind: ClassVar[str] = "tiles"
    items: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Figure:
    """A picture with the sentence that says what it shows and its numbers as a table."""

    kind: ClassVar[str] = "figure"
    title: str
    sentence: str
    svg: Markup
    table: Table


@dataclass(frozen=True)
class Details:
    """Blocks behind a line that opens. `tags` are short words beside it, each with a tone; `id` makes it a target."""

    kind: ClassVar[str] = "details"
    summary: str
    blocks: tuple["Block", ...]
    meta: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    id: str = ""
    open: bool = False


Block = Table | Paragraph | Heading | Bullets | Facts | Tiles | Figure | Details


@dataclass(frozen=True)
class Section:
    """One section of the report. `lead` is the sentence under its heading."""

    id: str
    title: str
    lead: str
    blocks: tuple[Block, ...] = field(default=())
    template: ClassVar[str] = "section.html"
