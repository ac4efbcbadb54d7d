"""Every metric on raw and on cleaned tables: values, interval, verdict, difference by issue family, worklist."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.cleaning import Strictness
from audit.dataset import Dataset
from audit.engine import FINDING_TYPES
from audit.metric import Metric, MetricContext, Period, Rates
from audit.result import IMPACT_TYPES, METRIC_TYPES, empty
from audit.schema import TEXT
from reports.impact.attribution import Ends, Worth, shapley, worth_of_coalitions
from reports.impact.contributions import NOTHING, Totals, differing
from reports.impact.doubt import Proposals
from reports.impact.grouped import Moves, cuts_of, group_intervals, moves
from reports.impact.readings import KEY, Reader, contexts, told
from reports.impact.simulate import Simulation, open_entries
from reports.impact.verdict import judge
from reports.impact.worklist import mover_table, worklist_of, worklist_table
from reports.metrics.cuts import LOOKED_UP
from reports.metrics.facts import facts
from reports.metrics.periods import before, year_before
from reports.metrics.versions import Version, version

Cleaner = Callable[[frozenset[str] | None, Strictness], Dataset]
"""The tables cleaned of the issues of some families (None: of all) with a strictness."""


INTERVAL_TYPES = {"metric_id": TEXT, "period": TEXT, "drawn_low": "float64", "drawn_high": "float64"}


@dataclass(frozen=True)
class Measures:
    """What came of measuring: tables of METRIC_TYPES, IMPACT_TYPES, WORKLIST_TYPES and MOVER_TYPES."""

    metrics: pd.DataFrame
    impact: pd.DataFrame
    worklist: pd.DataFrame
    movers: pd.DataFrame


def measure(
    dataset: Dataset,
    cleaner: Cleaner,
    families: Sequence[str],
    metrics: Sequence[Metric],
    ctx: MetricContext,
    periods: Sequence[Period],
    findings: pd.DataFrame | None = None,
) -> Measures:
    """Each metric for the whole of every period that suits it and, over all time, for the groups of its breakdowns.

    `cleaned` is normal cleaning. `findings` are those behind the fixes: with them, `low`..`high` is the interval of
    `reports.impact.simulate`, else the range over strict, normal and loose cleaning. `families` are all that have
    fixes. No more than one cleaned dataset is alive at a time.
    """
    raw_facts = facts(dataset)
    ctxs = contexts(raw_facts, metrics, ctx)
    reader = Reader(raw_facts, ctxs, periods)
    raw = reader.headlines(metrics)
    pairs = [(metric, breakdown) for metric in metrics for breakdown in metric.breakdowns]
    raw_groups, pairs = reader.groups(pairs)
    proposals = Proposals.of(empty(FINDING_TYPES) if findings is None else findings, dataset)
    reads = {metric.id: _read_by(metric) for metric in metrics}
    changes: dict[Strictness, dict[str, pd.DataFrame]] = {}
    moved: dict[Strictness, Moves] = {}
    cuts = cuts_of(metrics)
    states: dict[str, list[tuple[Period, Totals]]] = {}
    versions = {}
    for strictness in Strictness:
        tables = version(raw_facts, cleaner(None, strictness), frozenset().union(*reads.values()))
        touched = [metric for metric in metrics if tables.changed & reads[metric.id]]
        other = Reader(tables, ctxs, periods)
        part, _ = other.groups([pair for pair in pairs if pair[0] in touched])
        if strictness is Strictness.NORMAL:
            read = other.headlines(touched)
        else:
            read = _values_of(raw, other, touched)
            changes[strictness] = _changes(reader, other, touched)
            moved[strictness] = moves(raw_facts, tables, cuts)
        if strictness is Strictness.STRICT:
            states = {metric.id: other.totals(metric) for metric in touched}
        ids = [metric.id for metric in touched]
        versions[strictness] = pd.concat([_with(raw, read, ids), _with(raw_groups, part, ids)])
        del tables, other
    simulation = Simulation(proposals)
    intervals = _intervals(metrics, reader, states, changes, simulation)

    def of_groups(figures: pd.DataFrame) -> pd.DataFrame:
        wholes = {metric.id: reader.whole(metric) for metric in metrics if len(proposals.lines)}
        return group_intervals(figures, metrics, wholes, raw_facts, changes, moved, simulation)

    table = _table(raw, raw_groups, versions, metrics, intervals, of_groups, periods, ctx.rates)
    normal = versions[Strictness.NORMAL]
    ends = Ends(by_metric(raw), by_metric(normal[normal["breakdown"] == ""]))
    inputs = frozenset(name for metric in metrics for name in metric.inputs)

    def read_values(tables: Version, chosen: Sequence[Metric]) -> dict[str, np.ndarray]:
        mine = Reader(tables, ctxs, periods)
        return {metric.id: mine.values(metric) for metric in chosen}

    worths = worth_of_coalitions(
        lambda coalition: version(raw_facts, cleaner(coalition, Strictness.NORMAL), inputs),
        families,
        metrics,
        read_values,
        ends,
    )
    loose = changes[Strictness.LOOSE] if findings is not None else {}
    listed = [
        worklist_of(metric, reader.totals(metric)[0][1], loose[metric.id], proposals)
        for metric in metrics
        if metric.id in loose
    ]
    return Measures(
        table,
        _impact(raw, worths),
        worklist_table([line for lines, _ in listed for line in lines]),
        mover_table([line for _, lines in listed for line in lines]),
    )


def _read_by(metric: Metric) -> frozenset[str]:
    """Every field that the metric or one of its breakdowns may read."""
    tables = {name.partition(".")[0] for name in metric.inputs}
    fields = {f"{table}.{breakdown}" for table in tables for breakdown in metric.breakdowns}
    return frozenset({*metric.inputs, *fields, *(LOOKED_UP if "deal" in tables else ())})


def _with(raw: pd.DataFrame, found: pd.DataFrame, touched: Sequence[str]) -> pd.DataFrame:
    """What was read anew, and of the other metrics what the raw tables read."""
    kept = raw[~raw["metric_id"].isin(touched)]
    return pd.concat([kept, found]) if len(kept) else found


def _values_of(raw: pd.DataFrame, other: Reader, metrics: Sequence[Metric]) -> pd.DataFrame:
    """The headline figures of `metrics` with the values that other tables read."""
    places = raw.groupby("metric_id", sort=False).indices
    rows = [places[metric.id] for metric in metrics]
    if not rows:
        return raw.iloc[:0]
    return raw.iloc[np.concatenate(rows)].assign(value=np.concatenate([other.values(metric) for metric in metrics]))


def _changes(reader: Reader, other: Reader, metrics: Sequence[Metric]) -> dict[str, pd.DataFrame]:
    """Per metric that is made of what records add, the records that add differently."""
    found = {}
    for metric in metrics:
        before, after = reader.whole(metric).terms, other.whole(metric).terms
        if before is not None and after is not None:
            found[metric.id] = differing(before, after)
    return found


def _intervals(
    metrics: Sequence[Metric],
    reader: Reader,
    states: Mapping[str, list[tuple[Period, Totals]]],
    changes: Mapping[Strictness, Mapping[str, pd.DataFrame]],
    simulation: Simulation,
) -> pd.DataFrame:
    """The interval of each metric and period that something leaves open: columns of INTERVAL_TYPES.

    `states` are the sums under strict cleaning of the metrics that it touches.
    """
    lines = []
    none = differing(NOTHING, NOTHING)
    for metric in metrics if len(simulation.proposals.lines) else ():
        strict, loose = (changes[kind].get(metric.id, none) for kind in (Strictness.STRICT, Strictness.LOOSE))
        if not (len(strict) or len(loose)):
            continue
        mine = states.get(metric.id) or reader.totals(metric)
        found = simulation.intervals(metric, open_entries(strict, loose), mine)
        lines += [(metric.id, period.label, *ends) for (period, _), ends in zip(mine, found, strict=True)]
    return pd.DataFrame(lines, columns=list(INTERVAL_TYPES)).astype(INTERVAL_TYPES)


def _table(
    raw: pd.DataFrame,
    raw_groups: pd.DataFrame,
    versions: Mapping[Strictness, pd.DataFrame],
    metrics: Sequence[Metric],
    intervals: pd.DataFrame,
    of_groups: Callable[[pd.DataFrame], pd.DataFrame],
    periods: Sequence[Period],
    rates: Rates | None,
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
    figures = figures.merge(intervals.assign(breakdown=""), on=["metric_id", "period", "breakdown"], how="left")
    figures.update(of_groups(figures))
    figures = figures.assign(
        cleaned=figures[Strictness.NORMAL],
        low=figures["drawn_low"].fillna(figures[cleaned].min(axis=1)),
        high=figures["drawn_high"].fillna(figures[cleaned].max(axis=1)),
        drawn=figures["drawn_low"].notna(),
        rows=figures[f"{Strictness.NORMAL} rows"].fillna(0).astype("int64"),
        missing=figures[f"{Strictness.NORMAL} missing"].fillna(figures["raw missing"]).fillna(""),
        unit=figures["metric_id"].map({metric.id: str(metric.unit) for metric in metrics}),
    )
    figures = figures.join(judge(figures))
    figures["reason"] = figures["reason"] + _other_currencies(figures, raw_groups, rates)
    figures = figures.assign(**_compared(figures, periods))
    return figures[list(METRIC_TYPES)].astype(dict(METRIC_TYPES))


def _compared(figures: pd.DataFrame, periods: Sequence[Period]) -> dict[str, pd.Series]:
    """The cleaned values of the period before and of the one a year before, of whole figures."""
    whole = figures[figures["breakdown"] == ""]
    known = whole.set_index(["metric_id", "period", "unit_label"])["cleaned"]
    found = {}
    for name, earlier in (("previous", before), ("year_before", year_before)):
        labels = {period.label: other.label for period in periods if (other := earlier(period, periods)) is not None}
        keys = pd.MultiIndex.from_arrays(
            [whole["metric_id"], whole["period"].map(labels).astype(object), whole["unit_label"]]
        )
        found[name] = pd.Series(known.reindex(keys).to_numpy(), index=whole.index).reindex(figures.index)
    return found


def _other_currencies(figures: pd.DataFrame, raw_groups: pd.DataFrame, rates: Rates | None) -> pd.Series:
    """What became of amounts in other currencies, on whole figures of money: converted, or counted apart."""
    split = raw_groups[raw_groups["breakdown"] == "currency"]
    names = split.groupby("metric_id")["group"].agg(lambda found: sorted(found))
    headline = figures["breakdown"].eq("") & figures["metric_id"].isin(names.index)
    told = pd.Series("", index=figures.index)
    for row in figures.index[headline]:
        home = figures.at[row, "unit_label"]
        others = [name for name in names[figures.at[row, "metric_id"]] if name != home]
        taken = [name for name in others if rates is not None and home == rates.currency and name in rates.factors]
        if rates is not None and taken:
            told[row] += _converted(", ".join(taken[:5]), rates)
        if apart := [name for name in others if name not in taken]:
            told[row] += f" Amounts in {', '.join(apart[:5])} are counted apart."
    return told


def _converted(names: str, rates: Rates) -> str:
    if rates.day is None:
        return f" Amounts in {names} are converted at the rates given."
    return f" Amounts in {names} are converted at the rates of {rates.day:%Y-%m-%d}."


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
