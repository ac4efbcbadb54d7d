"""The difference between raw and cleaned, split by issue family by Shapley values.

A family's share is the change that it makes to a metric, averaged over all orders in which the families could be
cleaned. So the shares add up to cleaned - raw and depend on no order (Shapley, A Value for n-Person Games, 1953).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from audit.metric import Metric
from reports.metrics.versions import Version

EXACT_UP_TO = 6
"""With more families the 2^k coalitions are too many: a sample of orders is taken, which still adds up."""

SAMPLED_ORDERS = 8
SEED = 20240229

Coalition = frozenset[str]
Worth = Mapping[Coalition, np.ndarray]
"""What a metric reads, per period, when only the families of a coalition are cleaned."""


def orders(families: Sequence[str]) -> list[tuple[str, ...]]:
    """A seeded sample of orders of `families`, each with its reverse; the same whatever order they are given in."""
    names = sorted(families)
    generator = np.random.default_rng(SEED)
    drawn = [tuple(names[place] for place in generator.permutation(len(names))) for _ in range(SAMPLED_ORDERS // 2)]
    return drawn + [order[::-1] for order in drawn]


def coalitions_needed(families: Sequence[str]) -> set[Coalition]:
    """The coalitions whose worth `shapley` asks for."""
    if len(families) <= EXACT_UP_TO:
        sizes = range(len(families) + 1)
        return {frozenset(members) for size in sizes for members in combinations(sorted(families), size)}
    return {frozenset(order[:size]) for order in orders(families) for size in range(len(order) + 1)}


def shapley(families: Sequence[str], worth: Worth) -> dict[str, np.ndarray]:
    """The share of each family in worth(all) - worth(none), per period; what rounding leaves goes to the largest.

    Where one of these does not exist there is no difference, and no share of it. Where a coalition's worth does not
    exist (a mean over no rows), nothing is taken to have changed yet.
    """
    names = sorted(families)
    none, everything = worth[frozenset()], worth[frozenset(names)]

    def value(members: Iterable[str]) -> np.ndarray:
        found = worth[frozenset(members)]
        return np.where(np.isnan(found), none, found)

    if len(names) <= EXACT_UP_TO:
        shares = {name: _exact(name, [other for other in names if other != name], value) for name in names}
    else:
        shares = {name: np.zeros_like(none) for name in names}
        drawn = orders(names)
        for order in drawn:
            for place, name in enumerate(order):
                shares[name] = shares[name] + (value(order[: place + 1]) - value(order[:place])) / len(drawn)
    matrix = np.array([shares[name] for name in names])
    scale = np.maximum(np.abs(none), np.abs(everything))
    matrix[np.abs(matrix) <= 1e-12 * np.where(np.isnan(scale), 0.0, scale)] = 0.0
    matrix[:, np.isnan(everything - none)] = np.nan
    periods = np.arange(matrix.shape[1])
    matrix[np.abs(matrix).argmax(axis=0), periods] += (everything - none) - matrix.sum(axis=0)
    return dict(zip(names, matrix, strict=True))


def _exact(name: str, others: list[str], value: Callable[[Iterable[str]], np.ndarray]) -> np.ndarray:
    total = np.zeros_like(value(()))
    for size in range(len(others) + 1):
        weight = 1 / ((len(others) + 1) * comb(len(others), size))
        for members in combinations(others, size):
            total = total + weight * (value((*members, name)) - value(members))
    return total


@dataclass(frozen=True)
class Ends:
    """What every metric reads per period on the raw tables and on the cleaned ones."""

    raw: Mapping[str, np.ndarray]
    cleaned: Mapping[str, np.ndarray]


def worth_of_coalitions(
    clean: Callable[[Coalition], Version],
    families: Sequence[str],
    metrics: Sequence[Metric],
    read: Callable[[Version, Sequence[Metric]], Mapping[str, np.ndarray]],
    ends: Ends,
) -> dict[str, Worth]:
    """Per metric that some family changes, its worth in every coalition that `shapley` needs.

    A family takes part in a metric unless it changes nothing that the metric reads, or makes no difference both when it
    is cleaned first and when it is cleaned last. Most metrics have few parties then, and tables are cleaned once per
    coalition, only for those coalitions that some metric needs.
    """
    found: dict[str, dict[Coalition, np.ndarray]] = {
        metric.id: {frozenset(): ends.raw[metric.id]} for metric in metrics
    }

    def look(coalition: Coalition, cleaned: Version, chosen: Sequence[Metric]) -> None:
        for metric_id, values in read(cleaned, chosen).items():
            found[metric_id][coalition & parties[metric_id]] = values

    parties = {metric.id: frozenset(families) for metric in metrics}
    reading: dict[str, frozenset[str]] = {metric.id: frozenset() for metric in metrics}
    for family in sorted(set(families)):
        cleaned = clean(frozenset({family}))
        touched = [metric for metric in metrics if cleaned.changed & set(metric.inputs)]
        reading |= {metric.id: reading[metric.id] | {family} for metric in touched}
        look(frozenset({family}), cleaned, touched)
        del cleaned
    # Families that only change a metric together (none alone) all take part.
    parties = {name: found_by or _all_if_changed(name, families, ends) for name, found_by in reading.items()}
    several = {metric.id: parties[metric.id] for metric in metrics if len(parties[metric.id]) > 2}
    active = frozenset().union(*several.values())
    for family in sorted(active):
        cleaned = clean(active - {family})
        look(active - {family}, cleaned, [metric for metric in metrics if family in several.get(metric.id, ())])
        del cleaned
    for name, party in several.items():
        parties[name] = frozenset(family for family in party if not _null(family, party, found[name], ends, name))
    wanted: dict[Coalition, list[Metric]] = {}
    for metric in metrics:
        party, worth = parties[metric.id], found[metric.id]
        for coalition in [known for known in worth if not known <= party]:
            worth.setdefault(coalition & party, worth.pop(coalition))
        worth[party] = ends.cleaned[metric.id]
        worth[frozenset()] = ends.raw[metric.id]
        for coalition in coalitions_needed(sorted(party)) - worth.keys():
            wanted.setdefault(coalition, []).append(metric)
    for coalition in sorted(wanted, key=sorted):
        look(coalition, clean(coalition), wanted[coalition])
    return {name: found[name] for name, party in parties.items() if party}


def _all_if_changed(name: str, families: Sequence[str], ends: Ends) -> Coalition:
    return frozenset() if _same(ends.raw[name], ends.cleaned[name]) else frozenset(families)


def _null(family: str, party: Coalition, worth: Worth, ends: Ends, name: str) -> bool:
    """Whether cleaning a family changes nothing, neither first nor last."""
    alone, last = worth.get(frozenset({family})), worth.get(party - {family})
    return _same(alone, ends.raw[name]) and _same(last, ends.cleaned[name])


def _same(left: np.ndarray | None, right: np.ndarray) -> bool:
    return left is not None and np.array_equal(left, right, equal_nan=True)
