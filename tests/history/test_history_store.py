"""The history as a database: one transaction a run, safe against kills and second writers; migrations; two dialects."""

import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from audit.errors import ConfigError, UsageError
from audit.history import Entry, History, OlderRun, run_lock
from audit.history.compare import compare
from audit.history.database import APPLICATION
from audit.history.schema import MIGRATIONS, migrate
from audit.sources.files import data_files

RULE = {"severity": "high", "dimension": "validity", "prevention": "format_check", "rows_checked": 9, "accepted": 0}


def entry(day: str, keys: list[str], *, held: tuple[str, ...] = ("email",), outcome: str = "failed", **run) -> Entry:
    """A run that found `keys` with one rule in one source."""
    findings = pd.DataFrame(
        {
            "finding_key": keys,
            "rule_id": "VAL001",
            "entity": "contact",
            "source": "CRM",
            "field": "email",
            "record": [f"contact\x1fCRM\x1f{key}" for key in keys],
            "subject": [f"{key}@kembara.example" for key in keys],
            "owner": "Ratna Wijaya",
            "state": 1,
        }
    ).astype(dict.fromkeys(("finding_key", "record", "subject", "owner"), "string[pyarrow]"))
    line = {
        "as_of": day,
        "ran_on": day,
        "version": "1",
        "score_version": "1",
        "rules_hash": "r",
        "settings_hash": "s",
        "decisions_hash": "d",
        "inputs": "{}",
        "fingerprint": f"{day} {sorted(keys)}",
        "exit_code": 0,
        "records": 9,
        "score": 100.0 - len(keys),
        "noise": 1.0,
        "after_safe": 99.0,
        "after_all": 99.5,
        "flawless": 0.5,
        "coverage": 1.0,
        "not_evaluated": 0,
        **run,
    }
    metric = {"metric_id": "list_size", "period": "all", "unit": "count", "unit_label": "", "verdict": "reportable"}
    return Entry(
        run=line,
        parts=pd.DataFrame(
            [("dimension", "validity", 90.0, 9, 9)], columns=["kind", "name", "score", "cells", "records"]
        ),
        rules=pd.DataFrame([{"rule_id": "VAL001", "title": "t", "outcome": outcome, "findings": len(keys), **RULE}]),
        metrics=pd.DataFrame([{**metric, "raw": 9.0, "cleaned": 8.0, "low": 8.0, "high": 9.0}]),
        held=pd.DataFrame([("contact", "CRM", name) for name in held], columns=["entity", "source", "field"]),
        findings=findings,
        owners=("Ratna Wijaya",),
    )


def keep(target: Path | str, *runs: Entry) -> None:
    for run in runs:
        with History(target, create=True) as history:
            history.finish(history.record(run), 0)


def total(target: Path | str, run: str = "last") -> dict[str, int]:
    with History(target) as history:
        return {name: n for name, n in compare(history, history.number(run)).total.items() if n}


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """An empty history of either kind."""
    if request.param == "sqlite":
        return tmp_path / "history.sqlite"
    url = request.getfixturevalue("postgres")
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return url


def test_stock_and_flow_is_the_same_in_both_databases(target) -> None:
    keep(target, entry("2026-01-31", ["a", "b", "c"]), entry("2026-02-28", ["b", "c", "d"]))
    assert total(target) == {"opening": 3, "new": 1, "fixed": 1, "closing": 3}
    keep(target, entry("2026-03-31", ["a", "d"]))
    assert total(target) == {"opening": 3, "returned": 1, "reinfected": 1, "fixed": 2, "closing": 2}
    with History(target) as history:
        compared = compare(history, history.number("last"), owners=["Ratna Wijaya"])
        assert list(compared.by_owner["name"]) == ["Ratna Wijaya"]
        assert list(compare(history, 3).by_owner["name"].str.startswith("#")) == [True]
        states = compared.findings.set_index("finding_id")
        assert dict(states["state"]) == {"a": "returned", "d": "open"}
        assert dict(states["since"].dt.strftime("%m")) == {"a": "03", "d": "02"}
        assert compared.reinfection.to_dict("records") == [{"source": "CRM", "fixed": 3, "returned": 1, "rate": 1 / 3}]
        assert compared.score_change == 1.0


def test_what_nobody_looked_for_is_not_fixed(target) -> None:
    keep(target, entry("2026-01-31", ["a", "b"]), entry("2026-02-28", [], held=("phone",)))
    assert total(target) == {"opening": 2, "unchecked": 2}
    keep(target, entry("2026-03-31", [], outcome="not_evaluated"))
    assert total(target) == {}
    keep(target, entry("2026-04-30", ["a"]))
    assert total(target) == {"returned": 1, "closing": 1}
    with History(target) as history:
        findings = compare(history, history.number("last")).findings
    assert findings["since"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-31"]


def test_a_repeat_takes_the_place_of_the_run_that_it_repeats(target) -> None:
    first, second = entry("2026-01-31", ["a"]), entry("2026-02-28", ["b"])
    keep(target, first, second, second, second)
    with History(target) as history:
        assert list(history.runs()["id"]) == [1, 2]
    assert total(target) == {"opening": 1, "new": 1, "fixed": 1, "closing": 1}


def test_an_older_day_is_refused_and_leaves_nothing(target) -> None:
    keep(target, entry("2026-02-28", ["a"]))
    with History(target) as history, pytest.raises(OlderRun, match="2026-02-28"):
        history.record(entry("2026-01-31", ["b"]))
    assert total(target) == {"new": 1, "closing": 1}


def test_without_finish_nothing_is_kept(target) -> None:
    keep(target, entry("2026-01-31", ["a"]))
    with History(target) as history:
        history.record(entry("2026-02-28", ["b"]))
    with History(target) as history:
        assert list(history.runs()["as_of"]) == ["2026-01-31"]


def test_runs_are_named_by_number_day_or_place(target) -> None:
    keep(target, entry("2026-01-31", ["a"]), entry("2026-02-28", ["b"]))
    with History(target) as history:
        assert [history.number(name) for name in ("1", "2026-02-28", "last", "last-1")] == [1, 2, 2, 1]
        for wrong in ("7", "last-2", "last-x", "yesterday"):
            with pytest.raises(UsageError, match=r"no run .*last ones are 1 \(2026-01-31\)"):
                history.number(wrong)


def test_a_second_run_is_refused_clearly_while_one_is_under_way(target) -> None:
    refused = pytest.raises(UsageError, match="Another run of this project is under way")
    with run_lock(target), refused, run_lock(target):
        pass
    with run_lock(target):
        pass


def test_marks_say_what_else_changed(target) -> None:
    keep(
        target,
        entry("2026-01-31", ["a"]),
        entry("2026-02-28", ["a"], score_version="2"),
        entry("2026-03-31", ["a"], score_version="2", rules_hash="x", settings_hash="y"),
    )
    with History(target) as history:
        compared = compare(history, 3)
    assert list(compared.trend["marks"]) == ["", "score version", "rules, settings"]
    assert compared.changed == ("rules", "settings")


def test_the_file_is_known_by_its_head_and_never_read_as_data(tmp_path: Path) -> None:
    keep(tmp_path / "renamed.db", entry("2026-01-31", ["a"]))
    (tmp_path / "contacts.csv").write_text("Email\na@b.io\n", "utf-8")
    assert [path.name for path in data_files(tmp_path)] == ["contacts.csv"]
    with sqlite3.connect(tmp_path / "renamed.db") as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_foreign_and_damaged_files_are_named(tmp_path: Path) -> None:
    foreign = sqlite3.connect(tmp_path / "foreign.sqlite")
    foreign.execute("CREATE TABLE t (x)")
    foreign.close()
    (tmp_path / "damaged.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    (tmp_path / "text.sqlite").write_text("name,email\n" * 200, "utf-8")
    for name in ("foreign", "damaged", "text"):
        with pytest.raises(ConfigError, match=f"{name}.sqlite"):
            History(tmp_path / f"{name}.sqlite", create=True)
    with pytest.raises(UsageError, match="There is no history"):
        History(tmp_path / "none.sqlite")


def test_migrations_lead_from_an_older_form_and_refuse_a_newer_one(target) -> None:
    keep(target, entry("2026-01-31", ["a"]))
    further = (*MIGRATIONS, ("ALTER TABLE run ADD COLUMN remark TEXT", "UPDATE run SET remark = 'old'"))
    with History(target) as history:
        migrate(history.database, further)
        assert list(history.database.query("SELECT remark FROM run")["remark"]) == ["old"]
        broken = (*further, ("ALTER TABLE run ADD COLUMN more TEXT", "UPDATE nowhere SET x = 1"))
        with pytest.raises(Exception, match="nowhere"):
            migrate(history.database, broken)
        assert "more" not in history.runs().columns
    with pytest.raises(ConfigError, match="newer version of crm-audit"):
        History(target)


def write_on(target: Path, number: int, pipe: int, runs: int = 1_000_000, name: str = "") -> None:
    """Adds run after run, and says after each that it is kept."""
    for count in range(number + 1, number + 1 + runs):
        keys = [f"{count % 7}-{place}" for place in range(400)] + [f"{name}{place}" for place in range(200)]
        with History(target, create=True) as history:
            history.finish(history.record(entry("2026-01-31", keys)), 0)
        os.write(pipe, f"{count}\n".encode())


def forked(*arguments: Any) -> tuple[int, int]:
    """A process of our own kind that writes, and the pipe in which it says what it has kept."""
    there, here = os.pipe()
    process = os.fork()
    if not process:
        try:
            os.close(there)
            write_on(arguments[0], arguments[1], here, *arguments[2:])
        finally:
            os._exit(0 if sys.exc_info()[0] is None else 1)
    os.close(here)
    return process, there


def told(pipe: int) -> list[str]:
    with os.fdopen(pipe) as stream:
        return stream.read().split()


def killed(target: Path, moments: random.Random, rounds: int) -> int:
    """A process that writes run after run is killed at random moments; what it said was kept must be there, whole."""
    process, pipe = forked(target, 0, 1)
    began = time.monotonic()
    kept = len(told(pipe))
    one_run = time.monotonic() - began
    os.waitpid(process, 0)
    for _ in range(rounds):
        process, pipe = forked(target, kept)
        time.sleep(moments.uniform(0.0, 1.5 * one_run))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        said = told(pipe)
        with run_lock(target), History(target, create=True) as history:
            runs = history.runs()
            assert history.database.query("PRAGMA integrity_check").iloc[0, 0] == "ok"
            assert len(runs) >= int(said[-1] if said else kept)
            assert runs["closing"].notna().all()
            assert history.database.query("SELECT count(*) AS n FROM held")["n"].iloc[0] == len(runs)
            if len(runs):
                assert compare(history, int(runs["id"].iloc[-1])).total["closing"] == 600
            kept = len(runs)
    return kept


posix = pytest.mark.skipif(os.name != "posix", reason="fork and SIGKILL are POSIX")


@posix
def test_a_kill_at_any_moment_leaves_whole_runs(tmp_path: Path) -> None:
    assert killed(tmp_path / "history.sqlite", random.Random(1), 10) >= 1


@posix
@pytest.mark.slow
def test_a_hundred_kills_leave_whole_runs(tmp_path: Path, tell: Callable[[str], None]) -> None:
    kept = killed(tmp_path / "history.sqlite", random.Random(2), 100)
    tell(f"100 kills while runs were being written: {kept} whole runs kept, none in part")


@posix
def test_two_writers_at_once_wait_for_each_other(tmp_path: Path) -> None:
    """Without the lock of a run, SQLite itself makes the second writer wait for the first."""
    target = tmp_path / "history.sqlite"
    keep(target, entry("2026-01-01", ["a"]))
    each = 8
    writers = [forked(target, 0, each, name) for name in ("left", "right")]
    for process, pipe in writers:
        assert len(told(pipe)) == each
        assert os.waitpid(process, 0)[1] == 0
    with History(target) as history:
        assert len(history.runs()) == 1 + 2 * each
        assert history.database.query("PRAGMA integrity_check").iloc[0, 0] == "ok"
