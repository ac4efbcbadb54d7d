"""The return on the CRM as tables: what it is made of, scenarios, month by month, year by year, per head."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.metric import MetricContext
from audit.schema import TEXT
from reports.metrics.investment import invested
from reports.metrics.roi import Investment, evaluate
from reports.metrics.scenarios import by_department, by_month, by_quarter, by_year, read_scenarios, scenarios

INPUT_TYPES: Mapping[str, object] = {"kind": TEXT, "input": TEXT, "amount": "float64", "currency": TEXT}
"""Every cost and gain, and what of the gain is not the CRM's doing (kind "adjustment")."""

SCENARIO_TYPES: Mapping[str, object] = {
    "data": TEXT,
    "scenario": TEXT,
    "gain": "float64",
    "cost": "float64",
    "net_gain": "float64",
    "net_roi": "float64",
    "return_ratio": "float64",
    "payback_months": "float64",
    "break_even": TEXT,
    "profit_beyond": "float64",
    "currency": TEXT,
}
"""One line per scenario, on the raw and on the cleaned `data`; `break_even` is a day, blank where it is not reached."""

MONTH_TYPES: Mapping[str, object] = {
    "month": TEXT,
    "gain": "float64",
    "cost": "float64",
    "balance": "float64",
    "currency": TEXT,
}
"""`balance` is what was gained less spent up to the end of the month, which has a number where no go-live is known."""

SPAN_TYPES: Mapping[str, object] = {
    "gain": "float64",
    "cost": "float64",
    "net_roi": "float64",
    "currency": TEXT,
}
QUARTER_TYPES, YEAR_TYPES = {"quarter": "int64", **SPAN_TYPES}, {"year": "int64", **SPAN_TYPES}
"""Quarters and years are counted from go-live; the net ROI is that of each alone."""

HEAD_TYPES: Mapping[str, object] = {
    "department": TEXT,
    "employees": "float64",
    "cost": "float64",
    "net_gain": "float64",
    "net_gain_per_employee": "float64",
    "currency": TEXT,
}
"""One line per department of [business], blank for all employees."""


def returns(raw: Dataset, cleaned: Dataset, ctx: MetricContext) -> dict[str, pd.DataFrame]:
    """The tables by name, of the cleaned data but for the scenarios; none where there is no investment."""
    known = invested(cleaned, ctx)
    found, currency = known.found, known.currency
    if found is None:
        return {}
    factors = read_scenarios(ctx.investment)[1]
    before = invested(raw, ctx)
    lines = [] if before.found is None else _scenarios("raw", before.found, factors, before.currency)
    return {
        "roi_inputs": _frame(_inputs(found, currency), INPUT_TYPES),
        "roi_scenarios": _frame([*lines, *_scenarios("cleaned", found, factors, currency)], SCENARIO_TYPES),
        "roi_months": _frame([(_month(found, number), *rest, currency) for number, *rest in by_month(found)],
                             MONTH_TYPES),
        "roi_quarters": _frame([(*line, currency) for line in by_quarter(found)], QUARTER_TYPES),
        "roi_years": _frame([(*line, currency) for line in by_year(found)], YEAR_TYPES),
        "roi_per_employee": _frame(_heads(found, ctx, currency), HEAD_TYPES),
    }  # fmt: skip


def _inputs(found: Investment, currency: str) -> list[tuple]:
    named = (("cost", found.costs), ("gain", found.gains))
    lines = [(kind, name, float(np.sum(amounts)), currency) for kind, part in named for name, amounts in part.items()]
    return lines + [("adjustment", name, amount, currency) for name, amount in found.adjustments.items()]


def _scenarios(data: str, found: Investment, factors: Mapping[str, float] | None, currency: str) -> list[tuple]:
    return [
        (data, name, part.gain, part.cost, part.net_gain, part.net_roi, part.return_ratio,
         np.nan if part.payback is None else part.payback,
         None if part.break_even is None else f"{part.break_even:%Y-%m-%d}", part.profit_beyond, currency)
        for name, part in scenarios(found, factors).items()
    ]  # fmt: skip


def _month(found: Investment, number: int) -> str:
    if found.go_live is None:
        return str(number)
    return f"{found.go_live + pd.DateOffset(months=number - 1):%Y-%m}"


def _heads(found: Investment, ctx: MetricContext, currency: str) -> list[tuple]:
    whole, lines = evaluate(found), []
    departments = ctx.business.departments
    employees = ctx.business.employees or sum(departments.values())
    if employees:
        lines.append(("", employees, whole.cost, whole.net_gain, whole.net_gain / employees, currency))
    for part in by_department(whole, departments):
        each = (part.department, part.heads, part.cost, part.net_gain, part.net_gain_per_employee, currency)
        lines.append(each)
    return lines


def _frame(lines: list[tuple], types: Mapping[str, object]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=list(types)).astype(dict(types))
