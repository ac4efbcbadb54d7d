"""Each scheduler's form, read by that scheduler's own verifier where it is installed and by a parser elsewhere."""

import os
import re
import shlex
import shutil
import stat
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from audit.cli import main
from audit.schedule import FORMS, Plan

NASTY = """it's 100% "ours" $HOME \\ {{ x }}"""
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def plan(every: str = "month", folder: str = "/srv/client a", **secrets: Any) -> Plan:
    arguments = ("/usr/bin/env", "run", "-c", f"{folder}/audit.toml", NASTY)
    return Plan(Path(folder), every, 6, 5, arguments, **secrets)


@pytest.mark.parametrize("every", ["month", "week", "day"])
def test_cron_comes_daily_and_runs_the_very_command(every: str) -> None:
    comment, line = FORMS["cron"](plan(every)).splitlines()
    assert comment == "# crm-audit-client-a: /srv/client a"
    assert line.startswith("5 6 * * * ")
    # cron hands the rest to a shell once it has taken the backslash from every per cent sign.
    command = re.sub(r"\\%", "%", line.split(" ", 5)[5])
    assert not re.search(r"(?<!\\)%", line)
    assert shlex.split(command) == ["cd", "/srv/client a", "&&", *plan(every).arguments]


@pytest.mark.skipif(not shutil.which("crontab"), reason="cron is not installed")
def test_cron_accepts_its_line(tmp_path: Path) -> None:
    (tmp_path / "table").write_text(FORMS["cron"](plan()), "utf-8")
    usage = subprocess.run(["crontab", "-?"], capture_output=True, text=True, check=False).stderr
    dry = "-n" if "dry run" in usage else "-T"
    done = subprocess.run(["crontab", dry, str(tmp_path / "table")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("every", ["month", "week", "day"])
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_verifies_its_units(every: str, tmp_path: Path) -> None:
    from audit.schedule.systemd import units

    (tmp_path / "client a").mkdir()
    made = units(plan(every, str(tmp_path / "client a")))
    for name, text in made.items():
        (tmp_path / name).write_text(text, "utf-8")
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), name
    timer = next(text for name, text in made.items() if name.endswith(".timer"))
    when = re.search(r"OnCalendar=(.+)", timer)
    assert when is not None
    told = subprocess.run(["systemd-analyze", "calendar", when[1]], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "06:05:00" in told.stdout
    assert "Persistent=true" in timer


def test_systemd_expands_nothing_in_the_command() -> None:
    (line,) = [line for line in FORMS["systemd"](plan()).splitlines() if line.startswith("ExecStart=")]
    assert "100%% " in line
    assert "$$HOME" in line
    assert '\\"ours\\"' in line


@pytest.mark.parametrize(
    ("every", "kind"), [("month", "ScheduleByMonth"), ("week", "ScheduleByWeek"), ("day", "ScheduleByDay")]
)
def test_windows_takes_a_task(every: str, kind: str) -> None:
    root = ElementTree.fromstring(FORMS["windows"](plan(every)))
    trigger = root.find(f"{TASK}Triggers/{TASK}CalendarTrigger")
    assert trigger is not None
    assert trigger.findtext(f"{TASK}StartBoundary") == "2026-01-01T06:05:00"
    assert trigger.find(f"{TASK}{kind}") is not None
    action = root.find(f"{TASK}Actions/{TASK}Exec")
    assert action is not None
    assert action.findtext(f"{TASK}Arguments") == subprocess.list2cmdline(plan().arguments[1:])
    assert root.findtext(f"{TASK}Settings/{TASK}StartWhenAvailable") == "true"
    assert root.findtext(f"{TASK}Settings/{TASK}MultipleInstancesPolicy") == "IgnoreNew"


def test_github_takes_a_workflow_with_secrets_by_name() -> None:
    yaml = pytest.importorskip("yaml")
    work = yaml.safe_load(FORMS["github"](plan(secrets=("MAIL_PASSWORD",))))
    # YAML 1.1 reads the key "on" as true.
    assert work[True]["schedule"] == [{"cron": "5 6 1 * *"}]
    job = work["jobs"]["audit"]
    assert job["runs-on"] == "self-hosted"
    (step,) = job["steps"]
    assert shlex.split(step["run"]) == list(plan().arguments)
    assert step["env"] == {"MAIL_PASSWORD": "${{ secrets.MAIL_PASSWORD }}"}
    assert step["working-directory"] == "/srv/client a"


def test_airflow_takes_a_dag(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, Any] = {}

    class Dag:
        def __init__(self, **options: Any) -> None:
            made.update(options)

        def __enter__(self) -> "Dag":
            return self

        def __exit__(self, *_: object) -> None:
            pass

    modules = {
        "airflow": SimpleNamespace(DAG=Dag),
        "airflow.operators": SimpleNamespace(),
        "airflow.operators.bash": SimpleNamespace(BashOperator=lambda **options: made.update(options)),
    }
    for name, module in modules.items():
        monkeypatch.setitem(__import__("sys").modules, name, module)
    exec(compile(FORMS["airflow"](plan()), "dag.py", "exec"), {})
    assert made["schedule"] == "5 6 1 * *"
    assert (made["catchup"], made["max_active_runs"]) == (False, 1)
    command = made["bash_command"].removeprefix("{% raw %}").removesuffix("{% endraw %} ")
    assert shlex.split(command) == list(plan().arguments)
    assert made["cwd"] == "/srv/client a"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "Client A"
    folder.mkdir()
    (folder / "audit.toml").write_text(
        'title = "A"\n[alerts]\nto = ["mailto://me:${MAIL_PASSWORD}@mail.example"]\n', "utf-8"
    )
    monkeypatch.chdir(folder)
    return folder


def call(*args: str) -> Result:
    return CliRunner().invoke(main, ["schedule", *args], catch_exceptions=False)


def test_the_command_prints_every_form_without_secrets(client: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "hunter2")
    for form in FORMS:
        told = call("--weekly", "--at", "23:30", "--form", form).output
        assert "--if-due --every week --quiet --notify" in told, form
        assert str(client / "audit.toml") in told
        assert "hunter2" not in told
    assert call("--at", "25:00").exit_code == 2
    assert call("--form", "github", "--install").exit_code == 2
    (client / "audit.toml").write_text("as_of = 2026-10-01\n", "utf-8")
    assert "fixes as_of" in call("--form", "cron").output
    (client / "audit.toml").unlink()
    assert call("--monthly").exit_code == 2


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.skipif(os.name != "posix", reason="cron is of POSIX systems")
def test_install_replaces_its_own_line_in_the_table(client: Path, tmp_path: Path, monkeypatch) -> None:
    table = tmp_path / "table"
    table.write_text("# mine\n0 0 * * * backup\n", "utf-8")
    program(tmp_path, "crontab", f'if [ "$1" = "-l" ]; then cat "{table}"; else cat > "{table}"; fi')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert "monthly from 06:00 on" in call("--install", "--form", "cron").output
    assert "daily from 07:15 on" in call("--daily", "--at", "07:15", "--install", "--form", "cron").output
    lines = table.read_text("utf-8").splitlines()
    assert lines[:2] == ["# mine", "0 0 * * * backup"]
    assert len(lines) == 4
    assert lines[3].startswith("15 7 * * * cd ")


@pytest.mark.skipif(os.name != "posix", reason="systemd is of Linux")
def test_install_writes_units_for_the_user(client: Path, tmp_path: Path, monkeypatch) -> None:
    said = tmp_path / "said"
    program(tmp_path, "systemctl", f'echo "$@" >> "{said}"')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert "crm-audit-client-a.timer" in call("--install", "--form", "systemd").output
    units = tmp_path / "config" / "systemd" / "user"
    assert sorted(path.name for path in units.iterdir()) == ["crm-audit-client-a.service", "crm-audit-client-a.timer"]
    assert said.read_text("utf-8").splitlines() == [
        "--user daemon-reload",
        "--user enable --now crm-audit-client-a.timer",
    ]
    program(tmp_path, "systemctl", "echo no bus >&2; exit 1")
    refused = call("--install", "--form", "systemd")
    assert refused.exit_code == 2
    assert "no bus" in refused.output
