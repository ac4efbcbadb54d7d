"""A service and a timer for the user's systemd; a run that was missed is made up at the next start."""

import os
import shutil
import subprocess
from pathlib import Path

from audit.errors import UsageError
from audit.schedule.plan import PERIODS, Plan

TIMES = {"month": "*-*-01 {at}", "week": "Mon *-*-* {at}", "day": "*-*-* {at}"}


def systemd(plan: Plan) -> str:
    """Both files, each under its name."""
    return "\n".join(f"# {name}\n{text}" for name, text in units(plan).items())


def units(plan: Plan) -> dict[str, str]:
    """The text of the service and of the timer, by file name."""
    at = f"{plan.hour:02}:{plan.minute:02}:00"
    service = f"""[Unit]
Description=Audit of the customer data in {_specifiers(str(plan.folder))}

[Service]
Type=oneshot
WorkingDirectory={_specifiers(str(plan.folder))}
# Secrets, as NAME=value lines that only you can read.
EnvironmentFile=-%h/.config/crm-audit/environment
ExecStart={" ".join(map(_quoted, plan.arguments))}
Nice=10
"""
    timer = f"""[Unit]
Description=Audit of the customer data in {_specifiers(str(plan.folder))}, {PERIODS[plan.every]}

[Timer]
OnCalendar={TIMES[plan.every].format(at=at)}
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {f"{plan.name}.service": service, f"{plan.name}.timer": timer}


def install_systemd(plan: Plan) -> str:
    """Writes the units for the user and starts the timer."""
    program = shutil.which("systemctl")
    if program is None:
        raise UsageError("There is no systemd on this machine.", hint="Take --form cron.")
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    folder = Path(home) / "systemd" / "user"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in units(plan).items():
        (folder / name).write_text(text, "utf-8")
    for command in (["daemon-reload"], ["enable", "--now", f"{plan.name}.timer"]):
        done = subprocess.run([program, "--user", *command], capture_output=True, text=True, check=False)
        if done.returncode:
            raise UsageError(
                f"The units are in {folder}, but systemctl refused: {done.stderr.strip()}.",
                hint=f"Try: systemctl --user enable --now {plan.name}.timer",
            )
    return f"{plan.name}.timer audits {plan.folder} {PERIODS[plan.every]}; its files are in {folder}."


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(argument: str) -> str:
    """An argument of ExecStart: in quotes where it has to be, with nothing for systemd to expand."""
    text = argument.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"' if text != argument or not argument or any(c in " ;'\t" for c in argument) else text
