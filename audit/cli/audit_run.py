"""One audit from the command line, with what surrounds it: lock, history, gates, alerts, log."""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audit.cli.options import configured, decided
from audit.errors import AuditError, ExitCode, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from audit.config import Config, LogConfig
    from audit.gates import Gate, Ruling
    from audit.result import AuditResult

log = logging.getLogger("audit.run")
SAID = {
    ExitCode.DONE: "done",
    ExitCode.GATE_FAILED: "a gate failed",
    ExitCode.WRONG_USE: "wrong use, or nothing readable",
    ExitCode.RULE_ERRORED: "a rule crashed",
}


@dataclass(frozen=True)
class Order:
    """What a user asks of one run. `history` is a file or URL, None for the default; `keep` False for none at all."""

    paths: tuple[Path | str, ...] = ()
    config_path: Path | None = None
    output: Path = Path("audit-report")
    as_of: date | None = None
    full: bool | None = None
    audience: str | None = None
    language: str | None = None
    twins: bool = False
    decisions_path: Path | None = None
    quiet: bool = False
    history: str | None = None
    keep: bool = True
    fail_on: tuple[str, ...] = ()
    if_due: bool = False
    every: str | None = None
    notify: bool = False


@dataclass(frozen=True)
class Finished:
    """How a run ended. `result` is None where none was due."""

    code: ExitCode
    result: "AuditResult | None" = None
    rulings: "tuple[Ruling, ...]" = ()


def audit(order: Order) -> Finished:
    """Does what is asked, prints what a user should know, and says how it ended.

    Raises AuditError where there is no result; with `notify` the receivers are told first.
    """
    from audit import alerts
    from audit.history import run_lock

    config_path = order.config_path or _found_config(order.paths)
    folder = config_path.parent if config_path is not None else Path()
    config, sources = configured(order.paths, config_path)
    target = history_target(config, config_path, order.history) if order.keep else None
    if order.notify:
        alerts.check(config.alerts)
    if order.if_due and target is None:
        raise UsageError("--if-due needs a history.", hint="Name one with --history, or write an audit.toml.")
    with ExitStack() as stack:
        stack.enter_context(logged(config.log, folder))
        if target is not None:
            stack.enter_context(run_lock(target))
        try:
            gates = read_gates((*config.gates.fail_on, *order.fail_on), config, with_history=target is not None)
            if order.if_due and not _due(target, order.every or config.schedule.every, order.quiet):
                return Finished(ExitCode.DONE)
            finished = _audited(replace(order, config_path=config_path), config, sources, target, gates)
        except Exception as error:
            known = isinstance(error, AuditError)
            told = str(error) if known else f"internal error ({type(error).__name__})"
            log.error("no result: %s", told)
            if order.notify and {"failure", "always"} & set(config.alerts.when):
                _tell(config, f"{config.title}: the audit could not be made", told)
            raise
        log.info("exit %d: %s", finished.code, SAID[finished.code])
        if order.notify and finished.result is not None:
            _notify(config, finished)
    return finished


def history_target(config: "Config", config_path: Path | None, given: str | None) -> "Path | str | None":
    """Where the history is: as given, else as audit.toml says and beside it, else nowhere."""
    from audit.credentials import filled, refuse_literal
    from audit.history import is_url

    if given is None and config_path is None:
        return None
    if given is None and is_url(config.history.file):
        refuse_literal(config.history.file, "[history] file")
    named = given if given is not None else config.history.file
    if is_url(named):
        return filled(named, os.environ)
    if given is not None or config_path is None:
        return Path(named)
    if not os.access(config_path.parent, os.W_OK):
        click.echo(f"warning: no history is kept, since {config_path.parent} cannot be written to.", err=True)
        return None
    return config_path.parent / named


def read_gates(texts: Sequence[str], config: "Config", *, with_history: bool) -> "tuple[Gate, ...]":
    """The gates, checked before anything is read. Raises UsageError for one that cannot be understood or judged."""
    from audit.gates import needs_history, parse

    if not texts:
        return ()
    from audit.pipeline import select_rules
    from reports.metrics.catalogue import METRICS

    rules = {rule.id for rule in select_rules(config)}
    gates = tuple(parse(text, rules=rules, metrics={metric.id for metric in METRICS}) for text in texts)
    for gate in gates:
        if needs_history(gate) and not with_history:
            raise UsageError(f"The gate {gate.text!r} needs a history.", hint="Name one with --history.")
    return gates


@contextmanager
def logged(config: "LogConfig", folder: Path) -> Iterator[None]:
    """Writes what the audit's parts log into the file that `[log]` names, a bounded number of bounded files."""
    try:
        handler: logging.Handler = (
            logging.NullHandler()
            if config.file is None
            else RotatingFileHandler(
                folder / config.file, maxBytes=config.size, backupCount=config.keep, encoding="utf-8"
            )
        )
    except OSError as error:
        raise UsageError(f"The log {config.file} cannot be written ({error.strerror}).") from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    logger = logging.getLogger("audit")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()


def _found_config(paths: Sequence[Path | str]) -> Path | None:
    from audit.config import find_config

    return find_config(tuple(path for path in paths if isinstance(path, Path)) or (Path(),))


def _due(target: "Path | str | None", every: str, quiet: bool) -> bool:
    """Whether no run has been made yet in the present month, week or day; says so where one has."""
    from audit.history import History, is_url

    assert target is not None
    if not is_url(target) and not Path(target).exists():
        return True
    with History(target) as history:
        runs = history.runs()
    last = date.fromisoformat(runs["ran_on"].iloc[-1]) if len(runs) else None
    if last is None or period(last, every) != period(date.today(), every):
        return True
    log.info("not due: this %s has been audited on %s", every, last)
    if not quiet:
        click.echo(f"Not due: this {every} has been audited on {last}.")
    return False


def period(day: date, every: str) -> tuple[int, ...]:
    """The month, ISO week or day that a day lies in."""
    if every == "month":
        return (day.year, day.month)
    return tuple(day.isocalendar())[:2] if every == "week" else (day.toordinal(),)


def _audited(
    order: Order,
    config: "Config",
    sources: tuple[Path | str, ...],
    target: "Path | str | None",
    gates: "tuple[Gate, ...]",
) -> Finished:
    import pandas as pd

    from audit.gates import judge
    from audit.pipeline import run_audit
    from audit.rule import Outcome
    from audit.verification.kept import NAME as VERIFIED
    from audit.verification.kept import read_verified
    from reports.outputs import write
    from reports.outputs.edition import edition_of

    readers = _for_readers(order, config)
    edition, notes = edition_of(readers, order.config_path.parent if order.config_path is not None else Path())
    edition.check()
    for note in notes:
        click.echo(f"warning: {note}", err=True)
    config, decisions = decided(config, order.paths, order.config_path, order.decisions_path)
    day = pd.Timestamp(order.as_of or config.as_of or date.today())
    log.info("audit as of %s begins", day.date())
    with Progress(order.quiet) as progress, ExitStack() as stack:
        result = run_audit(
            sources, config, day, command=_command(order, sources, day), progress=progress, decisions=decisions
        )
        if order.config_path is not None:
            result = replace(result, verified=read_verified(order.config_path.with_name(VERIFIED)))
        finish: Callable[[ExitCode], None] = lambda code: None  # noqa: E731
        if target is not None:
            progress("Comparing")
            result, finish = _remembered(result, target, decisions, stack)
        rulings = judge(gates, result)
        errored = [entry for entry in result.rule_results if entry.outcome is Outcome.ERRORED]
        failed = [ruling for ruling in rulings if ruling.failed]
        code = ExitCode.RULE_ERRORED if errored else ExitCode.GATE_FAILED if failed else ExitCode.DONE
        progress("Writing")
        write(
            result,
            order.output,
            mask=edition.mask,
            twins=order.twins,
            language=edition.language,
            audience=edition.audience,
            look=edition.look,
            rulings=rulings,
        )
        finish(code)
    log.info("score %.1f, %d findings", result.score.overall, len(result.findings))
    if not order.quiet:
        click.echo(summary(result, order.output))
    for warning in result.dataset.warnings:
        click.echo(f"warning: {warning}", err=True)
    for entry in errored:
        click.echo(f"error: rule {entry.rule_id} crashed ({entry.reason}); the other rules ran.", err=True)
    for ruling in failed:
        click.echo(f"gate failed: {ruling.gate.text}: {ruling.reason}.", err=True)
        log.warning("gate failed: %s: %s", ruling.gate.text, ruling.reason)
    return Finished(code, result, rulings)


def _for_readers(order: Order, config: "Config") -> "Config":
    """The configuration with what the command line says of the report's readers."""
    asked = {
        "audience": order.audience,
        "language": order.language,
        "mask": None if order.full is None else not order.full,
    }
    told = {name: value for name, value in asked.items() if value is not None}
    return config.model_copy(update={"report": config.report.model_copy(update=told)})


def _remembered(
    result: "AuditResult", target: "Path | str", decisions: "pd.DataFrame | None", stack: ExitStack
) -> "tuple[AuditResult, Callable[[ExitCode], None]]":
    """The result beside the run before it, and what makes it part of the history once all else is done."""
    from audit.history import History, OlderRun, entry_of
    from audit.history.compare import compare
    from audit.history.vanished import held_back

    history = stack.enter_context(History(target, create=True))
    result = held_back(history, result)
    decided = [] if decisions is None else [decisions.to_csv(index=False).encode()]
    entry = entry_of(result, ran_on=date.today(), decisions=decided)
    try:
        run = history.record(entry)
    except OlderRun as older:
        dataset = replace(result.dataset, warnings=(*result.dataset.warnings, str(older)))
        return replace(result, dataset=dataset), lambda code: None
    compared = compare(history, run, owners=entry.owners)
    return replace(result, history=compared), lambda code: history.finish(run, int(code))


def _command(order: Order, sources: Sequence[Path | str], day: "pd.Timestamp") -> str:
    """The command line that repeats the run."""
    from audit.sources.databases import display_name, is_url

    named = (path.name if isinstance(path, Path) else display_name(path) if is_url(path) else path for path in sources)
    command = f"crm-audit run {' '.join(named)} --as-of {day:%Y-%m-%d}"
    return command if order.decisions_path is None else f"{command} --decisions {order.decisions_path.name}"


def _notify(config: "Config", finished: Finished) -> None:
    from audit.alerts import occasions
    from reports.outputs.notice import notice
    from reports.wording import words_of

    assert finished.result is not None
    if occasions(finished.result, finished.rulings) & set(config.alerts.when):
        title, body = notice(finished.result, finished.rulings, words_of(config.report.language))
        _tell(config, title, body)


def _tell(config: "Config", title: str, body: str) -> None:
    from audit.alerts import send

    for problem in send(config.alerts.to, title, body, os.environ):
        click.echo(f"warning: {problem}", err=True)


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
    """The audit in a few lines: how much was read, the score, the commonest problems, what changed, the report."""
    records = sum(len(result.dataset[name]) for name in result.dataset)
    counted = result.findings[~result.findings["accepted"]]
    lines = [
        f"{result.title}, as of {result.as_of:%Y-%m-%d}",
        f"{records:,} records from {len({info.file for info in result.dataset.sources})} files, "
        f"{len(result.dataset.set_aside):,} rows set aside",
        f"accuracy score {result.score.overall:.1f} of 100; {result.score.flawless:.0%} of the records without a "
        f"finding; {result.score.not_evaluated} of {len(result.rules)} rules could not run",
    ]
    for entity, match in result.matches.items():
        told = match.statistics
        shares = {
            name: f"{told[f'estimated_{name}']:.1%} ({told[f'{name}_low']:.1%} to {told[f'{name}_high']:.1%})"
            for name in ("precision", "recall")
        }
        lines.append(
            f"{entity}s: {match.clusters['cluster'].nunique():,} behind {len(match.clusters):,} records; estimated: "
            f"{shares['precision']} of the joins right, {shares['recall']} of the duplicates found"
        )
    for rule_id, count in counted["rule_id"].value_counts().head(5).items():
        lines.append(f"  {count:>7,}  {result.rule(str(rule_id)).title}")
    if result.history is not None and result.history.previous is not None:
        total, change = result.history.total, result.history.score_change
        lines.append(
            f"since {result.history.previous:%Y-%m-%d}: score "
            f"{'not comparable' if change is None else f'{change:+.1f}'}; findings "
            f"{total['opening']:,} + {total['new']:,} new + {total['returned']:,} returned - {total['fixed']:,} fixed "
            f"- {total['accepted']:,} accepted - {total['unchecked']:,} not checked = {total['closing']:,}"
        )
    lines.append(f"report: {output / 'report.html'}")
    return "\n".join(lines)
