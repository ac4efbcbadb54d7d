"""`crm-audit review`: the questions of a run answered in a terminal, and answers from anywhere taken over."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit.cli.layout import harmless, heading, side_by_side, wrapped
from audit.cli.options import config_option, masked_option, report_option
from audit.errors import UsageError

if TYPE_CHECKING:
    from audit.result import AuditResult
    from audit.review.answers import Applied
    from reports.sections.review_data import Entries

KEYS = {"y": "y", "n": "n", "u": "u"}
BUDGET = 2_000_000
"""Bytes of questions held ready."""
TAKEN_OUT = "1234567890"


@click.group(invoke_without_command=True)
@report_option
@masked_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("review-decisions.csv"),
    show_default=True,
    help="Where the answers go; those in it already are not asked again.",
)
@click.pass_context
def review(ctx: click.Context, report: Path, masked: bool, output: Path) -> None:
    """Answer what waits for a person, one question at a time: y yes, n no, u unsure, q quit.

    Of a list of fixes, 1 to 9 and 0 take one out. The same questions are in the report, in review.xlsx and in
    questions.csv of a run's folder. People's data are shown in full unless --masked.
    """
    if ctx.invoked_subcommand is not None:
        return
    from reports.outputs.html import view_of
    from reports.outputs.result_store import read_result
    from reports.sections.audience import Audience
    from reports.sections.review_data import Entries
    from reports.wording import words_of_project

    result = read_result(report)
    queue, words = result.queue, words_of_project(result.settings)
    if queue is None or queue.lines.empty:
        click.echo(words("review.terminal.nothing"))
        return
    view = view_of(result, mask=masked, language=words.language, audience=Audience.EVERYTHING)
    asked = Entries(view, queue, BUDGET)
    answers = _earlier(output, queue.run)
    waiting = [entry for entry in asked.shown if str(entry[5]) not in answers]
    click.echo(words("review.terminal.waiting", n=len(waiting), total=len(queue)))
    for number, entry in enumerate(waiting, start=1):
        taken = _ask(asked, entry, words("review.terminal.place", n=number, total=len(waiting)))
        if taken is None:
            break
        for item, line in taken.items():
            answers[item] = line
        _save(result, answers, output)
    click.echo(words("review.terminal.saved", n=len(answers), file=str(output)))


def _ask(asked: "Entries", entry: list[Any], where: str) -> dict[str, str] | None:
    """The decision per item, or None where the user quits."""
    out: set[int] = set()
    while True:
        click.echo("\n".join(["", *_told(asked, entry, where, out)]))
        words = asked.view.words
        out_of = words("review.terminal.out") + " " if entry[0] == 2 else ""
        click.echo(f"  {words('review.terminal.keys')} {out_of}", nl=False)
        key = click.getchar().lower()
        click.echo(key if key.isprintable() else "")
        if key in ("q", "\x03", "\x04", ""):
            return None
        if entry[0] == 2 and key in TAKEN_OUT and TAKEN_OUT.index(key) < len(entry[8]):
            out ^= {TAKEN_OUT.index(key)}
        elif key in KEYS:
            return _decided(asked.items(entry), entry[0], key, out)


def _decided(items: list[int], kind: int, key: str, out: set[int]) -> dict[str, str]:
    if kind < 2:
        words = ("same", "different") if kind == 0 else ("accept", "reject")
        return {str(items[0]): {"y": words[0], "n": words[1], "u": "unsure"}[key]}
    said = {"y": "accept", "n": "reject", "u": "unsure"}[key]
    return {str(item): "reject" if key == "y" and number in out else said for number, item in enumerate(items)}


def _told(asked: "Entries", entry: list[Any], where: str, out: set[int]) -> list[str]:
    """An entry in lines for a terminal."""
    texts = list(asked.texts)
    title, tag, reason = (texts[place] for place in entry[1:4])
    lines = [f"{heading(harmless(title))}  ({where}; {tag})", *wrapped(harmless(reason))]
    if entry[0] < 2:
        rows = list(asked.compared(entry))
        records = [
            {field: value for field, value, _, _ in rows if value},
            {field: value for field, _, value, _ in rows if value},
        ]
        return [*lines, *side_by_side(records, asked.heads(entry), 2)]
    for number, (record, field, before, after) in enumerate(asked.changes(entry)):
        mark = " " if number in out else "x"
        what = f"{record}; {field}: {before} -> {after}" if field else f"{record}; {before} -> {after}"
        lines += wrapped(harmless(what), first=f"  {TAKEN_OUT[number]} [{mark}] ", rest=" " * 8)
    return lines


def _earlier(output: Path, run: str) -> dict[str, str]:
    """The answers that stand in the file. Raises UsageError where they are another run's."""
    import pandas as pd

    if not output.is_file():
        return {}
    try:
        frame = pd.read_csv(output, dtype=str, keep_default_na=False)
        runs = set(frame["run"])
        found = dict(zip(frame["item"], frame["decision"], strict=True))
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{output} holds no answers.", hint="Name another file with -o.") from error
    if runs - {run}:
        raise UsageError(f"{output} holds answers to another run.", hint="Name another file with -o.")
    return found


def _save(result: "AuditResult", answers: dict[str, str], output: Path) -> None:
    from audit.matching.decisions import COLUMNS, MORE_COLUMNS, write_decisions
    from audit.schema import TEXT

    assert result.queue is not None
    lines = result.queue.lines
    lines = lines.assign(item=lines["item"].astype(TEXT), run=result.queue.run)
    mine = lines[lines["item"].isin(list(answers))]
    decided = mine.assign(decision=mine["item"].map(answers))
    write_decisions(decided.reindex(columns=[*COLUMNS, *MORE_COLUMNS]), output)


@review.command()
@click.argument("answers", type=click.Path(path_type=Path))
@report_option
@click.option("--into", "target", type=click.Path(path_type=Path), help="The decisions file. Default: audit.toml's.")
@click.option("--by", default="", help="Who decided; kept in the column decided_by.")
@click.option("--other-run", is_flag=True, help="Take answers to another run where this one asks the same.")
@config_option
def apply(answers: Path, report: Path, target: Path | None, by: str, other_run: bool, config_path: Path | None) -> None:
    """Take answers over into the project's decisions, so that every later run obeys them.

    ANSWERS is the file that the report's page saved, the questions.csv or review.xlsx of the run's folder with the
    answers filled in, or what `crm-audit review` wrote.
    """
    from audit.matching.decisions import read_decisions, write_decisions
    from audit.review.answers import complete, joined
    from reports.outputs.result_store import read_result
    from reports.outputs.review_xlsx import read_answers

    if not answers.is_file():
        raise UsageError(f"There is no file {answers}.", hint="Check the path; a browser saves into its downloads.")
    place, setting = (target, None) if target is not None else _project_file(config_path)
    if place.exists() and place.resolve() == answers.resolve():
        raise UsageError(f"{answers} is the project's decisions file itself.", hint="Give the file with the answers.")
    queue = read_result(report).queue
    if queue is None:
        raise UsageError(f"{report} asks nothing.", hint="Run the audit again.")
    sheet = answers.suffix.lower() in (".xlsx", ".xlsm")
    given = read_answers(answers, queue) if sheet else read_decisions(answers)
    if given.empty:
        raise UsageError(f"{answers} decides nothing.", hint="Fill in the column decision (answer in the workbook).")
    lines, stale = complete(given, queue, other_run=other_run)
    lines = lines.assign(
        decided_on=lines["decided_on"].fillna(date.today().isoformat()), decided_by=lines["decided_by"].fillna(by)
    )
    done = joined(read_decisions(place) if place.is_file() else None, lines, stale)
    write_decisions(done.decisions, place)
    if setting is not None:
        _name_in(setting, place.name)
    for line in told(done, place):
        click.echo(line)
    for text in done.contradictions:
        click.echo(f"warning: {text}", err=True)


def told(done: "Applied", place: Path) -> list[str]:
    """What answers changed, in lines for a terminal."""
    words = {"same": "pairs are the same", "different": "are different", "leave_out": "records left out",
             "accept": "fixes or merges accepted", "reject": "rejected"}  # fmt: skip
    said = [f"{count:,} {words[word]}" for word, count in done.counts.items() if count]
    lines = [", ".join(said) + "." if said else "No answer fits a question of this run."]
    if done.merges:
        lines.append(f"{done.merges:,} merge{'' if done.merges == 1 else 's'} will be made by the next run.")
    if done.replaced:
        lines.append(f"{done.replaced:,} earlier decisions said something else and are replaced.")
    if done.known:
        lines.append(f"{done.known:,} were decided the same before.")
    if done.stale:
        lines.append(f"{done.stale:,} answers are about what this run does not ask (stale).")
    return [*lines, f"{place} holds {len(done.decisions):,} decisions; the next run obeys them."]


def _project_file(config_path: Path | None) -> tuple[Path, Path | None]:
    """The decisions file of the project, and the audit.toml that has yet to name it."""
    from audit.config import find_config, load_config

    found = config_path or find_config(())
    if found is None:
        raise UsageError(
            "There is no audit.toml here to keep decisions beside.",
            hint="`crm-audit init` writes one; or name the decisions file with --into, and run with --decisions.",
        )
    named = load_config(found).matching.decisions
    return found.parent / (named or "decisions.csv"), None if named else found


def _name_in(config: Path, name: str) -> None:
    """Writes `decisions = ...` into [matching] of an audit.toml that has no such line."""
    import re

    from audit.config import load_config
    from audit.toml_text import literal

    text = config.read_bytes().decode("utf-8")
    end = "\r\n" if "\r\n" in text else "\n"
    line = f"decisions = {literal(name)}{end}"
    table = re.search(r"(?m)^[ \t]*\[[ \t]*matching[ \t]*\][^\r\n]*\r?\n?", text)
    if table:
        head = text[: table.end()] if table[0].endswith("\n") else text[: table.end()] + end
        text = head + line + text[table.end() :]
    else:
        text = text + ("" if text.endswith("\n") or not text else end) + f"{end}[matching]{end}{line}"
    beside = config.with_name(f".{config.name}.part")
    try:
        beside.write_bytes(text.encode("utf-8"))
        load_config(beside)
        beside.replace(config)
    except OSError as error:
        raise UsageError(f"{config} cannot be written ({error.strerror}).", hint="Check its permissions.") from error
    finally:
        beside.unlink(missing_ok=True)
    click.echo(f"{config} names {name} under [matching] now.")
