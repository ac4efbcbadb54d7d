"""The verdict rules, case by case."""

import numpy as np
import pandas as pd
import pytest

from audit.metric import Unit
from reports.impact import VERDICT_RULES
from reports.impact.verdict import judge

NAN = float("nan")


def verdict(
    raw: float,
    cleaned: float,
    low: float,
    high: float,
    unit: Unit = Unit.RATE,
    rows: int = 100,
    missing: str = "",
    drawn: bool = False,
) -> tuple[str, str]:
    columns = ["unit", "raw", "cleaned", "low", "high", "rows", "missing", "drawn"]
    judged = judge(pd.DataFrame([[str(unit), raw, cleaned, low, high, rows, missing, drawn]], columns=columns))
    return tuple(judged.iloc[0])


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ((100.0, 100.0, 100.0, 100.0), "reportable"),
        ((102.0, 100.0, 100.0, 102.0), "reportable"),
        ((98.0, 100.0, 99.0, 101.0), "reportable"),
        ((103.0, 100.0, 100.0, 100.0), "reportable with care"),
        ((100.0, 100.0, 95.0, 105.0), "reportable with care"),
        ((111.0, 100.0, 100.0, 100.0), "do not report"),
        ((89.0, 100.0, 100.0, 100.0), "do not report"),
        ((100.0, 100.0, 94.0, 105.0), "do not report"),
        ((-102.0, -100.0, -102.0, -100.0), "reportable"),
        ((0.0, 0.0, 0.0, 0.0), "reportable"),
        ((1.0, 0.0, 0.0, 0.0), "do not report"),
        ((0.0, 0.0, 0.0, 1.0), "do not report"),
        ((NAN, NAN, NAN, NAN), "not computable"),
        ((NAN, 5.0, 5.0, 5.0), "reportable with care"),
        ((5.0, NAN, NAN, NAN), "do not report"),
    ],
)
def test_limits(figures: tuple, expected: str) -> None:
    assert verdict(*figures)[0] == expected


def test_few_records_behind_an_average_ask_for_care() -> None:
    assert verdict(1.0, 1.0, 1.0, 1.0, rows=9) == (
        "reportable with care",
        "The raw figure is the same as the cleaned one. Strict and loose cleaning give the same. "
        "Only 9 records are behind it.",
    )
    assert verdict(1.0, 1.0, 1.0, 1.0, unit=Unit.MONEY_PER_ITEM, rows=1)[0] == "reportable with care"
    assert verdict(1.0, 1.0, 1.0, 1.0, unit=Unit.COUNT, rows=1)[0] == "reportable"
    assert verdict(1.0, 1.0, 1.0, 1.0, unit=Unit.RATIO, rows=0)[0] == "reportable"


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        (
            (114.0, 100.0, 96.0, 101.0),
            "The raw figure is 14 % above the cleaned one. Between strict and loose cleaning it varies by 5.0 %.",
        ),
        (
            (99.95, 100.0, 100.0, 100.0),
            "The raw figure is less than 0.1 % below the cleaned one. Strict and loose cleaning give the same.",
        ),
        (
            (3.0, 0.0, 0.0, 2.0),
            "The raw figure is above the cleaned one, which is 0. Between strict and loose cleaning it is no longer 0.",
        ),
        ((NAN, 5.0, 5.0, 5.0), "It can only be computed after cleaning."),
        ((5.0, NAN, NAN, NAN), "Nothing of it is left after cleaning: its records belong elsewhere."),
    ],
)
def test_reasons(figures: tuple, reason: str) -> None:
    assert verdict(*figures)[1] == reason


def test_missing_is_the_reason() -> None:
    assert verdict(NAN, NAN, NAN, NAN, missing="No source holds deals.")[1] == "No source holds deals."


def test_rules_go_from_strict_to_lenient() -> None:
    limits = np.array([[rule.max_difference, rule.max_range, -rule.min_rows] for rule in VERDICT_RULES])
    assert (np.diff(limits, axis=0) >= 0).all()
