"""The command line: parses, calls the pipeline, prints. Heavy imports wait until a command needs them."""

import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit import __version__
from audit.errors import AuditError, ExitCode, UsageError

if TYPE_CHECKING:
    from audit.config import Config
    from audit.result import AuditResult
    from reports.metrics.roi import Return


class AuditFailure(click.ClickException):
    """An error as the user sees it: one line with the next step, and its exit code."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        return int(self.code)


class AuditGroup(click.Group):
    """A group whose commands end in one clear line, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AuditError as error:
            raise AuditFailure(str(error), error.exit_code) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            told = (
                f"internal error ({type(error).__name__}); please report it with the output of `crm-audit --debug ...`."
            )
            raise AuditFailure(told, ExitCode.RULE_ERRORED) from error


class Day(click.ParamType):
    """A day as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is not a day; write it as 2026-10-31.", param, ctx)


class Source(click.ParamType):
    """A file, a folder, an archive, "-" for standard input, or the URL of a database."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "Path | str":
        return value if isinstance(value, Path) or value == "-" or "://" in value else Path(value)


paths_argument = click.argument("paths", nargs=-1, type=Source())
config_option = click.option(
    "-c",
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    help="Project file; audit.toml is found by itself.",
)


@click.group(cls=AuditGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="crm-audit")
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
def main(debug: bool) -> None:
    """Audits customer data before anybody reports on it. Everything stays on this machine."""


@main.command()
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


@main.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("demo-report"), show_default=True)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def demo(output: Path, quiet: bool) -> None:
    """Audit the exports of a made-up company and write the report."""
    raise SystemExit(_audit((sample_folder(),), None, output, None, None, quiet))


@main.command()
@paths_argument
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@config_option
def inspect(paths: tuple[Path | str, ...], form: str, config_path: Path | None) -> None:
    """Show what each file was taken for, and how its columns were mapped and read."""
    from audit.pipeline import load_sources
    from audit.sources import describe

    config, paths = _configured(paths, config_path)
    tables = describe(load_sources(paths, config))
    if form == "json":
        click.echo(json.dumps(tables, indent=2, ensure_ascii=False))
        return
    for table in tables:
        click.echo(_described(table))


@main.command()
@paths_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("audit.toml"), show_default=True)
@click.option("--force", is_flag=True, help="Replace an existing file.")
def init(paths: tuple[Path | str, ...], output: Path, force: bool) -> None:
    """Write a commented audit.toml from the files it sees."""
    from audit.config import Config
    from audit.pipeline import load_sources
    from audit.project_file import project_file

    if output.exists() and not force:
        raise UsageError(f"{output} exists.", hint="Give another name with -o, or --force to replace it.")
    text = project_file(load_sources(_given(paths), Config()), paths)
    beside = output.with_name(output.name + ".part")
    beside.write_text(text, "utf-8")
    beside.replace(output)
    click.echo(f"Wrote {output}. Correct what is wrong in it, then: crm-audit run -c {output}")


@main.group()
def rules() -> None:
    """What is checked."""


@rules.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@config_option
def list_rules(form: str, config_path: Path | None) -> None:
    """All rules by family, those of audit.toml included."""
    from audit.config import find_config, load_config
    from audit.pipeline import select_rules

    known = select_rules(load_config(config_path or find_config(())))
    if form == "json":
        click.echo(json.dumps([_rule_data(rule) for rule in known], indent=2))
        return
    family = ""
    for rule in known:
        if rule.family != family:
            family = rule.family
            click.echo(click.style(f"\n{family.replace('_', ' ')}", bold=True))
        click.echo(f"  {rule.id}  {rule.severity:<8}  {rule.title}")


@rules.command()
@click.argument("rule_id")
@config_option
def explain(rule_id: str, config_path: Path | None) -> None:
    """One rule: what it flags, why that matters, how to fix it."""
    import difflib

    from audit.config import find_config, load_config
    from audit.pipeline import select_rules
    from rules.pages import HEADINGS, page

    known = {rule.id: rule for rule in select_rules(load_config(config_path or find_config(())))}
    rule = known.get(rule_id.upper())
    if rule is None:
        near = difflib.get_close_matches(rule_id.upper(), known, n=1)
        raise UsageError(
            f"There is no rule {rule_id!r}.", hint=f"Did you mean {near[0]}?" if near else "See `crm-audit rules list`."
        )
    told = page(rule)
    click.echo(click.style(f"{rule.id}  {rule.title}", bold=True))
    click.echo(f"{rule.severity} | {rule.dimension} (ISO/IEC 25012: {rule.iso}) | fields: {', '.join(rule.fields)}\n")
    for heading, name in HEADINGS.items():
        if getattr(told, name):
            click.echo(f"{click.style(heading, bold=True)}\n{getattr(told, name)}\n")


@main.command()
@click.option("--gain", type=float, help="What the CRM brought in the period.")
@click.option("--cost", type=float, help="What it cost in the same period.")
@config_option
def roi(gain: float | None, cost: float | None, config_path: Path | None) -> None:
    """Return on the CRM, in both usages of the term: net ROI and return ratio."""
    from audit.config import find_config, load_config
    from reports.metrics.roi import evaluate, read_investment

    if (gain is None) != (cost is None):
        raise UsageError("--gain and --cost go together.", hint="Give both, or neither with an [investment] table.")
    values: dict[str, Any] = {"gain": gain, "cost": cost}
    if gain is None:
        config = load_config(config_path or find_config(()))
        if config.investment is None:
            raise UsageError("No figures given.", hint="Use --gain and --cost, or an [investment] table in audit.toml.")
        values = dict(config.investment_values())
    click.echo(_told(evaluate(read_investment(values)), dated=gain is None))


def _told(found: "Return", *, dated: bool) -> str:
    """A return in words: both usages by name, and, from monthly figures, when it paid back."""
    from reports.metrics.roi import GOOD_RETURN_RATIO

    lines = [
        f"gain {found.gain:,.2f}, cost {found.cost:,.2f}, net gain {found.net_gain:,.2f}",
        f"net ROI       {found.net_roi * 100:,.1f} %  (gain - cost) / cost; 0 % breaks even".replace(".0 %", " %"),
        f"return ratio  {found.return_ratio:,.4g}:1 or {found.return_ratio * 100:,.0f} %  gain / cost; 1:1 breaks "
        f"even, {GOOD_RETURN_RATIO:g}:1 is the usual mark of a good one",
    ]
    if dated:
        paid = "not within the period" if found.payback is None else f"after {found.payback:.1f} months"
        when = "" if found.break_even is None else f", on {found.break_even:%Y-%m-%d}"
        lines.append(f"paid back     {paid}{when}; profit beyond {found.profit_beyond:,.2f}")
    return "\n".join(lines)


def sample_folder() -> Path:
    """The folder of the made-up company's exports, from the checkout or the installed package."""
    from importlib.util import find_spec

    spec = find_spec("sample_exports")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / "manifest.csv").is_file():
            return Path(place)
    raise UsageError("The sample exports are not installed.", hint="Run `crm-audit demo` from the project's folder.")


def _given(paths: tuple[Path | str, ...]) -> tuple[Path | str, ...]:
    for path in paths:
        if isinstance(path, Path) and not path.exists():
            raise UsageError(f"There is no file or folder {path}.", hint="Check the path.")
    return paths or (Path(),)


def _configured(paths: tuple[Path | str, ...], config_path: Path | None) -> tuple["Config", tuple[Path | str, ...]]:
    """The configuration, and the paths given or those it names."""
    from audit.config import find_config, load_config

    given = _given(paths)
    found = config_path or find_config(tuple(path for path in given if isinstance(path, Path)))
    config = load_config(found)
    if not paths and config.paths and found is not None:
        named = (path if "://" in path else found.parent / path for path in config.paths)
        return config, _given(tuple(named))
    return config, given


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

    config, paths = _configured(paths, config_path)
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


def _described(table: dict[str, Any]) -> str:
    name = f"{table['file']} [{table['sheet']}]" if table["sheet"] else table["file"]
    if table["entity"] is None:
        return f"{click.style(name, bold=True)}\n  left out: {table['reason']}\n"
    lines = [
        click.style(name, bold=True),
        f"  {table['system']} {table['object']} -> {table['entity']} ({table['confidence']:.0%}: {table['reason']})",
        f"  rows {table['rows_present']:,} = {table['rows_read']:,} read + {table['rows_set_aside']:,} set aside",
    ]
    for column in table["mapping"]:
        target = column["field"] or "(kept, not mapped)"
        opinion = f"; {column['opinion']}" if column["opinion"] else ""
        lines.append(f"    {column['header']!r} -> {target}  {column['confidence']:.0%} {column['reason']}{opinion}")
    lines += [f"  note: {note}" for note in table["notes"]]
    return "\n".join(lines) + "\n"


def _rule_data(rule: Any) -> dict[str, Any]:
    return {
        "id": rule.id,
        "slug": rule.slug,
        "title": rule.title,
        "family": str(rule.family),
        "severity": str(rule.severity),
        "dimension": str(rule.dimension),
        "iso_25012": rule.iso,
        "fields": list(rule.fields),
        "requires": list(rule.requires),
        "fix_kind": str(rule.fix_kind),
        "fix_safety": str(rule.fix_safety),
        "since": rule.since,
    }
