"""The command line: what it prints, which files it writes, how it ends."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from audit.cli import main
from audit.cli.run import sample_folder

CONTACTS = """First Name,Last Name,Email,Phone,Country,Created
Ann,Lee,ann.lee@acme.example,+62 812 3456 7890,Indonesia,2026-01-05
Bob,Ray,bob.ray@@bolt.example,,Indonesia,2026-02-05
Ann,Lee,ann.lee@acme.example,+62 812 3456 7890,Indonesia,2026-03-05
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "contacts.csv").write_text(CONTACTS, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*args: str):
    return CliRunner().invoke(main, list(args), catch_exceptions=False)


def test_help_needs_no_heavy_import() -> None:
    code = "import sys, audit.cli; print([m for m in ('pandas', 'pydantic', 'jinja2', 'altair') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_run_writes_the_report_and_the_files_beside_it(folder) -> None:
    result = call("run", "in", "--as-of", "2026-11-01", "-o", "out")
    assert result.exit_code == 0, result.output
    assert "accuracy score" in result.output
    written = {path.relative_to(folder / "out").as_posix() for path in (folder / "out").rglob("*") if path.is_file()}
    assert {
        "report.html",
        "audit.json",
        "findings.csv",
        "clusters.csv",
        "pairs.csv",
        "changes.csv",
        "metrics.csv",
        "set_aside.csv",
        "cleaned/contact.csv",
    } <= written
    told = json.loads((folder / "out" / "audit.json").read_text("utf-8"))
    assert told["as_of"] == "2026-11-01"
    assert told["accounts"]["contact"] == {"in": 3, "out": 2, "merged": 1, "dropped": 0, "held": 0}
    clusters = pd.read_csv(folder / "out" / "clusters.csv")
    assert list(clusters["row"]) == [1, 2, 3]
    assert clusters["cluster_id"].nunique() == 2
    assert (folder / "in" / "contacts.csv").read_text("utf-8") == CONTACTS


def test_the_same_input_gives_the_same_bytes(folder) -> None:
    for name in ("one", "two"):
        assert call("run", "in", "--as-of", "2026-11-01", "-o", name, "-q").exit_code == 0
    for path in sorted((folder / "one").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (folder / "two" / path.relative_to(folder / "one")).read_bytes(), path.name


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["run", "nowhere"], "There is no file or folder nowhere."),
        (["run", "empty"], "empty"),
        (["run", "in", "--as-of", "31.10.2026"], "write it as 2026-10-31"),
        (["run", "in", "-c", "missing.toml"], "missing.toml"),
        (["run", "in", "--outptu", "x"], "No such option"),
        (["rules", "explain", "VAL0O1"], "Did you mean VAL0"),
        (["roi", "--gain", "5"], "--gain and --cost go together"),
        (["roi"], "[investment]"),
    ],
)
def test_wrong_use_is_one_clear_line_and_exit_2(folder, args, told) -> None:
    (folder / "empty").mkdir()
    result = call(*args)
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output


def test_a_wrong_key_says_where(folder) -> None:
    (folder / "in" / "audit.toml").write_text("[report]\nmaks = true\n", "utf-8")
    result = call("run", "in")
    assert result.exit_code == 2
    assert "line 2" in result.output
    assert "Did you mean 'mask'?" in result.output


def test_a_foreign_folder_is_not_overwritten(folder) -> None:
    (folder / "mine").mkdir()
    (folder / "mine" / "letter.txt").write_text("keep me", "utf-8")
    result = call("run", "in", "-o", "mine")
    assert result.exit_code == 2
    assert (folder / "mine" / "letter.txt").read_text("utf-8") == "keep me"


def test_init_writes_a_file_that_run_accepts_and_inspect_shows_the_same(folder) -> None:
    assert call("init", "in").exit_code == 0
    config = tomllib.loads((folder / "audit.toml").read_text("utf-8"))
    assert config["file"][0]["entity"] == "contact"
    assert config["file"][0]["columns"]["Last Name"] == "last_name"
    assert call("init", "in").exit_code == 2
    assert call("run", "--as-of", "2026-11-01", "-q").exit_code == 0
    tables = json.loads(call("inspect", "--format", "json").output)
    assert tables[0]["rows_present"] == tables[0]["rows_read"] == 3
    assert "contact" in call("inspect").output


def test_a_correction_wins(folder) -> None:
    (folder / "audit.toml").write_text(
        '[[file]]\nfile = "contacts.csv"\n[file.columns]\n"Phone" = ""\n"Country" = "city"\n', "utf-8"
    )
    mapping = {
        column["header"]: column["field"]
        for column in json.loads(call("inspect", "in", "-c", "audit.toml", "--format", "json").output)[0]["mapping"]
    }
    assert mapping["Phone"] is None
    assert mapping["Country"] == "city"


def test_rules_list_and_explain() -> None:
    listed = json.loads(call("rules", "list", "--format", "json").output)
    assert len(listed) >= 24
    assert {"id", "title", "family", "severity", "dimension", "iso_25012", "fix_safety"} <= set(listed[0])
    assert listed[0]["id"] in call("rules", "list").output
    told = call("rules", "explain", "VAL001").output
    for heading in ("What is flagged", "Why it matters", "How to fix", "Example", "Fix safety"):
        assert heading in told


@pytest.mark.parametrize(
    ("gain", "cost", "net", "ratio"),
    [(75000, 12000, "525", "6.25"), (11000, 1000, "1,000", "11"), (100000, 25000, "300", "4")],
)
def test_roi_names_both_usages(gain, cost, net, ratio) -> None:
    told = call("roi", "--gain", str(gain), "--cost", str(cost)).output
    assert f"{net} %" in told or f"{net}%" in told
    assert f"{ratio}:1" in told or f"{ratio} : 1" in told


def test_the_sample_is_found_from_anywhere(folder) -> None:
    assert (sample_folder() / "audit.toml").is_file()


def test_standard_input_is_a_source(folder) -> None:
    result = CliRunner().invoke(main, ["run", "-", "--as-of", "2026-11-01", "-o", "out"], input=CONTACTS)
    assert result.exit_code == 0, result.output
    told = json.loads((folder / "out" / "audit.json").read_text("utf-8"))
    assert told["sources"][0]["rows_read"] == 3
