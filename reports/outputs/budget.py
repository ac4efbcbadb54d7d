"""The report's size is bounded whatever is found: sections that are too large lose lines to the files beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from markupsafe import Markup

from reports.sections.audience import shortened
from reports.sections.blocks import Block, Details, Figure, Paragraph, Section, Table
from reports.wording import Words

SMALL, LARGE = 1_000_000, 3_000_000
"""Bytes of a report on up to 100,000 and on a million contacts; in between it grows with them."""
FEW, MANY = 100_000, 1_000_000
FILES: Mapping[str, str] = {
    "findings": "findings.csv",
    "duplicates": "pairs.csv",
    "metrics": "metrics.csv",
    "performance": "metrics.csv",
    "changes": "changes.csv",
    "unchecked": "set_aside.csv",
    "method": "crm-audit rules explain",
}
"""Which file (or command) tells in full what a section shows; of the others it is `OTHERWISE`."""
OTHERWISE = "audit.json"
WEIGHTS: Mapping[str, float] = {"findings": 3.0, "metrics": 2.0, "review": 2.0, "inventory": 1.5, "method": 1.5}
"""How much more room than another a section is left when room is short."""
MOST_OF_ONE = 0.4
_NEVER_LEFT_OUT = "summary"

Render = Callable[[Section], Markup]


@runtime_checkable
class Shortening(Protocol):
    """A section with a template of its own that knows how to say less."""

    def less(self, excess: int) -> Section | None:
        """The section with the best of it, about `excess` bytes shorter; None where that leaves nothing."""


@dataclass(frozen=True)
class Part:
    """A section with its HTML."""

    section: Section
    body: Markup

    @property
    def size(self) -> int:
        return len(self.body.encode())


def limit(contacts: int) -> int:
    """Bytes that a report on so many contacts may have."""
    grown = (min(max(contacts, FEW), MANY) - FEW) / (MANY - FEW)
    return int(SMALL + grown * (LARGE - SMALL))


def file_of(section: str) -> str:
    return FILES.get(section, OTHERWISE)


def fit(sections: Sequence[Section], render: Render, room: int, words: Words) -> list[Part]:
    """The sections as HTML of at most `room` bytes together; what is shortened says so and where the rest is."""
    parts = [Part(section, render(section)) for section in sections]
    sizes = {part.section.id: part.size for part in parts}
    # A section with a template of its own knows its bounds; unless it says less itself, it can only be left out.
    own = {
        part.section.id
        for part in parts
        if part.section.template != Section.template and not isinstance(part.section, Shortening)
    }
    kept = {name: sizes[name] for name in own if sizes[name] <= room * MOST_OF_ONE}
    caps = kept | _caps({name: size for name, size in sizes.items() if name not in kept}, room - sum(kept.values()))
    fitted, spare = [], 0.0
    for part in parts:
        most = caps[part.section.id] + spare
        one = part if part.size <= most else _cut(part, most, render, words)
        # What a cut section leaves of its share goes to those behind it.
        spare = most - one.size if one is not part else spare - max(one.size - caps[part.section.id], 0.0)
        fitted.append(one)
    return fitted


def _caps(sizes: Mapping[str, int], room: float) -> dict[str, float]:
    """What each may have: those that need less than their share leave the rest to the others."""
    caps: dict[str, float] = {}
    waiting = dict(sizes)
    while waiting:
        shares = sum(WEIGHTS.get(name, 1.0) for name in waiting)
        each = max(room - sum(caps.values()), 0.0) / shares
        content = {name: float(size) for name, size in waiting.items() if size <= each * WEIGHTS.get(name, 1.0)}
        if not content:
            return caps | {name: each * WEIGHTS.get(name, 1.0) for name in waiting}
        caps |= content
        waiting = {name: size for name, size in waiting.items() if name not in content}
    return caps


def _cut(part: Part, most: float, render: Render, words: Words) -> Part:
    """The section with as many lines per table as fit, or with one and as many items as fit, else with none."""
    section, file = part.section, file_of(part.section.id)

    def made(smaller: Section) -> Part | None:
        one = Part(smaller, render(smaller))
        return one if one.size <= most else None

    if isinstance(section, Shortening):
        smaller: Section | None = section
        size = part.size
        while isinstance(smaller, Shortening) and (smaller := smaller.less(int(size - most) + 1)) is not None:
            if found := made(smaller):
                return found
            size = len(render(smaller).encode())
    # Tables that give the overview are shortened last.
    for everywhere in (False, True):

        def fewer(rows: int, everywhere: bool = everywhere) -> Section:
            return _fewer_rows(section, rows, words, file, everywhere)

        least = Part(shorter := fewer(1), render(shorter))
        if least.size <= most:
            return _with_rows(part, least, most, lambda rows, fewer=fewer: made(fewer(rows)))  # type: ignore[misc]
        items = sum(isinstance(block, Details | Table) for block in shorter.blocks)
        while items > 0:
            items = min(items - 1, int(items * most / least.size))
            if found := made(replace(shorter, blocks=_fewer_items(shorter.blocks, items, words, file))):
                return found
    if section.id == _NEVER_LEFT_OUT:
        return part
    none = Section(section.id, section.title, "", (Paragraph(words("frame.left_out", file=file), tone="strong"),))
    return Part(none, render(none))


def _with_rows(whole: Part, least: Part, most: float, made: Callable[[int], Part | None]) -> Part:
    """The part with as many lines per table as fit, by what a line takes on average; `least` has one per table."""
    lengths = np.array([len(table.rows) for table in _tables(whole.section.blocks)])
    spread = max(int((lengths - 1).clip(0).sum()), 1)
    each = max((whole.size - least.size) / spread, 1.0)
    rows = int(lengths.max(initial=1))
    while rows > 1 and least.size + each * (lengths.clip(1, rows) - 1).sum() > most:
        rows = rows - 1 if rows < 100 else rows * 9 // 10
    while rows > 1:
        if found := made(rows):
            return found
        rows = rows - 1 if rows < 20 else rows * 9 // 10
    return least


def _tables(blocks: Sequence[Block]) -> list[Table]:
    found = []
    for block in blocks:
        if isinstance(block, Table):
            found.append(block)
        elif isinstance(block, Figure):
            found.append(block.table)
        elif isinstance(block, Details):
            found += _tables(block.blocks)
    return found


def _fewer_rows(section: Section, rows: int, words: Words, file: str, everywhere: bool) -> Section:
    def note(shown: int, total: int) -> str:
        return words("frame.cut", shown=shown, n=total)

    told = Paragraph(words("frame.cut_here", file=file), tone="muted")
    smaller = shortened(section, rows, note, everywhere=everywhere)
    return replace(smaller, blocks=(told, *smaller.blocks))


def _fewer_items(blocks: Sequence[Block], most: int, words: Words, file: str) -> tuple[Block, ...]:
    """The first `most` blocks that hold something, and how many more there were."""
    heavy = [block for block in blocks if isinstance(block, Details | Table)]
    if len(heavy) <= most:
        return tuple(blocks)
    dropped = {id(block) for block in heavy[most:]}
    told = Paragraph(words("frame.more_items", n=len(dropped), file=file), tone="strong")
    return (*(block for block in blocks if id(block) not in dropped), told)
