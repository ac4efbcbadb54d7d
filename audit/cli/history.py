"""`crm-audit history`: the runs that were kept."""

from pathlib import Path

import click

from audit.cli.kept import history_option, opened, print_json, table_text
from audit.cli.options import config_option, form_option


@click.command()
@history_option
@config_option
@form_option
def history(target: str | None, config_path: Path | None, form: str) -> None:
    """List the runs in the history."""
    from audit.comparison import lines
    from audit.history.trend import trend

    with opened(target, config_path) as kept:
        table = trend(kept)
    if form == "json":
        print_json(lines(table))
        return
    click.echo(table_text(table, "run as_of score open new returned fixed accepted unchecked exit_code marks".split()))
