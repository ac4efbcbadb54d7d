"""`review`, `review apply`, `sample` and `verify`: questions answered and obeyed; a sample checked and told."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from audit.cli import main
from audit.cli.review import _name_in
from audit.config import load_config
from audit.matching.decisions import read_decisions
from reports.outputs.result_store import read_result

CONTACTS = """Record ID,First Name,Last Name,Email,Phone,Company,Country,Created
101,Ann,Lee,ann.lee@acme.com,+62 812 3456 7890,Acme Ltd,Indonesia,2026-01-05
102,Bob,Ray,bob.ray@@bolt.com,,Bolt GmbH,Germany,2026-02-05
103,Dina,Oz,dina@oz.com,+62 812 3456 7811,Oz Ltd,Indonesia,2026-03-05
104,Cem,"=1+1",cem@dune.com,,Dune Ltd,Germany,2026-03-05
105,Eve,Orr,eve.orr@@elm.com,,Elm Ltd,Germany,2026-03-05
106,Farid,Amin,farid@fen.com,,Fen Ltd,Germany,2026-03-05
107,Darth,Vader,dv@gum.com,,Gum Ltd,Germany,2026-03-05
"""


def invoke(*arguments: str, keys: str | None = None) -> Result:
    result = CliRunner().invoke(main, list(arguments), input=keys)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the report of a run."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "in").mkdir()
    (folder / "in" / "contacts.csv").write_text(CONTACTS, "utf-8")
    (folder / "audit.toml").write_text("as_of = 2026-11-01\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert invoke("run", "in", "-c", "audit.toml", "-q", "--no-history").exit_code == 0
    return folder


@pytest.fixture
def project(audited: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, as the current folder."""
    folder = tmp_path / "project"
    shutil.copytree(audited, folder)
    monkeypatch.chdir(folder)
    return folder


def answered(project: Path, **words: str) -> pd.DataFrame:
    """The run's decisions.csv with an answer per rule."""
    frame = pd.read_csv(project / "audit-report" / "questions.csv", dtype=str, keep_default_na=False)
    frame["decision"] = frame["rule"].map(words).fillna("")
    return frame


def test_the_run_writes_every_question(project: Path) -> None:
    frame = answered(project)
    queue = read_result(project / "audit-report").queue
    assert queue is not None
    assert frame["item"].astype(int).tolist() == queue.lines["item"].tolist()
    assert set(frame["run"]) == {queue.run}
    assert frame.loc[frame["rule"].eq("VAL001"), "after"].tolist() == ["bob.ray@bolt.com", "eve.orr@elm.com"]
    assert read_decisions(project / "audit-report" / "questions.csv").empty


def test_answers_are_taken_over_and_obeyed_by_the_next_run(project: Path) -> None:
    answered(project, VAL001="accept", VAL044="reject").to_csv("answers.csv", index=False)
    done = invoke("review", "apply", "answers.csv", "--by", "Ratna")
    assert done.exit_code == 0, done.output
    assert "2 fixes or merges accepted" in done.output
    assert "names decisions.csv under [matching]" in done.output
    assert load_config(Path("audit.toml")).matching.decisions == "decisions.csv"
    kept = read_decisions(Path("decisions.csv"))
    assert set(kept["decided_by"]) == {"Ratna"}
    assert "bolt" not in Path("decisions.csv").read_text("utf-8"), "decisions hold no values"
    assert invoke("run", "in", "-c", "audit.toml", "-q", "--no-history", "-o", "again").exit_code == 0
    cleaned = pd.read_csv("again/cleaned/contact.csv", dtype=str)
    assert "bob.ray@bolt.com" in set(cleaned["email"])
    result = read_result(Path("again"))
    assert result.decided["accepted"] == 2
    assert result.queue is not None
    assert not result.queue.lines["rule"].eq("VAL001").any()
    once_more = invoke("review", "apply", "answers.csv")
    assert "were decided the same before" in once_more.output
    assert len(read_decisions(Path("decisions.csv"))) == len(kept)


def test_another_answer_replaces_the_earlier_one(project: Path) -> None:
    answered(project, VAL001="accept").to_csv("answers.csv", index=False)
    invoke("review", "apply", "answers.csv")
    answered(project, VAL001="reject").to_csv("answers.csv", index=False)
    done = invoke("review", "apply", "answers.csv")
    assert "2 earlier decisions said something else" in done.output
    assert set(read_decisions(Path("decisions.csv"))["decision"]) == {"reject"}


def test_answers_to_another_run_are_refused_or_looked_up(project: Path) -> None:
    answers = answered(project, VAL001="accept").assign(run="0123456789ab")
    gone = answers[answers["rule"].eq("VAL001")].head(1).assign(fix="f0000000000000000")
    pd.concat([answers, gone]).to_csv("answers.csv", index=False)
    refused = invoke("review", "apply", "answers.csv")
    assert refused.exit_code == 2
    assert "0123456789ab" in refused.output
    assert not Path("decisions.csv").exists()
    taken = invoke("review", "apply", "answers.csv", "--other-run")
    assert taken.exit_code == 0, taken.output
    assert "1 answers are about what this run does not ask (stale)" in taken.output
    assert len(read_decisions(Path("decisions.csv"))) == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("entity,decision,left_key,right_key\n", "decides nothing"),
        ("entity,decision\ncontact,same\n", "is missing"),
        ("entity,decision,left_key,right_key\ncontact,perhaps,,\n", "is no decision"),
    ],
)
def test_what_holds_no_answers_is_said(project: Path, content: str, told: str) -> None:
    Path("answers.csv").write_text(content, "utf-8")
    done = invoke("review", "apply", "answers.csv")
    assert done.exit_code == 2
    assert told in done.output
    assert "There is no file" in invoke("review", "apply", "nowhere.csv").output


def test_a_decision_must_fit_its_question(project: Path) -> None:
    answered(project, VAL001="same").to_csv("answers.csv", index=False)
    done = invoke("review", "apply", "answers.csv")
    assert done.exit_code == 2
    assert "Answer it with accept or reject" in done.output


def test_without_a_project_the_file_is_named(project: Path) -> None:
    answered(project, VAL001="accept").to_csv("answers.csv", index=False)
    Path("audit.toml").unlink()
    assert "There is no audit.toml" in invoke("review", "apply", "answers.csv").output
    assert invoke("review", "apply", "answers.csv", "--into", "mine.csv").exit_code == 0
    assert len(read_decisions(Path("mine.csv"))) == 2


def test_contradictions_are_pointed_out(project: Path) -> None:
    keys = ["k00000001-0000000000000001", "k00000002-0000000000000002", "k00000003-0000000000000003"]
    lines = [(0, 1, "same"), (1, 2, "same"), (0, 2, "different")]
    frame = pd.DataFrame(
        [("contact", word, keys[one], keys[other]) for one, other, word in lines],
        columns=["entity", "decision", "left_key", "right_key"],
    )
    frame.to_csv("answers.csv", index=False)
    done = invoke("review", "apply", "answers.csv")
    assert "2 pairs are the same, 1 are different" in done.output
    assert "2 merges will be made" in done.output
    assert keys[0] in done.stderr
    assert "none of them will be joined" in done.stderr


def filled(path: Path, answers: dict[str, str]) -> None:
    """A copy of review.xlsx with an answer by rule, as a spreadsheet program would save it."""
    book = CalamineWorkbook.from_path("audit-report/review.xlsx")
    with xlsxwriter.Workbook(str(path)) as copy:
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python()
            sheet = copy.add_worksheet(name)
            for number, row in enumerate(rows):
                if "rule" in rows[0] and number:
                    row[rows[0].index("answer")] = answers.get(str(row[rows[0].index("rule")]), "")
                sheet.write_row(number, 0, row)


def test_another_value_of_the_workbook_is_written_by_the_next_run(project: Path) -> None:
    book = CalamineWorkbook.from_path("audit-report/review.xlsx")
    rows = book.get_sheet_by_name("Fixes").to_python()
    answer, other, before = (rows[0].index(name) for name in ("answer", "another value", "before"))
    for row in rows[1:]:
        row[answer], row[other] = ("yes", "bob@bolt.com") if row[before] == "bob.ray@@bolt.com" else ("", "")
    with xlsxwriter.Workbook("filled.xlsx") as copy:
        for number, row in enumerate(rows):
            if not number:
                sheet = copy.add_worksheet("Fixes")
            sheet.write_row(number, 0, row)
    assert invoke("review", "apply", "filled.xlsx").exit_code == 0
    assert invoke("run", "in", "-c", "audit.toml", "-q", "--no-history", "-o", "again").exit_code == 0
    cleaned = pd.read_csv("again/cleaned/contact.csv", dtype=str)
    assert "bob@bolt.com" in set(cleaned["email"])


def test_the_workbook_is_read_back(project: Path) -> None:
    filled(Path("filled.xlsx"), {"Malformed email": "Yes", "Test or joke record": "no"})
    done = invoke("review", "apply", "filled.xlsx")
    assert done.exit_code == 0, done.output
    kept = read_decisions(Path("decisions.csv"))
    assert kept["decision"].value_counts()["accept"] == 2
    filled(Path("filled.xlsx"), {"Malformed email": "hm"})
    assert "is no decision" in invoke("review", "apply", "filled.xlsx").output
    Path("broken.xlsx").write_bytes(b"no workbook")
    assert "cannot be read" in invoke("review", "apply", "broken.xlsx").output


def test_the_terminal_asks_saves_and_goes_on(project: Path) -> None:
    queue = read_result(project / "audit-report").queue
    assert queue is not None
    done = invoke("review", keys="yq")
    assert done.exit_code == 0, done.output
    first = read_decisions(Path("review-decisions.csv"))
    assert 0 < len(first) < len(queue.lines)
    assert set(first["decision"]) == {"accept"}
    rest = invoke("review", keys="1y")
    answers = read_decisions(Path("review-decisions.csv"))
    assert f"{len(queue.lines):,} answers" in rest.output
    assert answers["decision"].value_counts()["reject"] == 1, "the first line of a list was taken out"
    assert "0 of 2 questions wait" in invoke("review").output
    assert invoke("review", "apply", "review-decisions.csv").exit_code == 0
    assert "bolt.com" in done.output + rest.output
    masked = invoke("review", "--masked", "-o", "other.csv", keys="q").output
    assert "bob.ray" not in masked


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "\n[matching]\ndecisions = "),
        ("title = 'x'", "\n\n[matching]\ndecisions = "),
        ("[matching]\nmerge = 0.9\n[report]\n", "[matching]\ndecisions = "),
        ("[report]\n[ matching ] # ours", "# ours\ndecisions = "),
    ],
)
def test_the_project_file_names_the_decisions_once(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "audit.toml"
    path.write_text(before, "utf-8")
    _name_in(path, "decisions.csv")
    assert after in path.read_text("utf-8")
    assert load_config(path).matching.decisions == "decisions.csv"


def judged(wrong: set[tuple[str, str]]) -> None:
    """Answers in sample.xlsx: all right but some cells (record, field)."""
    book = CalamineWorkbook.from_path("sample.xlsx")
    with xlsxwriter.Workbook("checked.xlsx") as copy:
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python()
            sheet = copy.add_worksheet(name)
            for number, row in enumerate(rows):
                if "all others" in rows[0] and number:
                    row[2] = "right"
                    for record, field in wrong:
                        if row[0] == record:
                            row[rows[0].index(field + "?")] = "wrong"
                sheet.write_row(number, 0, row)


def test_a_sample_is_drawn_checked_and_told_apart_from_the_score(project: Path) -> None:
    drawn = invoke("sample", "--n", "200")
    assert drawn.exit_code == 0, drawn.output
    assert "7 contacts" in drawn.output
    assert "exists" in invoke("sample").output
    judged({("C-0002", "email"), ("C-0005", "email"), ("C-0006", "first_name"), ("C-0003", "company_name")})
    done = invoke("verify", "checked.xlsx")
    assert done.exit_code == 0, done.output
    kept = json.loads(Path("verified.json").read_text("utf-8"))
    cells = kept["cells"]
    assert kept["overall"]["estimate"] == pytest.approx((cells - 4) / cells)
    assert kept["overall"]["high"] - kept["overall"]["low"] < 0.01, "everything was looked at"
    mails = next(line for line in kept["fields"] if line["field"] == "email")
    assert mails["estimate"] == pytest.approx(5 / 7)
    rule = next(line for line in kept["rules"] if line["rule_id"] == "VAL001")
    assert (rule["judged"], rule["confirmed"], rule["estimate"]) == (2, 2, 1.0)
    assert kept["recall"]["estimate"] == pytest.approx(2 / 4)
    assert "verified accuracy" in done.output
    assert "score" in done.output
    assert json.loads(invoke("verify", "checked.xlsx", "--no-save", "--format", "json").output)["cells"] == cells
    assert invoke("run", "in", "-c", "audit.toml", "-q", "--no-history", "-o", "again").exit_code == 0
    page = Path("again/report.html").read_text("utf-8")
    assert "Checked by people" in page
    assert "of the values are right" in page


def test_a_worksheet_of_the_page_is_read_and_wrong_ones_are_refused(project: Path) -> None:
    run = read_result(project / "audit-report").queue.run
    Path("sample.csv").write_text(f"run,record,field,verdict\n{run},C-0001,email,right\n{run},C-0002,email,wrong\n")
    done = invoke("verify", "sample.csv", "--no-save")
    assert "2 cells of 2 records" in done.output
    for text, told in (
        ("run,record,field,verdict\nother,C-0001,email,right\n", "was drawn from run other"),
        (f"run,record,field,verdict\n{run},C-0001,email,maybe\n", "is no verdict"),
        (f"run,record,field,verdict\n{run},C-0001,email,unknown\n", "judges nothing"),
        ("a,b\n1,2\n", "cannot be read"),
    ):
        Path("sample.csv").write_text(text)
        failed = invoke("verify", "sample.csv")
        assert failed.exit_code == 2
        assert told in failed.output
    assert "There is no file" in invoke("verify", "nowhere.csv").output


def test_pairs_are_still_drawn_from_the_exports(project: Path) -> None:
    assert "PATHS are for --pairs" in invoke("sample", "in").output
    done = invoke("sample", "in", "--pairs", "5")
    assert done.exit_code == 0, done.output
    assert "estimated precision" in done.output
    assert list(pd.read_csv("worksheet.csv").columns)[:2] == ["entity", "decision"]


def test_worksheets_and_terminal_speak_the_language_of_the_project(project: Path) -> None:
    Path("audit.toml").write_text(Path("audit.toml").read_text("utf-8") + '\n[report]\nlanguage = "id"\n', "utf-8")
    assert invoke("run", "in", "-c", "audit.toml", "-q", "--no-history", "-o", "audit-report").exit_code == 0
    book = CalamineWorkbook.from_path("audit-report/review.xlsx")
    assert book.sheet_names[-1] == "Petunjuk"
    heads = book.get_sheet_by_name("Perbaikan").to_python()[0]
    assert heads[:2] == ["nomor", "jawaban"]
    with xlsxwriter.Workbook("filled.xlsx") as copy:
        for name in book.sheet_names[:-1]:
            sheet = copy.add_worksheet(name)
            for number, row in enumerate(book.get_sheet_by_name(name).to_python()):
                sheet.write_row(number, 0, row if not number else [row[0], "Ya", *row[2:]])
    done = invoke("review", "apply", "filled.xlsx", "--into", "by_hand.csv")
    assert done.exit_code == 0, done.output
    assert set(read_decisions(Path("by_hand.csv"))["decision"]) <= {"accept", "same"}
    asked = invoke("review", "-o", "other.csv", keys="q").output
    assert "pertanyaan menunggu" in asked
    assert "waiting" not in asked
    assert invoke("sample", "--force").exit_code == 0
    page = Path("sample.html").read_text("utf-8")
    assert '<html lang="id">' in page
    assert "Lembar kerja" in page
    book = CalamineWorkbook.from_path("sample.xlsx")
    with xlsxwriter.Workbook("checked.xlsx") as copy:
        for name in book.sheet_names:
            sheet = copy.add_worksheet(name)
            for number, row in enumerate(book.get_sheet_by_name(name).to_python()):
                sheet.write_row(number, 0, [*row[:2], "benar", *row[3:]] if number and len(row) > 3 else row)
    checked = invoke("verify", "checked.xlsx", "--no-save")
    assert checked.exit_code == 0, checked.output
    assert "ketepatan teruji  100,0%" in checked.output


def test_audit_json_names_the_run_and_what_people_checked(project: Path) -> None:
    told = json.loads(Path("audit-report/audit.json").read_text("utf-8"))
    assert told["run"] == read_result(project / "audit-report").queue.run
    assert told["verified"] is None
    line = f"run,record,field,verdict\n{told['run']},C-0001,email,right\n"
    Path("sample.csv").write_text(line, "utf-8")
    assert invoke("verify", "sample.csv").exit_code == 0
    assert invoke("run", "in", "-c", "audit.toml", "-q", "--no-history", "-o", "again").exit_code == 0
    told = json.loads(Path("again/audit.json").read_text("utf-8"))
    kept = json.loads(Path("verified.json").read_text("utf-8"))
    same = ("run", "as_of", "checked_on", "records", "cells", "rules")
    assert {name: told["verified"][name] for name in same} == {name: kept[name] for name in same}
