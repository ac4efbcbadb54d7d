"""The score: how right the cells are that count, and that what is missing never makes it better."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.dataset import Dataset, SourceInfo, table_from_frame
from audit.engine import run_rules
from audit.rule import Context, Dimension, Family, FieldRule, FixKind, FixSafety, Flags, Severity
from audit.score import HARM, VERSION, Score, Source, Vanished, hold_back, score


class Wrong(FieldRule):
    """Flags the text "wrong" with full confidence and "maybe" with half."""

    id = "VAL901"
    title = "Wrong"
    family = Family.STRUCTURE
    fields: ClassVar = ("contact.last_name", "contact.lead_source", "contact.gender")
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


ALL = {
    "source_id": "1",
    "first_name": "Ann",
    "last_name": "Tan",
    "email": "ann@tan.example",
    "phone": "+65 6123 4567",
    "job_title": "Buyer",
    "company_name": "Tan Ltd",
    "owner": "Mia",
    "lifecycle_stage": "lead",
    "lead_source": "Web",
    "created_at": "2026-01-01",
    "country": "SG",
}
"""Every field that an export of contacts is expected to have."""
TWO = {f"contact.{name}": 0.0 for name in ALL} | {"contact.last_name": 2.0, "contact.lead_source": 1.0}
"""Weights under which only these two fields count."""


class Judged(Wrong):
    """Judges every field of ALL."""

    id = "VAL902"
    fields: ClassVar = tuple(f"contact.{name}" for name in (*ALL, "gender", "mobile"))


def scored(frame: pd.DataFrame, *rules, weights=None, expected=()) -> Score:
    data = Dataset({"contact": table_from_frame("contact", frame)})
    findings, results = run_rules(rules, data, Context(pd.Timestamp("2026-11-01")))
    return score(data, findings, rules, results, weights=weights, expected=expected)


def complete(rows: int, **columns) -> pd.DataFrame:
    return pd.DataFrame({name: [value] * rows for name, value in ALL.items()} | columns)


def test_a_complete_and_clean_export_scores_100() -> None:
    result = scored(complete(30), Judged())
    assert result.overall == 100
    assert result.low == result.high == 100
    assert result.flawless == result.coverage == result.known == 1
    assert result.unknown.empty


def test_a_missing_column_counts_as_unknown() -> None:
    result = scored(complete(30).drop(columns=["phone"]), Judged())
    whole = 2 * 6 + 6
    assert result.overall == pytest.approx(100 * (1 - 0.5 * 2 / whole))
    assert result.known == pytest.approx(1 - 2 / whole)
    assert result.unknown.to_dict("records") == [
        {
            "entity": "contact",
            "source": "test",
            "field": "phone",
            "cells": 30,
            "points": pytest.approx(100 / whole),
            "absent": True,
        }
    ]


def test_what_no_check_judged_is_not_right() -> None:
    result = scored(complete(5), Wrong())
    judged = 2 + 1
    assert result.overall == pytest.approx(100 * (1 - 0.5 * (18 - judged) / 18))


def test_weights_confidence_and_parts() -> None:
    frame = pd.DataFrame({"last_name": ["wrong", "Tan", "Lim", "Ng"], "lead_source": ["maybe", None, "Web", "Web"]})
    result = scored(frame, Wrong(), weights=TWO)
    # four names of weight 2, three sources and a blank one of weight 1; lost: 2 x 1, 0.5 and half of the blank one
    assert result.overall == pytest.approx(100 * (1 - 3 / 12))
    expected = [1 - 2.5 / 3, 1 - 0.5 / 3, 1, 1]
    assert result.records["contact"].to_numpy() == pytest.approx(100 * np.array(expected))
    assert dict(zip(result.by_field["name"], result.by_field["score"], strict=True)) == {
        "contact.last_name": pytest.approx(75),
        "contact.lead_source": pytest.approx(75),
    }
    assert result.flawless == 0.75
    assert result.after_safe == pytest.approx(100 * (1 - 0.5 / 12)), "a blank cell stays blank"


def test_the_interval_is_that_of_independent_findings() -> None:
    result = scored(pd.DataFrame({"last_name": ["maybe", "maybe", "Tan", "Lim"]}), Wrong(), weights=TWO)
    # two coins of weight 2 of a whole of 4 x 3, of which the four unknown sources earn half
    spread = 1.959964 * (2 * 2**2 * 0.25) ** 0.5 / 12 * 100
    assert result.overall == pytest.approx(100 * (6 + 2) / 12)
    assert (result.low, result.high) == pytest.approx((result.overall - spread, result.overall + spread), abs=1e-4)
    part = result.by_source.iloc[0]
    assert (part["low"], part["high"]) == pytest.approx((result.low, result.high))


class Unsure(Judged):
    id = "UNQ902"
    title = "Unsure"
    dimension = Dimension.UNIQUENESS
    fix_kind = FixKind.DROP
    fields: ClassVar = ("contact.job_title",)


def test_the_interval_holds_what_simulation_gives() -> None:
    rng = np.random.default_rng(5)
    words = rng.choice(["maybe", "fine"], (120, 3), p=[0.4, 0.6])
    frame = complete(120).assign(last_name=words[:, 0], lead_source=words[:, 1], job_title=words[:, 2])
    result = scored(frame, Judged(), Unsure())
    weight = np.array(
        [2 if name in ("source_id", "first_name", "last_name", "email", "phone", "country") else 1 for name in ALL]
    )
    place = {name: number for number, name in enumerate(ALL)}
    drawn = []
    for _ in range(2000):
        right = np.ones((120, len(ALL)))
        for column, name in enumerate(("last_name", "lead_source", "job_title")):
            wrong = (words[:, column] == "maybe") & (rng.random(120) < 0.5)
            right[wrong, place[name]] = 0
        gone = (words[:, 2] == "maybe") & (rng.random(120) < 0.5)
        drawn.append(100 * float((right * weight)[~gone].sum()) / (120 * weight.sum()))
    assert np.mean(drawn) == pytest.approx(result.overall, abs=0.15)
    assert 1.96 * np.std(drawn) == pytest.approx(result.high - result.overall, rel=0.08)


def test_two_findings_in_one_cell_do_not_count_twice() -> None:
    weights = {**TWO, "contact.lead_source": 0.0}
    result = scored(pd.DataFrame({"last_name": ["maybe", "Tan"]}), Wrong(), Mild(), weights=weights)
    assert result.overall == pytest.approx(100 * (1 + 0.5 * (1 - 0.5 * HARM[Severity.LOW])) / 2)
    assert dict(zip(result.by_dimension["name"], result.by_dimension["score"], strict=True)) == {
        "validity": 75,
        "accuracy": pytest.approx(95),
    }


def test_a_systemic_finding_weighs_half() -> None:
    result = scored(complete(40, lead_source=["wrong"] * 40), Judged())
    assert result.by_field.set_index("field")["score"]["lead_source"] == 50


def test_nothing_checked_scores_half() -> None:
    result = scored(pd.DataFrame({"email": ["a@b.example"]}), Wrong())
    assert result.overall == 50
    assert result.coverage == result.known == 0
    assert result.not_evaluated == 1


class Twice(Wrong):
    id = "UNQ901"
    title = "Twice"
    dimension = Dimension.UNIQUENESS
    severity = Severity.HIGH
    fix_kind = FixKind.DROP


def test_a_surplus_record_is_wrong_in_all_its_cells() -> None:
    frame = pd.DataFrame({"last_name": ["wrong", "Tan"], "lead_source": ["Web", "Web"]})
    result = scored(frame, Twice(), weights=TWO)
    harm = HARM[Severity.HIGH]
    assert result.overall == pytest.approx(100 * (1 - harm * 3 / 6))
    assert list(result.records["contact"]) == [pytest.approx(100 * (1 - harm)), 100]
    assert list(result.by_field["score"]) == [100, 100]
    assert list(result.by_dimension["records"]) == [1]
    assert list(result.cost) == [pytest.approx(100 - result.overall)]
    assert result.after_safe == 100


class Emptied(Wrong):
    id = "VAL903"
    fix_kind = FixKind.CLEAR


def test_a_cell_that_a_fix_empties_is_unknown_afterwards() -> None:
    frame = pd.DataFrame({"last_name": ["wrong", "Tan", "Lim"], "lead_source": ["Web"] * 3})
    result = scored(frame, Emptied(), weights=TWO)
    assert result.after_safe == pytest.approx(100 * (1 - 0.5 * 2 / 9))


def test_the_owner_of_each_record_answers_for_its_cells() -> None:
    frame = complete(4, owner=["Mia", " Mia", "Jo", None], lead_source=["wrong", "Web", "Web", "Web"])
    owners = scored(frame, Judged()).by_owner.set_index("name")
    assert owners["score"].to_dict() == {
        "Mia": pytest.approx(100 * (1 - 1 / 36)),
        "Jo": 100,
        "": pytest.approx(100 * (1 - 0.5 / 18)),
    }
    assert list(owners["records"]) == [2, 1, 1]


def test_a_dimension_may_weigh_less() -> None:
    frame = complete(4, lead_source=["wrong", "Web", "Web", "Web"])
    full, half = (scored(frame, Judged(), weights=weights) for weights in (None, {"validity": 0.5}))
    assert 100 - half.overall == pytest.approx((100 - full.overall) / 2)


def test_the_full_name_stands_in_for_its_parts() -> None:
    frame = complete(4).drop(columns=["first_name", "last_name"]).assign(full_name="Ann Tan")
    rule = type("Named", (Judged,), {"fields": (*Judged.fields, "contact.full_name")})()
    assert scored(frame, rule).overall == 100


def test_a_field_for_which_the_system_has_no_place_does_not_count() -> None:
    frame = complete(4)[["email", "first_name", "last_name"]]
    lists = SourceInfo("test", "a.csv", "", "mailchimp", "audience", "contact", 1.0, "", 4, 4, 0)
    data = Dataset({"contact": table_from_frame("contact", frame)}, sources=(lists,))
    findings, results = run_rules([Judged()], data, Context(pd.Timestamp("2026-11-01")))
    result = score(data, findings, [Judged()], results)
    assert "owner" not in set(result.unknown["field"])
    assert result.overall > scored(frame, Judged()).overall


def table_with(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(1, 6))
    words = st.sampled_from(["wrong", "maybe", "fine", None])
    names = draw(st.lists(st.sampled_from([*ALL, "gender", "mobile", "full_name"]), unique=True, min_size=1))
    columns = {name: draw(st.lists(words, min_size=rows, max_size=rows)) for name in names if name != "created_at"}
    return pd.DataFrame(columns or {"email": ["wrong"] * rows}, dtype=object)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_leaving_out_a_column_never_raises_the_score(data: st.DataObject) -> None:
    frame = data.draw(st.composite(table_with)())
    name = data.draw(st.sampled_from(list(frame.columns)))
    gone = frame.drop(columns=[name])
    if gone.shape[1] == 0:
        gone = frame.assign(**{name: None})
    rule = type("Both", (Judged,), {"fields": (*Judged.fields, "contact.full_name")})()
    before, after = scored(frame, rule), scored(gone, rule)
    assert after.overall <= before.overall + 1e-9


def two_sources(first: pd.DataFrame, second: pd.DataFrame) -> Dataset:
    tables = [table_from_frame("contact", part, source=name) for part, name in ((first, "A"), (second, "B"))]
    frame = pd.concat([table.frame for table in tables], ignore_index=True)
    lineage = pd.concat([table.lineage.astype(object) for table in tables], ignore_index=True)
    return Dataset({"contact": replace(tables[0], frame=frame, text=pd.DataFrame(index=frame.index), lineage=lineage)})


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_a_declared_source_that_is_missing_never_raises_the_score(data: st.DataObject) -> None:
    first, second = (data.draw(st.composite(table_with)()) for _ in range(2))
    both = two_sources(first, second)
    declared = (Source("A", "contact", len(first)), Source("B", "contact", len(second)))
    rules = (Judged(),)
    totals = []
    for dataset in (
        both,
        Dataset({"contact": both["contact"].take((both["contact"].lineage["source"] == "A").to_numpy())}),
    ):
        findings, results = run_rules(rules, dataset, Context(pd.Timestamp("2026-11-01")))
        totals.append(score(dataset, findings, rules, results, expected=declared).overall)
    assert totals[1] <= totals[0] + 1e-9


def lost(*rows: tuple[str, str, float]) -> Vanished:
    fields = pd.DataFrame(
        [("contact", source, field, "2026-10-01", value) for source, field, value in rows],
        columns=["entity", "source", "field", "since", "score"],
    )
    return Vanished(fields, pd.DataFrame({"name": ["Old CRM"], "cells": [36], "score": [70.0]})).without([])


def test_what_has_vanished_holds_the_score_back() -> None:
    result = scored(complete(3), Judged())
    held = hold_back(result, lost(("test", "mobile", 88.0)).without(["Old*"]))
    assert (held.overall, held.unheld) == (88.0, 100)
    assert held.vanished["field"].tolist() == ["mobile"]
    assert hold_back(result, lost(("test", "mobile", 88.0)).without(["test:contact.mobile"])).overall == 100


def test_a_source_that_has_vanished_counts_as_unknown() -> None:
    result = scored(complete(3), Judged())
    held = hold_back(result, lost(("Old CRM", "email", 99.0)))
    assert held.overall == pytest.approx(75), "as many cells as are there, half right"


def test_the_page_that_defines_the_score_is_of_this_version() -> None:
    page = (Path(__file__).parents[1] / "reports" / "SCORE.md").read_text("utf-8")
    assert page.splitlines()[0] == f"# The accuracy score, version {VERSION}"
    for severity, harm in HARM.items():
        assert f"{harm:g} for {severity}" in " ".join(page.split())
