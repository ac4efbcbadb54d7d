"""`accept`, `explain` and `record`: questions about a run that stands on the disk, and what is accepted of it."""

import json
import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from audit.cli import main
from audit.config import AcceptConfig
from audit.errors import UsageError
from reports.outputs.inquiry import covered, finding_account, record_account
from reports.outputs.saved import SavedRun

CONTACTS = """Record ID,First Name,Last Name,Email,Phone,Company,Country,Notes,Created
101,Ann,Lee,ann.lee@acme.com,+62 812 3456 7890,Acme Ltd,Indonesia,,2026-01-05
102,Bob,Ray,bob.ray@@bolt.com,,Bolt GmbH,Germany,card 4111 1111 1111 1111,2026-02-05
103,Ann,Lee,ann.lee@acme.com,+62 812 3456 7890,Acme Ltd,Indonesia,,2026-03-05
104,Cem,"=1+1",cem@dune.com,,Dune Ltd,Germany,,2026-03-05
105,Eve,Orr,eve.orr@@elm.com,,Elm Ltd,Germany,,2026-03-05
"""
DEALS = """Deal ID,Deal Name,Amount,Currency,Deal Stage,Contact ID,Company,Email,Created,Close Date
101,Fridge,900,EUR,Closed Won,101,Acme Ltd,ann.lee@acme.com,2026-02-01,2026-03-01
202,Freezer,80000,EUR,Proposal,103,Acme Ltd,ann.lee@acme.com,2026-04-01,2026-12-01
"""
CONFIG = """as_of = 2026-11-01
[[own_rule]]
id = "OWN001"
title = "Large deal"
entity = "deal"
field = "amount"
condition = "amount > 50000"
message = "{amount} is large"
[[accept]]
rule = "OWN001"
reason = "we like large deals"
owner = "Sales"
expires = 2027-01-31
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with exports, audit.toml and the report of a run."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "in").mkdir()
    (folder / "in" / "contacts.csv").write_text(CONTACTS, "utf-8")
    (folder / "in" / "deals.csv").write_text(DEALS, "utf-8")
    (folder / "audit.toml").write_text(CONFIG, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        result = CliRunner().invoke(main, ["run", "in", "-c", "audit.toml", "-q"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(project)
    monkeypatch.setenv("COLUMNS", "160")
    yield project
    (project / "accepted.toml").unlink(missing_ok=True)


@pytest.fixture
def saved(project: Path) -> SavedRun:
    return SavedRun(project / "audit-report")


def call(*args: str) -> Result:
    return CliRunner().invoke(main, list(args), catch_exceptions=False)


def finding(saved: SavedRun, rule: str) -> str:
    return saved.lines("findings", rule_id=rule)["finding_id"].iloc[0]


def test_acceptances_are_told_with_reason_owner_and_expiry(here, saved) -> None:
    (entry,) = saved.summary["accepted"]
    assert entry == {
        "number": 1,
        "rule": "OWN001",
        "reason": "we like large deals",
        "owner": "Sales",
        "expires": "2027-01-31",
        "covers": "OWN001",
        "findings": 1,
        "expired": False,
    }
    assert saved.lines("findings", acceptance="1")["rule_id"].tolist() == ["OWN001"]
    page = (here / "audit-report" / "report.html").read_text("utf-8")
    assert "we like large deals" in page
    assert "OWN001" in page


def test_an_accepted_finding_is_counted_apart_in_the_next_run(here, saved) -> None:
    told = call(
        "accept", finding(saved, "VAL001"), "--reason", "old import", "--owner", "Ann", "--expires", "2099-01-01"
    )
    assert told.exit_code == 0, told.output
    assert "1 finding of the run in audit-report" in told.output
    (entry,) = tomllib.loads((here / "accepted.toml").read_text("utf-8"))["accept"]
    assert entry["finding"] == finding(saved, "VAL001")
    assert {"rule", "reason", "owner", "expires", "added"} <= set(entry)
    assert call("run", "in", "-c", "audit.toml", "-q", "-o", "again").exit_code == 0
    again = SavedRun(here / "again")
    assert again.lines("findings", rule_id="VAL001")["accepted"].tolist() == ["true", "false"]
    assert [entry["findings"] for entry in again.summary["accepted"]] == [1, 1]
    assert "old import by Ann, until 2099-01-01" in call("explain", entry["finding"], "--report", "again").output


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "One of the two"),
        (["--rule", "VAL0O1"], "Did you mean VAL0"),
        (["--rule", "XYZ*"], "does not exist"),
        (["--rule", "VAL001", "--expires", "2020-01-01"], "2020-01-01 is past"),
        (["0123456789ab"], "There is no finding '0123456789ab'"),
        (["0123456789ab", "--value", "x"], "A finding's id says all"),
        (["--rule", "OWN001"], "accepted already: 'we like large deals'"),
        (["0123456789ab", "--report", "in"], "holds no audit"),
        (["--rule", "VAL001", "-c", "missing.toml"], "missing.toml"),
    ],
)
def test_what_cannot_be_accepted_is_refused_and_nothing_written(here, args, told) -> None:
    result = call("accept", *args, "--reason", "why not")
    assert result.exit_code == 2
    assert told in result.output
    assert not (here / "accepted.toml").exists()


def test_a_reason_is_needed_and_an_audit_toml(here, tmp_path, monkeypatch) -> None:
    assert "--reason" in call("accept", "--rule", "VAL001").output
    assert "--reason is empty" in call("accept", "--rule", "VAL001", "--reason", " ").output
    monkeypatch.chdir(tmp_path)
    assert "crm-audit init" in call("accept", "--rule", "VAL001", "--reason", "x").output


def test_covered_counts_what_an_entry_would_cover(saved) -> None:
    ann = AcceptConfig(rule="*", pattern="ANN.*", reason="x")
    lines = saved.lines("findings")
    assert covered(saved, ann) == lines["value"].str.lower().str.startswith("ann.").sum() > 0
    assert covered(saved, AcceptConfig(rule="VAL001", source_id="102", reason="x")) == 1
    assert covered(saved, AcceptConfig(rule="VAL001", source_id="101", reason="x")) == 0


def test_explain_says_all_about_a_duplicate(here, saved) -> None:
    told = call("explain", finding(saved, "UNQ001")).output
    for part in ("Duplicate contact", "contacts.csv, row", "side by side", "= ann.lee@acme.com", "same mail address"):
        assert part in told, part
    assert re.search(r"source_id +\d+ +≠ \d+", told)
    assert "applied: joined into" in told


def test_explain_names_the_rule_and_the_fix(here, saved) -> None:
    told = call("explain", finding(saved, "OWN001")).output
    for part in ("a rule of your own", "80000 is large", "amount > 50000", "we like large deals by Sales, until 2027"):
        assert part in told, part
    assert "What is flagged" in call("explain", "val001").output
    result = call("explain", finding(saved, "VAL001")[:8] + "ffff")
    assert result.exit_code == 2
    assert "There is no finding" in result.output


def test_masked_shows_no_one(here, saved) -> None:
    for args in (["explain", finding(saved, "UNQ001")], ["record", "101", "--entity", "contact"]):
        for form in ("text", "json"):
            full, masked = call(*args, "--format", form).output, call(*args, "--format", form, "--masked").output
            for value in ("ann.lee@acme.com", "3456"):
                assert value in full, (args, form, value)
                assert value not in masked, (args, form, value)


def test_what_should_not_be_kept_is_not_shown(here, saved) -> None:
    card = saved.lines("findings", rule_id="VAL028")
    families = set(saved.lines("findings", record="C-0002")["family"])
    assert "sensitive" in families, card
    for args in (["record", "102"], ["record", "102", "--format", "json"]):
        told = call(*args).output
        assert "4111" not in told
        assert "withheld" in told


def test_record_shows_every_source_and_what_is_linked(here) -> None:
    told = call("record", "101", "--entity", "contact").output
    for part in ("C-0001", "C-0003", "cleaned C-0003", "joined into", "finding", "2  deal: D-0001, D-0002"):
        assert part in told or part.replace("C-0003", "C-0001") in told, part
    by_mail = call("record", "ANN.LEE@acme.com").output
    assert by_mail.splitlines()[2:] == call("record", "C-0001").output.splitlines()[2:]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["101"], "2 records are called '101': C-0001 (contact in contacts), D-0001 (deal in HubSpot)"),
        (["nobody@nowhere.com"], "No record is called"),
        (["101", "--entity", "contakt"], "Did you mean 'contact'?"),
        (["101", "--report", "in"], "holds no audit"),
    ],
)
def test_a_record_that_cannot_be_told_says_what_to_do(here, args, told) -> None:
    result = call("record", *args)
    assert result.exit_code == 2
    assert told in result.output


def test_a_record_can_be_asked_of_exports_without_a_run(here, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = call("record", "202", str(here / "in"), "--format", "json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.output)["records"][0]["fields"]["amount"] == "80000"
    assert list(tmp_path.iterdir()) == []


def test_json_is_what_the_library_gives(here, saved) -> None:
    assert json.loads(call("record", "202", "--format", "json").output) == record_account(saved, "202")
    name = finding(saved, "OWN001")
    assert json.loads(call("explain", name, "--format", "json").output) == finding_account(saved, name)


def test_saved_cells_come_back_as_they_were(saved) -> None:
    assert saved.records("contact", source_id="104")["last_name"].tolist() == ["=1+1"]
    assert saved.lines("cleaned/contact", source_id="104")["last_name"].tolist() == ["=1+1"]
    raw = pd.read_csv(saved.folder / "cleaned" / "contact.csv", dtype=str)
    assert "'=1+1" in raw["last_name"].tolist()
    assert len(saved.records("contact", source_id=["101", "102"])) == 2
    assert saved.records("contact", no_such_column="x").empty
    with pytest.raises(UsageError, match="keeps no records"):
        saved.records("payment", source_id="1")
    with pytest.raises(UsageError, match=r"has no nothing\.csv"):
        saved.lines("nothing")


def test_a_terminal_is_not_steered_by_what_a_cell_holds() -> None:
    from audit.cli.layout import harmless, side_by_side

    assert harmless("a\x1b[31mb\u202ec\u00adn\ny") == "a\\u001b[31mb\\u202ec\\u00adn y"
    lines = side_by_side([{"name": "大" * 200}, {"name": "x\x07"}], ["A", "B"], 2)
    assert all("\x07" not in line for line in lines)
    assert lines[-1].endswith("≠ x\\u0007")
