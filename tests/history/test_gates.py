"""Gates: what each form of condition reads, how mistakes are told, and that what cannot be judged does not pass."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from audit.errors import UsageError
from audit.gates import judge, needs_history, parse

RULES = ("VAL001", "VAL010", "UNQ001")
METRICS = ("win_rate", "revenue")


def gate(text: str) -> Any:
    return parse(text, rules=RULES, metrics=METRICS)


@pytest.fixture
def result() -> Any:
    """As much of a result as gates look at."""
    severities = {"VAL001": "critical", "VAL010": "low", "UNQ001": "high"}
    findings = pd.DataFrame(
        {
            "finding_id": list("abcde"),
            "rule_id": ["VAL001", "VAL001", "VAL010", "UNQ001", "UNQ001"],
            "accepted": [False, False, False, False, True],
        }
    )
    metrics = pd.DataFrame(
        [
            ("win_rate", "all", "", 0.5, 0.4, "do not report"),
            ("win_rate", "2026-Q3", "", 0.9, 0.9, "reportable"),
            ("revenue", "all", "owner", 1.0, 1.0, "reportable"),
            ("revenue", "all", "", float("nan"), float("nan"), "not computable"),
        ],
        columns=["metric_id", "period", "breakdown", "raw", "cleaned", "verdict"],
    )
    history = SimpleNamespace(
        previous=pd.Timestamp("2026-10-01"),
        score_change=-2.5,
        findings=pd.DataFrame({"finding_id": list("abcd"), "state": ["new", "open", "returned", "new"]}),
        by_rule=pd.DataFrame({"name": ["VAL001", "VAL010"], "fixed": [3, 4]}),
    )
    return SimpleNamespace(
        score=SimpleNamespace(
            overall=84.0,
            flawless=0.7,
            coverage=0.9,
            by_dimension=pd.DataFrame({"name": ["uniqueness"], "score": [88.0]}),
            by_source=pd.DataFrame({"name": ["Hub Spot"], "score": [91.0]}),
            by_entity=pd.DataFrame({"name": ["contact"], "score": [92.0]}),
        ),
        rules=[SimpleNamespace(id=name, severity=severity) for name, severity in severities.items()],
        findings=findings.assign(severity=findings["rule_id"].map(severities)),
        metrics=metrics,
        history=history,
    )


@pytest.mark.parametrize(
    ("text", "failed", "reason"),
    [
        ("score < 85", True, "it is 84"),
        ("score<=84.0", True, "it is 84"),
        ("score < 84", False, "it is 84"),
        ("score drop > 2", True, "it is 2.5"),
        ("score drop > 3", False, "it is 2.5"),
        ("flawless < 75%", True, "it is 0.7"),
        ("coverage < 0.8", False, "it is 0.9"),
        ("dimension uniqueness < 90", True, "it is 88"),
        ("source 'Hub Spot' < 95", True, "it is 91"),
        ("source Other < 5", True, "this run does not have that figure"),
        ("entity contact < 90", False, "it is 92"),
        ("findings > 3", True, "it is 4"),
        ("findings critical >= 2", True, "it is 2"),
        ("findings UNQ001 = 1", True, "it is 1"),
        ("new > 2", False, "it is 2"),
        ("new critical > 0", True, "it is 1"),
        ("new VAL010 > 0", False, "it is 0"),
        ("returned > 0", True, "it is 1"),
        ("fixed < 10", True, "it is 7"),
        ("fixed low < 4", False, "it is 4"),
        ("metric win_rate verdict = 'do not report'", True, "it is do not report"),
        ('metric win_rate verdict != "reportable"', True, "it is do not report"),
        ("metric win_rate verdict = do not report", True, "it is do not report"),
        ("metric win_rate < 0.45", True, "it is 0.4"),
        ("metric win_rate raw < 0.45", False, "it is 0.5"),
        ("metric win_rate change < -10%", True, "it is -0.2"),
        ("metric revenue > 5", True, "this run does not have that figure"),
        ("metric revenue verdict = 'not computable'", True, "it is not computable"),
    ],
)
def test_each_form(result: Any, text: str, failed: bool, reason: str) -> None:
    (ruling,) = judge([gate(text)], result)
    assert (ruling.failed, ruling.reason) == (failed, reason)


@pytest.mark.parametrize("text", ["new > 0", "returned critical > 0", "fixed < 1", "score drop > 0"])
def test_the_first_run_has_nothing_to_compare_with(result: Any, text: str) -> None:
    assert needs_history(gate(text))
    result.history.previous = None
    (ruling,) = judge([gate(text)], result)
    assert not ruling.failed
    assert "no earlier run" in ruling.reason


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("scor < 85", "Did you mean 'score'"),
        ("score", "figure, operator, value"),
        ("< 85", "figure, operator, value"),
        ("score < ", "figure, operator, value"),
        ("", "figure, operator, value"),
        ("score < 85 > 3", "second operator"),
        ("score < high", "'high' is no number"),
        ("score today < 3", "'today' says nothing here"),
        ("dimension < 90", "needs a name"),
        ("dimension uniquness < 90", "Did you mean 'uniqueness'"),
        ("entity contacts < 90", "Did you mean 'contact'"),
        ("findings VAL0010 > 1", "Did you mean 'VAL010'"),
        ("new critcal > 0", "Did you mean 'critical'"),
        ("metric winrate > 1", "Did you mean 'win_rate'"),
        ("metric win_rate verdikt = 'reportable'", "Did you mean 'verdict'"),
        ("metric win_rate verdict > 'reportable'", "compared with = or !="),
        ("metric win_rate verdict = 'dont report'", "Did you mean 'do not report'"),
        ("source 'unclosed < 5", "cannot be read"),
    ],
)
def test_mistakes_say_what_was_meant(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        gate(text)
    assert told in str(caught.value)
    assert repr(text) in str(caught.value)
