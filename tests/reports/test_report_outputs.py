"""The files for teams, programs and CI: worklists, typed findings, JUnit, SARIF, summary, certificate, schema."""

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from conftest import HOSTILE
from python_calamine import CalamineWorkbook

from audit.cli import main
from audit.gates import judge, parse
from audit.result import AuditResult
from reports.disclosure import screened
from reports.outputs import certificate as certificate_module
from reports.outputs import workbook_xlsx
from reports.outputs.audit_json import SCHEMA, published_schema
from reports.outputs.certificate import certificate, fingerprint
from reports.outputs.findings_parquet import NAME as PARQUET
from reports.outputs.findings_parquet import SCHEMA as PARQUET_SCHEMA
from reports.outputs.junit import junit
from reports.outputs.markdown import escaped, markdown
from reports.outputs.sarif import sarif
from reports.outputs.workbook_xlsx import COLUMNS, worklists, write_workbook
from reports.sections import View
from reports.wording import words_of

GATES = ("score < 101", "findings > 1000000", "findings VAL001 > 3")


def view_of(result: AuditResult, *, masked: bool = True) -> View:
    return View(result, words_of("en"), masked)


def sheets(path: Path) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


@pytest.fixture(scope="module")
def book(folder: Path) -> dict[str, list[list[object]]]:
    return sheets(folder / workbook_xlsx.NAME)


def lines(sheet: list[list[object]]) -> pd.DataFrame:
    return pd.DataFrame(sheet[2:], columns=[str(name) for name in sheet[1]])


def test_workbook_has_a_sheet_for_all_one_per_owner_and_one_per_problem(
    book: dict[str, list[list[object]]], result: AuditResult
) -> None:
    names = list(book)
    assert names[:2] == ["Summary", "All"]
    assert {"Ratna Wijaya", "Pieter de Vries", "Sean O'Brien"} <= set(names)
    assert any(name.startswith("UNQ001 ") for name in names)
    everything = lines(book["All"])
    assert list(everything.columns[:4]) == ["Decision", "Note", "Severity", "Problem"]
    assert everything["Findings"].sum() == len(result.findings)
    own = lines(book["Ratna Wijaya"])
    assert set(own["Owner"]) == {"Ratna Wijaya"}
    assert set(lines(book[next(name for name in names if name.startswith("UNQ001 "))])["Check"]) == {"UNQ001"}
    ranks = everything["Severity"].map(["Critical", "High", "Medium", "Low"].index)
    assert ranks.is_monotonic_increasing
    assert everything["Row"].dropna().ne("").any()
    assert everything["File"].isin(["contacts.csv", "deals.csv"]).any()


def test_every_worklist_can_be_filtered_sorted_and_decided_in(folder: Path) -> None:
    with zipfile.ZipFile(folder / workbook_xlsx.NAME) as archive:
        parts = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
        texts = {name: archive.read(name).decode() for name in parts}
        assert not any("<f>" in text for text in texts.values())
        assert not [name for name in archive.namelist() if "externalLink" in name]
        links = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".rels")]
        assert not any("evil.example" in text or "javascript" in text for text in links)
    del texts["xl/worksheets/sheet1.xml"]
    for text in texts.values():
        assert "<autoFilter" in text
        assert 'state="frozen"' in text
        assert re.search(r'<dataValidation type="list"[^>]*sqref="A3', text)
        assert text.count("<col ") > len(COLUMNS) // 2  # neighbours of one width are one


def test_what_looks_like_a_formula_or_a_link_is_text(book: dict[str, list[list[object]]]) -> None:
    values = {str(cell) for sheet in book.values() for row in sheet for cell in row}
    assert any(value.startswith("=HYPERLINK(") for value in values)
    assert not any(set("\x00\x1b\u202e\u2066") & set(value) for value in values)
    assert max(map(len, values)) <= workbook_xlsx.CELL_LIMIT


def test_workbook_keeps_its_budget_and_says_where_the_rest_is(
    result: AuditResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_xlsx, "ROW_BUDGET", 50)
    monkeypatch.setattr(workbook_xlsx, "PER_RULE", 2)
    monkeypatch.setattr(workbook_xlsx, "MOST_OWNERS", 2)
    write_workbook(result, tmp_path, words_of("en"))
    found = sheets(tmp_path / workbook_xlsx.NAME)
    everything = lines(found["All"])
    assert everything["Findings"].eq(1).sum() == 50
    assert everything["Check"].nunique() > 15  # no problem is crowded out
    assert "all of them are in findings.csv" in str(found["All"][0][0])
    assert "Ratna Wijaya" not in found
    assert "Owner" in everything


def test_same_result_gives_the_same_workbook(result: AuditResult, folder: Path, tmp_path: Path) -> None:
    write_workbook(result, tmp_path, words_of("en"))
    assert (tmp_path / workbook_xlsx.NAME).read_bytes() == (folder / workbook_xlsx.NAME).read_bytes()


def test_names_of_sheets_are_such_that_spreadsheets_take(result: AuditResult) -> None:
    taken: set[str] = {"history"}
    wanted = ["a/b:c*d?[e]\\f", "'quoted'", "x" * 50, "X" * 50, "History", "", "VAL021 Phone number not in E.164 form"]
    names = [workbook_xlsx._sheet_name(name, taken) for name in wanted]
    assert len({name.lower() for name in names}) == len(wanted)
    for name in names:
        assert 0 < len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\]|^'|'$|^\s|\s$", name)
    assert names[-1] == "VAL021 Phone number not in"
    assert worklists(view_of(replace(result, findings=result.findings.head(0)), masked=False))[0].lines.empty


@pytest.mark.slow
def test_libreoffice_opens_the_workbook_and_runs_nothing(folder: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        if os.environ.get("CI"):
            pytest.fail("no LibreOffice (soffice) to open the workbook with")
        pytest.skip("needs LibreOffice (soffice)")
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    for kind in (every_sheet, "pdf"):
        done = subprocess.run(
            [office, profile, "--headless", "--convert-to", kind, "--outdir", tmp_path, folder / workbook_xlsx.NAME],
            capture_output=True,
            text=True,
            timeout=180,
            env={**os.environ, "HOME": str(tmp_path)},
        )
        assert done.returncode == 0, done.stderr
        assert not re.search(r"(?i)error|repair|corrupt|could not be loaded", done.stdout + done.stderr), done.stderr
    pages = sorted(tmp_path.glob("worklists-*.csv"))
    assert len(pages) == len(sheets(folder / workbook_xlsx.NAME))
    text = "".join(page.read_text("utf-8") for page in pages)
    assert '"=HYPERLINK(""http://evil.example"",""click"")"' in text
    assert "#NAME?" not in text
    assert (tmp_path / "worklists.pdf").read_bytes().startswith(b"%PDF")


def test_findings_parquet_has_every_finding_typed(folder: Path, result: AuditResult) -> None:
    table = pq.read_table(folder / PARQUET)
    assert table.schema.equals(PARQUET_SCHEMA)
    assert pa.types.is_dictionary(table.schema.field("rule_id").type)
    assert table.num_rows == len(result.findings)
    frame = table.to_pandas()
    assert frame["finding_id"].is_unique
    assert frame["rule_id"].astype(str).tolist() == result.findings["rule_id"].astype(str).tolist()
    listed = pd.read_csv(folder / "findings.csv", dtype=str)
    single = listed[listed["findings"] == "1"].set_index("finding_id")
    shared = frame.set_index("finding_id").loc[single.index]
    assert (shared["row"].astype(str) == single["row"]).all()
    assert (
        shared["message"].str.slice(0, 40) == single["message"].str.removeprefix("'").str.slice(0, 40)
    ).mean() > 0.99
    assert frame["systemic"].dtype == bool


def test_junit_can_be_parsed_and_counts_what_it_holds(folder: Path, result: AuditResult) -> None:
    known = {"rules": [rule.id for rule in result.rules], "metrics": ()}
    rulings = judge([parse(text, **known) for text in GATES], result)
    root = ET.fromstring(ET.tostring(junit(result, rulings)))
    cases = root.findall("testsuite/testcase")
    assert root.tag == "testsuites"
    assert int(root.get("tests", "")) == len(cases) == len(GATES) + len(result.rule_results)
    for suite in root.findall("testsuite"):
        assert int(suite.get("tests", "")) == len(suite)
        for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(name, "")) == len(suite.findall(f"testcase/{kind}"))
        assert all(case.get("classname") and case.get("name") for case in suite)
    gates = root.find("testsuite[@name='gates']")
    assert gates is not None
    assert [case.find("failure") is not None for case in gates] == [ruling.failed for ruling in rulings]
    skipped = sum(item.outcome == "not_evaluated" for item in result.rule_results)
    assert len(root.findall("testsuite/testcase/skipped")) == skipped
    assert ET.parse(folder / "junit.xml").getroot().find("testsuite[@name='gates']") is None


def test_a_rule_of_which_all_findings_are_accepted_passes(result: AuditResult) -> None:
    accepted = replace(result, findings=result.findings.assign(accepted=True))
    assert not junit(accepted, ()).findall("testsuite/testcase/failure")


def test_sarif_has_what_the_standard_demands(folder: Path, result: AuditResult) -> None:
    log = json.loads((folder / "audit.sarif").read_text("utf-8"))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "crm-audit"
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"]) == len(result.rules)
    assert all(rule["shortDescription"]["text"] and rule["fullDescription"]["text"] for rule in driver["rules"])
    assert {rule["defaultConfiguration"]["level"] for rule in driver["rules"]} <= {"error", "warning", "note"}
    assert len(run["results"]) == len(result.findings)
    for entry in run["results"]:
        assert driver["rules"][entry["ruleIndex"]]["id"] == entry["ruleId"]
        assert entry["level"] in ("error", "warning", "note")
        assert entry["message"]["text"]
        (place,) = entry["locations"]
        assert place["physicalLocation"]["region"]["startLine"] >= 1
        uri = place["physicalLocation"]["artifactLocation"]
        assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri["uri"])
        assert uri["uriBaseId"] in run["originalUriBaseIds"]
        assert entry["partialFingerprints"]["findingId/v1"]
    assert [entry["hashes"]["sha-256"] for entry in run["artifacts"]] == list(result.inputs.values())
    assert run["invocations"][0]["executionSuccessful"] is True


def test_sarif_is_capped_and_says_so(result: AuditResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.outputs.sarif.MOST", 10)
    (run,) = sarif(view_of(result))["runs"]
    assert len(run["results"]) == 10
    ranks = [["error", "warning", "note"].index(entry["level"]) for entry in run["results"]]
    assert ranks == sorted(ranks)
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith(f"10 of {len(result.findings)} findings")


def test_summary_fits_a_message_and_leads_with_the_score(folder: Path, result: AuditResult) -> None:
    text = (folder / "summary.md").read_text("utf-8")
    assert len(text) < 4_000
    assert text.startswith("# Halden Cold Chain &#60;Group&#62; &#38; Söhne\n")
    assert f"Accuracy score {result.score.overall:.1f} of 100" in text
    assert text.count("\n1. ") == 2
    assert "| Win rate |" in text
    rulings = judge([parse("score < 101", rules=(), metrics=())], result)
    assert "- failed: score &#60; 101" in markdown(view_of(result), rulings)


@pytest.mark.parametrize(
    "value", [*HOSTILE.values(), "[click](http://evil.example)", "a|b", "@everyone", "www.x.example"]
)
def test_markdown_means_only_what_it_says(value: str) -> None:
    shown = escaped(value)
    assert not re.search(r"[<>@]|(?<!\\)[\[\]|`*_]|javascript:|://|www\.", shown)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_certificate_says_what_was_audited_and_loads_nothing(folder: Path, result: AuditResult) -> None:
    text = (folder / "certificate.html").read_text("utf-8")
    tags = Tags(text).tags
    assert {"script", "img", "form", "a"} & {tag for tag, _ in tags} == set()
    assert all(value in (None, "data:,") for _, attrs in tags for value in (attrs.get("href"), attrs.get("src")))
    assert "default-src 'none'" in text
    for name, digest in result.inputs.items():
        assert name in text
        assert digest in text
    assert f"{result.score.overall:.1f} of 100" in text
    assert fingerprint(result) in text
    assert text.count("<li>") == 3 + 4 + bool(result.score.not_evaluated)
    assert "Audited by" in text


def test_certificate_stays_on_a_page_whatever_the_number_of_files(result: AuditResult) -> None:
    many = replace(result, inputs={f"{number}.csv": f"{number:064x}" for number in range(500)})
    text = screened(view_of(many), certificate)
    assert text.count("<tr>") == 1 + certificate_module.FILES_SHOWN
    assert f"{certificate_module.FILES_SHOWN} of 500 files" in text
    assert "no fingerprint" in screened(view_of(replace(result, inputs={})), certificate)


def test_fingerprint_is_that_of_sha256sum(result: AuditResult, tmp_path: Path) -> None:
    import hashlib

    lines = f"{'0' * 64}  contacts.csv\n{'1' * 64}  deals.csv\n"
    assert fingerprint(result) == hashlib.sha256(lines.encode()).hexdigest()


def test_report_leads_to_the_certificate(page: str) -> None:
    assert '<a href="certificate.html">' in page


def test_schema_is_published_and_is_one() -> None:
    told = CliRunner().invoke(main, ["schema"])
    assert told.exit_code == 0
    assert told.output == published_schema() == SCHEMA.read_text("utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(told.output))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("score", "overall"), 101),
        (("rules", 0, "outcome"), "fine"),
        (("sources", 0, "rows_read"), -1),
        (("as_of",), "yesterday"),
        (("files",), []),
        (("metrics", 0, "verdict"), "maybe"),
    ],
)
def test_schema_refuses_what_is_wrong(folder: Path, path: tuple[str | int, ...], value: object) -> None:
    content = json.loads((folder / "audit.json").read_text("utf-8"))
    part = content
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, json.loads(published_schema()))


def test_schema_knows_every_key_of_the_result(folder: Path) -> None:
    content = json.loads((folder / "audit.json").read_text("utf-8"))
    schema = json.loads(published_schema())
    assert set(content) == set(schema["properties"]) >= set(schema["required"])


def test_run_writes_twins_and_tells_the_gates(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    rows = [f"{i},Siobhan{i},Lindqvist{i},siobhan{i}@kembara.example,+6281234567{i:02d}" for i in range(30)]
    (exports / "contacts.csv").write_text("Id,First Name,Last Name,Email,Phone\n" + "\n".join(rows) + "\n")
    order = ["run", str(exports), "-o", str(tmp_path / "out"), "--as-of", "2026-11-01", "--no-history", "--twins", "-q"]
    told = CliRunner().invoke(main, [*order, "--fail-on", "score < 101"])
    assert told.exit_code == 1, told.output
    masked, full = ((tmp_path / "out" / name).read_text("utf-8") for name in ("report.html", "report-full.html"))
    assert "Masked for sending" in masked
    assert "siobhan7@" not in masked
    assert "Full data: do not pass on" in full
    failed = ET.parse(tmp_path / "out" / "junit.xml").getroot().find("testsuite[@name='gates']/testcase/failure")
    assert failed is not None
    written = json.loads((tmp_path / "out" / "audit.json").read_text("utf-8"))["files"]
    assert {"report-full.html", "worklists.xlsx", "certificate.html", "pseudonyms.csv", "audit.sarif"} <= set(written)
