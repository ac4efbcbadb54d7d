"""What waits for a person: uncertain duplicates and fixes, decided in the page itself and saved to a file."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from markupsafe import Markup

from reports.sections.blocks import Block, Cell, Column, Paragraph, Section, Table
from reports.sections.review_data import BUDGET, Entries
from reports.sections.view import View

LISTED = 15
"""Entries listed in the page for readers without a script, and on paper."""
LEAST = 1_000
"""Fewer bytes of entries are not worth their place."""
EMPTY = Markup("")
SPOKEN = (
    "yes no unsure save save_name previous next of_all decided undecided all pairs fixes filter alike_yes alike_no "
    "alike undo keys pair_question merge_question fix_question field left right apply before after another record "
    "choose said_yes said_no said_unsure said_bulk said_undone saved none_left no_storage kept cleared"
).split()
"""Texts that the page's script needs."""
FILLED = {name: f"{{{name}}}" for name in ("n", "total", "what", "side", "field", "file", "row")}
"""What the script fills in itself."""


@dataclass(frozen=True)
class ReviewSection(Section):
    """A section with the entries for the script, and the same as tables for readers without one."""

    template: ClassVar[str] = "review.html"
    data: Markup = EMPTY
    intro: str = ""
    room: int = 0
    made: Callable[[int], "ReviewSection"] | None = field(default=None, compare=False, repr=False)

    def less(self, excess: int) -> "ReviewSection | None":
        """The section with fewer questions, those worth most, about `excess` bytes shorter; None where none is left."""
        room = self.room - excess
        return self.made(room) if self.made is not None and room >= LEAST else None


def build(view: View, budget: int = BUDGET) -> ReviewSection:
    words, queue = view.words, view.result.queue
    title, blocks = words("review.title"), tuple(_decided(view))
    if queue is None or queue.lines.empty:
        return ReviewSection("review", title, words("review.nothing"), blocks)
    entries = Entries(view, queue, budget)
    data = {
        "run": queue.run,
        **entries.data(),
        "answers": queue.answers,
        "words": {"place": words("place", **FILLED)} | {name: words(f"review.{name}", **FILLED) for name in SPOKEN},
    }
    total, shown = len(queue), len(entries.shown)
    lead = words("review.lead", n=total, records=words.number(int(queue.lines["records"].sum())))
    intro = words("review.all_here") if shown == total else words("review.most_here", n=shown, total=total)
    return ReviewSection(
        "review",
        title,
        lead,
        (*blocks, *_listed(view, entries, total)),
        data=_embedded(data),
        intro=intro,
        room=min(budget, entries.size),
        made=lambda room: build(view, room),
    )


def _embedded(data: dict[str, Any]) -> Markup:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)


def _decided(view: View) -> list[Block]:
    """What became of the decisions about fixes that this run was given."""
    told = view.result.decided
    if not told:
        return []
    return [Paragraph(view.words("review.decided_before", **{name: int(told[name]) for name in told}), tone="decided")]


def _listed(view: View, entries: Entries, total: int) -> list[Block]:
    """The first entries as a table, and how to decide them without a script."""
    words, texts = view.words, list(entries.texts)
    rows = []
    for entry in entries.shown[:LISTED]:
        kind, title, tag, _, pattern = entry[:5]
        if kind == 2:
            changes = entries.changes(entry)
            detail = "; ".join(
                f"{field}: {before} → {after}" if field else before for _, field, before, after in changes
            )
            who = words("review.n_questions", n=len(entry[8]))
        else:
            apart = [f"{field}: {one} ≠ {other}" for field, one, other, differs in entries.compared(entry) if differs]
            detail = "; ".join(apart) or texts[pattern]
            who = " / ".join(entries.heads(entry))
        rows.append((Cell(texts[title], note=texts[tag]), Cell(who), Cell(view.text(detail, 600))))
    columns = (
        Column(words("review.question")),
        Column(words("col.records"), wide=True),
        Column(words("review.differences"), wide=True),
    )
    note = words("review.listed", n=len(rows), total=total)
    return [
        Paragraph(words("review.by_hand")),
        Table(words("review.title"), columns, tuple(rows), note=note),
    ]
