"""Every metric on raw and on cleaned tables: values, range, verdict, and the difference by issue family."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from audit.cleaning import Strictness
from audit.dataset import Dataset
from audit.metric import Metric, MetricContext, Period
from audit.result import IMPACT_TYPES, METRIC_TYPES
from reports.impact.attribution import Ends, Worth, shapley, worth_of_coalitions
from reports.impact.readings import KEY, contexts, groups, headlines, told
from reports.impact.verdict import judge
from reports.metrics.facts import facts

Cleaner = Callable[[frozenset[str] | None, Strictness], Dataset]
"""The tables cleaned of the issues of some families (None: of all) with a strictness."""


def measure(
    dataset: Dataset,
    cleaner: Cleaner,
    families: Sequence[str],
    metrics: Sequence[Metric],
    ctx: MetricContext,
    periods: Sequence[Period],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The metrics table (METRIC_TYPES) and the impact table (IMPACT_TYPES).

    Each metric stands for the whole of every period that suits it (`reports.metrics.catalogue.periods_of`) and, over
    all time, for the groups of its breakdowns. `cleaned` is normal cleaning; `low`..`high` is the range over strict,
    normal and loose cleaning, not a confidence interval. `families` are all that have fixes. No more than one cleaned
    dataset is alive at a time.
    """
    raw_facts = facts(dataset)
    ctxs = contexts(raw_facts, metrics, ctx)
    pairs = [(metric, breakdown) for metric in metrics for breakdown in metric.breakdowns]
    raw = headlines(raw_facts, metrics, ctxs, periods)
    raw_groups, pairs = groups(raw_facts, pairs, ctxs)
    versions: dict[Strictness, pd.DataFrame] = {}
    for strictness in Strictness:
        cleaned = facts(cleaner(None, strictness))
        version_groups, _ = groups(cleaned, pairs, ctxs)
        versions[strictness] = pd.concat([headlines(cleaned, metrics, ctxs, periods), version_groups])
        del cleaned
    table = _table(raw, raw_groups, versions, metrics)
    normal = versions[Strictness.NORMAL]
    ends = Ends(by_metric(raw), by_metric(normal[normal["breakdown"] == ""]))
    worths = worth_of_coalitions(
        dataset,
        lambda coalition: cleaner(coalition, Strictness.NORMAL),
        families,
        metrics,
        lambda cleaned, chosen: by_metric(headlines(facts(cleaned), chosen, ctxs, periods)),
        ends,
    )
    return table, _impact(raw, worths)


def _table(
    raw: pd.DataFrame, raw_groups: pd.DataFrame, versions: Mapping[Strictness, pd.DataFrame], metrics: Sequence[Metric]
) -> pd.DataFrame:
    normal = versions[Strictness.NORMAL]
    keys = pd.concat([raw[KEY], told(raw_groups, normal[normal["breakdown"] != ""])])
    columns = {"raw": pd.concat([raw, raw_groups]), **{str(name): frame for name, frame in versions.items()}}
    places = {metric.id: place for place, metric in enumerate(metrics)}
    figures = keys.sort_values("metric_id", key=lambda ids: ids.map(places), kind="stable", ignore_index=True)
    for name, frame in columns.items():
        read = frame.rename(columns={"value": name, "rows": f"{name} rows", "missing": f"{name} missing"})
        figures = figures.merge(read, on=KEY, how="left")
    cleaned = [str(name) for name in versions]
    figures = figures.assign(
        cleaned=figures[Strictness.NORMAL],
        low=figures[cleaned].min(axis=1),
        high=figures[cleaned].max(axis=1),
        rows=figures[f"{Strictness.NORMAL} rows"].fillna(0).astype("int64"),
        missing=figures[f"{Strictness.NORMAL} missing"].fillna(figures["raw missing"]).fillna(""),
        unit=figures["metric_id"].map({metric.id: str(metric.unit) for metric in metrics}),
    )
    figures = figures.join(judge(figures))
    figures["reason"] = figures["reason"] + _other_currencies(figures, raw_groups)
    return figures[list(METRIC_TYPES)].astype(dict(METRIC_TYPES))


def _other_currencies(figures: pd.DataFrame, raw_groups: pd.DataFrame) -> pd.Series:
    """A sentence on whole figures of money beside which there are amounts in other currencies."""
    split = raw_groups[raw_groups["breakdown"] == "currency"]
    names = split.groupby("metric_id")["group"].agg(lambda found: sorted(found))
    headline = figures["breakdown"].eq("") & figures["metric_id"].isin(names.index)
    told = pd.Series("", index=figures.index)
    for row in figures.index[headline]:
        others = [name for name in names[figures.at[row, "metric_id"]] if name != figures.at[row, "unit_label"]]
        told[row] = f" Amounts in {', '.join(others[:5])} are counted apart."
    return told


def _impact(raw: pd.DataFrame, worths: Mapping[str, Worth]) -> pd.DataFrame:
    lines = []
    labels = {str(metric_id): list(part["period"]) for metric_id, part in raw.groupby("metric_id", sort=False)}
    for metric_id, worth in worths.items():
        shares = shapley(sorted(frozenset().union(*worth)), worth)
        for place, period in enumerate(labels[metric_id]):
            for family, change in shares.items():
                if np.isfinite(change[place]) and change[place] != 0:
                    lines.append((metric_id, period, family, change[place]))
    return pd.DataFrame(lines, columns=list(IMPACT_TYPES)).astype(dict(IMPACT_TYPES))


def by_metric(readings: pd.DataFrame) -> dict[str, np.ndarray]:
    """The values of each metric, in the order of its periods."""
    return {str(name): part.to_numpy() for name, part in readings.groupby("metric_id", sort=False)["value"]}
