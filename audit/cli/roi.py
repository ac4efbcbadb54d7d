"""`crm-audit roi`: the return on the CRM from two figures or the [investment] table."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit.cli.options import config_option, form_option
from audit.errors import UsageError

if TYPE_CHECKING:
    from reports.metrics.roi import Investment, Return

DEFAULT_MONTHS, MOST_MONTHS = 12, 1200
BAR = 24
"""Characters of the longest bar of the sensitivity picture."""


@click.command()
@click.option("--gain", type=float, help="What the CRM brought in the period.")
@click.option("--cost", type=float, help="What it cost in the same period.")
@click.option("--over", "over", type=int, help="Over how many months the gain comes. Default: 12.")
@click.option("--go-live", type=click.DateTime(["%Y-%m-%d"]), help="The day from which on; it dates the break-even.")
@click.option(
    "--adjust", multiple=True, metavar="NAME=AMOUNT", help="Part of the gain that is not the CRM's doing. Repeatable."
)
@click.option("--employees", type=float, help="Over how many employees it is to be shared.")
@click.option("--department", multiple=True, metavar="NAME=HEADS", help="One of those that share it. Repeatable.")
@click.option("--spread", type=float, default=0.2, show_default=True, help="By which each input is varied.")
@click.option("--months", "monthly", is_flag=True, help="Also month by month.")
@form_option
@config_option
def roi(
    gain: float | None,
    cost: float | None,
    over: int | None,
    go_live: datetime | None,
    adjust: tuple[str, ...],
    employees: float | None,
    department: tuple[str, ...],
    spread: float,
    monthly: bool,
    form: str,
    config_path: Path | None,
) -> None:
    """Return on the CRM, in both usages of the term: net ROI and return ratio.

    Also payback, break-even and the profit beyond it, scenarios, month and year, per head, and which input moves the
    return most. From --gain and --cost alone, the cost is taken as paid at the beginning and the gain as coming evenly;
    an [investment] table splits both, by month if need be. What is not the CRM's doing is an adjustment.
    """
    from audit.config import Config, find_config, load_config
    from reports.metrics.scenarios import read_scenarios

    if (gain is None) != (cost is None):
        raise UsageError("--gain and --cost go together.", hint="Give both, or neither with an [investment] table.")
    config = Config() if gain is not None and config_path is None else load_config(config_path or find_config(()))
    if gain is not None and cost is not None:
        values = _stated(gain, cost, over, go_live, adjust)
    elif config.investment is None:
        raise UsageError("No figures given.", hint="Use --gain and --cost, or an [investment] table in audit.toml.")
    elif over is not None or go_live is not None or adjust:
        raise UsageError(
            "--over, --go-live and --adjust go with --gain and --cost.",
            hint="The [investment] table has months, go_live and adjustments of its own.",
        )
    else:
        values = dict(config.investment_values())
    investment, factors = read_scenarios(values)
    if employees is not None and not (employees > 0 and isfinite(employees)):
        raise UsageError(f"There cannot be {employees:g} employees.", hint="Give a number above 0.")
    departments = _named(department, "--department", "Sales=12") or config.business.departments
    heads = employees or config.business.employees or sum(departments.values()) or None
    data = _data(investment, factors, spread, heads, departments)
    if form == "json":
        import json

        click.echo(json.dumps(data, indent=1))
        return
    click.echo("\n".join(_told(investment, data, stated=gain is not None, monthly=monthly)))


def _stated(
    gain: float, cost: float, over: int | None, go_live: datetime | None, adjust: tuple[str, ...]
) -> dict[str, Any]:
    """The figures of the command line as an [investment] table: the cost at once, the gain evenly."""
    months = DEFAULT_MONTHS if over is None else over
    if not 1 <= months <= MOST_MONTHS:
        raise UsageError(f"--over {months} cannot be.", hint=f"Give the months from 1 to {MOST_MONTHS}.")
    if cost < 0:
        raise UsageError(f"The cost is {cost:g}.", hint="Give a cost above 0.")
    at_once = [cost, *[0.0] * (months - 1)]
    values: dict[str, Any] = {"gain": gain, "cost": at_once, "months": months}
    values["adjustments"] = _named(adjust, "--adjust", "season=5000")
    return values if go_live is None else {**values, "go_live": go_live.date()}


def _named(given: tuple[str, ...], option: str, example: str) -> dict[str, float]:
    """NAME=NUMBER as a mapping. Raises UsageError for anything else."""
    found = {}
    for text in given:
        name, _, number = text.rpartition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError:
            found[name.strip()] = nan
        if not name.strip() or not isfinite(found[name.strip()]):
            raise UsageError(f"{option} {text} is no name and number.", hint=f"Write it as {option} {example}.")
    return found


def _data(
    investment: "Investment", factors: Any, spread: float, heads: float | None, by_heads: Mapping[str, float]
) -> dict[str, Any]:
    """All that the command tells, as plain values; rates are fractions of 1."""
    from reports.metrics.roi import evaluate
    from reports.metrics.scenarios import by_department, by_month, by_quarter, by_year, scenarios, sensitivity

    found = evaluate(investment)
    departments = by_department(found, by_heads)
    return {
        **_figures(found),
        "adjustments": dict(investment.adjustments),
        "scenarios": {name: _figures(part) for name, part in scenarios(investment, factors).items()},
        "sensitivity": [
            {"input": swing.name, "kind": swing.kind, "low": swing.low, "high": swing.high}
            for swing in sensitivity(investment, spread)
        ],
        "spread": spread,
        **{
            f"{span}s": [
                {span: number, "gain": gain, "cost": cost, "net_roi": net if net == net else None}
                for number, gain, cost, net in lines
            ]
            for span, lines in (("quarter", by_quarter(investment)), ("year", by_year(investment)))
        },
        "months": [
            {"month": month, "gain": gain, "cost": cost, "balance": balance}
            for month, gain, cost, balance in by_month(investment)
        ],
        "employees": heads,
        "net_gain_per_employee": found.net_gain / heads if heads else None,
        "departments": [
            {"department": part.department, "employees": part.heads, "cost": part.cost, "net_gain": part.net_gain,
             "net_gain_per_employee": part.net_gain_per_employee}
            for part in departments
        ],
    }  # fmt: skip


def _figures(found: "Return") -> dict[str, Any]:
    return {
        "gain": found.gain,
        "cost": found.cost,
        "net_gain": found.net_gain,
        "net_roi": found.net_roi,
        "return_ratio": found.return_ratio,
        "payback_months": found.payback,
        "break_even": None if found.break_even is None else f"{found.break_even:%Y-%m-%d}",
        "profit_beyond": found.profit_beyond,
    }


def _told(investment: "Investment", data: dict[str, Any], *, stated: bool, monthly: bool) -> list[str]:
    """A return in words: both usages by name, when it paid back, and what of it rests on which input."""
    from reports.metrics.roi import GOOD_RETURN_RATIO

    lines = [
        f"gain {data['gain']:,.2f}, cost {data['cost']:,.2f}, net gain {data['net_gain']:,.2f}",
        f"net ROI       {_percent(data['net_roi'])}  (gain - cost) / cost; 0 % breaks even",
        f"return ratio  {data['return_ratio']:,.4g}:1 or {data['return_ratio'] * 100:,.0f} %  gain / cost; 1:1 breaks "
        f"even, {GOOD_RETURN_RATIO:g}:1 is the usual mark of a good one",
    ]
    for name, amount in data["adjustments"].items():
        lines.append(f"taken off     {amount:,.2f}  {name.replace('_', ' ')}: not the CRM's doing")
    lines.append(_payback(data))
    if stated:
        lines.append(
            f"taken as      the cost paid at the beginning, the gain coming evenly over {investment.months} months"
        )
    for name, months in (("per month", 1), ("per year ", 12)):
        share = months / investment.months
        lines.append(f"{name}     gain {data['gain'] * share:,.2f}, cost {data['cost'] * share:,.2f}")
    if investment.margin is not None and investment.go_live is not None and "margin_uplift" not in investment.gains:
        lines.append("not counted   the margin uplift: `crm-audit run` measures it from the won deals since go-live")
    if data["net_gain_per_employee"] is not None:
        lines.append(
            f"per employee  {data['net_gain_per_employee']:,.2f} net gain over {data['employees']:g} employees"
        )
    for part in data["departments"]:
        lines.append(
            f"  {part['department']:<12} {part['employees']:g} employees: cost {part['cost']:,.2f}, net gain "
            f"{part['net_gain']:,.2f}, {part['net_gain_per_employee']:,.2f} each"
        )
    lines += ["", "scenarios (of the gains)"]
    for name, part in data["scenarios"].items():
        back = (
            "never paid back"
            if part["payback_months"] is None
            else f"paid back after {part['payback_months']:.1f} months"
        )
        lines.append(f"  {name:<9} net ROI {_percent(part['net_roi'])}, {part['return_ratio']:,.4g}:1, {back}")
    lines += ["", f"which input moves the net ROI most (each alone {data['spread'] * 100:g} % less and more)"]
    widest = max((abs(swing["high"] - swing["low"]) for swing in data["sensitivity"]), default=0.0)
    for swing in data["sensitivity"]:
        length = round(BAR * abs(swing["high"] - swing["low"]) / widest) if widest else 0
        name = f"{swing['input'].replace('_', ' ')} ({swing['kind']})"
        lines.append(f"  {name:<30} {'█' * length:<{BAR}} {_percent(swing['low'])} to {_percent(swing['high'])}")
    if len(data["years"]) > 1:
        lines += ["", "year by year"]
        for year in data["years"]:
            net = "" if year["net_roi"] is None else f", net ROI {_percent(year['net_roi'])}"
            lines.append(f"  {year['year']:>3}  gain {year['gain']:,.2f}, cost {year['cost']:,.2f}{net}")
    if monthly:
        lines += ["", "month by month: gain, cost, balance so far"]
        lines += [
            f"  {month['month']:>3}  {month['gain']:>14,.2f} {month['cost']:>14,.2f} {month['balance']:>14,.2f}"
            for month in data["months"]
        ]
    return lines


def _payback(data: dict[str, Any]) -> str:
    if data["payback_months"] is None:
        return f"paid back     not within the period; profit beyond {data['profit_beyond']:,.2f}"
    when = "" if data["break_even"] is None else f", on {data['break_even']}"
    return f"paid back     after {data['payback_months']:.1f} months{when}; profit beyond {data['profit_beyond']:,.2f}"


def _percent(share: float) -> str:
    return f"{share * 100:,.1f} %".replace(".0 %", " %")
