"""What is wrong: findings by family and rule, down to the record and its row in the file."""

from typing import Any

import pandas as pd

from audit.acceptance import tally
from audit.rule import FixSafety, Severity
from reports.sections.blocks import Block, Cell, Column, Details, Heading, Paragraph, Section, Table
from reports.sections.cost import Problem, problems, remedy
from reports.sections.view import View, more_in_file

SEVERITIES = tuple(str(severity) for severity in Severity)
SEVERITY_TONES = dict(zip(SEVERITIES, ("poor", "weak", "fair", "muted"), strict=True))
RECORDS_SHOWN = 4
"""Records listed per rule; the rest is in findings.csv."""
COLUMNS_SHOWN = 4
FILES_SHOWN = 5
"""Of findings about columns, how many of each file and of how many files."""


def build(view: View) -> Section:
    words = view.words
    found = {problem.rule_id: problem for problem in problems(view)}
    by_rule = dict(list(view.counted.groupby("rule_id", sort=False)))
    blocks: list[Block] = [_overview(view, found)]
    for family in words.table["family"]:
        here = [problem for rule_id, problem in found.items() if str(view.rules[rule_id].family) == family]
        if not here:
            continue
        here.sort(key=lambda problem: (SEVERITIES.index(view.rules[problem.rule_id].severity), -problem.points))
        blocks.append(Heading(words(f"family.{family}")))
        blocks.append(Paragraph(words(f"family_about.{family}"), tone="muted"))
        blocks.extend(_rule(view, problem, by_rule[problem.rule_id]) for problem in here)
    entries = tally(view.findings, view.result.settings.get("accept", ()), view.result.as_of)
    if entries:
        blocks.append(Heading(words("findings.accepted")))
        blocks.append(Paragraph(words("findings.accepted_note", n=len(view.findings) - len(view.counted))))
        blocks.append(_accepted(view, entries))
    lead = words("findings.lead", n=len(view.counted), rules=len(found)) if found else words("findings.none")
    return Section("findings", words("findings.title"), lead, tuple(blocks))


def _overview(view: View, found: dict[str, Problem]) -> Table:
    words = view.words
    rows = []
    for problem in found.values():
        rule = view.rules[problem.rule_id]
        severity = str(rule.severity)
        rows.append(
            (
                Cell(view.rule_title(rule.id), note=words(f"family.{rule.family}"), link=f"#rule-{rule.id}"),
                Cell(words(f"severity.{severity}"), tone=SEVERITY_TONES[severity], sort=SEVERITIES.index(severity)),
                view.number_cell(problem.findings),
                view.percent_cell(problem.share),
                view.number_cell(problem.points, 2),
                Cell(remedy(view, problem)),
            )
        )
    columns = (
        Column(words("col.problem"), wide=True),
        Column(words("col.severity")),
        Column(words("col.findings"), number=True),
        Column(words("col.of_checked"), number=True),
        Column(words("col.points"), number=True),
        Column(words("col.remedy"), wide=True),
    )
    return Table(words("findings.overview"), columns, tuple(rows), tools=True)


def _rule(view: View, problem: Problem, findings: pd.DataFrame) -> Details:
    words, rule = view.words, view.rules[problem.rule_id]
    severity = str(rule.severity)
    page = view.rule_page(rule.id)
    blocks: list[Block] = [
        Paragraph(f"{page.summary} {page.why}".strip()),
        Paragraph(words("findings.how", text=page.how), tone="how"),
    ]
    systemic = findings["systemic"].to_numpy(dtype=bool)
    of_column = findings["record"].to_numpy() < 0
    if of_column.any():
        blocks.append(_of_columns(view, findings[of_column]))
    if (systemic & ~of_column).any():
        blocks.append(_systemic(view, findings[systemic & ~of_column]))
    single = findings[~systemic]
    if len(single):
        blocks.append(_records(view, single))
    tags = [(words(f"severity.{severity}"), SEVERITY_TONES[severity])]
    if systemic.any():
        tags.append((words("findings.systemic"), "fair"))
    if problem.safe:
        tags.append((words("findings.safe", n=problem.safe), "good"))
    meta = words("findings.meta", n=problem.findings, share=words.percent(problem.share), checked=problem.checked)
    return Details(view.rule_title(rule.id), tuple(blocks), meta, tuple(tags), id=f"rule-{rule.id}")


def _systemic(view: View, findings: pd.DataFrame) -> Table:
    """One line per source and field: a habit or a mapping, not thousands of single mistakes."""
    words, rows = view.words, []
    for (entity, source, field), part in findings.groupby(["entity", "source", "field"], sort=True):
        first = view.shown(part.head(3))
        total = int(view.result.dataset[entity].lineage["source"].eq(source).sum())
        rows.append(
            (
                Cell(view.text(source, 60), note=view.entity_title(entity)),
                Cell(view.field_title(entity, field)),
                view.number_cell(len(part)),
                view.percent_cell(len(part) / total if total else float("nan"), bar=True),
                Cell(
                    words.listed(list(dict.fromkeys(value for value in first["value"] if value))),
                    note=words("findings.rows", rows=", ".join(str(row) for row in first["row"])),
                ),
            )
        )
    columns = (
        Column(words("col.source")),
        Column(words("col.field")),
        Column(words("col.findings"), number=True),
        Column(words("col.of_rows"), number=True),
        Column(words("col.examples"), wide=True),
    )
    return Table(words("findings.systemic_caption"), columns, tuple(rows))


def _of_columns(view: View, findings: pd.DataFrame) -> Table:
    """One line per column, a few of each file, so that none crowds out the others."""
    words, rows = view.words, []
    first = findings[findings.groupby("record", sort=False).cumcount() < COLUMNS_SHOWN].head(
        FILES_SHOWN * COLUMNS_SHOWN
    )
    for row in view.shown(first).itertuples():
        name = Cell(view.text(row.file, 60), note=view.entity_title(row.entity))
        rows.append((name, Cell(view.text(row.field)), Cell(row.message), view.percent_cell(float(row.confidence))))
    columns = (
        Column(words("col.file"), wide=True),
        Column(words("col.header")),
        Column(words("col.message"), wide=True),
        Column(words("col.confidence"), number=True),
    )
    note = more_in_file(words, len(rows), len(findings), "findings.csv")
    return Table(words("findings.columns_caption"), columns, tuple(rows), note=note)


def _records(view: View, findings: pd.DataFrame) -> Table:
    words = view.words
    first = findings.sort_values("confidence", ascending=False, kind="stable").head(RECORDS_SHOWN)
    suggested = first["suggestion"].notna().any()
    rows = []
    for row in view.shown(first).itertuples():
        cells = [
            Cell(view.record(row.entity, row.record), note=view.place(row.file, row.row)),
            Cell(view.field_title(row.entity, row.field)),
            Cell(row.value or words("blank"), tone="" if row.value else "muted"),
        ]
        if suggested:
            tone = "good" if row.fix_safety == str(FixSafety.SAFE) else ""
            cells.append(Cell(row.suggestion, tone=tone))
        cells += [Cell(row.message), view.percent_cell(float(row.confidence))]
        rows.append(tuple(cells))
    columns = [Column(words("col.record")), Column(words("col.field")), Column(words("col.value"))]
    if suggested:
        columns.append(Column(words("col.suggestion")))
    columns += [Column(words("col.message"), wide=True), Column(words("col.confidence"), number=True)]
    note = more_in_file(words, len(rows), len(findings), "findings.csv")
    return Table(words("findings.records_caption"), tuple(columns), tuple(rows), note=note)


def _accepted(view: View, entries: list[dict[str, Any]]) -> Table:
    words = view.words
    rows = []
    for entry in entries:
        until = words.date(pd.Timestamp(entry["expires"])) if "expires" in entry else words("findings.no_expiry")
        titles = [view.rule_title(rule_id) for rule_id in view.rules if rule_id == entry.get("rule")]
        rows.append(
            (
                Cell(view.told(entry["covers"], 120), note=titles[0] if titles else ""),
                view.number_cell(entry["findings"]),
                Cell(view.text(entry["reason"], 200)),
                Cell(view.person(entry.get("owner", ""))),
                Cell(until, note=words("findings.expired") if entry["expired"] else "", sort=entry.get("expires", "")),
            )
        )
    columns = (
        Column(words("col.accepted")),
        Column(words("col.findings"), number=True),
        Column(words("col.reason"), wide=True),
        Column(words("col.accepted_by")),
        Column(words("col.until")),
    )
    return Table(words("findings.accepted"), columns, tuple(rows))
