"""`crm-audit verify`: what a person's check of a sample says of all records."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit.cli.kept import table_text
from audit.cli.options import config_option, form_option, report_option
from audit.errors import UsageError

if TYPE_CHECKING:
    from reports.wording import Words


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@report_option
@click.option("--no-save", is_flag=True, help="Do not keep it for the next report.")
@form_option
@config_option
def verify(file: Path, report: Path, no_save: bool, form: str, config_path: Path | None) -> None:
    """Read a filled worksheet of `crm-audit sample` back: true accuracy, precision of the rules, recall, each with an
    interval.

    It is kept in verified.json beside audit.toml, and the next report shows it apart from the rules' score.
    """
    import pandas as pd

    from audit.config import find_config
    from audit.verification import estimate, population
    from audit.verification.kept import NAME, write_verified
    from reports.outputs.result_store import read_result
    from reports.outputs.sample_sheet import read_judged
    from reports.wording import words_of_project

    result = read_result(report)
    if result.queue is None:
        raise UsageError(f"{report} has no run to refer to.", hint="Run the audit again.")
    people = population(result.dataset, result.findings)
    judged = read_judged(file, result.queue.run, people)
    found = {
        "run": result.queue.run,
        "as_of": f"{result.as_of:%Y-%m-%d}",
        "checked_on": date.today().isoformat(),
        "score": round(float(result.score.overall), 2),
        **estimate(people, judged),
    }
    place = config_path or find_config(())
    if place is not None and not no_save:
        write_verified(place.with_name(NAME), found)
    if form == "json":
        click.echo(json.dumps(found, indent=2))
        return
    words = words_of_project(result.settings)

    def say(name: str, **values: Any) -> str:
        return words(f"verified.terminal.{name}", **values)

    click.echo(say("checked", cells=found["cells"], records=found["records"], run=found["run"]))
    click.echo(say("accuracy", share=told(words, found["overall"], "share")))
    click.echo(say("flagged", share=told(words, found["recall"], "share")))
    click.echo(say("score", score=words.number(found["score"], 1)) + "\n")
    click.echo(_table(words, pd.DataFrame(found["fields"]), ["entity", "field", "judged", "right"], "cells"))
    if found["rules"]:
        rules = pd.DataFrame(found["rules"]).rename(columns={"rule_id": "rule"})
        click.echo("\n" + _table(words, rules, ["rule", "judged", "confirmed"], "precision"))
    often = [line["rule_id"] for line in found["rules"] if line["often_wrong"]]
    if often:
        click.echo("\n" + say("often", rules=", ".join(often), rule=often[0]))
    if place is not None and not no_save:
        click.echo("\n" + say("kept", file=str(place.with_name(NAME))))


def told(words: "Words", share: Mapping[str, Any], how: str) -> str:
    """A share with its interval, as "96.1% (94.0% to 97.6%, 95% interval)"; `how` is "share", or "short" for less."""
    if share["estimate"] is None:
        return words("verified.terminal.none")
    low, high, estimate = (words.percent(share[name]) for name in ("low", "high", "estimate"))
    return words(f"verified.terminal.{how}", share=estimate, low=low, high=high)


def _table(words: "Words", frame: Any, names: list[str], what: str) -> str:
    shown = frame.assign(**{what: [told(words, line, "short") for line in frame.to_dict("records")]})
    titles = {name: words(f"verified.terminal.{name}") for name in (*names, what)}
    return table_text(shown.rename(columns=titles), list(titles.values()))
