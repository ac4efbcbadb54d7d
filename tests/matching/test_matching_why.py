"""`crm-audit why` and `sample`: records found by any of their names, and what settled a pair."""

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from generate_customers import as_table, generate

from audit.cli import main
from audit.dataset import Table, table_from_frame
from audit.matching import match
from audit.matching.decisions import as_decisions
from audit.matching.why import account_of, find_records

PEOPLE = """Contact ID,First Name,Last Name,Email,Phone,Company
c1,Ann,Lee,ann.lee@acme.example,+62 812 3456 7890,Acme
c2,Bob,Ray,bob.ray@bolt.example,+62 812 9999 1111,Bolt
c3,Ann,Lee,ann.lee@acme.example,+62 812 3456 7890,Acme
c4,Robert,Ray,bob.ray@bolt.example,,Bolt
c5,Dewi,Sari,dewi@sari.example,,
c6,=cmd(),Evil,evil@x.example,,
c7,=cmd(),Evil,evil@x.example,,
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "people.csv").write_text(PEOPLE, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*args: str):
    return CliRunner().invoke(main, list(args), catch_exceptions=False)


@pytest.mark.parametrize("name", ["c2", "bob.ray@bolt.example", "people.csv:2", "C-0002"])
def test_a_record_goes_by_several_names(folder: Path, name: str) -> None:
    told = call("why", "c5", name, "in") if name != "bob.ray@bolt.example" else call("why", "c5", "people.csv:2", "in")
    assert told.exit_code == 0, told.output
    assert "contact: not joined" in told.output
    assert "people.csv row 2, id c2" in told.output


def test_joined_pairs_are_explained_field_by_field(folder: Path) -> None:
    told = call("why", "c1", "c3", "in")
    assert "contact: joined" in told.output
    assert "first name" in told.output and "ann" in told.output and "so far" in told.output


def test_json_adds_up(folder: Path) -> None:
    told = json.loads(call("why", "c2", "c4", "in", "--format", "json").output)
    assert told["fields"][-1]["probability"] == pytest.approx(told["probability"])
    assert {field["field"] for field in told["fields"]} >= {"first name", "last name", "mail address"}
    assert told["left"]["source_id"] == "c2"
    assert told["reason"]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("c1", "nobody"), "No contact or account goes by 'nobody'"),
        (("c1", "c1"), "are one record"),
        (("ann.lee@acme.example", "c2"), "2 records go by"),
    ],
)
def test_wrong_names_are_told(folder: Path, names: tuple[str, str], told: str) -> None:
    result = call("why", *names, "in")
    assert result.exit_code == 2
    assert told in result.output


def test_decisions_say_why(folder: Path) -> None:
    assert call("sample", "in", "--pairs", "50").exit_code == 0
    lines = list(csv.DictReader(io.StringIO((folder / "worksheet.csv").read_text("utf-8"))))
    assert lines and all(not line["decision"] for line in lines)
    for line in lines:
        line["decision"] = "different" if {line["left_id"], line["right_id"]} == {"c1", "c3"} else ""
    assert sum(bool(line["decision"]) for line in lines) == 1
    with Path("mine.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, lines[0])
        writer.writeheader()
        writer.writerows(lines)
    told = call("why", "c1", "c3", "in", "--decisions", "mine.csv")
    assert "contact: not joined" in told.output
    assert "A person decided that they are different." in told.output
    assert call("sample", "in", "--pairs", "50").exit_code == 2, "a worksheet is not overwritten"


def test_decisions_beside_audit_toml_are_found_and_are_no_source(folder: Path) -> None:
    assert call("sample", "in", "--pairs", "50", "-o", "in/decided.csv").exit_code == 0
    path = folder / "in" / "decided.csv"
    path.write_text(path.read_text("utf-8").replace("contact,,", "contact,different,"), "utf-8")
    (folder / "in" / "audit.toml").write_text('[matching]\ndecisions = "decided.csv"\n', "utf-8")
    assert "not joined" in call("why", "c1", "c3", "in").output
    described = json.loads(call("inspect", "in", "--format", "json").output)
    assert {entry["file"]: entry["entity"] for entry in described}["decided.csv"] is None
    (folder / "in" / "audit.toml").write_text('[matching]\ndecisions = "none yet.csv"\n', "utf-8")
    path.unlink()
    assert "contact: joined" in call("why", "c1", "c3", "in").output
    assert call("why", "c1", "c3", "in", "--decisions", "missing.csv").exit_code == 2


def test_nothing_in_a_worksheet_runs_in_a_spreadsheet(folder: Path) -> None:
    call("sample", "in", "--pairs", "500")
    with (folder / "worksheet.csv").open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert any("=cmd()" in cell for cell in cells)
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


def test_other_mails_are_names_too() -> None:
    table = table_from_frame(
        "contact", pd.DataFrame({"email": ["a@x.co", None], "other_emails": ["b@x.co;c@x.co", "bb@x.co"]})
    )
    assert find_records(table, "C@x.co").tolist() == [0]
    assert find_records(table, "b@x.co").tolist() == [0]


@pytest.fixture(scope="module")
def large() -> Table:
    return as_table(generate(2000, seed=3))


def test_every_reason_is_given_where_it_holds(large: Table) -> None:
    result = match(large)
    cluster = result.clusters["cluster"]

    def reason(left: int, right: int) -> str:
        return str(account_of(large, result, left, right)["reason"])

    merged = result.pairs[result.pairs["decision"].eq("merge")].nlargest(1, "probability").iloc[0]
    assert "Likely enough" in reason(merged["left"], merged["right"])
    low = result.pairs[result.pairs["decision"].eq("leave") & result.pairs["probability"].between(0.05, 0.4)].iloc[0]
    assert reason(low["left"], low["right"]).startswith("Below the threshold")
    weak = result.pairs[result.pairs["decision"].eq("merge") & (result.pairs["probability"] < result.options.merge)]
    if len(weak):
        assert "hold them together" in reason(weak.iloc[0]["left"], weak.iloc[0]["right"])
    known = set(zip(result.pairs["left"], result.pairs["right"], strict=True))
    never = [
        pair
        for pair in ((0, other) for other in range(1, 8))
        if pair not in known and "Never compared" in reason(*pair)
    ]
    assert never, "of random pairs most share no key"
    assert cluster.loc[list(never[0])].nunique() == 2


def test_keys_say_what_was_missed(large: Table) -> None:
    result = match(large)
    merged = result.pairs[result.pairs["decision"].eq("merge")].nlargest(1, "probability").iloc[0]
    keys = account_of(large, result, int(merged["left"]), int(merged["right"]))["keys"]
    assert keys["shared"]
    assert not set(keys["shared"]) & set(keys["missed"])


def test_why_knows_the_verdicts_of_a_person(large: Table) -> None:
    pairs = pd.DataFrame({"left": [0, 1, 0, 5], "right": [1, 2, 2, 6]})
    decisions = as_decisions(large, pairs, pd.Series(["same", "same", "different", "leave_out"]))
    result = match(large, decisions=decisions)
    assert "contradict" in account_of(large, result, 0, 2)["reason"]
    assert account_of(large, result, 5, 6)["reason"].startswith("A person decided")


def test_what_cuts_a_likely_pair_is_named() -> None:
    table = as_table(generate(20_000, seed=5))
    result = match(table)
    cluster = result.clusters["cluster"]
    apart = cluster.loc[result.pairs["left"]].to_numpy() != cluster.loc[result.pairs["right"]].to_numpy()
    pairs = result.pairs.loc[apart & (result.pairs["probability"] > 0.1), ["left", "right"]]
    alone = result.explain(pairs).groupby(["left", "right"])["probability"].last()
    (left, right), *_ = alone[alone > 0.6].index
    told = account_of(table, result, left, right)["reason"]
    assert re.search(r"other records speak against joining: test\.csv:\d+ and test\.csv:\d+ \([0-9.e-]+\)", told)
