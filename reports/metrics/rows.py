"""The usual metric: a count, sum, mean or median over rows of one table."""

from collections.abc import Callable

import numpy as np

from audit.dataset import Dataset
from audit.metric import Measured, MetricContext
from reports.metrics.aggregate import Statistic, aggregate, lacking, not_computable
from reports.metrics.facts import Facts, facts

Compute = Callable[[Dataset, MetricContext, str], Measured]
Needs = str | tuple[str, ...]


def row_metric(
    entity: str,
    statistic: Statistic,
    what: str,
    *needs: Needs,
    which: Callable[[Facts, MetricContext], np.ndarray] | None = None,
    value: Callable[[Facts, MetricContext], np.ndarray] | None = None,
    at: str | None = None,
    money: bool = False,
    label: str = "",
    check: Callable[[Facts, MetricContext], str] | None = None,
) -> Compute:
    """A metric over the rows of `entity` that `which` picks (None: all), dated by the field `at`.

    `check` says why it cannot be computed although all that it `needs` is there; "" where it can.
    """

    def compute(dataset: Dataset, ctx: MetricContext, breakdown: str) -> Measured:
        if missing := lacking(dataset, entity, *needs):
            return not_computable(missing, label)
        known = facts(dataset)
        if check is not None and (missing := check(known, ctx)):
            return not_computable(missing, label)
        table = known[entity]
        return aggregate(
            table,
            np.ones(len(table), dtype=bool) if which is None else which(known, ctx),
            ctx,
            breakdown,
            statistic,
            what=what,
            at=None if at is None else known.timeline(entity, at),
            value=None if value is None else value(known, ctx),
            money=money,
            label=label,
            groups=known.cut(entity, breakdown),
        )

    return compute
