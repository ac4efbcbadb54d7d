"""Forgetting a person: nothing of theirs is left in any file, the rest stays, the books of past months still close."""

import json
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from audit.cli import main
from audit.config import Config
from audit.history import FILE_NAME, History
from audit.matching.record_key import record_keys
from audit.pipeline import load_sources, select_rules
from reports.metrics.catalogue import METRICS
from reports.outputs.erase import Person, places

PEOPLE = """Customer No,First Name,Last Name,Email,Phone,City
K100,Nadia,Oyelaran,nadia@kembara.io,+62 812 3456 7890,n/a
K101,Nadia,Oyelaran,nadia@kembara.io,+62 812 3456 7890,Oslo
K102,Bruno,Castillo,bruno@@kembara.io,+62 812 9999 1111,n/a
K1000,Ivo,Dvorak,ivo@@kembara.io,,Oslo
K103,Nadine,Oyelaran,n.oyelaran@other.io,+47 21 55 01 99,Bergen
"""


@pytest.fixture
def halden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("audit.pipeline.METRICS", METRICS[:2])
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "people.csv").write_text(PEOPLE, "utf-8")
    used = ("VAL001", "VAL020", "UNQ001", "VAL010")
    unused = [rule.id for rule in select_rules(Config()) if rule.id not in used]
    (tmp_path / "audit.toml").write_text(
        f'title = "Halden"\npaths = ["in"]\n[log]\nfile = "audit.log"\n[matching]\ndecisions = "decisions.csv"\n'
        f"[rules]\ndisable = {json.dumps(unused)}\n",
        "utf-8",
    )
    key = record_keys(load_sources([tmp_path / "in"], Config())["contact"])
    (tmp_path / "decisions.csv").write_text(
        "entity,decision,left_key,right_key,left_source,left_id,right_source,right_id,decided_on,decided_by,note\n"
        f"contact,same,{key[0]},{key[1]},people,K100,people,K101,,,\n"
        f"contact,different,{key[2]},{key[3]},people,K102,people,K1000,,,\n",
        "utf-8",
    )
    assert call("run", "--as-of", "2026-10-01", "-q", "--full").exit_code == 0
    return tmp_path


def call(*args: str) -> Result:
    return CliRunner().invoke(main, list(args), catch_exceptions=False)


def texts_of(folder: Path) -> str:
    """Everything that stands in a folder's files, Parquet unpacked."""
    parts = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            parts.append(pq.read_table(path).to_pandas().to_csv())
        elif path.is_file():
            parts.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(parts)


@pytest.mark.parametrize("who", ["NADIA@kembara.io", "K101"])
def test_nothing_of_the_person_is_left(halden: Path, who: str) -> None:
    before = texts_of(halden / "audit-report")
    assert "Oyelaran" in before
    (halden / "audit-report" / "mine.txt").write_text("my own notes", "utf-8")
    result = call("forget", who)
    assert result.exit_code == 0, result.output
    assert "0 places left" in result.output
    left = texts_of(halden / "audit-report")
    for value in ("nadia@kembara.io", "3456 7890", "K100,", "K101"):
        assert value not in left, value
    for value in ("bruno@@kembara.io", "Castillo", "K1000", "n.oyelaran@other.io", "my own notes"):
        assert value in left
    assert not (halden / "audit-report" / "report.html").exists()
    assert "K100," not in (halden / "decisions.csv").read_text("utf-8")
    assert "K1000" in (halden / "decisions.csv").read_text("utf-8")
    assert "people.csv: an export, left as it is" in result.output
    assert (halden / "in" / "people.csv").read_text("utf-8") == PEOPLE
    assert set(json.loads((halden / "audit-report" / "audit.json").read_text("utf-8"))["files"]) <= {
        path.relative_to(halden / "audit-report").as_posix() for path in (halden / "audit-report").rglob("*")
    }


def test_the_books_of_past_months_stay_and_the_next_run_goes_on(halden: Path) -> None:
    with History(halden / FILE_NAME) as history:
        closing = int(history.runs()["closing"].iloc[-1])
    call("forget", "nadia@kembara.io")
    with History(halden / FILE_NAME) as history:
        assert int(history.runs()["closing"].iloc[-1]) == closing
        kept = history.database.query("SELECT finding_key, record, subject FROM finding ORDER BY finding_key")
    gone = kept[kept["finding_key"].str.startswith("forgotten-")]
    assert 0 < len(gone) < len(kept)
    assert gone[["record", "subject"]].isna().all(axis=None)
    lines = PEOPLE.splitlines(keepends=True)
    (halden / "in" / "people.csv").write_text("".join([lines[0], *lines[3:]]), "utf-8")
    told = call("run", "--as-of", "2026-11-01")
    assert told.exit_code == 0
    assert f"{closing} + 0 new + 0 returned - {len(gone)} fixed" in told.output
    assert (halden / "audit-report" / "report.html").is_file()


def test_what_cannot_be_mended_is_named_and_fails(halden: Path) -> None:
    with (halden / "audit.toml").open("a", encoding="utf-8") as stream:
        stream.write('[[accept]]\nrule = "VAL001"\nreason = "known"\nvalue = "nadia@kembara.io"\n')
    result = call("forget", "nadia@kembara.io")
    assert result.exit_code == 1
    assert "audit.toml: 1 places left; remove them by hand." in result.output


def test_nobody_by_that_name_changes_nothing(halden: Path) -> None:
    before = texts_of(halden / "audit-report")
    result = call("forget", "someone@else.io")
    assert result.exit_code == 0
    assert "0 findings are nobody's" in result.output
    assert "lines removed" not in result.output
    assert texts_of(halden / "audit-report") == before


def test_wrong_use(halden: Path, tmp_path: Path) -> None:
    assert call("forget", "x").exit_code == 2
    assert call("forget", "a@b.io", "--report", "in").exit_code == 2
    (tmp_path / "empty").mkdir()
    (halden / "audit.toml").unlink()
    assert call("forget", "a@b.io", "--report", "empty").exit_code == 2


def test_places_are_found_in_workbooks_and_wide_text(tmp_path: Path) -> None:
    person = Person(frozenset({"nadia@kembara.io"}), frozenset())
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", "<t>Nadia@Kembara.io</t>" * 2)
    (tmp_path / "wide.txt").write_text("nadia@kembara.io", "utf-16")
    pd.DataFrame({"email": ["nadia@kembara.io", "x"]}).to_parquet(tmp_path / "records.parquet")
    assert [places(tmp_path / name, person) for name in ("book.xlsx", "wide.txt", "records.parquet")] == [2, 1, 1]
