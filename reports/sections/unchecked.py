"""What was not checked, and why: said, never hidden."""

from audit.rule import Outcome
from reports.sections.blocks import Block, Bullets, Cell, Column, Details, Heading, Paragraph, Section, Table
from reports.sections.cost import headline
from reports.sections.metrics import metric_name
from reports.sections.view import View, more_in_file

SET_ASIDE_SHOWN = 20
PART_OF_LINE = 60
"""Characters shown of a line that could not be read."""


def build(view: View) -> Section:
    words = view.words
    blocks: list[Block] = [*_rules(view), *_metrics(view), *_sources(view), *_set_aside(view), *_pairs(view)]
    warnings = view.result.dataset.warnings
    if warnings:
        blocks += [Heading(words("unchecked.warnings")), Bullets(tuple(view.told(text, 300) for text in warnings[:40]))]
    blocks += [
        Heading(words("unchecked.limits")),
        Bullets(tuple(words(f"limit.{name}") for name in words.table["limit"])),
    ]
    return Section("unchecked", words("unchecked.title"), words("unchecked.lead"), tuple(blocks))


def _rules(view: View) -> list[Block]:
    words = view.words
    blocks: list[Block] = []
    for outcome in (Outcome.ERRORED, Outcome.NOT_EVALUATED):
        left = [item for item in view.result.rule_results if item.outcome is outcome]
        if not left:
            continue
        rows = tuple(
            (Cell(view.rule_title(item.rule_id), note=item.rule_id), Cell(view.told(item.reason, 160)))
            for item in sorted(left, key=lambda item: item.rule_id)
        )
        columns = (Column(words("col.rule"), wide=True), Column(words("col.reason"), wide=True))
        blocks.append(Table(words(f"unchecked.{outcome}", n=len(left)), columns, rows, tools=len(rows) > 10))
    return blocks or [Paragraph(words("unchecked.all_rules_ran"))]


def _metrics(view: View) -> list[Block]:
    words = view.words
    whole = headline(view)
    missing = whole[whole["verdict"].eq("not computable")]
    if missing.empty:
        return []
    rows = tuple(
        (Cell(metric_name(view, row.metric_id)), Cell(view.told(row.reason, 160))) for row in missing.itertuples()
    )
    return [
        Table(words("unchecked.metrics"), (Column(words("col.metric")), Column(words("col.reason"), wide=True)), rows)
    ]


def _sources(view: View) -> list[Block]:
    words = view.words
    blocks: list[Block] = []
    sources = view.result.dataset.sources
    out = [info for info in sources if info.entity is None]
    if out:
        rows = tuple((Cell(view.text(info.file, 80)), Cell(view.told(info.reason, 160))) for info in out)
        blocks.append(
            Table(
                words("unchecked.left_out"), (Column(words("col.file")), Column(words("col.reason"), wide=True)), rows
            )
        )
    unmapped = [(info, info.unmapped) for info in sources if info.entity and info.unmapped]
    if unmapped:
        total = sum(len(headers) for _, headers in unmapped)
        lists = tuple(
            (Cell(view.text(info.file, 80)), view.number_cell(len(headers)), Cell(view.listed(headers, 12)))
            for info, headers in unmapped
        )
        columns = (
            Column(words("col.file")),
            Column(words("col.columns"), number=True),
            Column(words("col.headers"), wide=True),
        )
        blocks.append(
            Details(
                words("unchecked.unmapped"),
                (Table(words("unchecked.unmapped"), columns, lists),),
                words("inventory.column_count", n=total),
            )
        )
    return blocks


def _set_aside(view: View) -> list[Block]:
    words, aside = view.words, view.result.dataset.set_aside
    if aside.empty:
        return [Paragraph(words("unchecked.all_rows_read"))]
    rows = tuple(
        (
            Cell(view.text(row.file, 80)),
            Cell(view.text(str(row.line))),
            Cell(view.told(row.reason, 120)),
            Cell(view.value("contact", "note", row.text, PART_OF_LINE)),
        )
        for row in aside.head(SET_ASIDE_SHOWN).itertuples()
    )
    columns = (
        Column(words("col.file")),
        Column(words("col.line"), number=True),
        Column(words("col.reason"), wide=True),
        Column(words("col.text")),
    )
    note = more_in_file(words, len(rows), len(aside), "set_aside.csv")
    return [Table(words("unchecked.set_aside", n=len(aside)), columns, rows, note=note)]


def _pairs(view: View) -> list[Block]:
    """How many pairs could have been compared, how many were, and what the matching itself expects to have missed."""
    words = view.words
    rows = []
    for entity, match in view.result.matches.items():
        told = match.statistics
        possible = len(match.clusters) * (len(match.clusters) - 1) // 2
        rows.append(
            (
                Cell(view.entity_title(entity)),
                view.number_cell(possible),
                view.number_cell(int(told["candidate_pairs"])),
                view.percent_cell(1 - told["candidate_pairs"] / possible if possible else 0.0),
                view.number_cell(round(float(told["matches_never_compared"]))),
                view.percent_cell(float(told["estimated_precision"])),
                view.percent_cell(float(told["estimated_recall"])),
            )
        )
    if not rows:
        return []
    names = ("possible", "compared", "never", "missed", "precision", "recall")
    columns = (Column(words("col.table")), *(Column(words(f"col.{name}"), number=True) for name in names))
    return [Table(words("unchecked.pairs"), columns, tuple(rows), note=words("unchecked.pairs_note"))]
