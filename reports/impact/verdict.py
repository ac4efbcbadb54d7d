"""The verdict on a metric: whether the figure that the CRM shows may be reported.

The rule, for each figure with raw, cleaned and the interval low..high that the open questions leave (where none is
drawn, as for groups by time: the range over strict, normal and loose cleaning):

- difference = |raw - cleaned| / |cleaned|: how wrong the raw figure is
- range = (high - low) / |cleaned|: how far the open questions could still move the cleaned one; where it lies outside
  of the interval, the range reaches to it
- open questions = fixes that wait for review, held and uncertain merges, stale addresses, and outlying amounts that
  nobody has confirmed (`accept` confirms one): such an amount counts as unknown with the confidence of the check, so
  that a sum which rests on it has a wide range and is not reportable
- rows = the records behind it; asked of rates, averages and ratios alone

The first of VERDICT_RULES whose limits are all kept is the verdict; where none is, "do not report". A cleaned figure
that does not exist is "not computable".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.metric import Unit

REPORTABLE = "reportable"
WITH_CARE = "reportable with care"
DO_NOT_REPORT = "do not report"
NOT_COMPUTABLE = "not computable"


@dataclass(frozen=True)
class VerdictRule:
    """The limits within which a figure has a verdict; fractions of 1."""

    verdict: str
    max_difference: float
    max_range: float
    min_rows: int


VERDICT_RULES: tuple[VerdictRule, ...] = (
    VerdictRule(REPORTABLE, max_difference=0.02, max_range=0.02, min_rows=10),
    VerdictRule(WITH_CARE, max_difference=0.10, max_range=0.10, min_rows=1),
)

ADDITIVE = frozenset({Unit.MONEY, Unit.COUNT})
"""Units of which few records make no uncertain figure."""


def judge(figures: pd.DataFrame, rules: Sequence[VerdictRule] = VERDICT_RULES) -> pd.DataFrame:
    """`verdict` and `reason` per figure. Columns: unit, raw, cleaned, low, high, drawn, rows, missing.

    `drawn` says whether low..high is an interval of draws; else it is the range from strict to loose cleaning.
    """
    difference = _relative(figures["raw"] - figures["cleaned"], figures["cleaned"])
    ends = figures[["low", "cleaned", "high"]]
    width = _relative(ends.max(axis=1) - ends.min(axis=1), figures["cleaned"])
    # 0 rows: a figure that no records are counted behind, such as the return on an investment.
    few = np.where(figures["unit"].isin(ADDITIVE) | (figures["rows"] == 0), np.inf, figures["rows"])
    verdict = pd.Series(DO_NOT_REPORT, index=figures.index)
    for rule in reversed(rules):
        kept = (np.abs(difference) <= rule.max_difference) & (width <= rule.max_range) & (few >= rule.min_rows)
        verdict = verdict.mask(kept, rule.verdict)
    verdict = verdict.mask(figures["cleaned"].isna(), NOT_COMPUTABLE)
    verdict = verdict.mask(figures["cleaned"].isna() & figures["raw"].notna(), DO_NOT_REPORT)
    verdict = verdict.mask(figures["raw"].isna() & figures["cleaned"].notna(), WITH_CARE)
    scarce = few < rules[0].min_rows
    columns = (figures[name] for name in ("raw", "cleaned", "rows", "missing", "drawn"))
    lines = zip(difference, width, scarce, *columns, strict=True)
    return pd.DataFrame({"verdict": verdict, "reason": [_reason(*line) for line in lines]}, index=figures.index)


def _relative(part: pd.Series, whole: pd.Series) -> np.ndarray:
    """part / |whole|; of 0 anything but 0 is infinitely much."""
    parts, wholes = part.to_numpy(dtype="float64"), np.abs(whole.to_numpy(dtype="float64"))
    result = np.divide(parts, wholes, out=np.where(parts == 0, 0.0, np.copysign(np.inf, parts)), where=wholes != 0)
    return np.where(np.isnan(parts), np.nan, result)


def _reason(
    difference: float, width: float, scarce: bool, raw: float, cleaned: float, rows: int, missing: str, drawn: bool
) -> str:
    if np.isnan(cleaned):
        return missing if np.isnan(raw) else "Nothing of it is left after cleaning: its records belong elsewhere."
    if np.isnan(raw):
        return "It can only be computed after cleaning."
    parts = [_distance(difference), _width(width, drawn)]
    if scarce:
        parts.append(f"Only {rows} {'record is' if rows == 1 else 'records are'} behind it.")
    return " ".join(parts)


def _distance(difference: float) -> str:
    if difference == 0:
        return "The raw figure is the same as the cleaned one."
    if np.isinf(difference):
        return f"The raw figure is {'above' if difference > 0 else 'below'} the cleaned one, which is 0."
    return f"The raw figure is {_percent(abs(difference))} {'above' if difference > 0 else 'below'} the cleaned one."


def _width(width: float, drawn: bool) -> str:
    if width == 0:
        return "No open question can move it." if drawn else "Strict and loose cleaning give the same."
    if drawn:
        moved = _percent(width)
        return f"The open questions can still move it {'from 0' if np.isinf(width) else f'by {moved}'} (90 % interval)."
    if np.isinf(width):
        return "Between strict and loose cleaning it is no longer 0."
    return f"Between strict and loose cleaning it varies by {_percent(width)}."


def _percent(share: float) -> str:
    if share < 0.001:
        return "less than 0.1 %"
    return f"{share * 100:.1f} %" if share < 0.1 else f"{share * 100:,.0f} %"
