"""Shapley shares against every order played through."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.impact.attribution import coalitions_needed, orders, shapley

NAMES = "abcdefgh"


def game(size: int, seed: int) -> dict:
    """Random worths of all coalitions of the first letters, for three periods."""
    random = np.random.default_rng(seed)
    names = NAMES[:size]
    every = [frozenset(members) for count in range(size + 1) for members in combinations(names, count)]
    return {coalition: random.integers(-1000, 1000, 3) / 7 for coalition in every}


def played_through(size: int, worth: dict) -> dict[str, np.ndarray]:
    total = {name: np.zeros(3) for name in NAMES[:size]}
    every = list(permutations(NAMES[:size]))
    for order in every:
        for place, name in enumerate(order):
            total[name] += worth[frozenset(order[: place + 1])] - worth[frozenset(order[:place])]
    return {name: share / len(every) for name, share in total.items()}


@pytest.mark.parametrize("size", range(1, 7))
def test_exact_shares_are_the_mean_over_all_orders(size: int) -> None:
    worth = game(size, seed=size)
    expected = played_through(size, worth)
    for name, share in shapley(list(NAMES[:size]), worth).items():
        np.testing.assert_allclose(share, expected[name], atol=1e-9)
    assert coalitions_needed(list(NAMES[:size])) == worth.keys()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 8), st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_shares_add_up_and_know_no_order(size: int, seed: int, random: object) -> None:
    worth = game(size, seed)
    families = list(NAMES[:size])
    shares = shapley(families, worth)
    difference = worth[frozenset(families)] - worth[frozenset()]
    np.testing.assert_allclose(sum(shares.values()), difference, rtol=0, atol=1e-9)
    random.shuffle(families)  # type: ignore[attr-defined]
    for name, share in shapley(families, worth).items():
        np.testing.assert_array_equal(share, shares[name])


def test_a_sample_asks_for_far_fewer_coalitions_and_is_near() -> None:
    families = list(NAMES)
    assert len(orders(families)) == 8
    assert len(coalitions_needed(families)) < 64
    additive = {
        coalition: np.full(3, float(sum(NAMES.index(name) + 1 for name in coalition))) for coalition in game(8, 0)
    }
    for place, name in enumerate(NAMES):
        np.testing.assert_allclose(shapley(families, additive)[name], place + 1.0)


def test_a_family_without_part_gets_exactly_nothing() -> None:
    worth = {coalition: np.full(3, 0.1 * ("a" in coalition) + 0.2 * ("b" in coalition)) for coalition in game(3, 0)}
    assert shapley(["a", "b", "c"], worth)["c"].tolist() == [0.0, 0.0, 0.0]


def test_a_worth_that_does_not_exist_changes_nothing_yet() -> None:
    worth = {
        frozenset(): np.array([10.0]),
        frozenset("a"): np.array([np.nan]),
        frozenset("b"): np.array([8.0]),
        frozenset("ab"): np.array([6.0]),
    }
    assert {name: share.tolist() for name, share in shapley(["b", "a"], worth).items()} == {"a": [-1.0], "b": [-3.0]}
    worth[frozenset("ab")] = np.array([np.nan])
    assert np.isnan(sum(shapley(["a", "b"], worth).values()))
