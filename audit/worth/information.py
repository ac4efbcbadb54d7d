"""How much a field tells of an outcome: mutual information, held against what chance alone gives.

The information is conditional on the source, so that a field is not taken for telling which only one system fills:
I(X; Y | S) = sum over sources of n_s / n (H(Y | S = s) - H(Y | X, S = s)) (Cover & Thomas 2006, 2.5). Shuffling the
outcome within each source leaves the margins of the table of counts as they are, so that the counts under shuffling
are multivariate hypergeometric and are drawn directly, whatever the number of rows.
"""

from dataclasses import dataclass

import numpy as np

SEED = 20180731
FIRST, MORE = 499, 9999
"""Shuffles for every field, and for those that after FIRST may still be significant."""
MAYBE = 0.05


@dataclass(frozen=True)
class Information:
    """`bits` of information, `share` of the outcome's uncertainty that it takes away beyond chance (0..1), and the
    chance `p_value` of as much by shuffling."""

    bits: float
    share: float
    p_value: float


def information(values: np.ndarray, yes: np.ndarray, source: np.ndarray, number: int) -> Information:
    """What `values` (codes from 0) tell of `yes` (boolean), given `source` (codes from 0); `number` is a seed."""
    kinds, sources = int(values.max(initial=0)) + 1, int(source.max(initial=0)) + 1
    cell = source.astype(np.int64) * kinds + values
    counts = np.bincount(cell, minlength=sources * kinds).reshape(sources, kinds)
    of_yes = np.bincount(cell[yes], minlength=sources * kinds).reshape(sources, kinds)
    split = (of_yes.sum(1) > 0) & (of_yes.sum(1) < counts.sum(1))
    counts, of_yes, n = counts[split], of_yes[split], len(values)
    before = float(
        sum(_left(row.sum(keepdims=True), hits.sum(keepdims=True)) for row, hits in zip(counts, of_yes, strict=True))
    )
    if not before:
        return Information(0.0, 0.0, 1.0)
    told = before - float(_left(counts, of_yes).sum())
    rng = np.random.default_rng([SEED, number])
    chance = before - _shuffled(counts, of_yes, FIRST, rng)
    p_value = _p_value(chance, told)
    if p_value <= MAYBE:
        chance = before - _shuffled(counts, of_yes, MORE, rng)
        p_value = _p_value(chance, told)
    return Information(told / n, max(told - float(chance.mean()), 0.0) / before, p_value)


def _left(counts: np.ndarray, of_yes: np.ndarray) -> np.ndarray:
    """The uncertainty left over the last axis, in bits times rows."""
    share = np.divide(of_yes, counts, out=np.zeros(np.broadcast_shapes(counts.shape, of_yes.shape)), where=counts > 0)
    part = np.zeros_like(share)
    for side in (share, 1 - share):
        inside = side > 0
        part[inside] -= side[inside] * np.log2(side[inside])
    return (part * counts).sum(-1)


def _shuffled(counts: np.ndarray, of_yes: np.ndarray, times: int, rng: np.random.Generator) -> np.ndarray:
    """The uncertainty left under each of so many shuffles."""
    left = np.zeros(times)
    for row, hits in zip(counts, of_yes, strict=True):
        held = row[row > 0]
        drawn = rng.multivariate_hypergeometric(held, int(hits.sum()), size=times, method="marginals")
        left += _left(held, drawn)
    return left


def _p_value(chance: np.ndarray, told: float) -> float:
    # What is equal up to rounding counts as equal.
    return float((1 + (chance >= told - 1e-9 * max(abs(told), 1.0)).sum()) / (1 + len(chance)))


def benjamini_hochberg(p_values: np.ndarray) -> np.ndarray:
    """P-values corrected so that the share of false ones among those named is bounded (Benjamini & Hochberg 1995)."""
    n = len(p_values)
    order = np.argsort(p_values, kind="stable")[::-1]
    steps = np.minimum.accumulate(p_values[order] * n / np.arange(n, 0, -1)) if n else p_values
    out = np.empty(n)
    out[order] = np.minimum(steps, 1.0)
    return out
