"""`crm-audit metrics`: what is measured, and all about one metric of an earlier run."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit.cli.layout import counted, facts, heading, wrapped
from audit.cli.options import form_option, report_option
from audit.errors import UsageError

if TYPE_CHECKING:
    from audit.metric import Metric


@click.command()
@click.argument("metric_id", required=False)
@report_option
@click.option("--period", default="all", show_default=True, help="A period of the run, such as 2026-Q3.")
@click.option(
    "--records", "target", type=click.Path(path_type=Path), help="Write the ids of the records behind it, as CSV."
)
@form_option
def metrics(metric_id: str | None, report: Path, period: str, target: Path | None, form: str) -> None:
    """List what is measured, or say all about one metric of an earlier run.

    METRIC_ID is one of metrics.csv, such as win_rate: its formula, unit, inputs, filters, direction and where the
    definition comes from; raw and cleaned, the interval, the verdict, why the two differ, and the records behind it.
    """
    if metric_id is None:
        if target is not None or period != "all":
            raise UsageError("--period and --records are about one metric.", hint="Name it: crm-audit metrics win_rate")
        click.echo(_listed(form))
        return
    from reports.outputs.metric_account import metric_account, named, records_behind
    from reports.outputs.saved import SavedRun
    from reports.outputs.tables import write_table

    metric = named(metric_id)
    result = SavedRun(report).result()
    account = metric_account(result, metric, period)
    behind = records_behind(result, metric, period)
    account["records"] = {side: int(behind[side].sum()) for side in ("raw", "cleaned")}
    if target is not None:
        write_table(behind, target)
    if form == "json":
        click.echo(json.dumps(account, indent=2, ensure_ascii=False))
        return
    click.echo("\n".join(_told(metric, account)))
    if target is not None:
        click.echo(f"\n  {counted(len(behind), 'record')} written to {target}")


def _listed(form: str) -> str:
    from reports.metrics.catalogue import METRICS
    from reports.metrics.goals import GOALS
    from reports.outputs.metric_account import definition

    if form == "json":
        return json.dumps([definition(metric) for metric in METRICS], indent=2, ensure_ascii=False)
    lines = []
    for group in dict.fromkeys(metric.group for metric in METRICS):
        lines += ["", heading(str(group))]
        lines += [f"  {metric.id:<30}  {metric.name}" for metric in METRICS if metric.group is group]
    lines += ["", heading("goals, for [metrics] goals in audit.toml")]
    lines += [f"  {name:<30}  {goal.title}: {', '.join(goal.metrics)}" for name, goal in GOALS.items()]
    return "\n".join(lines[1:])


def _told(metric: "Metric", account: dict[str, Any]) -> list[str]:
    from reports.wording import words_of

    words = words_of("en")
    unit, label = account["unit"], account["unit_label"] or ""

    def said(value: float | None) -> str:
        return "" if value is None else words.quantity(value, unit, label)

    lines = [heading(f"{metric.id}  {metric.name}")]
    lines += facts(
        [
            ("formula", metric.formula),
            ("in symbols", metric.symbols),
            ("about", f"{account['group']}; {account['better']} is better; in {unit.replace('_', ' ')}"),
            ("reads", ", ".join(metric.inputs)),
            ("dated by", metric.dated_by or "nothing: it tells how things stand at the audit"),
            ("counts", metric.filters),
            ("by", ", ".join(metric.breakdowns)),
            ("defined by", metric.source),
        ]
    )
    span = "" if account["low"] is None else f"{said(account['low'])} to {said(account['high'])}"
    lines += ["", heading(f"Period: {account['period']}")]
    lines += facts(
        [
            ("as it is", said(account["raw"])),
            ("cleaned", said(account["cleaned"])),
            ("range", span),
            ("strict", said(account["strict"])),
            ("loose", said(account["loose"])),
            ("before", said(account["previous"])),
            ("year before", said(account["year_before"])),
            ("verdict", account["verdict"]),
            ("because", account["reason"]),
            ("rests on", f"{counted(account['records']['raw'], 'record')} as it is, "
                         f"{account['records']['cleaned']:,} cleaned"),
        ]
    )  # fmt: skip
    if account["difference"]:
        lines += ["", heading("Why they differ")]
        for family, change in sorted(account["difference"].items(), key=lambda item: -abs(item[1])):
            lines.append(
                f"  {family.replace('_', ' '):<20} {_signed(words.difference(abs(change), unit, label), change)}"
            )
    if account["worklist"]:
        lines += ["", heading("What mending moves, over all time")]
        for line in account["worklist"]:
            moved = _signed(words.difference(abs(line["change"]), unit, label), line["change"])
            lines += wrapped(
                f"{line['rule_id']}  {counted(line['records'], 'record')}: {moved}, to {said(line['after'])}"
            )
    return lines


def _signed(shown: str, change: float) -> str:
    return ("+" if change > 0 else "-") + shown
