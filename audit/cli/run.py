"""`crm-audit run` and `demo`: the whole audit."""

from datetime import date
from pathlib import Path

import click

from audit.cli.audit_run import Order, audit
from audit.cli.options import Day, audience_option, config_option, decisions_option, language_option, paths_argument
from audit.errors import UsageError


@click.command()
@paths_argument
@config_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("audit-report"),
    show_default=True,
    help="Folder for the report and the files beside it.",
)
@click.option("--as-of", type=Day(), help="The day the audit speaks of. Default: audit.toml, else today.")
@click.option("--full/--masked", "full", default=None, help="Show or mask people's data in the HTML report.")
@click.option("--twins", is_flag=True, help="Write the report twice: report.html masked, report-full.html in full.")
@audience_option
@language_option
@decisions_option
@click.option("--history", help="Where runs are kept: a file or a PostgreSQL URL. Default: beside audit.toml.")
@click.option("--no-history", is_flag=True, help="Neither compare nor keep this run.")
@click.option("--fail-on", multiple=True, help="End with exit code 1 if this holds: 'score < 85'. Repeatable.")
@click.option("--if-due", is_flag=True, help="Do nothing where this month, week or day has been audited already.")
@click.option("--every", type=click.Choice(["month", "week", "day"]), help="For --if-due. Default: audit.toml, month.")
@click.option("--notify", is_flag=True, help="Tell the receivers that audit.toml names under [alerts].")
@click.option(
    "--all", "every_project", is_flag=True, help="Audit every project (folder with an audit.toml) below PATHS."
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def run(
    paths: tuple[Path | str, ...],
    config_path: Path | None,
    output: Path,
    as_of: date | None,
    full: bool | None,
    twins: bool,
    audience: str | None,
    language: str | None,
    decisions_path: Path | None,
    history: str | None,
    no_history: bool,
    fail_on: tuple[str, ...],
    if_due: bool,
    every: str | None,
    notify: bool,
    every_project: bool,
    quiet: bool,
) -> None:
    """Audit files, folders or archives and write the report.

    Exit codes: 0 done, 1 a gate failed, 2 wrong use or nothing readable, 3 a rule crashed or the accounts do not close.
    """
    order = Order(
        paths=paths,
        config_path=config_path,
        output=output,
        as_of=as_of,
        full=full,
        twins=twins,
        audience=audience,
        language=language,
        decisions_path=decisions_path,
        quiet=quiet,
        history=history,
        keep=not no_history,
        fail_on=fail_on,
        if_due=if_due,
        every=every,
        notify=notify,
    )
    if every_project:
        from audit.cli.projects import audit_all

        raise SystemExit(int(audit_all(order)))
    raise SystemExit(int(audit(order).code))


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("demo-report"), show_default=True)
@audience_option
@language_option
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def demo(output: Path, audience: str | None, language: str | None, quiet: bool) -> None:
    """Audit the exports of a made-up company and write the report."""
    order = Order(
        paths=(sample_folder(),), output=output, quiet=quiet, keep=False, audience=audience, language=language
    )
    raise SystemExit(int(audit(order).code))


def sample_folder() -> Path:
    """The folder of the made-up company's exports, from the checkout or the installed package."""
    from importlib.util import find_spec

    spec = find_spec("sample_exports")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / "manifest.csv").is_file():
            return Path(place)
    raise UsageError("The sample exports are not installed.", hint="Run `crm-audit demo` from the project's folder.")
