"""The files beside the report: columns, spreadsheet safety, determinism; a folder is replaced whole or not at all."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reports.outputs as outputs
from audit.errors import UsageError
from audit.result import AuditResult
from reports.outputs import write
from reports.outputs.findings_csv import findings_table
from reports.outputs.tables import defused, write_table

COLUMNS = {
    "findings.csv": "finding_id rule_id rule family severity confidence entity source file row source_id field value "
    "message suggestion fix_safety group_id",
    "clusters.csv": "entity source file row source_id cluster_id cluster_size confidence",
    "pairs.csv": "left_file left_row left_source_id right_file right_row right_source_id probability decision "
    "explanation",
    "metrics.csv": "metric_id unit period breakdown group raw cleaned low high verdict",
    "set_aside.csv": "file line reason text",
    "changes.csv": "change_id entity source file row source_id record field before after rule_id confidence kind",
}


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_the_stable_interface_come_first_and_in_order(folder: Path, name: str) -> None:
    wanted = COLUMNS[name].split()
    assert list(read(folder / name).columns)[: len(wanted)] == wanted


def test_every_finding_is_told_once_and_one_cause_in_one_line(folder: Path, result: AuditResult) -> None:
    table = read(folder / "findings.csv")
    assert table["findings"].astype(int).sum() == len(result.findings)
    systemic = result.findings[result.findings["systemic"]]
    assert len(systemic) > 100
    causes = table[table["findings"].astype(int) > 1]
    assert not causes.duplicated(["rule_id", "entity", "source", "field"]).any()
    assert (causes["row"] == "").all()
    line = causes[(causes["rule_id"] == "VAL004") & (causes["source"] == "mailchimp") & (causes["entity"] == "contact")]
    assert len(line) == 1
    assert " of 120 rows (" in line["message"].iloc[0]
    assert "(rows " in line["message"].iloc[0]


def test_messages_are_the_rules_templates_filled_in(folder: Path) -> None:
    table = read(folder / "findings.csv")
    malformed = table[(table["rule_id"] == "VAL001") & (table["findings"] == "1")]
    assert len(malformed) > 5
    assert (malformed["message"] == malformed["value"] + " is not an email address").all()
    assert not table["message"].str.contains(r"\{(?:value|suggestion|field)\}", regex=True).any()


def test_place_of_a_finding_is_file_and_data_row(folder: Path, result: AuditResult) -> None:
    table = read(folder / "findings.csv")
    row = table[(table["rule_id"] == "UNQ001") & (table["source_id"] == "H90003")].iloc[0]
    lineage = result.dataset["contact"].lineage
    record = result.dataset["contact"]["source_id"].eq("H90003").to_numpy().argmax()
    assert (row["file"], row["row"]) == ("contacts.csv", str(lineage["row"].iloc[record]))
    assert row["record"] == f"C-{record + 1:04d}"


def test_clusters_have_one_line_per_matched_record(folder: Path, result: AuditResult) -> None:
    table = read(folder / "clusters.csv")
    assert len(table) == len(result.dataset["contact"])
    assert table.groupby("cluster_id").size().eq(table.groupby("cluster_id")["cluster_size"].first().astype(int)).all()


def test_pairs_are_explained(folder: Path, result: AuditResult) -> None:
    table = read(folder / "pairs.csv")
    assert len(table) == len(result.matches["contact"].pairs)
    assert (table["explanation"] != "").all()
    assert set(table["decision"]) <= {"merge", "review", "leave"}


def test_cleaned_tables_keep_what_could_not_be_read(tmp_path: Path, folder: Path, result: AuditResult) -> None:
    cleaned = read(folder / "cleaned" / "deal.csv")
    assert len(cleaned) == len(result.cleaned.dataset["deal"])
    assert cleaned["close_date"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    raw = result.cleaned.dataset["deal"]
    first = raw.index == raw.index[0]
    text = raw.text.assign(close_date=raw.text["close_date"].mask(first, "31 Sometember"))
    unreadable = replace(raw.with_columns(close_date=raw["close_date"].where(~first)), text=text)
    table = outputs.cleaning_csv.cleaned_table(unreadable)
    assert table["close_date"].iloc[0] == "31 Sometember"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("+62 (812) 34-56.78/9", "+62 (812) 34-56.78/9"),
        ("-1200.50", "-1200.50"),
        ("-", "-"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3+cmd|x", "'-2+3+cmd|x"),
        ("-1\n=2", "'-1\n=2"),
        ("＝1", "'＝1"),
        ("a=b", "a=b"),
        ("", None),
        ("a\x00b", "ab"),
    ],
)
def test_formulas_become_text(cell: str, written: str | None) -> None:
    assert defused(pa.array([cell])).to_pylist() == [written]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_no_cell_starts_as_a_formula_and_nothing_else_changes(cells: list[str]) -> None:
    cells = [cell.encode("utf-8", "ignore").decode() for cell in cells]
    for cell, shown in zip(cells, defused(pa.array(cells, pa.large_string())).to_pylist(), strict=True):
        assert (shown or "") in (cell.replace("\x00", ""), "'" + cell.replace("\x00", ""))
        assert not (shown or " ").startswith(("=", "@", "\t", "\r"))


def test_csv_is_utf8_with_lf_and_quotes_only_where_needed(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"a": ["Jörg, Söhne", 'say "x"', "two\nlines", "plain", None], "n": [1.5, None, 3.0, 4.0, 5.0]}
    )
    path = write_table(frame, tmp_path / "x.csv")
    assert path.read_bytes() == 'a,n\n"Jörg, Söhne",1.5\n"say ""x""",\n"two\nlines",3.0\nplain,4.0\n,5.0\n'.encode()


def test_all_outputs_can_be_read_again_as_csv(folder: Path) -> None:
    csv.field_size_limit(10_000_000)
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            widths = {len(row) for row in csv.reader(stream)}
        assert len(widths) == 1, path.name


def test_audit_json_tells_the_whole_run(folder: Path, result: AuditResult) -> None:
    told = json.loads((folder / "audit.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert told["schema_version"].split(".")[0] == "1"
    assert told["as_of"] == "2026-11-01"
    assert told["accounts"]["contact"]["in"] == len(result.dataset["contact"])
    contact = told["accounts"]["contact"]
    assert contact["in"] == contact["out"] + contact["merged"] + contact["dropped"] + contact["held"]
    source = told["sources"][0]
    assert source["rows_present"] == source["rows_read"] + source["rows_set_aside"]
    assert source["mapping"][0]["field"] == "source_id"
    assert {line["outcome"] for line in told["rules"]} <= {"passed", "failed", "not_evaluated", "errored"}
    assert len(told["rules"]) == len(result.rules)
    assert sum(line["findings"] for line in told["rules"]) == len(result.findings)
    assert told["score"]["by_dimension"]
    assert told["score"]["by_source"]
    missing = next(line for line in told["metrics"] if line["metric_id"] == "cost_per_lead")
    assert missing["raw"] is None
    assert set(told["files"]) == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_same_result_gives_the_same_bytes(result: AuditResult, folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    write(result, again)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (again / path.relative_to(folder)).read_bytes(), path.name


def test_returns_what_it_wrote_with_the_report_first(result: AuditResult, tmp_path: Path) -> None:
    said: list[str] = []
    paths = write(result, tmp_path / "deep" / "new", progress=said.append)
    assert paths[0].name == "report.html"
    assert all(path.is_file() for path in paths)
    assert len(said) > 3
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["new"]


def test_own_folder_is_replaced_and_a_strangers_file_in_it_kept(result: AuditResult, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(result, out)
    (out / "cleaned" / "gone.csv").write_text("of an entity that is no longer there")
    names = json.loads((out / "audit.json").read_text())
    names["files"].append("cleaned/gone.csv")
    (out / "audit.json").write_text(json.dumps(names))
    (out / "decisions.csv").write_text("mine")
    write(result, out)
    assert not (out / "cleaned" / "gone.csv").exists()
    assert (out / "decisions.csv").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


@pytest.mark.parametrize("name", ["notes.txt", "audit.json"])
def test_a_strangers_folder_is_refused(result: AuditResult, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"files": ["everything"]}')
    with pytest.raises(UsageError, match="no audit wrote"):
        write(result, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_in_the_way_and_an_unknown_language_are_refused(result: AuditResult, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        write(result, tmp_path / "out")
    with pytest.raises(UsageError, match="language 'xx'"):
        write(result, tmp_path / "new", language="xx")
    assert not (tmp_path / "new").exists()


def test_a_crash_leaves_what_was_there(result: AuditResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write(result, out)
    before = (out / "report.html").read_bytes()

    def crash(result: AuditResult, folder: Path) -> list[Path]:
        raise OSError("disk full")

    monkeypatch.setattr(outputs, "WRITERS", (crash,))
    with pytest.raises(OSError, match="disk full"):
        write(result, out)
    assert (out / "report.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_collapsing_leaves_a_result_without_findings_alone(result: AuditResult) -> None:
    empty = replace(result, findings=result.findings.head(0))
    assert findings_table(empty).empty
