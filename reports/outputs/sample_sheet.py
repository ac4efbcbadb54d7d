"""The worksheet of a random sample as XLSX and as a page: every cell of some records, to be judged right or wrong."""

import csv
import hashlib
from base64 import b64encode
from pathlib import Path

import pandas as pd
import xlsxwriter
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from audit.errors import UsageError
from audit.result import AuditResult
from audit.schema import TEXT, entities
from audit.verification import Population
from reports.masking import PREFIXES, harmless, pseudonym
from reports.wording import said_anywhere, words_of_project

XLSX, PAGE = "sample.xlsx", "sample.html"
VERDICTS = RIGHT, WRONG, UNKNOWN = "right", "wrong", "unknown"
JUDGED = "?"
"""Follows the name of a field in the head of the column that judges it."""
REST = "all others"
"""The column by which all cells of a record that are not judged one by one are judged at once."""
CELL = 500
_TEMPLATES = Path(__file__).parents[1] / "templates"
_NUMBERS = {prefix: entity for entity, prefix in PREFIXES.items()}


def write_sample(result: AuditResult, people: Population, drawn: pd.DataFrame, run: str, folder: Path) -> list[Path]:
    """sample.xlsx and sample.html for the records `drawn` (entity, record)."""
    sheets = {str(entity): part["record"].tolist() for entity, part in drawn.groupby("entity", sort=False)}
    return [
        _workbook(result, people, sheets, run, folder / XLSX),
        _page(result, people, sheets, run, folder / PAGE),
    ]


def _cells(result: AuditResult, people: Population, entity: str, records: list[int]) -> tuple[list[str], pd.DataFrame]:
    """The fields that any of the records fills, and their text."""
    table = result.dataset[entity]
    names = [name for name in people.filled[entity].columns if people.filled[entity].loc[records, name].any()]
    return names, pd.DataFrame({name: table.original(name).loc[records].astype(object) for name in names})


def _workbook(result: AuditResult, people: Population, sheets: dict[str, list[int]], run: str, path: Path) -> Path:
    words = words_of_project(result.settings)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": result.as_of.to_pydatetime(), "title": words("sample.sheet.name")})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        answer = book.add_format({"valign": "top", "bg_color": "#e4eff7", "border": 1, "border_color": "#d5dbe1"})
        choices = {"validate": "list", "source": [words(f"sample.{name}").lower() for name in VERDICTS]}
        for entity, records in sheets.items():
            names, cells = _cells(result, people, entity, records)
            lineage = result.dataset[entity].lineage
            sheet = book.add_worksheet(words(f"entity.{entity}")[:31])
            titles = [words.field(entity, name, entities()[entity][name].title) for name in names]
            judged = [part for title, name in zip(titles, names, strict=True) for part in (title, name + JUDGED)]
            heads = [*(words(f"sample.sheet.{name}") for name in ("record", "place", "rest")), *judged,
                     words("sample.sheet.run")]  # fmt: skip
            for column, name in enumerate(heads):
                sheet.write_string(0, column, name, head)
                sheet.set_column(column, column, 9 if name.endswith(JUDGED) or column in (0, 2) else 24)
            sheet.freeze_panes(1, 3)
            sheet.data_validation(1, 2, len(records), 2, choices)
            for row, record in enumerate(records, start=1):
                place = words("place", file=lineage["file"].loc[record], row=int(lineage["row"].loc[record]))
                for column, text in enumerate((pseudonym(entity, record), place)):
                    sheet.write_string(row, column, harmless(text, CELL), plain)
                sheet.write_blank(row, 2, None, answer)
                for number, name in enumerate(names):
                    value = cells[name].loc[record]
                    if pd.notna(value):
                        sheet.write_string(row, 3 + 2 * number, harmless(str(value), CELL), plain)
                        sheet.write_blank(row, 4 + 2 * number, None, answer)
                sheet.write_string(row, len(heads) - 1, run, plain)
            for number in range(len(names)):
                sheet.data_validation(1, 4 + 2 * number, len(records), 4 + 2 * number, choices)
        about = book.add_worksheet(words("sample.sheet.how"))
        for row, name in enumerate(("about", "judge", "rest", "then")):
            about.write_string(row, 0, words(f"sample.{name}"))
        about.set_column(0, 0, 110)
    return path


def _page(result: AuditResult, people: Population, sheets: dict[str, list[int]], run: str, path: Path) -> Path:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    style, script = (
        "\n".join((_TEMPLATES / name).read_text("utf-8") for name in names).strip()
        for names in (("style.css", "review.css"), ("sample.js",))
    )
    words, records = words_of_project(result.settings), []
    for entity, chosen in sheets.items():
        names, cells = _cells(result, people, entity, chosen)
        lineage = result.dataset[entity].lineage
        for record in chosen:
            filled = [(name, str(cells[name].loc[record])) for name in names if pd.notna(cells[name].loc[record])]
            records.append(
                {
                    "name": pseudonym(entity, record),
                    "place": harmless(
                        words("place", file=lineage["file"].loc[record], row=int(lineage["row"].loc[record])), 200
                    ),
                    "cells": [
                        (name, words.field(entity, name, entities()[entity][name].title), harmless(value, CELL))
                        for name, value in filled
                    ],
                }
            )
    page = environment.get_template("sample.html").render(
        words=words,
        run=run,
        records=records,
        title=harmless(result.title, 120),
        style=Markup(style),
        script=Markup(script),
        script_hash=f"sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
    )
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def read_judged(path: Path, run: str, people: Population) -> pd.DataFrame:
    """The judged cells of a filled worksheet: entity, record, field, right. Raises UsageError."""
    if not path.is_file():
        raise UsageError(f"There is no file {path}.", hint="Check the path.")
    lines = _from_workbook(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _from_csv(path)
    frame = pd.DataFrame(lines, columns=["run", "record", "field", "verdict"]).astype(TEXT)
    meant = {
        text: key.rpartition(".")[2] for text, key in said_anywhere(*(f"sample.{name}" for name in VERDICTS)).items()
    }
    verdict = frame["verdict"].str.strip().str.casefold()
    frame["verdict"] = verdict.map(meant).astype(TEXT).fillna(verdict)
    wrong = frame[~frame["verdict"].isin([RIGHT, WRONG, UNKNOWN])]
    if len(wrong):
        raise UsageError(
            f"{path}: {wrong['verdict'].iloc[0]!r} of {wrong['record'].iloc[0]} is no verdict.",
            hint=f"Write {RIGHT}, {WRONG} or {UNKNOWN}.",
        )
    runs = set(frame["run"].dropna())
    if runs - {run}:
        raise UsageError(
            f"{path} was drawn from run {', '.join(sorted(runs))}, but the report is of run {run}.",
            hint="Name the folder of its run with --report.",
        )
    told = frame["record"].str.partition("-")
    frame["entity"] = told[0].map(_NUMBERS).astype(object)
    frame["record"] = pd.to_numeric(told[2], errors="coerce").fillna(0).astype("int64") - 1
    frame = frame[frame["verdict"].ne(UNKNOWN)].dropna(subset=["entity"])
    parts = [_filled(part, people, str(entity)) for entity, part in frame.groupby("entity") if entity in people.filled]
    judged = pd.concat(parts, ignore_index=True) if parts else frame
    if judged.empty:
        raise UsageError(f"{path} judges nothing.", hint=f"Write {RIGHT} or {WRONG} beside the values.")
    return judged.assign(right=judged["verdict"].eq(RIGHT).to_numpy(dtype=bool))[["entity", "record", "field", "right"]]


def _filled(lines: pd.DataFrame, people: Population, entity: str) -> pd.DataFrame:
    """The verdicts about filled cells; those about all others of a record for each that has none of its own."""
    filled = people.filled[entity]
    lines = lines[lines["record"].isin(filled.index)]
    single = lines[lines["field"].isin(filled.columns)].drop_duplicates(["record", "field"], keep="last")
    rest = lines[lines["field"].eq(REST)].drop_duplicates("record", keep="last")
    cells = filled.loc[rest["record"]].stack()
    cells = cells[cells].index.to_frame(index=False, name=["record", "field"])
    spread = cells.merge(rest[["entity", "record", "verdict"]], on="record")
    parts = [part for part in (single, spread) if len(part)]
    if not parts:
        return single
    both = pd.concat([part[["entity", "record", "field", "verdict"]] for part in parts], ignore_index=True)
    both = both.drop_duplicates(["record", "field"])
    there = filled.to_numpy()[filled.index.get_indexer(both["record"]), filled.columns.get_indexer(both["field"])]
    return both[there]


def _from_workbook(path: Path) -> list[tuple[str, str, str, str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    except (OSError, CalamineError) as error:
        raise UsageError(
            f"{path}: cannot be read ({type(error).__name__}).", hint=f"Give the filled {XLSX}."
        ) from error
    lines = []
    for rows in sheets:
        own = said_anywhere("sample.sheet.record", "sample.sheet.run", "sample.sheet.rest")
        told = [own.get(str(name).casefold(), str(name)).removeprefix("sample.sheet.") for name in (rows or [[]])[0]]
        heads = [REST if name == "rest" else name for name in told]
        if not {"record", REST, "run"} <= set(heads):
            continue
        name, run = heads.index("record"), heads.index("run")
        verdicts = [
            (column, head.removesuffix(JUDGED))
            for column, head in enumerate(heads)
            if head.endswith(JUDGED) or head == REST
        ]
        for row in rows[1:]:
            lines += [
                (str(row[run]), str(row[name]), field, str(row[column]))
                for column, field in verdicts
                if str(row[column]).strip()
            ]
    if not lines:
        raise UsageError(f"{path} judges nothing.", hint=f"Give the {XLSX} that `crm-audit sample` wrote, filled in.")
    return lines


def _from_csv(path: Path) -> list[tuple[str, str, str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        return [(row["run"], row["record"], row["field"], row["verdict"]) for row in rows if row["verdict"]]
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read ({type(error).__name__}).", hint="Its columns are run, record, field "
                         "and verdict.") from error  # fmt: skip
