"""From the command line: history beside audit.toml, gates, what is due, projects, logs, and a kill in the middle."""

import json
import os
import random
import re
import signal
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from audit.cli import main
from audit.cli.audit_run import period
from audit.cli.trend import spark
from audit.config import Config
from audit.history import FILE_NAME, History, entry_of, run_lock
from audit.pipeline import run_audit, select_rules
from reports.metrics.catalogue import METRICS
from reports.outputs import write

HEADER = "Customer No,First Name,Last Name,Email,City,Owner\n"
ANN = "1,Ann,Lee,ann.lee@kembara.io,Oslo,Ratna Wijaya\n"
BOB = "2,Bob,Ray,bob.ray@kembara.io,Oslo,Ratna Wijaya\n"
USED = ("VAL001", "CMP001")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two metrics, so that a run takes a moment."""
    monkeypatch.setattr("audit.pipeline.METRICS", METRICS[:2])


def project(folder: Path, *rows: str, extra: str = "", title: str = "Halden") -> Path:
    """A project with one export; only the rules of USED run."""
    (folder / "in").mkdir(parents=True, exist_ok=True)
    (folder / "in" / "contacts.csv").write_text(HEADER + "".join(rows), "utf-8")
    unused = [rule.id for rule in select_rules(Config()) if rule.id not in USED]
    (folder / "audit.toml").write_text(
        f'title = "{title}"\npaths = ["in"]\n{extra}\n[rules]\ndisable = {json.dumps(unused)}\n', "utf-8"
    )
    return folder


def call(*args: str) -> Result:
    return CliRunner().invoke(main, list(args), catch_exceptions=False)


def wrong(row: str) -> str:
    return row.replace("@", "@@")


@pytest.fixture
def halden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(project(tmp_path, wrong(ANN), BOB))
    return tmp_path


def test_a_month_is_kept_compared_and_told(halden: Path) -> None:
    first = call("run", "--as-of", "2026-10-01")
    assert first.exit_code == 0, first.output
    assert "since" not in first.output
    project(halden, ANN, wrong(BOB))
    second = call("run", "--as-of", "2026-11-01")
    assert "since 2026-10-01: score +0.0; findings 1 + 1 new + 0 returned - 1 fixed" in second.output
    assert (halden / FILE_NAME).is_file()
    page = (halden / "audit-report" / "report.html").read_text("utf-8")
    assert "What changed since last time" in page
    assert "Since October 1, 2026" in page
    assert re.search(r"Person [A-Z0-9]{6}", page), "an owner stands there by a pseudonym"
    assert "Ratna" not in page
    findings = pd.read_csv(halden / "audit-report" / "findings.csv").set_index("source_id")
    assert findings.loc[2, ["state", "since"]].tolist() == ["new", "2026-11-01"]
    assert json.loads((halden / "audit-report" / "audit.json").read_text("utf-8"))["history"]["total"]["fixed"] == 1
    listed = json.loads(call("history", "--format", "json").output)
    assert [(run["as_of"], run["open"], run["new"], run["fixed"]) for run in listed] == [
        ("2026-10-01", 1, 1, 0),
        ("2026-11-01", 1, 1, 1),
    ]
    told = json.loads(call("diff", "2026-10-01", "--format", "json").output)
    assert told["total"]["new"] == told["total"]["fixed"] == 1
    assert "VAL001" in call("diff", "1", "2").output
    trend = json.loads(call("trend", "--format", "json").output)
    assert [run["run"] for run in trend["runs"]] == [1, 2]
    assert "accuracy score" in call("trend").output
    assert call("diff", "2", "1").exit_code == 2
    assert call("trend", "--metric", "nothing").exit_code == 2


def test_a_sorted_and_repeated_run_changes_nothing(halden: Path) -> None:
    call("run", "--as-of", "2026-10-01", "-q")
    project(halden, BOB, wrong(ANN))
    assert "1 + 0 new + 0 returned - 0 fixed" in call("run", "--as-of", "2026-11-01").output
    before = (halden / "audit-report" / "audit.json").read_bytes()
    assert "1 + 0 new + 0 returned - 0 fixed" in call("run", "--as-of", "2026-11-01").output
    assert (halden / "audit-report" / "audit.json").read_bytes() == before
    with History(halden / FILE_NAME) as history:
        assert len(history.runs()) == 2


def test_without_a_project_or_with_no_history_nothing_is_kept(halden: Path) -> None:
    assert call("run", "--no-history", "-q", "--as-of", "2026-10-01").exit_code == 0
    (halden / "audit.toml").unlink()
    assert call("run", "in", "-q", "-o", "other", "--as-of", "2026-10-01").exit_code == 0
    assert not list(halden.glob("*.sqlite*"))
    assert call("history").exit_code == 2
    assert call("run", "in", "-q", "-o", "other", "--as-of", "2026-10-01", "--history", "own.sqlite").exit_code == 0
    assert call("history", "--history", "own.sqlite").exit_code == 0


def test_an_older_day_is_audited_but_not_kept(halden: Path) -> None:
    call("run", "--as-of", "2026-11-01", "-q")
    result = call("run", "--as-of", "2026-10-01", "-q")
    assert result.exit_code == 0
    assert "already holds a run as of 2026-11-01" in result.output
    with History(halden / FILE_NAME) as history:
        assert list(history.runs()["as_of"]) == ["2026-11-01"]


def test_gates_fail_with_their_reason_after_the_report_is_written(halden: Path) -> None:
    project(halden, wrong(ANN), BOB, extra='[gates]\nfail_on = ["findings VAL001 > 0"]')
    result = call("run", "--as-of", "2026-10-01", "--fail-on", "score < 1", "--fail-on", "new high > 0")
    assert result.exit_code == 1
    assert "gate failed: findings VAL001 > 0: it is 1." in result.output
    assert "score < 1:" not in result.output
    assert "new high" not in result.output
    assert (halden / "audit-report" / "report.html").is_file()
    project(halden, wrong(ANN), wrong(BOB))
    result = call("run", "--as-of", "2026-11-01", "--fail-on", "new high > 0", "-q")
    assert (result.exit_code, result.output) == (1, "gate failed: new high > 0: it is 1.\n")
    assert [run["exit_code"] for run in json.loads(call("history", "--format", "json").output)] == [1, 1]


def test_a_gate_that_cannot_be_understood_stops_before_anything_is_read(halden: Path) -> None:
    result = call("run", "--fail-on", "dimension uniquness < 90")
    assert result.exit_code == 2
    assert "Did you mean 'uniqueness'?" in result.output
    assert not (halden / "audit-report").exists()
    result = call("run", "--no-history", "--fail-on", "new critical > 0")
    assert result.exit_code == 2
    assert "needs a history" in result.output


def test_if_due_runs_once_a_period(halden: Path) -> None:
    assert "report:" in call("run", "--if-due").output
    again = call("run", "--if-due")
    assert (again.exit_code, again.output) == (0, f"Not due: this month has been audited on {date.today()}.\n")
    assert "this day" in call("run", "--if-due", "--every", "day").output
    with History(halden / FILE_NAME) as history:
        history.database.execute("UPDATE run SET ran_on = '2026-01-31'")
    assert "report:" in call("run", "--if-due").output
    assert call("run", "in", "--no-history", "--if-due").exit_code == 2


@pytest.mark.parametrize(
    ("one", "other", "every", "same"),
    [
        ("2026-10-01", "2026-10-31", "month", True),
        ("2025-10-01", "2026-10-01", "month", False),
        ("2026-12-31", "2027-01-03", "week", True),
        ("2026-11-01", "2026-11-02", "week", False),
        ("2026-11-01", "2026-11-02", "day", False),
    ],
)
def test_periods(one: str, other: str, every: str, same: bool) -> None:
    assert (period(date.fromisoformat(one), every) == period(date.fromisoformat(other), every)) is same


def test_a_second_run_is_refused_while_one_is_under_way(halden: Path) -> None:
    with run_lock(halden / FILE_NAME):
        result = call("run", "--as-of", "2026-10-01")
    assert result.exit_code == 2
    assert "Another run of this project is under way" in result.output
    assert not (halden / "audit-report").exists()
    assert call("run", "--as-of", "2026-10-01", "-q").exit_code == 0


def test_a_log_tells_how_runs_ended_is_bounded_and_holds_nobody(halden: Path) -> None:
    project(halden, wrong(ANN), BOB, extra='[log]\nfile = "audit.log"\nsize = 200\nkeep = 2')
    for day in range(1, 4):
        call("run", "--as-of", f"2026-10-0{day}", "-q", "--fail-on", "score < 101")
    logs = sorted(path.name for path in halden.glob("audit.log*"))
    assert logs == ["audit.log", "audit.log.1", "audit.log.2"]
    told = "".join((halden / name).read_text("utf-8") for name in logs)
    assert "exit 1: a gate failed" in told
    assert all((halden / name).stat().st_size <= 200 for name in logs)
    assert "kembara" not in told
    assert "Ann" not in told


def test_every_project_is_audited_whatever_becomes_of_the_others(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    project(tmp_path / "clients" / "asmara", wrong(ANN), BOB, title="Asmara")
    project(tmp_path / "clients" / "bergen", ANN, BOB, title="Bergen", extra='[gates]\nfail_on = ["score > 1"]')
    project(tmp_path / "clients" / "cork", ANN)
    (tmp_path / "clients" / "cork" / "in" / "contacts.csv").unlink()
    (tmp_path / "clients" / "dakar").mkdir()
    (tmp_path / "clients" / "dakar" / "audit.toml").write_text("[report]\nmaks = true\n", "utf-8")
    result = call("run", "--all", "--as-of", "2026-10-01")
    assert result.exit_code == 2
    table = result.output[result.output.index("project ") :].splitlines()
    assert [line.split()[0] for line in table] == ["project", "cork", "dakar", "asmara", "bergen"]
    assert "failed" in table[1]
    assert "failed" in table[2]
    assert table[3].split()[-1] == "done"
    assert "gate failed: score > 1" in table[4]
    for name in ("asmara", "bergen"):
        assert (tmp_path / "clients" / name / FILE_NAME).is_file()
        assert (tmp_path / "clients" / name / "audit-report" / "report.html").is_file()
    assert "kembara" not in "\n".join(table)
    assert call("run", "--all", str(tmp_path / "clients"), "-c", "x.toml").exit_code == 2
    (tmp_path / "nothing").mkdir()
    assert call("run", "--all", str(tmp_path / "nothing")).exit_code == 2


def test_sparks() -> None:
    assert spark([1.0, None, 1.5, float("nan"), 3.0]) == "▁·▃·█"
    assert spark([None]) == "·"
    assert spark([5.0, 5.0]) == "▁▁"


@pytest.mark.skipif(os.name != "posix", reason="fork and SIGKILL are POSIX")
def test_a_kill_in_the_middle_of_a_run_leaves_whole_output_and_the_next_run_works(tmp_path: Path) -> None:
    folder = project(tmp_path, wrong(ANN), BOB)
    result = run_audit([folder / "in"], Config(), pd.Timestamp("2026-10-01"))
    entry = entry_of(result, ran_on=date(2026, 10, 1))
    output, target = folder / "out", folder / FILE_NAME

    def one_run(number: int) -> None:
        with run_lock(target), History(target, create=True) as history:
            run = history.record(entry_of(result, ran_on=date(2026, 10, 1), decisions=[str(number).encode()]))
            write(result, output)
            history.finish(run, 0)

    one_run(0)
    (output / "mine.txt").write_text("keep me", "utf-8")
    moments = random.Random(3)
    for number in range(1, 11):
        process = os.fork()
        if not process:
            try:
                while True:
                    number += 100
                    one_run(number)
            finally:
                os._exit(1)
        time.sleep(moments.uniform(0.0, 1.0))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        if output.exists():
            whole(output)
        one_run(number)
        whole(output)
        assert (output / "mine.txt").read_text("utf-8") == "keep me"
        assert not [path.name for path in folder.iterdir() if path.name.startswith(".out.")]
        with History(target) as history:
            assert history.database.query("PRAGMA integrity_check").iloc[0, 0] == "ok"
            assert history.runs()["closing"].eq(len(entry.findings)).all()


def whole(output: Path) -> None:
    told = json.loads((output / "audit.json").read_text("utf-8"))
    assert [name for name in told["files"] if not (output / name).is_file()] == []
    assert (output / "report.html").read_text("utf-8").rstrip().endswith("</html>")
