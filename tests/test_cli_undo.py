"""`undo`: a run, a rule, a group or a record taken back; and accounts that do not close end without output."""

import csv
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from audit.cli import main
from audit.errors import ReconciliationError

CONTACTS = """Record ID,First Name,Last Name,Email,Phone Number,Company Name,Lifecycle Stage,Create Date,\
Contact owner,City
101,Ann,Lee,ann.lee@acme.com,+62 812 3456 7890,Acme Ltd,Lead,2026-01-05 10:00,Eve,
102,Bob,RAY,bob.ray@@bolt.com,,Bolt GmbH,Customer,2026-02-05 10:00,Eve,n/a
103,Ann,Lee,ann.lee@acme.com,+62 812 3456 7890,Acme Ltd,Opportunity,2026-03-05 10:00,Eve,Jakarta
104,Cem,=1+1,cem@dune.com,,"'Dune' ""Ltd"" & Co",Lead,2026-03-05 10:00,Eve,
"""
DEALS = """Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Associated Contact IDs,Deal owner
9001,Acme 1,Closed Won,Sales,1000,2026-04-01,103,Eve
9002,Acme 2,Proposal,Sales,200,2026-05-01,101,Eve
"""
FIELDS = {
    "Record ID": "source_id",
    "First Name": "first_name",
    "Last Name": "last_name",
    "Email": "email",
    "Phone Number": "phone",
    "Company Name": "company_name",
    "Lifecycle Stage": "lifecycle_stage",
    "Create Date": "created_at",
    "City": "city",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undo")
    (folder / "in").mkdir()
    (folder / "in" / "hubspot-all-contacts.csv").write_text(CONTACTS, "utf-8")
    (folder / "in" / "hubspot-all-deals.csv").write_text(DEALS, "utf-8")
    result = call("run", str(folder / "in"), "-o", str(folder / "audit"), "--as-of", "2026-11-01", "-q")
    assert result.exit_code == 0, result.output
    return folder


def call(*args: str) -> Result:
    return CliRunner().invoke(main, list(args))


def undone(project: Path, out: Path, *args: str) -> dict[str, pd.DataFrame]:
    result = call("undo", str(project / "audit"), *args, "-o", str(out))
    assert result.exit_code == 0, result.output
    return {path.stem: pd.read_parquet(path) for path in (out / "tables").glob("*.parquet")}


def test_the_whole_run_taken_back_is_the_export_to_the_letter(project: Path, tmp_path: Path) -> None:
    tables = undone(project, tmp_path / "out", "--run")
    expected = list(csv.DictReader(CONTACTS.splitlines()))
    contact = tables["contact"].fillna("")
    for header, field in FIELDS.items():
        assert list(contact[field]) == [row[header] for row in expected], header
    assert list(tables["deal"]["contact_id"]) == ["103", "101"]
    shown = (tmp_path / "out" / "tables" / "contact.csv").read_text("utf-8")
    assert "'=1+1" in shown, "for eyes, so defused"


def test_a_rule_a_group_and_a_record(project: Path, tmp_path: Path) -> None:
    rule = undone(project, tmp_path / "rule", "--rule", "val021")
    assert set(rule["contact"]["phone"].dropna()) == {"+62 812 3456 7890"}
    assert len(rule["contact"]) == 3, "the merge stays"
    log = pd.read_csv(project / "audit" / "changes.csv", dtype=str)
    (cluster,) = set(log["cluster"].dropna())
    group = undone(project, tmp_path / "group", "--cluster", cluster)
    assert len(group["contact"]) == 4
    assert set(group["contact"]["phone"].dropna()) == {"+6281234567890"}, "mended cells stay mended"
    assert list(group["deal"]["contact_id"]) == ["103", "101"]
    record = undone(project, tmp_path / "record", "--record", "102")
    assert "n/a" in set(record["contact"]["city"])
    lines = pd.read_csv(tmp_path / "record" / "undone.csv", dtype=str)
    assert set(lines["record"]) == {"C-0002"}
    back = sorted((tmp_path / "record" / "imports" / "hubspot").glob("*.csv"))
    assert [path.read_text("utf-8") for path in back] == ["Record ID,City\n102,n/a\n"]
    again = sorted((tmp_path / "group" / "imports" / "hubspot" / "restore").glob("*.csv"))
    assert "ann.lee@acme.com" in again[0].read_text("utf-8")


def test_what_is_not_there_is_said(project: Path, tmp_path: Path) -> None:
    for args, told in (
        ((), "Say what to undo"),
        (("--run", "--rule", "VAL001"), "Say what to undo"),
        (("--rule", "VAL001"), "changed nothing by rule VAL001"),
        (("--cluster", "P999"), "changed nothing by cluster P999"),
        (("--record", "999"), "changed no record 999"),
    ):
        result = call("undo", str(project / "audit"), *args, "-o", str(tmp_path / "out"))
        assert (result.exit_code, told in result.output) == (2, True), result.output
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    used = call("undo", str(project / "audit"), "--run", "-o", str(tmp_path / "mine"))
    assert (used.exit_code, "is in use" in used.output) == (2, True)
    assert "holds no audit" in call("undo", str(tmp_path), "--run").output


def test_accounts_that_do_not_close_end_with_3_and_no_output(project: Path, tmp_path: Path, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise ReconciliationError("The row accounts of contact do not close after cleaning.", hint="No output.")

    monkeypatch.setattr(sys.modules["audit.cleaning.clean"], "row_accounts", broken)
    out = tmp_path / "audit"
    result = call("run", str(project / "in"), "-o", str(out), "--as-of", "2026-11-01")
    assert result.exit_code == 3
    assert "do not close" in result.output
    assert list(tmp_path.iterdir()) == []
