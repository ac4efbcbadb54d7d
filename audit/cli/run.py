"""`crm-audit run` and `demo`: the whole audit."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audit.cli.options import Day, config_option, configured, paths_argument
from audit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from audit.result import AuditResult


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
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def run(
    paths: tuple[Path | str, ...],
    config_path: Path | None,
    output: Path,
    as_of: date | None,
    full: bool | None,
    quiet: bool,
) -> None:
    """Audit files, folders or archives and write the report.

    Exit codes: 0 done, 1 a gate failed, 2 wrong use or nothing readable, 3 a rule crashed or the accounts do not close.
    """
    raise SystemExit(_audit(paths, config_path, output, as_of, full, quiet))


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("demo-report"), show_default=True)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def demo(output: Path, quiet: bool) -> None:
    """Audit the exports of a made-up company and write the report."""
    raise SystemExit(_audit((sample_folder(),), None, output, None, None, quiet))


def sample_folder() -> Path:
    """The folder of the made-up company's exports, from the checkout or the installed package."""
    from importlib.util import find_spec

    spec = find_spec("sample_exports")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / "manifest.csv").is_file():
            return Path(place)
    raise UsageError("The sample exports are not installed.", hint="Run `crm-audit demo` from the project's folder.")


def _audit(
    paths: tuple[Path | str, ...],
    config_path: Path | None,
    output: Path,
    as_of: date | None,
    full: bool | None,
    quiet: bool,
) -> int:
    import pandas as pd

    from audit.pipeline import run_audit
    from audit.rule import Outcome
    from audit.sources.databases import display_name, is_url
    from reports.outputs import write

    config, paths = configured(paths, config_path)
    day = as_of or config.as_of or date.today()
    named = (path.name if isinstance(path, Path) else display_name(path) if is_url(path) else path for path in paths)
    command = f"crm-audit run {' '.join(named)} --as-of {day}"
    with Progress(quiet) as progress:
        result = run_audit(paths, config, pd.Timestamp(day), command=command, progress=progress)
        progress("Writing")
        mask = config.report.mask if full is None else not full
        write(result, output, mask=mask, language=config.report.language)
    if not quiet:
        click.echo(summary(result, output))
    for warning in result.dataset.warnings:
        click.echo(f"warning: {warning}", err=True)
    errored = [entry for entry in result.rule_results if entry.outcome is Outcome.ERRORED]
    for entry in errored:
        click.echo(f"error: rule {entry.rule_id} crashed ({entry.reason}); the other rules ran.", err=True)
    return int(ExitCode.RULE_ERRORED if errored else ExitCode.DONE)


class Progress:
    """What is being done, on one line of a terminal; silent elsewhere."""

    def __init__(self, quiet: bool) -> None:
        self.shown = not quiet and sys.stderr.isatty()
        self.width = 0

    def __enter__(self) -> Callable[[str], None]:
        return self

    def __call__(self, step: str) -> None:
        if self.shown:
            line = f"{step} ..."[:78]
            click.echo("\r" + line.ljust(self.width), nl=False, err=True)
            self.width = len(line)

    def __exit__(self, *_: object) -> None:
        if self.shown:
            click.echo("\r" + " " * self.width + "\r", nl=False, err=True)


def summary(result: "AuditResult", output: Path) -> str:
    """The audit in a few lines: how much was read, the score, the commonest problems, where the report is."""
    records = sum(len(result.dataset[name]) for name in result.dataset)
    counted = result.findings[~result.findings["accepted"]]
    lines = [
        f"{result.title}, as of {result.as_of:%Y-%m-%d}",
        f"{records:,} records from {len({info.file for info in result.dataset.sources})} files, "
        f"{len(result.dataset.set_aside):,} rows set aside",
        f"accuracy score {result.score.overall:.1f} of 100; {result.score.flawless:.0%} of the records without a "
        f"finding; {result.score.not_evaluated} of {len(result.rules)} rules could not run",
    ]
    for rule_id, count in counted["rule_id"].value_counts().head(5).items():
        lines.append(f"  {count:>7,}  {result.rule(str(rule_id)).title}")
    lines.append(f"report: {output / 'report.html'}")
    return "\n".join(lines)
