"""worklists.xlsx: what is to be done, for the people who do it: one sheet for all, one per owner, one per problem.

Every cell of text is written as text, so that no value becomes a formula or a link.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from audit.result import AuditResult
from audit.rule import Severity
from audit.schema import TEXT
from reports.masking import harmless, plain
from reports.outputs.findings_csv import findings_table
from reports.sections.view import View
from reports.wording import Words

NAME = "worklists.xlsx"
ROW_BUDGET = 10_000
"""Findings in the workbook, each at most three times: in all, under its owner, under its problem."""
PER_RULE = 200
"""Findings that each problem may list before the worse ones of others come first."""
MOST_OWNERS = 30
"""With more owners there are no sheets of theirs; the column is there to filter by."""
MOST_PROBLEMS = 60
CELL_LIMIT = 2_000
SHEET_ROWS = 1_048_576
"""Rows that a sheet has at most."""
SHEET_NAME = 31
"""Characters that the name of a sheet has at most."""
COLUMNS = {
    "decision": 14,
    "note": 24,
    "severity": 10,
    "rule": 34,
    "record": 10,
    "entity": 12,
    "field": 16,
    "value": 30,
    "suggestion": 30,
    "message": 50,
    "fix_safety": 13,
    "confidence": 11,
    "owner": 20,
    "source": 16,
    "file": 26,
    "row": 8,
    "source_id": 18,
    "findings": 10,
    "rule_id": 9,
    "finding_id": 15,
}
"""Columns of every worklist with their widths in characters."""
PRINTED = 16
"""The first columns, which are printed; the rest is for programs."""
A3 = 8
NUMBERS = frozenset({"confidence", "row", "findings"})
DECISIONS = ("fix", "leave", "no_error", "ask")
SEVERITIES = tuple(str(severity) for severity in Severity)
_PAPER = {"critical": "#F6D5D2", "high": "#FBE3CC", "medium": "#FDF3CF", "low": "#E9EDF1"}
_NOT_IN_NAMES = str.maketrans("[]:*?/\\", "       ")


@dataclass(frozen=True)
class Worklist:
    """One sheet: its title, what stands above its header, its lines, how many findings there are of its kind.

    `name` is the title as a spreadsheet takes it.
    """

    title: str
    about: str
    lines: pd.DataFrame
    total: int
    name: str = ""


def write_workbook(result: AuditResult, folder: Path, words: Words) -> list[Path]:
    """Writes the workbook; the same result gives the same bytes."""
    path = folder / NAME
    view = View(result, words, masked=False)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(folder)}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties(
            {"title": plain(result.title, 120), "author": "crm-audit", "created": result.as_of.to_pydatetime()}
        )
        formats = _formats(book)
        lists = worklists(view)
        _summary(book.add_worksheet(words("workbook.summary")), view, lists, formats)
        for each in lists:
            _sheet(book.add_worksheet(each.name), view, each, formats)
    return [path]


def worklists(view: View) -> list[Worklist]:
    """All sheets but the first: everything, then owner by owner, then problem by problem, the worst first."""
    words, listed = view.words, _listed(view)
    counted = view.result.findings[~view.result.findings["accepted"].to_numpy(dtype=bool)]
    totals = counted["rule_id"].value_counts()
    # What has one cause over a whole source is nobody's to mend line by line.
    single = counted[~counted["systemic"].to_numpy(dtype=bool)]
    owners = _owners(view.result, single).dropna().value_counts()
    named = [str(name) for name in owners.index]
    sheets = [Worklist(words("workbook.all"), words("workbook.all_about"), listed, len(counted))]
    if len(named) <= MOST_OWNERS:
        of_owner = dict(list(listed.groupby("owner", sort=False, dropna=True)))
        sheets += [
            Worklist(name, words("workbook.owner_about", owner=view.text(name)), of_owner[name], int(owners[name]))
            for name in named
            if name in of_owner
        ]
    for rule_id, lines in list(listed.groupby("rule_id", sort=False))[:MOST_PROBLEMS]:
        rule = str(rule_id)
        sheets.append(Worklist(f"{rule} {view.rule_title(rule)}", view.rule_title(rule), lines, int(totals[rule])))
    taken = {words("workbook.summary").casefold(), "history"}
    return [replace(sheet, name=_sheet_name(sheet.title, taken)) for sheet in sheets]


def _listed(view: View) -> pd.DataFrame:
    """The lines of the workbook: every cause over a whole source, and single findings up to the budget."""
    result, words = view.result, view.words
    found = result.findings[~result.findings["accepted"].to_numpy(dtype=bool)]
    cause = found["systemic"].to_numpy(dtype=bool) & (found["record"] >= 0).to_numpy()
    order = pd.DataFrame(
        {
            "severity": found["severity"].astype(str).map(SEVERITIES.index),
            "cost": -result.score.cost.reindex(found.index).fillna(0.0),
            "rule_id": found["rule_id"].astype(str),
        }
    )[~cause].sort_values(["severity", "cost", "rule_id"], kind="stable")
    late = (order.groupby("rule_id").cumcount() >= PER_RULE).to_numpy()
    order = order.iloc[np.argsort(late, kind="stable")].head(ROW_BUDGET)
    chosen = found[cause | found.index.isin(order.index)]
    table = findings_table(replace(result, findings=chosen))
    owners = _owners(result, chosen)
    owner_of = pd.Series(owners.array, index=chosen["finding_id"].array)
    rank = table["severity"].astype(str).map(SEVERITIES.index)
    weight = (
        chosen["rule_id"].astype(str).map(order.groupby("rule_id")["cost"].sum()).groupby(chosen["rule_id"]).first()
    )
    table = table.assign(
        owner=table["finding_id"].map(owner_of).where(table["findings"].eq(1)).astype(TEXT),
        rule=table["rule_id"].map({rule.id: view.rule_title(rule.id) for rule in result.rules}),
        entity_title=table["entity"].map({name: view.entity_title(name) for name in result.dataset}),
        rank=rank,
        weight=table["rule_id"].map(weight).fillna(0.0),
    )
    table = table.sort_values(
        ["rank", "weight", "rule_id", "findings"], ascending=[True, True, True, False], kind="stable"
    )
    titles = [
        view.field_title(str(entity), str(field)) for entity, field in zip(table["entity"], table["field"], strict=True)
    ]
    told = {name: words(f"severity.{name}") for name in SEVERITIES}
    return table.assign(
        tone=table["severity"].astype(str),
        severity=table["severity"].astype(str).map(told),
        fix_safety=table["fix_safety"].astype(str).map(lambda name: words(f"workbook.fix.{name}")),
        entity=table["entity_title"],
        field=titles,
        decision=pd.NA,
        note=pd.NA,
    )[[*COLUMNS, "tone"]]


def _owners(result: AuditResult, findings: pd.DataFrame) -> pd.Series:
    """Who owns the record of each finding; blank where nobody does, and for findings about a column."""
    owners = pd.Series(pd.NA, index=findings.index, dtype=TEXT)
    for entity, part in findings[findings["record"] >= 0].groupby("entity", sort=False):
        table = result.dataset[str(entity)]
        if "owner" in table:
            owners[part.index] = table["owner"].str.strip().reindex(part["record"]).array
    return owners


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that spreadsheets accept and that no other sheet has, whatever the case."""
    clean = " ".join(harmless(wanted, 200).translate(_NOT_IN_NAMES).split()).strip("'") or "-"
    if len(clean) > SHEET_NAME and " " in clean[12:SHEET_NAME]:
        clean = clean[: clean.rindex(" ", 12, SHEET_NAME + 1)]
    name, number = clean[:SHEET_NAME].strip(" '") or "-", 1
    while name.casefold() in taken:
        number += 1
        mark = f" ({number})"
        name = clean[: SHEET_NAME - len(mark)].strip(" '") + mark
    taken.add(name.casefold())
    return name


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    formats = {
        "title": {"bold": True, "font_size": 14},
        "about": {"italic": True, "font_color": "#55616E"},
        "remark": {"italic": True, "font_color": "#55616E", "text_wrap": True, "valign": "top"},
        "head": {"bold": True, "bg_color": "#21415E", "font_color": "#FFFFFF", "valign": "top", "text_wrap": True},
        "text": {"valign": "top", "num_format": "@"},
        "formula": {"valign": "top", "num_format": "@", "quote_prefix": True},
        "number": {"valign": "top"},
        "percent": {"valign": "top", "num_format": "0%"},
        "entry": {"valign": "top", "bg_color": "#F2F7FB", "border": 1, "border_color": "#C9D6E2"},
        "link": {"font_color": "#0B5CAD", "underline": 1, "valign": "top"},
        **{name: {"valign": "top", "bg_color": paper} for name, paper in _PAPER.items()},
    }
    return {name: book.add_format(about) for name, about in formats.items()}


def _summary(sheet: Worksheet, view: View, lists: Sequence[Worklist], formats: dict[str, Format]) -> None:
    words, result = view.words, view.result
    sheet.set_column(0, 0, 70)
    sheet.set_column(1, 2, 12)
    sheet.write_string(0, 0, plain(result.title, 120), formats["title"])
    sheet.write_string(1, 0, words("page.as_of", date=words.date(result.as_of)))
    sheet.write_string(2, 0, words("workbook.score", score=words.number(result.score.overall, 1)))
    sheet.fit_to_pages(1, 0)
    sheet.set_row(3, 32)
    sheet.write_string(3, 0, words("workbook.how"), formats["remark"])
    sheet.write_string(4, 0, words("workbook.private"), formats["remark"])
    for column, name in enumerate(("sheet", "findings", "listed")):
        sheet.write_string(6, column, words(f"workbook.col.{name}"), formats["head"])
    for row, each in enumerate(lists, start=7):
        # The name of a sheet holds nothing that could end the reference but apostrophes, which are doubled.
        target = each.name.replace("'", "''")
        sheet.write_url(row, 0, f"internal:'{target}'!A1", formats["link"], plain(each.title, 90))
        sheet.write_number(row, 1, each.total)
        sheet.write_number(row, 2, int(each.lines["findings"].sum()))
    sheet.autofilter(6, 0, 6 + len(lists), 2)
    sheet.freeze_panes(7, 0)


def _sheet(sheet: Worksheet, view: View, each: Worklist, formats: dict[str, Format]) -> None:
    words = view.words
    lines = each.lines.head(SHEET_ROWS - 2)
    listed = int(lines["findings"].sum())
    more = words("shown_of", shown=listed, n=each.total, file="findings.csv") if listed < each.total else ""
    sheet.write_string(0, 0, f"{each.about} {more}".strip(), formats["about"])
    for column, (name, width) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(1, column, words(f"workbook.col.{name}"), formats["head"])
    for row, (values, tone) in enumerate(_rows(lines), start=2):
        for column, (name, value) in enumerate(zip(COLUMNS, values, strict=True)):
            if name in ("decision", "note"):
                sheet.write_blank(row, column, None, formats["entry"])
            elif pd.isna(value):
                continue
            elif name in NUMBERS:
                sheet.write_number(row, column, float(value), formats["percent" if name == "confidence" else "number"])
            else:
                text = harmless(str(value), CELL_LIMIT)
                kind = tone if name == "severity" else "formula" if text[:1] in "=+-@'" and text else "text"
                sheet.write_string(row, column, text, formats[kind])
    last = 1 + max(len(lines), 1)
    choices = [words(f"workbook.decision.{name}") for name in DECISIONS]
    sheet.data_validation(2, 0, last, 0, {"validate": "list", "source": choices})
    sheet.autofilter(1, 0, last, len(COLUMNS) - 1)
    sheet.freeze_panes(2, 2)
    sheet.set_landscape()
    sheet.set_paper(A3)
    sheet.print_area(0, 0, last, PRINTED - 1)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)


def _rows(lines: pd.DataFrame) -> Iterator[tuple[tuple[Any, ...], str]]:
    columns: Iterable[Any] = (lines[name].to_numpy(dtype=object, na_value=None) for name in COLUMNS)
    return zip(zip(*columns, strict=True), lines["tone"], strict=True)
