"""A line for cron. It comes every day and does nothing unless an audit is due, so that a missed day is made up."""

import shlex
import shutil
import subprocess

from audit.errors import UsageError
from audit.schedule.plan import PERIODS, Plan


def cron(plan: Plan) -> str:
    command = f"cd {shlex.quote(str(plan.folder))} && {shlex.join(plan.arguments)}".replace("%", "\\%")
    return f"{_head(plan)}\n{plan.minute} {plan.hour} * * * {command}\n"


def install_cron(plan: Plan) -> str:
    """Puts the line into the user's table, in place of an earlier one for the same project."""
    program = shutil.which("crontab")
    if program is None:
        raise UsageError("There is no crontab on this machine.", hint="Take --form systemd, or install cron.")
    listed = subprocess.run([program, "-l"], capture_output=True, text=True, check=False)
    lines = listed.stdout.splitlines() if listed.returncode == 0 else []
    kept = "".join(f"{line}\n" for line in _without(lines, plan))
    done = subprocess.run([program, "-"], input=kept + cron(plan), capture_output=True, text=True, check=False)
    if done.returncode:
        raise UsageError(f"crontab refused: {done.stderr.strip()}.", hint="Put the line in by hand with `crontab -e`.")
    return f"cron audits {plan.folder} {PERIODS[plan.every]} from {plan.hour:02}:{plan.minute:02} on."


def _head(plan: Plan) -> str:
    return f"# {plan.name}: {plan.folder}"


def _without(lines: list[str], plan: Plan) -> list[str]:
    """The table without this project's comment and the line below it."""
    kept, skip = [], False
    for line in lines:
        if skip or line == _head(plan):
            skip = line == _head(plan)
            continue
        kept.append(line)
    return kept
