"""`crm-audit diff`: what changed between two runs of the history."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from audit.cli.kept import history_option, opened, print_json, table_text
from audit.cli.options import config_option, form_option
from audit.errors import UsageError

if TYPE_CHECKING:
    from audit.comparison import Comparison


@click.command()
@click.argument("earlier")
@click.argument("later", default="last")
@history_option
@config_option
@form_option
def diff(earlier: str, later: str, target: str | None, config_path: Path | None, form: str) -> None:
    """What changed between two runs: their numbers or days, "last", or "last-1" for the one before."""
    from audit.comparison import lines
    from audit.history.compare import compare

    with opened(target, config_path) as history:
        first, second = history.number(earlier), history.number(later)
        if first >= second:
            raise UsageError(f"Run {first} is not before run {second}.", hint="Give the earlier one first.")
        found = compare(history, second, first)
    if form == "json":
        days = found.findings.assign(since=found.findings["since"].dt.strftime("%Y-%m-%d"))
        print_json({**found.plain(), "findings": lines(days)})
        return
    click.echo(_told(found))


def _told(found: "Comparison") -> str:
    total = found.total
    flow = "opening new returned fixed accepted unchecked closing".split()
    change = "not comparable" if found.score_change is None else f"{found.score_change:+.2f}"
    parts = [
        f"since {found.previous:%Y-%m-%d}: score {change} (chance alone: {found.noise:.2f})",
        f"{total['opening']:,} + {total['new']:,} new + {total['returned']:,} returned ({total['reinfected']:,} of "
        f"them had been fixed) - {total['fixed']:,} fixed - {total['accepted']:,} accepted - {total['unchecked']:,} "
        f"not checked = {total['closing']:,} open",
    ]
    if found.changed:
        parts.append(f"also changed: {', '.join(found.changed)}")
    for title, table in (("rule", found.by_rule), ("source", found.by_source), ("owner", found.by_owner)):
        named = table.assign(name=table["name"].fillna("").replace("", "(none)"))
        parts.append("\n" + table_text(named.rename(columns={"name": title}), [title, *flow]))
    if len(found.prevention):
        stopped = found.prevention.assign(measure=found.prevention["measure"].replace("", "(no guard at entry)"))
        parts.append("\n" + table_text(stopped.head(20), ["measure", "entity", "field", "source", "findings"]))
    if len(found.reinfection):
        parts.append("\n" + table_text(found.reinfection, ["source", "fixed", "returned", "rate"]))
    changed = found.metrics[found.metrics["verdict"].ne(found.metrics["verdict_before"])]
    changed = changed[changed["verdict_before"].notna()]
    if len(changed):
        parts.append("\n" + table_text(changed, ["metric_id", "before", "now", "verdict_before", "verdict"]))
    return "\n".join(parts)
