"""Households and colleagues named as such, sources that hold everybody once, intervals, and the pairs to check."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dedupe_sets import FOLDER, SPLINK_BEST, cluster_scores, load
from generate_customers import as_table, generate

from audit.dataset import Table, table_from_frame
from audit.matching import MatchOptions, MatchResult, match
from audit.matching.cluster import Links, average_linkage, log_odds
from audit.matching.decisions import COLUMNS, as_decisions
from audit.matching.estimate import intervals
from audit.matching.household import groups
from audit.matching.once import assigned
from audit.matching.pair_sample import sample, worksheet

shared = pytest.mark.skipif(not FOLDER.exists(), reason="the labelled reference tables are not at ../shared")


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return generate(2500, seed=17)


@pytest.fixture(scope="module")
def result(customers: pd.DataFrame) -> MatchResult:
    return match(as_table(customers))


def purity(found: pd.DataFrame, names: pd.Series) -> float:
    """The share of members who have the commonest value of their group."""
    known = found.assign(name=names.loc[found["record"].to_numpy()].to_numpy()).dropna()
    most = known.groupby("group")["name"].agg(lambda values: values.value_counts().iloc[0])
    return float(most.sum() / len(known))


def test_households_and_colleagues_are_named(customers: pd.DataFrame, result: MatchResult) -> None:
    found = result.groups
    kinds = found.groupby("kind", observed=True)["group"].nunique()
    assert kinds["household"] > 30 and kinds["colleague"] > 60
    clusters = result.clusters["cluster"].loc[found["record"].to_numpy()].to_numpy()
    people = found.assign(cluster=clusters).groupby("group")["cluster"].nunique()
    assert (people > 1).all(), "the records of one person alone are no group"
    company = (
        customers["company_name"]
        .str.lower()
        .str.replace(r"\b(?:ltd|limited|plc|llc|inc|gmbh|ag|kg|pt|tbk|corp|co|cv)\b|[.,&]", "", regex=True)
        .str.strip()
    )
    assert purity(found[found["kind"].eq("colleague")], company) > 0.9
    assert purity(found[found["kind"].eq("household")], customers["last_name"].str.lower()) > 0.9


def test_members_of_a_group_are_not_joined_for_it(customers: pd.DataFrame, result: MatchResult) -> None:
    truth = customers["entity"].to_numpy()
    related = result.pairs[result.pairs["relation"].isin(["household", "colleague"]).to_numpy()]
    merged = related[related["decision"].eq("merge")]
    assert (truth[merged["left"]] != truth[merged["right"]]).sum() <= 2


def test_a_group_takes_the_duplicates_of_its_members_along() -> None:
    pairs = pd.DataFrame({"left": [0, 2], "right": [1, 4], "relation": ["household", "namesake"]})
    clusters = pd.Series([0, 1, 0, 2, 3], index=[10, 11, 12, 13, 14])
    found = groups(pairs, clusters)
    assert found["record"].tolist() == [10, 11, 12]
    assert set(found["kind"]) == {"household"}


def test_a_last_name_and_a_city_are_no_household() -> None:
    names = generate(600, seed=9, duplicates=0.0)
    many = names.assign(last_name=[f"Namo{chr(97 + n % 25)}" for n in range(600)], city="Ulm", phone=None, street=None)
    found = match(as_table(many.assign(postal_code=None, company_name=[f"Firm {n} Trade" for n in range(600)]))).groups
    assert not found["kind"].eq("household").any()


def test_no_relation_no_group() -> None:
    assert groups(pd.DataFrame({"left": [], "right": [], "relation": []}, dtype=int), pd.Series(dtype=int)).empty


def two_sources(count: int) -> tuple[Table, np.ndarray]:
    """Two clean sources that share most people; half of the second are typed anew. Namesakes and households remain."""
    people = generate(count, seed=8, duplicates=0.0).drop(columns=["phone", "email"])
    people["entity"] = np.arange(len(people))
    again = people.iloc[: int(0.6 * count)].copy()
    again["last_name"] = (
        again["last_name"]
        .str.replace(r"^(.)(.)", r"\2\1", regex=True)
        .where(again["entity"] % 3 == 0, again["last_name"])
    )
    again["street"] = again["street"].where(again["entity"] % 4 > 0)
    both = pd.concat([people.assign(source="crm"), again.assign(source="shop")], ignore_index=True)
    return as_table(both), both["entity"].to_numpy()


def test_sources_without_duplicates_are_linked_one_to_one() -> None:
    table, truth = two_sources(1000)
    declared = match(table, options=MatchOptions(unique_sources=("crm", "shop")))
    free = match(table)
    cluster, source = declared.clusters["cluster"], table.lineage["source"].astype(str)
    assert not pd.DataFrame({"cluster": cluster, "source": source}).duplicated().any()
    f1 = [cluster_scores(found.clusters["cluster"].to_numpy(), truth)[2] for found in (declared, free)]
    assert f1[0] >= f1[1] - 0.001


@pytest.mark.shared
@shared
def test_clean_sources_are_found_out() -> None:
    table, truth = load("febrl4_link")
    cluster = match(table).clusters["cluster"]
    assert not pd.DataFrame({"cluster": cluster, "source": table.lineage["source"].astype(str)}).duplicated().any()
    assert cluster_scores(cluster.to_numpy(), truth)[2] >= SPLINK_BEST["febrl4_link"] - 0.001


def test_a_source_with_duplicates_keeps_them(customers: pd.DataFrame, result: MatchResult) -> None:
    pairs = result.pairs[result.pairs["decision"].eq("merge").to_numpy()]
    source = customers["source"].to_numpy()
    assert (source[pairs["left"]] == source[pairs["right"]]).any()
    assert not result.held["reason"].str.contains("holds everybody once").any()


def test_the_best_set_of_partners_wins() -> None:
    pairs = {(0, 2): 0.99, (0, 3): 0.98, (1, 2): 0.98}
    left, right = np.array(list(pairs)).T
    odds = log_odds(np.array(list(pairs.values())))
    once = np.array([1, 1, 2, 2], dtype=np.uint64)
    links = Links(left, right, odds, np.zeros(3, dtype=bool), once=once)
    out = assigned(links, 0.4)
    assert out.tolist() == [True, False, False]
    labels = average_linkage(replace(links, conflict=out), 4, 0.4)
    assert labels[0] == labels[3] and labels[1] == labels[2] and labels[0] != labels[1]
    greedy = average_linkage(links, 4, 0.4)
    assert greedy[0] == greedy[2] and len(np.unique(greedy)) == 3


def test_intervals_hold_the_truth(customers: pd.DataFrame, result: MatchResult) -> None:
    """At 90 %, one of ten may miss, by little."""
    precision, recall, _ = cluster_scores(result.clusters["cluster"].to_numpy(), customers["entity"].to_numpy())
    told = result.statistics
    assert told["precision_low"] - 0.005 <= precision <= told["precision_high"] + 0.005
    assert told["recall_low"] - 0.005 <= recall <= told["recall_high"] + 0.005
    assert told["precision_low"] <= told["estimated_precision"] <= told["precision_high"]


@pytest.mark.shared
@shared
def test_intervals_hold_the_truth_on_labelled_tables() -> None:
    """At 90 %, a few of these ten may miss; they miss by little."""
    inside = []
    for name in ("census", "chicago_sites", "febrl3", "febrl4_link", "senzing"):
        table, truth = load(name)
        result = match(table)
        precision, recall, _ = cluster_scores(result.clusters["cluster"].to_numpy(), truth)
        for kind, value in (("precision", precision), ("recall", recall)):
            low, high = result.statistics[f"{kind}_low"], result.statistics[f"{kind}_high"]
            print(f"{name:14} {kind:9} {value:.3f} in [{low:.3f}, {high:.3f}]")
            inside.append(low <= value <= high)
            assert low - 0.1 <= value <= high + 0.1
    assert np.mean(inside) >= 0.7


def test_intervals_narrow_with_what_was_decided() -> None:
    draw = np.random.default_rng(0)
    same = draw.beta(0.4, 0.4, 3000)
    told = {
        "matches_never_compared": 10.0,
        "estimated_precision": float(same[same > 0.6].mean()),
        "estimated_recall": float(same[same > 0.6].sum() / (same.sum() + 10)),
    }
    wide, narrow = (intervals(same, same > 0.6, doubt, told) for doubt in (0.0, 15.0))
    for name in ("precision", "recall"):
        assert 0 <= wide[f"{name}_low"] < narrow[f"{name}_low"] <= narrow[f"{name}_high"] < wide[f"{name}_high"] <= 1
    empty = intervals(
        np.zeros(0), np.zeros(0, bool), 0.0, {**told, "estimated_precision": 1.0, "estimated_recall": 1.0}
    )
    assert empty["precision_low"] == 1.0


def test_the_sample_seeks_the_doubtful_and_covers_the_rest(result: MatchResult) -> None:
    drawn = sample(result.pairs, 100)
    assert len(drawn) == 100
    assert not drawn.duplicated(["left", "right"]).any()
    pd.testing.assert_frame_equal(drawn, sample(result.pairs, 100))
    doubtful = result.pairs["probability"].between(0.2, 0.9)
    assert drawn["probability"].between(0.2, 0.9).mean() > 2 * doubtful.mean()
    assert set(drawn["decision"]) >= {"merge", "leave"}
    assert (drawn["probability"] > 0.97).any()
    everything = sample(result.pairs, 10**6)
    assert len(everything) == len(result.pairs)


def test_a_worksheet_filled_in_narrows_the_estimates(customers: pd.DataFrame, result: MatchResult) -> None:
    table, truth = as_table(customers), customers["entity"].to_numpy()
    drawn = sample(result.pairs, 120)
    sheet = worksheet(table, result, 120)
    assert list(sheet.columns[: len(COLUMNS)]) == COLUMNS
    assert sheet["decision"].isna().all()
    assert sheet["left_shows"].notna().all() and sheet["explanation"].notna().all()
    same = truth[drawn["left"]] == truth[drawn["right"]]
    told = as_decisions(table, drawn.reset_index(drop=True), pd.Series(np.where(same, "same", "different")))
    pd.testing.assert_series_equal(told["left_key"], sheet["left_key"])
    again = match(table, decisions=told).statistics
    before = result.statistics
    for name in ("precision", "recall"):
        assert again[f"{name}_high"] - again[f"{name}_low"] < before[f"{name}_high"] - before[f"{name}_low"]
    assert not len(sample(match(table, decisions=told).pairs, 10**6).merge(drawn[["left", "right"]]))


def test_a_small_table_can_be_sampled() -> None:
    table = table_from_frame("contact", pd.DataFrame({"first_name": ["Ann", "Bob"], "last_name": ["Lee", "Ray"]}))
    assert worksheet(table, match(table), 10).columns.tolist()[: len(COLUMNS)] == COLUMNS
