"""questions.csv and review.xlsx: all questions to a person, with a column for the answer, and review.xlsx read back."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from audit.errors import UsageError
from audit.matching.decisions import COLUMNS, MORE_COLUMNS, UNSURE, checked
from audit.result import AuditResult
from audit.review import Queue
from audit.schema import TEXT, entities
from reports.masking import harmless
from reports.outputs.tables import pseudonyms, write_table
from reports.sections.duplicates import COMPARED
from reports.wording import Words, said_anywhere, words_of_project

CSV_NAME, NAME = "questions.csv", "review.xlsx"
SHOWN = "probability question before after explanation left_record right_record records".split()
"""Columns of questions.csv for people, after those that say what is decided."""
ANSWERS = ("yes", "no", UNSURE)
READ_BACK = ("item", "answer", "keep", "value", "run")
"""Columns of the workbook that are read again, whatever the language of their heads."""
ROWS = 20_000
"""Questions in the workbook, those worth most; questions.csv has all."""
CELL = 500
MERGED_FIELDS = 16
"""Fields shown of records of other tables than contacts and accounts."""
_WIDTHS = {"item": 7, "answer": 9, "keep": 14, "question": 26, "chance": 8, "why": 44, "rule": 28, "table": 12,
           "field": 16, "before": 34, "after": 34, "value": 34, "records": 9, "record": 11, "place": 34,
           "run": 14}  # fmt: skip


def write_review(result: AuditResult, folder: Path) -> list[Path]:
    if result.queue is None:
        return []
    return [
        write_table(template(result, result.queue), folder / CSV_NAME),
        _workbook(result, result.queue, folder / NAME),
    ]


def template(result: AuditResult, queue: Queue) -> pd.DataFrame:
    """A line of a decisions file per question, undecided, with what is asked."""
    lines = queue.lines
    told = _told(result, lines)
    frame = lines.assign(run=queue.run, decision=pd.NA, keep=pd.NA, field=told["field"])
    for name in (*COLUMNS, *MORE_COLUMNS):
        if name not in frame:
            frame[name] = pd.NA
    frame = frame.assign(
        probability=lines["probability"].round(4),
        question=told["question"],
        before=told["before"],
        after=told["after"],
        explanation=lines["reason"],
        left_record=pseudonyms(lines["entity"], lines["left"]),
        right_record=pseudonyms(lines["entity"], lines["right"]),
    )
    shown = [*COLUMNS, *MORE_COLUMNS, *SHOWN]
    return frame[shown].astype(dict.fromkeys((*COLUMNS, *MORE_COLUMNS), TEXT))


def _told(result: AuditResult, lines: pd.DataFrame) -> pd.DataFrame:
    """question, field, before and after of every line."""
    findings = result.findings.reset_index(drop=True)
    place = lines["place"].to_numpy()
    some = place >= 0
    first = findings.iloc[place[some]]
    cell = first["fix_kind"].isin(["set", "clear"]).to_numpy()
    titles = {rule.id: rule.title for rule in result.rules}
    told = pd.DataFrame(
        {name: pd.Series(pd.NA, index=lines.index, dtype=TEXT) for name in ("field", "before", "after")}
    )
    told.loc[some, "field"] = first["field"].astype(TEXT).array
    told.loc[some, "before"] = first["value"].where(cell).astype(TEXT).array
    told.loc[some, "after"] = first["suggestion"].where(cell).astype(TEXT).array
    question = lines["rule"].map(titles).astype(TEXT)
    return told.assign(question=question.fillna("one or two?"))


def _workbook(result: AuditResult, queue: Queue, path: Path) -> Path:
    lines = queue.lines.head(ROWS)
    words = words_of_project(result.settings)
    with xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    ) as book:
        book.set_properties({"created": result.as_of.to_pydatetime(), "title": words("review.sheet.name")})
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "mark": book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#fdf0c4"}),
            "answer": book.add_format({"valign": "top", "bg_color": "#e4eff7", "border": 1, "border_color": "#d5dbe1"}),
        }
        for entity in [name for name in result.dataset if name in set(lines["entity"])]:
            pairs = lines[lines["entity"].eq(entity) & lines["kind"].ne("fix")]
            if len(pairs):
                sheet = book.add_worksheet(_entity(words, entity)[:31])
                _pairs_sheet(sheet, result, queue, entity, pairs, formats, words)
        fixes = lines[lines["kind"].eq("fix")]
        if len(fixes):
            _fixes_sheet(book.add_worksheet(words("review.sheet.fixes")), result, queue, fixes, formats, words)
        about = book.add_worksheet(words("review.sheet.how"))
        for number, text in enumerate(_how_to(queue, len(lines), words)):
            about.write_string(number, 0, text)
        about.set_column(0, 0, 110)
    return path


def _entity(words: Words, name: str) -> str:
    return words(f"entity.{name}") if words.has(f"entity.{name}") else entities()[name].title


def _how_to(queue: Queue, shown: int, words: Words) -> list[str]:
    told: dict[str, dict[str, Any]] = {
        "count": {"n": shown, "total": len(queue.lines), "run": queue.run},
        "then": {"file": NAME},
    }
    names = ("count", "choose", "own", "kept", "two_values", "then")
    return [words(f"review.sheet.{name}", **told.get(name, {})) for name in names]


def _sheet(sheet: Worksheet, names: list[str], rows: int, formats: dict[str, Format], words: Words) -> None:
    """The head of a sheet. `names` are those of columns, or fields as "title\\nname"."""
    for number, name in enumerate(names):
        head = name if "\n" in name else words(f"review.sheet.{name}")
        sheet.write_string(0, number, head, formats["head"])
        sheet.set_column(number, number, _WIDTHS.get(name, 24))
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, rows, len(names) - 1)
    choices = [words(f"review.sheet.{answer}") for answer in ANSWERS]
    sheet.data_validation(1, 1, max(rows, 1), 1, {"validate": "list", "source": choices})


def _pairs_sheet(
    sheet: Worksheet,
    result: AuditResult,
    queue: Queue,
    entity: str,
    pairs: pd.DataFrame,
    formats: dict[str, Format],
    words: Words,
) -> None:
    table = result.dataset[entity]
    names = [name for name in COMPARED.get(entity, entities()[entity].fields) if name in table]
    sides = {
        name: [table.original(name).reindex(pairs[side]).to_numpy(dtype=object) for side in ("left", "right")]
        for name in names
    }
    filled = [name for name in names if any(pd.notna(side).any() for side in sides[name])]
    names = filled if entity in COMPARED else filled[:MERGED_FIELDS]
    titles = [f"{words.field(entity, name, entities()[entity][name].title)}\n{name}" for name in names]
    heads = ["item", "answer", "keep", "question", "chance", "why", "records", *titles, "run"]
    _sheet(sheet, heads, len(pairs), formats, words)
    told = _questions(result, pairs, words)
    left, right = (pseudonyms(pairs["entity"], pairs[side]).to_numpy(dtype=object) for side in ("left", "right"))
    reason = pairs["reason"].fillna("").to_numpy(dtype=object)
    for number, line in enumerate(pairs.itertuples()):
        at = number + 1
        sheet.write_number(at, 0, line.item, formats["text"])
        sheet.write_blank(at, 1, None, formats["answer"])
        sheet.write_blank(at, 2, None, formats["answer"])
        texts = [
            told[number],
            words.percent(line.probability, 0),
            words.told(reason[number]),
            f"{left[number]}\n{right[number]}",
        ]
        for column, text in enumerate(texts, start=3):
            sheet.write_string(at, column, harmless(text, CELL) if column != 6 else text, formats["text"])
        for column, name in enumerate(names, start=7):
            _two(sheet, at, column, sides[name][0][number], sides[name][1][number], formats)
        sheet.write_string(at, len(heads) - 1, queue.run, formats["text"])


def _two(sheet: Worksheet, row: int, column: int, left: Any, right: Any, formats: dict[str, Format]) -> None:
    """The values of two records in one cell; marked where both are filled and differ."""
    one, other = ("" if pd.isna(value) else harmless(str(value), CELL) for value in (left, right))
    if not one and not other:
        return
    if one.casefold() == other.casefold():
        sheet.write_string(row, column, one, formats["text"])
    else:
        sheet.write_string(row, column, f"{one or '–'}\n{other or '–'}", formats["mark" if one and other else "text"])


def _fixes_sheet(
    sheet: Worksheet,
    result: AuditResult,
    queue: Queue,
    fixes: pd.DataFrame,
    formats: dict[str, Format],
    words: Words,
) -> None:
    heads = "item answer rule table field before after value records record place run".split()
    _sheet(sheet, heads, len(fixes), formats, words)
    told, rules = _told(result, fixes), _questions(result, fixes, words)
    kind = result.findings["fix_kind"].to_numpy(dtype=object)[fixes["place"].to_numpy()]
    after = np.where(
        kind == "drop", f"({words('review.dropped')})", told["after"].fillna(words("blank")).to_numpy(dtype=object)
    )
    before = told["before"].fillna("").to_numpy(dtype=object)
    record = pseudonyms(fixes["entity"], fixes["left"]).to_numpy(dtype=object)
    place = _places(result, fixes, words)
    for number, line in enumerate(fixes.itertuples()):
        at = number + 1
        sheet.write_number(at, 0, line.item, formats["text"])
        sheet.write_blank(at, 1, None, formats["answer"])
        single = line.records == 1
        field = told["field"].iloc[number]
        title = "" if pd.isna(field) else words.field(line.entity, field, entities()[line.entity][field].title)
        texts = [rules[number], _entity(words, line.entity), title, before[number], after[number]]
        for column, text in enumerate(texts, start=2):
            sheet.write_string(at, column, "" if pd.isna(text) else harmless(str(text), CELL), formats["text"])
        if kind[number] != "drop" and (pd.isna(line.finding) or len(line.finding.split()) == line.records):
            sheet.write_blank(at, 7, None, formats["answer"])
        sheet.write_number(at, 8, line.records, formats["text"])
        sheet.write_string(at, 9, record[number] if single else "", formats["text"])
        sheet.write_string(at, 10, place[number] if single else "", formats["text"])
        sheet.write_string(at, 11, queue.run, formats["text"])


def _questions(result: AuditResult, lines: pd.DataFrame, words: Words) -> np.ndarray:
    """The rule of every line by its title, or the question of a pair."""
    titles = {rule.id: words.of("rule", rule.id, "title", rule.title) for rule in result.rules}
    return lines["rule"].map(titles).fillna(words("review.sheet.one_or_two")).to_numpy(dtype=object)


def _places(result: AuditResult, fixes: pd.DataFrame, words: Words) -> np.ndarray:
    places = np.full(len(fixes), "", dtype=object)
    for entity in fixes["entity"].unique():
        mine = fixes["entity"].eq(entity).to_numpy()
        lineage = result.dataset[entity].lineage.loc[fixes["left"].to_numpy()[mine]]
        places[mine] = [
            file if pd.isna(row) else words("place", file=file, row=int(row))
            for file, row in zip(lineage["file"], lineage["row"], strict=True)
        ]
    return places


def read_answers(path: Path, queue: Queue) -> pd.DataFrame:
    """The answers in a filled review.xlsx as decided lines of a decisions file. Raises UsageError."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    except (OSError, CalamineError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"{path}: cannot be read ({type(error).__name__}).", hint=f"Give the filled {NAME}."
        ) from error
    parts = []
    columns = said_anywhere(*(f"review.sheet.{name}" for name in READ_BACK))
    for rows in sheets:
        heads = [columns.get(str(name).strip().casefold(), "").rpartition(".")[2] for name in rows[0]] if rows else []
        if {"item", "answer", "run"} <= set(heads):
            table = pd.DataFrame(rows[1:], columns=range(len(heads)))
            parts.append(pd.DataFrame({name: table[heads.index(name)] for name in READ_BACK if name in heads}))
    if not parts:
        raise UsageError(f"{path} is no {NAME}.", hint="Its sheets have the columns item, answer and run.")
    frame = pd.concat(parts, ignore_index=True).reindex(columns=list(READ_BACK))
    frame["item"] = pd.to_numeric(frame["item"], errors="coerce").astype("Int64").astype(TEXT)
    frame = frame.astype(TEXT)
    frame = frame.apply(lambda column: column.str.strip().replace("", pd.NA))
    kind = frame["item"].map(queue.lines.set_index(queue.lines["item"].astype(str))["kind"].to_dict()).astype(object)
    meant = {text: key.rpartition(".")[2] for text, key in said_anywhere(
        *(f"review.sheet.{answer}" for answer in ANSWERS)).items()}  # fmt: skip
    word = frame["answer"].str.casefold()
    word = word.map(meant).fillna(word)
    answers = [
        queue.answers.get(which, ("yes", "no"))[ANSWERS.index(said)] if said in ANSWERS[:2] else said
        for which, said in zip(kind.fillna("fix"), word.astype(object).where(word.notna(), None), strict=True)
    ]
    frame["decision"] = pd.Series(answers, index=frame.index, dtype=TEXT)
    return checked(frame, path)
