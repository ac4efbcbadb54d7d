"""`crm-audit trend`: the score or a metric from run to run."""

from collections.abc import Sequence
from pathlib import Path

import click

from audit.cli.kept import history_option, opened, print_json, table_text
from audit.cli.options import config_option, form_option
from audit.errors import UsageError

BLOCKS = "▁▂▃▄▅▆▇█"


@click.command()
@click.option("--metric", "metric_ids", multiple=True, help="A metric's id, such as win_rate. Repeatable.")
@history_option
@config_option
@form_option
def trend(metric_ids: tuple[str, ...], target: str | None, config_path: Path | None, form: str) -> None:
    """How the score, or a metric, went from run to run; a mark where something else than the data changed."""
    from audit.comparison import lines
    from audit.history.trend import metric_trend
    from audit.history.trend import trend as runs_of

    with opened(target, config_path) as history:
        runs, metrics = runs_of(history), metric_trend(history)
    known = sorted(metrics["metric_id"].unique())
    for metric_id in metric_ids:
        if metric_id not in known:
            import difflib

            near = difflib.get_close_matches(metric_id, known, n=1)
            raise UsageError(
                f"The history has no metric {metric_id!r}.", hint=f"Did you mean {near[0]}?" if near else ""
            )
    if form == "json":
        print_json({"runs": lines(runs), "metrics": lines(metrics)})
        return
    for metric_id in metric_ids:
        mine = metrics[metrics["metric_id"] == metric_id]
        click.echo(f"{metric_id}, cleaned  {spark(mine['cleaned'].tolist())}")
        click.echo(table_text(mine, "run as_of raw cleaned verdict".split()))
    if not metric_ids:
        click.echo(f"accuracy score  {spark(runs['score'].tolist())}")
        click.echo(table_text(runs, "run as_of score open marks".split()))


def spark(values: Sequence[float | None]) -> str:
    """Figures as a line of blocks, a dot where one is not known."""
    known = [value for value in values if value is not None and value == value]
    if not known:
        return "·" * len(values)
    low, width = min(known), (max(known) - min(known)) or 1.0
    steps = len(BLOCKS) - 1
    return "".join(
        "·" if value is None or value != value else BLOCKS[round((value - low) / width * steps)] for value in values
    )
