"""`crm-audit schedule`: the audit of a project by itself, in the form of the scheduler at hand."""

import re
import shutil
import sys
from pathlib import Path

import click

from audit.cli.options import config_option
from audit.errors import UsageError

_SECRET = re.compile(r"\$\{(?!keyring:)([^}]+)\}")


class Time(click.ParamType):
    """A time of day as HH:MM."""

    name = "time"

    def convert(
        self, value: str | tuple[int, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value)
        if found is None:
            self.fail(f"{value!r} is no time of day; write it as 06:00.", param, ctx)
        return int(found[1]), int(found[2])


@click.command()
@click.option("--monthly", "every", flag_value="month", default="month", help="On the first of the month (default).")
@click.option("--weekly", "every", flag_value="week", help="On Mondays.")
@click.option("--daily", "every", flag_value="day", help="Every day.")
@click.option("--at", type=Time(), default="06:00", show_default=True, help="Time of day.")
@click.option(
    "--form", type=click.Choice(["cron", "systemd", "windows", "github", "airflow"]), help="Default: what is here."
)
@click.option("--install", is_flag=True, help="Set it up rather than print it (cron, systemd).")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("audit-report"), show_default=True)
@config_option
def schedule(
    every: str, at: tuple[int, int], form: str | None, install: bool, output: Path, config_path: Path | None
) -> None:
    """Print, or set up, the unattended audit of this project.

    Secrets come from the environment of the scheduler; none is written into what is printed.
    """
    from audit.config import find_config, load_config
    from audit.schedule import FORMS, INSTALLERS, Plan

    found = config_path or find_config(())
    if found is None:
        raise UsageError("There is no audit.toml here.", hint="`crm-audit init` writes one; or name it with -c.")
    config = load_config(found)
    if config.as_of is not None:
        click.echo("warning: audit.toml fixes as_of; every run would speak of that day. Take it out.", err=True)
    found = found.resolve()
    arguments = [*program(), "run", "-c", str(found), "-o", str(found.parent / output)]
    arguments += ["--if-due", "--every", every, "--quiet"]
    if config.alerts.to:
        arguments.append("--notify")
    urls = (*config.alerts.to, config.history.file)
    secrets = dict.fromkeys(name for url in urls for name in _SECRET.findall(url))
    plan = Plan(found.parent, every, *at, tuple(arguments), tuple(secrets))
    chosen = form or usual_form()
    if not install:
        click.echo(FORMS[chosen](plan), nl=False)
        return
    if chosen not in INSTALLERS:
        raise UsageError(f"--install does not know {chosen}.", hint="Print it, and set it up there.")
    click.echo(INSTALLERS[chosen](plan))


def usual_form() -> str:
    """The scheduler of this machine."""
    if sys.platform == "win32":
        return "windows"
    return "systemd" if Path("/run/systemd/system").is_dir() and not shutil.which("crontab") else "cron"


def program() -> list[str]:
    """How this very installation is called from anywhere."""
    beside = Path(sys.executable).with_name("crm-audit.exe" if sys.platform == "win32" else "crm-audit")
    return [str(beside)] if beside.is_file() else [sys.executable, "-c", "from audit.cli import main; main()"]
