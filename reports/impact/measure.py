"""Every metric on raw and on cleaned tables: values, interval, verdict, difference by issue family, worklist."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from audit.cleaning import Strictness
from audit.dataset import Dataset
from audit.engine import FINDING_TYPES
from audit.metric import Metric, MetricContext, Period, Terms
from audit.result import IMPACT_TYPES, METRIC_TYPES, empty
from audit.schema import TEXT
from reports.impact.attribution import Ends, Worth, changed_inputs, shapley, worth_of_coalitions
from reports.impact.contributions import NOTHING, Entries, Totals, dated, differing, totals, value_after, without
from reports.impact.doubt import Proposals
from reports.impact.readings import KEY, contexts, groups, headlines, told
from reports.impact.simulate import Simulation, open_entries
from reports.impact.verdict import judge
from reports.impact.worklist import mover_table, worklist_of, worklist_table
from reports.metrics.catalogue import periods_of
from reports.metrics.facts import Facts, facts
from reports.metrics.periods import before, year_before

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


class _Records:
    """What the records of the raw tables add to each metric, so that other tables are read by their difference."""

    def __init__(self, raw: Facts, ctxs: Mapping[str, MetricContext], periods: Sequence[Period]) -> None:
        self.raw, self.ctxs, self.periods = raw, ctxs, periods
        self.states: dict[str, list[tuple[Period, Totals]]] = {}
        self._terms: dict[str, Terms | None] = {}

    def changed(self, metric: Metric, cleaned: Facts) -> pd.DataFrame | None:
        """The records that add differently to a metric; None where it is not made of what records add."""
        terms = self._of_raw(metric)
        after = None if terms is None else self._whole(metric, cleaned)
        return None if terms is None or after is None else differing(terms, after)

    def _of_raw(self, metric: Metric) -> Terms | None:
        if metric.id not in self._terms:
            terms = self._terms[metric.id] = self._whole(metric, self.raw)
            if terms is not None:
                suit = periods_of(metric, self.periods)
                chosen = suit if dated(terms) else [period for period in suit if period.start is period.end is None]
                self.states[metric.id] = [(period, totals(terms, period)) for period in chosen]
        return self._terms[metric.id]

    def _whole(self, metric: Metric, data: Facts) -> Terms | None:
        return metric.compute(data, replace(self.ctxs[metric.id], period=Period()), "").terms

    def read(self, cleaned: Facts, metrics: Sequence[Metric]) -> tuple[dict[str, dict[str, float]], dict]:
        """The values of each metric by period as far as records tell them, and the records that add differently."""
        values, changes = {}, {}
        for metric in metrics:
            found = self.changed(metric, cleaned)
            if found is not None:
                changes[metric.id] = found
                values[metric.id] = {
                    period.label: float(value_after(state, Entries.of(found, period))[0])
                    for period, state in self.states[metric.id]
                }
        return values, changes


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
    pairs = [(metric, breakdown) for metric in metrics for breakdown in metric.breakdowns]
    raw = headlines(raw_facts, metrics, ctxs, periods)
    raw_groups, pairs = groups(raw_facts, pairs, ctxs)
    proposals = Proposals.of(empty(FINDING_TYPES) if findings is None else findings, dataset)
    records = _Records(raw_facts, ctxs, periods)
    changes: dict[Strictness, dict[str, pd.DataFrame]] = {}
    versions = {}
    for strictness in Strictness:
        cleaned = facts(cleaner(None, strictness))
        touched = _touched(raw_facts, cleaned, metrics)
        mine = [metric for metric in metrics if metric.id in touched]
        part, _ = groups(cleaned, [pair for pair in pairs if pair[0].id in touched], ctxs)
        if strictness is Strictness.NORMAL:
            read = headlines(cleaned, mine, ctxs, periods)
        else:
            read, changes[strictness] = _read(records, cleaned, mine, raw, ctxs, periods)
        versions[strictness] = pd.concat([_with(raw, read, touched), _with(raw_groups, part, touched)])
        del cleaned
    intervals = _intervals(metrics, records, changes, proposals)
    table = _table(raw, raw_groups, versions, metrics, intervals, periods)
    normal = versions[Strictness.NORMAL]
    ends = Ends(by_metric(raw), by_metric(normal[normal["breakdown"] == ""]))
    worths = worth_of_coalitions(
        dataset,
        lambda coalition: cleaner(coalition, Strictness.NORMAL),
        families,
        metrics,
        lambda cleaned, chosen: by_metric(_read(records, facts(cleaned), chosen, raw, ctxs, periods)[0]),
        ends,
    )
    loose = changes[Strictness.LOOSE] if findings is not None else {}
    listed = [
        worklist_of(metric, records.states[metric.id][0][1], loose[metric.id], proposals)
        for metric in metrics
        if metric.id in loose
    ]
    return Measures(
        table,
        _impact(raw, worths),
        worklist_table([line for lines, _ in listed for line in lines]),
        mover_table([line for _, lines in listed for line in lines]),
    )


LOOKED_UP = (
    "user.team",
    "user.region",
    "user.full_name",
    "user.source_id",
    "account.industry",
    "account.country",
    "account.name",
    "account.source_id",
    "deal.owner",
    "deal.owner_id",
    "deal.company_id",
    "deal.company_name",
)
"""What the groups of deals are looked up by (`reports.metrics.cuts`)."""


def _read_by(metric: Metric) -> frozenset[str]:
    """Every field that the metric or one of its breakdowns may read."""
    tables = {name.partition(".")[0] for name in metric.inputs}
    fields = {f"{table}.{breakdown}" for table in tables for breakdown in metric.breakdowns}
    return frozenset({*metric.inputs, *fields, *(LOOKED_UP if "deal" in tables else ())})


def _touched(raw: Facts, cleaned: Facts, metrics: Sequence[Metric]) -> frozenset[str]:
    """The metrics that read anything that cleaning changed; all others read what they read of the raw tables.

    What was worked out of columns that are the same is handed on.
    """
    reads = {metric.id: _read_by(metric) for metric in metrics}
    names = sorted(frozenset().union(*reads.values()))
    changed = changed_inputs(raw, cleaned, names)
    cleaned.take_over(raw, frozenset(names) - changed)
    return frozenset(metric_id for metric_id, read in reads.items() if changed & read)


def _with(raw: pd.DataFrame, found: pd.DataFrame, touched: frozenset[str]) -> pd.DataFrame:
    """What was read anew, and of the other metrics what the raw tables read."""
    kept = raw[~raw["metric_id"].isin(touched)]
    return pd.concat([kept, found]) if len(kept) else found


def _read(
    records: _Records,
    cleaned: Facts,
    metrics: Sequence[Metric],
    raw: pd.DataFrame,
    ctxs: Mapping[str, MetricContext],
    periods: Sequence[Period],
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """The readings of `metrics`, by what their records add where that is known, and the records that differ."""
    values, changes = records.read(cleaned, metrics)
    rest = [
        metric
        for metric in metrics
        if metric.id not in values or len(values[metric.id]) < len(periods_of(metric, periods))
    ]
    direct = headlines(cleaned, rest, ctxs, periods)
    others = [metric.id for metric in metrics if metric.id not in {metric.id for metric in rest}]
    told = raw[raw["metric_id"].isin(others)]
    keys = zip(told["metric_id"], told["period"], strict=True)
    found = told.assign(value=[values[metric_id][period] for metric_id, period in keys])
    return (pd.concat([found, direct]) if len(direct) else found), changes


def _intervals(
    metrics: Sequence[Metric],
    records: _Records,
    changes: Mapping[Strictness, Mapping[str, pd.DataFrame]],
    proposals: Proposals,
) -> pd.DataFrame:
    """The interval of each metric and period that something leaves open: metric_id, period, low, high."""
    simulation, lines = Simulation(proposals), []
    for metric in metrics if len(proposals.lines) else ():
        none = differing(NOTHING, NOTHING)
        strict, loose = (changes[kind].get(metric.id, none) for kind in (Strictness.STRICT, Strictness.LOOSE))
        if metric.id not in records.states or not (len(strict) or len(loose)):
            continue
        waiting = open_entries(strict, loose)
        states = [(period, _after(state, strict, period)) for period, state in records.states[metric.id]]
        found = simulation.intervals(metric, waiting, states)
        lines += [(metric.id, period.label, *ends) for (period, _), ends in zip(states, found, strict=True)]
    return pd.DataFrame(lines, columns=list(INTERVAL_TYPES)).astype(INTERVAL_TYPES)


def _after(state: Totals, changed: pd.DataFrame, period: Period) -> Totals:
    """The sums once the records of `changed` are as they are after cleaning."""
    entries = Entries.of(changed, period)
    if state.values is not None:
        old, new = entries.old[~np.isnan(entries.old)], entries.new[~np.isnan(entries.new)]
        return replace(state, values=np.concatenate([without(state.values, old), new]))
    above, below = (entries.side == side for side in (0, 1))
    needed = state.needed
    if needed is not None:
        needed += int((~np.isnan(entries.new[above])).sum()) - int((~np.isnan(entries.old[above])).sum())
    bottom = None if state.bottom is None else state.bottom + float(entries.change[below].sum())
    return Totals(state.top + float(entries.change[above].sum()), bottom, needed=needed)


def _table(
    raw: pd.DataFrame,
    raw_groups: pd.DataFrame,
    versions: Mapping[Strictness, pd.DataFrame],
    metrics: Sequence[Metric],
    intervals: pd.DataFrame,
    periods: Sequence[Period],
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
    figures["reason"] = figures["reason"] + _other_currencies(figures, raw_groups)
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
