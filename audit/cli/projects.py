"""`crm-audit run --all`: every project below a folder, one after the other, whatever becomes of the others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from audit.cli.audit_run import Finished, Order, audit
from audit.errors import AuditError, ExitCode, UsageError

PATTERNS = ("audit.toml", "*/audit.toml", "clients/*/audit.toml")


@dataclass(frozen=True)
class Row:
    """One project in the comparison: figures only, nobody's values."""

    name: str
    code: ExitCode
    told: str
    score: float | None = None
    change: float | None = None
    findings: int | None = None
    new: int | None = None


def audit_all(order: Order) -> ExitCode:
    """Audits every project below the paths, prints how they compare, and gives the worst exit code.

    Output, history, language and brand are each project's own. Raises UsageError where there is no project.
    """
    if order.config_path is not None or order.history is not None or order.decisions_path is not None:
        raise UsageError("--all takes each project's own files.", hint="Leave out -c, --history and --decisions.")
    if order.output.is_absolute():
        raise UsageError("With --all, -o is a folder inside each project.", hint=f"Take -o {order.output.name}.")
    rows = [_row(config_path, order) for config_path in projects(order.paths)]
    if not order.quiet:
        click.echo(comparison(rows))
    return max((row.code for row in rows), key=int)


def projects(paths: Sequence[Path | str]) -> list[Path]:
    """The audit.toml of every project in or below the folders, by name. Raises UsageError where there is none."""
    folders = [path for path in paths if isinstance(path, Path)] or [Path()]
    found = {path for folder in folders for pattern in PATTERNS for path in folder.glob(pattern)}
    if not found:
        where = ", ".join(str(folder) for folder in folders)
        raise UsageError(f"There is no project in {where}.", hint="A project is a folder with an audit.toml.")
    return sorted(found)


def comparison(rows: Sequence[Row]) -> str:
    """The projects by score, the lowest first; those that failed before any."""
    ordered = sorted(rows, key=lambda row: (row.score is not None, row.score or 0.0, row.name))
    width = max(len("project"), *(len(row.name) for row in rows))
    lines = [f"{'project':<{width}}  {'score':>6}  {'change':>7}  {'findings':>9}  {'new':>7}  ended"]
    for row in ordered:
        score = "-" if row.score is None else f"{row.score:.1f}"
        change = "-" if row.change is None else f"{row.change:+.1f}"
        findings = "-" if row.findings is None else f"{row.findings:,}"
        new = "-" if row.new is None else f"{row.new:,}"
        lines.append(f"{row.name:<{width}}  {score:>6}  {change:>7}  {findings:>9}  {new:>7}  {row.told}")
    return "\n".join(lines)


def _row(config_path: Path, order: Order) -> Row:
    folder = config_path.parent
    name = folder.resolve().name
    if not order.quiet:
        click.echo(click.style(f"\n{name}", bold=True))
    try:
        paths = () if _names_paths(config_path) else (folder,)
        finished = audit(replace(order, paths=paths, config_path=config_path, output=folder / order.output))
    except AuditError as error:
        click.echo(f"error: {name}: {error}", err=True)
        return Row(name, error.exit_code, f"failed: {error.message}")
    except Exception as error:  # noqa: BLE001 - our own bug with one client's data must not cost the others theirs
        click.echo(f"error: {name}: internal error ({type(error).__name__})", err=True)
        return Row(name, ExitCode.RULE_ERRORED, f"failed: internal error ({type(error).__name__})")
    return _told(name, finished)


def _names_paths(config_path: Path) -> bool:
    from audit.config import load_config

    return bool(load_config(config_path).paths)


def _told(name: str, finished: Finished) -> Row:
    result = finished.result
    if result is None:
        return Row(name, finished.code, "not due")
    failed = [ruling.gate.text for ruling in finished.rulings if ruling.failed]
    told = {ExitCode.DONE: "done", ExitCode.RULE_ERRORED: "a rule crashed"}.get(
        finished.code, f"gate failed: {'; '.join(failed)}"
    )
    history = result.history
    known = history is not None and history.previous is not None
    return Row(
        name,
        finished.code,
        told,
        score=float(result.score.overall),
        change=history.score_change if history is not None else None,
        findings=int((~result.findings["accepted"].to_numpy(dtype=bool)).sum()),
        new=history.total["new"] if history is not None and known else None,
    )
