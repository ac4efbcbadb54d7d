"""The parts of matching by themselves: keys, distinct pairs, linkage, levels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.dataset import table_from_frame
from audit.matching import MatchOptions, match
from audit.matching.block import KeyIndex, candidates, grouped, largest_block
from audit.matching.cluster import Links, average_linkage, log_odds, uncompared
from audit.matching.prepare import prepare
from audit.matching.similarity import DistinctPairs


def test_key_index_is_an_index_of_recordlinkage() -> None:
    frame = pd.DataFrame({"key": [0, 1, 0, -1, 1, 0, -1]}, index=list("abcdefg"))
    pairs = KeyIndex(budget=100).index(frame)
    assert {frozenset(pair) for pair in pairs} == {frozenset(pair) for pair in ("ac", "af", "cf", "be")}


def test_distinct_pairs_is_a_compare_feature_of_recordlinkage() -> None:
    frame = pd.DataFrame({"name": ["Ann", "Anne", None, "Ann"]})
    pairs = pd.MultiIndex.from_tuples([(0, 1), (0, 2), (0, 3), (1, 3)])
    edits = DistinctPairs("name", lambda words: words.edits).compute(pairs, frame, frame)
    assert list(edits) == [1, 0, 0, 1]


def test_the_model_is_a_classifier_of_recordlinkage() -> None:
    people = pd.DataFrame(
        {
            "first_name": ["Ann", "Ann", "Bob", "Cora", "Dewi", "Bobby"] * 4,
            "last_name": [f"{name}{n}" for n in range(4) for name in ("Lee", "Lee", "Ray", "Finch", "Sari", "Ray")],
            "date_of_birth": pd.to_datetime(
                ["1980-01-02", "1980-01-02", "1975-05-06", "1990-07-08", "1969-02-03", "1975-05-06"] * 4
            ),
        }
    )
    result = match(table_from_frame("contact", people))
    vectors = pd.DataFrame(result.outcomes.table())
    model = result.model
    before = model.prob(vectors)
    assert before.between(0, 1).all()
    assert list(model.predict(vectors)) == list(vectors.index[before >= 0.5]), (
        "recordlinkage gives the index of the matches"
    )
    model.fit(vectors)
    again = model.prob(vectors)
    assert again.corr(before, method="spearman") > 0.9


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-1, 4), min_size=2, max_size=40), st.integers(0, 200))
def test_blocks_keep_their_budget_and_miss_nothing_within_it(codes: list[int], budget: int) -> None:
    key = np.array(codes)
    known = np.flatnonzero(key != -1)
    blocks = grouped(known, key[known])
    blocks = blocks.up_to(largest_block([blocks], budget))
    left, right = blocks.pairs()
    assert len(left) <= budget
    assert (key[left] == key[right]).all() and (left != right).all()
    true = sum(size * (size - 1) // 2 for size in pd.Series(key[known]).value_counts())
    assert len(left) + blocks.left_out == true
    rows, block = blocks.larger()
    for number in np.unique(block):
        assert set(rows[block == number]) == set(np.flatnonzero(key == key[rows[block == number][0]]))


def test_many_codes_are_grouped_as_few_are() -> None:
    codes = np.random.default_rng(3).integers(0, 90_000, 60_000)
    found = grouped(np.arange(60_000), codes)
    sizes = pd.Series(codes).value_counts()
    assert sorted(found.sizes) == sorted(sizes[sizes > 1])
    assert (np.diff(found.sizes) >= 0).all()
    left, right = found.pairs()
    assert (codes[left] == codes[right]).all()


def test_large_blocks_are_split_and_counted() -> None:
    frame = pd.DataFrame(
        {
            "first_name": [f"Name{number % 7}" for number in range(3000)],
            "last_name": ["Smith"] * 3000,
            "city": [f"Town{number % 400}" for number in range(3000)],
        }
    )
    found = candidates(prepare(table_from_frame("contact", frame)), MatchOptions(max_pairs=20_000))
    assert 0 < len(found.left) <= 20_000
    assert found.never_compared > 0
    assert (found.left < found.right).all()


def links(pairs: dict[tuple[int, int], float], conflicts: tuple[tuple[int, int], ...] = ()) -> Links:
    left, right = np.array(list(pairs)).T
    apart = np.array([pair in conflicts for pair in pairs])
    return Links(left, right, log_odds(np.array(list(pairs.values()))), apart)


def together(labels: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


def test_a_chain_of_weak_links_breaks() -> None:
    chain = {(0, 1): 0.97, (1, 2): 0.8, (2, 3): 0.97, (0, 2): 0.02, (1, 3): 0.02, (0, 3): 0.01}
    assert together(average_linkage(links(chain), 4, 0.4)) == {frozenset({0, 1}), frozenset({2, 3})}


def test_one_bridge_does_not_join_two_groups() -> None:
    inside = {(a, b): 0.999 for group in (range(5), range(5, 10)) for a in group for b in group if a < b}
    assert len(together(average_linkage(links({**inside, (4, 5): 0.9}), 10, 0.4))) == 2


def test_a_conflict_never_joins() -> None:
    pairs = {(0, 1): 0.999, (1, 2): 0.999, (0, 2): 0.999}
    for group in together(average_linkage(links(pairs, conflicts=((0, 2),)), 3, 0.4)):
        assert not {0, 2} <= group


def test_uncompared_pairs_of_a_component_are_found() -> None:
    left, right = uncompared(np.array([0, 1]), np.array([1, 2]), np.array([0, 0, 0, 1]), 10)
    assert (left.tolist(), right.tolist()) == ([0], [2])


@pytest.mark.parametrize(
    ("one", "other", "comparison", "level"),
    [
        ({"first_name": "Bob"}, {"first_name": "Robert"}, "first name", "nickname"),
        ({"first_name": "J."}, {"first_name": "Jane"}, "first name", "initial"),
        ({"first_name": "Jnae"}, {"first_name": "Jane"}, "first name", "alike"),
        ({"first_name": "Иван"}, {"first_name": "IVAN"}, "first name", "same"),
        ({"last_name": "Müller"}, {"last_name": "MULLER"}, "last name", "same"),
        ({"last_name": "Weber", "maiden_name": "Koch"}, {"last_name": "Koch"}, "last name", "maiden"),
        ({"email": "Ann@Example.com "}, {"email": "ann+news@example.com"}, "mail address", "same"),
        ({"email": "a@x.co", "other_emails": "b@x.co;c@x.co"}, {"email": "c@x.co"}, "mail address", "same"),
        ({"phone": "+44 20 7946 0958"}, {"mobile": "020 7946 0958"}, "telephone", "same"),
        ({"company_name": "PT Maju Jaya"}, {"company_name": "Maju Jaya"}, "company", "same"),
        ({"street": "12 Main Street", "city": "Ely"}, {"street": "12 main st.", "city": "ELY"}, "address", "same"),
        (
            {"first_name": "Jones", "last_name": "Oliver"},
            {"first_name": "Oliver", "last_name": "Jones"},
            "first name",
            "reordered",
        ),
    ],
)
def test_levels(one: dict[str, str], other: dict[str, str], comparison: str, level: str) -> None:
    # The same column must be filled somewhere for a comparison to exist at all.
    base = {"first_name": "Zoe", "last_name": "Quimby", "phone": "0555 222 1111", "email": "zoe@example.org"}
    frame = pd.DataFrame([{"first_name": "Kim", **one}, {"first_name": "Kim", **other}, base])
    long = match(table_from_frame("contact", frame)).explain(pd.DataFrame({"left": [0], "right": [1]}))
    assert long.set_index("comparison").loc[comparison, "level"] == level


def test_one_name_and_no_place_that_differs_is_one_company() -> None:
    names = ["Acme Corporation", "Bolt Logistics GmbH", "Kembara Foods PT", "Sinar Laut", "Northwind Traders"]
    spelt = ["ACME Corp", "Bolt Logistik GmbH", "PT Kembara Foods", "Sinar Laut", "Northwind Traders"]
    others = ["Contoso Ltd", "Fabrikam Inc", "Adventure Works", "Tailspin Toys"]
    table = table_from_frame("account", pd.DataFrame({"name": names + others + spelt}))
    clusters = match(table).clusters["cluster"].tolist()
    assert clusters[-5:] == clusters[:5]
    assert len(set(clusters)) == 9


def test_branches_of_one_company_stay_apart() -> None:
    towns = ["Ulm", "Graz", "Bern", "Lyon", "Bari", "Gent", "Riga", "Oslo"]
    places = pd.DataFrame(
        {
            "name": ["Helix Pharmacy"] * 8 + [f"{town} Bakery" for town in towns],
            "street": [f"{n} {town} Road" for n, town in enumerate(towns, 1)] * 2,
            "city": towns * 2,
        }
    )
    clusters = match(table_from_frame("account", places)).clusters["cluster"]
    assert clusters.nunique() == len(places)
