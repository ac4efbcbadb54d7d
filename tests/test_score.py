"""The score: what was checked and found right, weighted."""

from typing import ClassVar

import pandas as pd
import pytest

from audit.dataset import Dataset, table_from_frame
from audit.engine import run_rules
from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity
from audit.score import HARM, score


class Wrong(FieldRule):
    """Flags the text "wrong" with full confidence and "maybe" with half."""

    id = "VAL901"
    title = "Wrong"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.last_name", "contact.lead_source")
    dimension = Dimension.VALIDITY
    severity = Severity.CRITICAL
    message = "{value}"
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        confidence = values.map({"wrong": 1.0, "maybe": 0.5}).fillna(0).to_numpy(dtype=float)
        return Flags(confidence > 0, confidence=confidence, suggestion=values.mask(values == "wrong", "right"))


class Mild(Wrong):
    id = "ACC901"
    title = "Mild"
    dimension = Dimension.ACCURACY
    severity = Severity.LOW


def scored(frame: pd.DataFrame, *rules):
    data = Dataset({"contact": table_from_frame("contact", frame)})
    findings, results = run_rules(rules, data, Context(pd.Timestamp("2026-11-01")))
    return score(data, findings, rules, results)


def test_clean_data_scores_100() -> None:
    result = scored(pd.DataFrame({"last_name": ["Tan", "Lim"]}), Wrong())
    assert result.overall == 100
    assert result.flawless == 1
    assert result.coverage == 1


def test_weights_confidence_and_parts() -> None:
    frame = pd.DataFrame({"last_name": ["wrong", "Tan"], "lead_source": ["maybe", None]})
    result = scored(frame, Wrong())
    # two names of weight 2, a source and a blank one of weight 1; lost: 2 x 1, 1 x 0.5 and half of the blank one
    assert result.overall == pytest.approx(100 * (1 - 3 / 6))
    assert list(result.records["contact"]) == [pytest.approx(100 * (1 - 2.5 / 3)), pytest.approx(100 * (1 - 0.5 / 3))]
    assert dict(zip(result.by_field["name"], result.by_field["score"], strict=True)) == {
        "contact.last_name": pytest.approx(50),
        "contact.lead_source": pytest.approx(50),
    }
    assert result.flawless == 0.5
    assert result.after_safe == pytest.approx(100 * (1 - 0.5 / 6)), "a blank cell stays blank"


def test_two_findings_in_one_cell_do_not_count_twice() -> None:
    result = scored(pd.DataFrame({"last_name": ["maybe"]}), Wrong(), Mild())
    assert result.overall == pytest.approx(100 * 0.5 * (1 - 0.5 * HARM[Severity.LOW]))
    assert dict(zip(result.by_dimension["name"], result.by_dimension["score"], strict=True)) == {
        "validity": 50,
        "accuracy": pytest.approx(90),
    }


def test_a_systemic_finding_weighs_half() -> None:
    result = scored(pd.DataFrame({"last_name": ["wrong"] * 40}), Wrong())
    assert result.overall == 50


def test_nothing_checked_scores_nothing() -> None:
    result = scored(pd.DataFrame({"email": ["a@b.example"]}), Wrong())
    assert result.overall == 0
    assert result.coverage == 0
    assert result.not_evaluated == 1


class Twice(Wrong):
    id = "UNQ901"
    title = "Twice"
    dimension = Dimension.UNIQUENESS
    severity = Severity.HIGH
    fix_kind = FixKind.DROP


def test_a_surplus_record_is_wrong_in_all_its_cells() -> None:
    frame = pd.DataFrame({"last_name": ["wrong", "Tan"], "lead_source": ["Web", "Web"]})
    result = scored(frame, Twice())
    harm = HARM[Severity.HIGH]
    assert result.overall == pytest.approx(100 * (1 - harm * 3 / 6))
    assert list(result.records["contact"]) == [pytest.approx(100 * (1 - harm)), 100]
    assert list(result.by_field["score"]) == [100, 100]
    assert list(result.by_dimension["records"]) == [1]
    assert list(result.cost) == [pytest.approx(100 - result.overall)]
