"""`crm-audit verify`: what a person's check of a sample says of all records."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from audit.cli.kept import table_text
from audit.cli.options import config_option, form_option, report_option
from audit.errors import UsageError


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
    click.echo(f"{found['cells']:,} cells of {found['records']:,} records checked, of run {found['run']}.")
    click.echo(f"verified accuracy  {told(found['overall'])}")
    click.echo(f"flagged by rules   {told(found['recall'])} of the wrong cells (recall)")
    click.echo(
        f"The rules' own score of that run is {found['score']:.1f} of 100: what the checks found, and no estimate.\n"
    )
    click.echo(_table(pd.DataFrame(found["fields"]), ["entity", "field", "judged", "right"], "accuracy"))
    if found["rules"]:
        click.echo("\n" + _table(pd.DataFrame(found["rules"]), ["rule_id", "judged", "confirmed"], "precision"))
    often = [line["rule_id"] for line in found["rules"] if line["often_wrong"]]
    if often:
        click.echo(f"\nOften wrong here: {', '.join(often)}. See `crm-audit rules explain {often[0]}`.")
    if place is not None and not no_save:
        click.echo(f"\nKept in {place.with_name(NAME)}; the next report shows it.")


def told(share: dict[str, Any]) -> str:
    """A share with its interval: "96.1% (94.0% to 97.6%, 95 % interval)"."""
    if share["estimate"] is None:
        return "unknown: no wrong cell was found"
    return f"{share['estimate']:.1%} ({share['low']:.1%} to {share['high']:.1%}, 95 % interval)"


def _table(frame: Any, names: list[str], what: str) -> str:
    shown = frame.assign(**{what: [told(line).replace(", 95 % interval", "") for line in frame.to_dict("records")]})
    return table_text(shown, [*names, what])
