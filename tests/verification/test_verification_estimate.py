"""A person's check of a sample: the interval covers what is true, and nothing is known of what was not looked at."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.verification import Population, draw, estimate, stratified_wilson, wilson

Z = 1.959964
FIELDS = [f"f{number}" for number in range(8)]


def made_up(seed: int, records: int = 2000, base: float = 0.03) -> tuple[Population, pd.DataFrame]:
    """A table of which is known which cells are wrong; wrong ones come together in records, and rules see most."""
    random = np.random.default_rng(seed)
    care = random.choice([0.3, 1.0, 6.0], records, p=[0.6, 0.3, 0.1])
    wrong = random.random((records, len(FIELDS))) < base * care[:, None]
    filled = random.random((records, len(FIELDS))) < 0.8
    flagged = filled & ((wrong & (random.random(wrong.shape) < 0.7)) | (random.random(wrong.shape) < 0.01))
    level = np.minimum(flagged.sum(axis=1), 2)
    record, field = np.nonzero(flagged)
    flags = pd.DataFrame(
        {
            "rule_id": np.where(field % 2, "VAL001", "VAL002"),
            "entity": "contact",
            "record": record,
            "field": np.array(FIELDS)[field],
        }
    )
    people = Population(
        pd.DataFrame({"entity": "contact", "record": np.arange(records), "stratum": level}),
        {"contact": pd.DataFrame(filled, columns=FIELDS)},
        flags,
    )
    record, field = np.nonzero(filled)
    truth = pd.DataFrame({"entity": "contact", "record": record, "field": np.array(FIELDS)[field]})
    return people, truth.assign(right=~wrong[record, field])


def test_wilson_is_the_known_one() -> None:
    low, high = wilson(np.array([81.0]), np.array([263.0]), Z)
    assert (low[0], high[0]) == pytest.approx((0.2553, 0.3662), abs=5e-4)


def test_one_stratum_is_wilsons_interval() -> None:
    value, low, high = stratified_wilson(np.array([81.0]), np.array([263.0]), np.array([1e9]))
    assert (value, low, high) == pytest.approx((81 / 263, 0.2553, 0.3662), abs=5e-4)


def test_nothing_judged_is_nothing_known() -> None:
    value, low, high = stratified_wilson(np.zeros(2), np.zeros(2), np.array([5.0, 5.0]))
    assert np.isnan(value)
    assert (low, high) == (0.0, 1.0)


def test_a_stratum_nobody_looked_at_may_hold_anything() -> None:
    _, low, high = stratified_wilson(np.array([100.0, 0.0]), np.array([100.0, 0.0]), np.array([1e6, 1e6]))
    assert low < 0.5
    assert high == 1.0


def test_everything_looked_at_leaves_no_doubt() -> None:
    value, low, high = stratified_wilson(np.array([7.0, 3.0]), np.array([10.0, 10.0]), np.array([10.0, 10.0]))
    assert value == 0.5
    assert high - low < 1e-4


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 500)), min_size=1, max_size=6))
def test_the_interval_holds_its_estimate(strata: list[tuple[int, int, int]]) -> None:
    right, wrong, more = (np.array(column, dtype=float) for column in zip(*strata, strict=True))
    judged = right + wrong
    value, low, high = stratified_wilson(right, judged, judged + more)
    assert 0 <= low <= high <= 1
    if judged.all():
        assert low - 1e-9 <= value <= high + 1e-9


def covers(told: dict, truth: float) -> bool:
    return told["low"] <= truth <= told["high"]


@pytest.mark.parametrize("base", [0.01, 0.05])
def test_the_interval_covers_the_truth_in_at_least_93_of_100_samples(base: float, tell) -> None:
    people, truth = made_up(7, base=base)
    whole = truth["right"].mean()
    by_field = truth.groupby("field")["right"].mean()
    hits, fields, widths = 0, [], []
    for seed in range(100):
        sample = draw(people, 200, seed=seed)
        found = estimate(people, truth.merge(sample[["entity", "record"]]))
        hits += covers(found["overall"], whole)
        fields += [covers(line, by_field[line["field"]]) for line in found["fields"]]
        widths.append(found["overall"]["high"] - found["overall"]["low"])
    tell(f"accuracy {whole:.3f}: covered {hits} of 100, fields {np.mean(fields):.1%}, width {np.mean(widths):.3f}")
    assert hits >= 93
    assert np.mean(fields) >= 0.93
    assert np.mean(widths) < 0.06


def test_precision_and_recall_of_the_rules_are_estimated() -> None:
    people, truth = made_up(3)
    flags = people.flags.merge(truth, on=["entity", "record", "field"])
    true_precision = 1 - flags.groupby("rule_id")["right"].mean()
    wrong = truth[~truth["right"]]
    true_recall = len(wrong.merge(people.flags[["entity", "record", "field"]])) / len(wrong)
    found = estimate(people, truth.merge(draw(people, 600, seed=1)[["entity", "record"]]))
    assert covers(found["recall"], true_recall)
    for line in found["rules"]:
        assert covers(line, true_precision[line["rule_id"]])
        assert not line["often_wrong"] or line["estimate"] < 0.8


def test_a_rule_that_is_often_wrong_is_named() -> None:
    people, truth = made_up(5)
    found = estimate(people, truth.assign(right=True).merge(draw(people, 200)[["entity", "record"]]))
    assert all(line["often_wrong"] for line in found["rules"] if line["judged"] >= 5)
    assert found["overall"]["estimate"] == 1.0
    assert found["recall"]["estimate"] is None


def test_the_sample_is_repeatable_whole_and_sees_every_stratum() -> None:
    people, _ = made_up(1)
    sample = draw(people, 200, seed=4)
    assert sample.equals(draw(people, 200, seed=4))
    assert not sample.equals(draw(people, 200, seed=5))
    assert len(sample) == len(sample.drop_duplicates()) == 200
    assert set(sample["stratum"]) == set(people.records["stratum"])
    assert len(draw(people, 10**6)) == len(people.records)
