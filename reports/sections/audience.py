"""For whom a report is made: which sections it has, and how deep they go."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from audit.errors import UsageError
from reports.sections.blocks import Block, Details, Figure, Section, Table


class Audience(StrEnum):
    """EXECUTIVE: two pages for who decides. OPERATIONS: all that can be acted on, for who mends the data. CLIENT: to be
    handed over, masked, with method and certificate. EVERYTHING: all of it."""

    EVERYTHING = "everything"
    EXECUTIVE = "executive"
    OPERATIONS = "operations"
    CLIENT = "client"


@dataclass(frozen=True)
class Depth:
    """What an audience gets: the `sections` named, or all `without` some. `rows` bounds tables inside of what opens.

    `printed_open` says whether such lines are printed with what they hold; `always_masked` that people's data are never
    shown.
    """

    sections: tuple[str, ...] | None = None
    rows: int | None = None
    without: tuple[str, ...] = ()
    printed_open: bool = True
    always_masked: bool = False


DEPTHS: Mapping[Audience, Depth] = {
    Audience.EVERYTHING: Depth(without=("essentials", "to_do", "sign_off")),
    Audience.EXECUTIVE: Depth(sections=("summary", "essentials"), printed_open=False),
    Audience.OPERATIONS: Depth(without=("essentials", "metrics", "performance", "method", "sign_off")),
    Audience.CLIENT: Depth(
        without=("essentials", "to_do", "performance", "review"), rows=3, printed_open=False, always_masked=True
    ),
}


PICTURED = 12
"""Lines of the numbers under a picture that are never cut."""


def chosen(
    known: Sequence[str], audience: Audience, wanted: Sequence[str] = (), left_out: Sequence[str] = ()
) -> tuple[str, ...]:
    """The names of the sections to show, in order: those `wanted`, else the audience's. Raises UsageError."""
    for name in (*wanted, *left_out):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(known)}."
            raise UsageError(f"There is no section {name!r} in the report.", hint=hint)
    depth = DEPTHS[audience]
    usual = depth.sections or tuple(name for name in known if name not in depth.without)
    names = tuple(name for name in dict.fromkeys(wanted or usual) if name not in left_out)
    if not names:
        raise UsageError("The report would have no section.", hint="Name fewer sections to leave out.")
    return names


def shortened(
    section: Section, rows: int | None, note: Callable[[int, int], str], *, everywhere: bool = False
) -> Section:
    """The section with at most `rows` lines in each table behind a line that opens, or `everywhere`.

    `note` says how many of how many are shown.
    """
    if rows is None:
        return section
    return replace(section, blocks=tuple(_shortened(block, rows, note, everywhere) for block in section.blocks))


def _shortened(block: Block, rows: int, note: Callable[[int, int], str], cuts: bool) -> Block:
    if isinstance(block, Details):
        return replace(block, blocks=tuple(_shortened(item, rows, note, True) for item in block.blocks))
    if isinstance(block, Figure):
        return replace(block, table=cut(block.table, max(rows, PICTURED), note)) if cuts else block
    return cut(block, rows, note) if isinstance(block, Table) and cuts else block


def cut(table: Table, rows: int, note: Callable[[int, int], str]) -> Table:
    """The table with its first `rows` lines, and the note that says so."""
    if len(table.rows) <= rows:
        return table
    return replace(table, rows=table.rows[:rows], note=f"{note(rows, len(table.rows))} {table.note}".strip())
