"""`crm-audit roi`: the return on the CRM from two figures or the [investment] table."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit.cli.options import config_option
from audit.errors import UsageError

if TYPE_CHECKING:
    from reports.metrics.roi import Return


@click.command()
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
