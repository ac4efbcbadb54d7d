"""What decided pairs teach the model: weights refitted where a person's decisions speak against them.

Every level of every comparison, and the prior, may shift; the shifts are the most probable ones (a logistic regression
that starts from the model's own log-odds) given the decisions, a normal prior around no shift, and the model's verdict
on the pairs that nobody judged, counted as a few more decisions. So one-sided decisions move little, and what they say
nothing about stays as it was.
"""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, xlogy

from audit.matching.compare import Outcomes
from audit.matching.score import CAUTION, SAME, Model, patterns_of
from audit.matching.view import BINS

LEAST = 20
"""Fewer decisions than this teach nothing."""
_SHIFT = 0.6
"""Standard deviation of a level's shift before anything is decided, in log-odds."""
_UNJUDGED = 1.0
"""How many decisions the model's own verdicts count for, per decision."""
_FOLDS = 5
_PARTS = (0.0, 0.25, 0.5, 1.0)
"""Of the shifts learned, the part that tells unseen decisions best is kept."""


def teach(model: Model, judged: Outcomes, same: np.ndarray, others: Outcomes) -> bool:
    """Shifts the weights of `model` in place by judged pairs; `others` are pairs that nobody judged.

    False where there are too few, all were decided alike, or the model tells them as well as it could.
    """
    if len(judged) < LEAST or same.all() or not same.any():
        return False
    mine, kept = patterns_of(judged), patterns_of(others)
    wanted = np.bincount(mine.of_pair, same, minlength=len(mine.counts)) / mine.counts
    odds, before = _log_odds(model, mine.outcomes), _log_odds(model, kept.outcomes)
    doubt = kept.counts * expit(before) * expit(-before)
    starts = np.cumsum([1, *(len(comparison.levels) for comparison in model.comparisons)])
    free = np.concatenate([[True], *(_free(model, at) for at in range(len(model.comparisons)))])
    levels = [_design(patterns.outcomes // BINS, starts) for patterns in (mine, kept)]

    def learned(from_: np.ndarray) -> np.ndarray:
        """The shifts that the decided patterns `from_` ask for."""
        counts = mine.counts[from_]
        anchor = _UNJUDGED * counts.sum() * doubt / max(doubt.sum(), 1e-9)
        return _shifts(
            np.append(odds[from_], before),
            np.append(wanted[from_], expit(before)),
            np.append(counts, anchor),
            np.concatenate([levels[0][from_], levels[1]]),
            free,
        )

    fold = np.arange(len(odds)) % _FOLDS
    missed = np.zeros((_FOLDS, len(_PARTS)))
    for at in range(_FOLDS):
        held, shift = fold == at, learned(fold != at)
        moved = shift[0] + np.append(shift, 0.0)[levels[0][held]].sum(axis=1)
        for place, part in enumerate(_PARTS):
            now, target = odds[held] + part * moved, wanted[held]
            told = xlogy(target, expit(now)) + xlogy(1 - target, expit(-now))
            missed[at, place] -= (mine.counts[held] * told).sum()
    # What does not clearly tell decisions that it has not seen better than the model does is noise.
    gain = missed[:, :1] - missed
    clear = gain.mean(axis=0) > gain.std(axis=0, ddof=1) / np.sqrt(_FOLDS)
    part = _PARTS[int(np.where(clear, gain.sum(axis=0), 0.0).argmax())]
    shift = part * learned(np.ones(len(odds), dtype=bool))
    for comparison, at in zip(model.comparisons, starts, strict=False):
        model.same[comparison.name][1:] *= np.exp(shift[at : at + len(comparison.levels)])
    model.shares[SAME] *= np.exp(shift[0])
    return part > 0


def _shifts(
    start: np.ndarray, target: np.ndarray, weight: np.ndarray, levels: np.ndarray, free: np.ndarray
) -> np.ndarray:
    """The most probable shifts: of the prior, then of every level."""

    def loss(shift: np.ndarray) -> tuple[float, np.ndarray]:
        moved = np.where(free, shift, 0.0)
        now = start + moved[0] + np.append(moved, 0.0)[levels].sum(axis=1)
        miss = weight * (expit(now) - target)
        fit = -(weight * (xlogy(target, expit(now)) + xlogy(1 - target, expit(-now)))).sum()
        gradient = np.bincount(levels.ravel(), np.repeat(miss, levels.shape[1]), minlength=len(free) + 1)[:-1]
        gradient[0] = miss.sum()
        return fit + (shift**2).sum() / (2 * _SHIFT**2), np.where(free, gradient, 0.0) + shift / _SHIFT**2

    return np.asarray(minimize(loss, np.zeros(len(free)), jac=True, method="L-BFGS-B", bounds=[(-3, 3)] * len(free)).x)


def _log_odds(model: Model, table: np.ndarray) -> np.ndarray:
    same = np.clip(model.posterior(table, caution=CAUTION)[:, SAME].astype(np.float64), 1e-12, 1 - 1e-12)
    return np.log(same) - np.log1p(-same)


def _design(levels: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Per pattern and comparison the position of its level among all shifts; the last, which is none, where unknown."""
    return np.where(levels > 0, starts[:-1] + levels - 1, starts[-1])


def _free(model: Model, at: int) -> np.ndarray:
    """Levels that weigh anything: what says nothing by design stays so."""
    return np.array([level.same > 0 for level in model.comparisons[at].levels], dtype=bool)
