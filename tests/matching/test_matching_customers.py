"""Matching on generated customers: accuracy, calibration, and what each record's neighbours must not do to it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dedupe_sets import calibration_error, cluster_scores
from generate_customers import as_table, generate

from audit.matching import MatchResult, match


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return generate(3000, seed=7)


@pytest.fixture(scope="module")
def result(customers: pd.DataFrame) -> MatchResult:
    return match(as_table(customers))


def partition(clusters: pd.Series, names: np.ndarray) -> set[frozenset]:
    return {frozenset(group) for _, group in pd.Series(names).groupby(clusters.to_numpy())}


def test_accuracy_and_calibration(customers: pd.DataFrame, result: MatchResult) -> None:
    truth = customers["entity"].to_numpy()
    precision, recall, f1 = cluster_scores(result.clusters["cluster"].to_numpy(), truth)
    same = truth[result.pairs["left"]] == truth[result.pairs["right"]]
    assert f1 > 0.975
    assert precision > 0.98
    assert calibration_error(result.pairs["probability"].to_numpy(), same) < 0.05
    assert abs(result.statistics["estimated_precision"] - precision) < 0.03
    assert abs(result.statistics["estimated_recall"] - recall) < 0.06


def test_order_of_rows_does_not_matter(customers: pd.DataFrame, result: MatchResult) -> None:
    order = np.random.default_rng(1).permutation(len(customers))
    again = match(as_table(customers.iloc[order].reset_index(drop=True)))
    assert partition(again.clusters["cluster"], order) == partition(
        result.clusters["cluster"], np.arange(len(customers))
    )


def test_order_of_sources_and_record_numbers_do_not_matter(customers: pd.DataFrame, result: MatchResult) -> None:
    backwards = customers.sort_values("source", ascending=False, kind="stable")
    table = as_table(backwards.reset_index(drop=True))
    names = sorted(backwards["source"].unique(), reverse=True)
    lineage = table.lineage.assign(source=pd.Categorical(table.lineage["source"].astype(str), categories=names))
    numbers = table.index * 7 + 1000
    table = replace(
        table,
        frame=table.frame.set_axis(numbers),
        text=table.text.set_axis(numbers),
        lineage=lineage.assign(file="other.csv").set_axis(numbers),
    )
    again = match(table)
    assert again.clusters.index.equals(numbers)
    assert partition(again.clusters["cluster"], backwards.index.to_numpy()) == partition(
        result.clusters["cluster"], np.arange(len(customers))
    )


def test_a_blank_column_changes_nothing(customers: pd.DataFrame, result: MatchResult) -> None:
    blank = dict.fromkeys(["middle_name", "date_of_birth", "national_id", "other_emails", "linkedin_url", "suffix"])
    again = match(as_table(customers.assign(**blank)))
    assert again.clusters["cluster"].equals(result.clusters["cluster"])


def test_an_unrelated_record_changes_nothing(customers: pd.DataFrame, result: MatchResult) -> None:
    stranger = {
        "first_name": "Xq",
        "last_name": "Zzyzx",
        "email": "zz@unrelated.example",
        "country": "US",
        "source": "crm",
        "entity": -1,
    }
    more = pd.concat([customers, pd.DataFrame([stranger])], ignore_index=True)
    again = match(as_table(more)).clusters["cluster"].iloc[:-1]
    before = partition(result.clusters["cluster"], np.arange(len(customers)))
    after = partition(again, np.arange(len(customers)))
    assert len(before ^ after) <= 0.005 * len(before)


def test_shape_of_the_result(customers: pd.DataFrame, result: MatchResult) -> None:
    pairs = result.pairs
    assert (pairs["left"] < pairs["right"]).all()
    assert not pairs.duplicated(["left", "right"]).any()
    assert set(pairs["decision"]) <= {"merge", "review", "leave"}
    clusters = result.clusters["cluster"]
    assert (
        (clusters.loc[pairs["left"]].to_numpy() == clusters.loc[pairs["right"]].to_numpy())
        == (pairs["decision"] == "merge")
    ).all()
    firsts = clusters.drop_duplicates()
    assert firsts.tolist() == list(range(len(firsts)))
    assert (result.clusters.loc[result.clusters["size"] == 1, "confidence"] == 1).all()
    assert len(result.explanation()) == len(pairs)


def test_explanation_adds_up(result: MatchResult) -> None:
    pairs = result.pairs[~result.pairs["decision"].eq("leave")].head(50)
    long = result.explain(pairs[["left", "right"]])
    last = long.groupby(["left", "right"], sort=False)["probability"].last()
    assert np.allclose(last.to_numpy(), pairs["probability"], atol=1e-4)
    weights = long.groupby(["left", "right"], sort=False)["weight"].sum()
    assert np.allclose(weights.to_numpy(), pairs["weight"], atol=1e-6)


def test_any_pair_can_be_explained(result: MatchResult) -> None:
    never = result.explain(pd.DataFrame({"left": [0], "right": [1]}))
    assert (never["left"] == 0).all()
    assert never["probability"].iloc[-1] < 0.5
