"""How every metric counts, sums and averages: rows of one table by period, group and currency."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.metric import Measured, MetricContext, Share, Terms
from audit.schema import TEXT, entities, field
from audit.values import money as money_values
from reports.metrics.timeline import BLANK, CALENDAR, Groups, Timeline, labelled


class Statistic(StrEnum):
    """What is computed of the rows of a group. The mean of a yes/no value is a rate."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    MEDIAN = "median"


def not_computable(missing: str, label: str = "") -> Measured:
    """The result of a metric that lacks something; never zero."""
    return replace(figure(np.nan, label), missing=missing)


def figure(value: float, label: str = "") -> Measured:
    """One number for the whole that no rows are counted behind."""
    return Measured(_values([""], [value], [label], [0]))


def lacking(dataset: Dataset, *needs: str | tuple[str, ...]) -> str:
    """What a metric lacks: `needs` are ``entity``, ``entity.field`` or alternatives of the latter; "" when nothing."""
    for need in needs:
        options = (need,) if isinstance(need, str) else need
        entity = options[0].partition(".")[0]
        if entity not in dataset:
            return f"No source holds {entities()[entity].title.lower()}."
        if "." in options[0] and not any(dataset.has(option) for option in options):
            titles = " or ".join(f"{field(option).title} ({option})" for option in options)
            return f"No source gives {titles}."
    return ""


def aggregate(
    table: Table,
    mask: np.ndarray,
    ctx: MetricContext,
    breakdown: str,
    statistic: Statistic,
    *,
    what: str,
    at: Timeline | None = None,
    value: np.ndarray | pd.Series | None = None,
    money: bool = False,
    label: str = "",
    groups: Groups | None = None,
) -> Measured:
    """The `statistic` of `value` over the rows in `mask` that lie in the period.

    `what` names these rows for the reader ("won deals"). `at` decides the period of a row (None: the metric is a state
    and knows no period). With `money`, values of different currencies are kept apart: the whole is given in the
    headline currency alone, the breakdown "currency" tells each, and any other breakdown has a line per currency.
    `groups` overrides how `breakdown` divides the rows.
    """
    numbers = None if value is None else np.asarray(pd.to_numeric(value), dtype="float64")
    selected = mask
    if at is not None and (ctx.period.start is not None or ctx.period.end is not None):
        if mask.any() and not at.known(mask):
            return not_computable(f"No date says when the {what} belong to a period.", label)
        selected = mask & at.contains(ctx.period)
    by = groups or group_rows(table, breakdown, at)
    codes, labels, units = by.codes, by.labels, np.full(len(by.labels), label, dtype=object)
    if money:
        currency = currencies(table, ctx)
        if breakdown != "currency" and numbers is not None:
            currency, numbers = converted(currency, numbers, ctx)
        if breakdown == "":
            headline = headline_currency(currency, mask, numbers, ctx)
            selected = selected & (currency.codes == headline)
            units = currency.labels[[headline]]
        elif breakdown == "currency":
            codes, units = currency.codes, currency.labels
            labels = np.where(units == "", BLANK, units)
        else:
            width = len(currency.labels)
            codes = codes * width + currency.codes
            units = np.tile(currency.labels, len(labels))
            labels = np.repeat(labels, width)
    rows = np.bincount(codes[selected], minlength=len(labels))
    results = _statistic(statistic, codes[selected], None if numbers is None else numbers[selected], rows)
    present = np.array([0]) if breakdown == "" else _order(rows, labels, breakdown)
    missing = ""
    if breakdown == "" and np.isnan(results[0]):
        missing = f"There are no {what} here." if not rows[0] else f"None of the {rows[0]:,} {what} has a value."
    return Measured(
        _values(labels[present], results[present], units[present], rows[present]),
        records={table.entity: table.index[selected].to_numpy()} if breakdown == "" else {},
        missing=missing,
        terms=_terms(table, selected, statistic, numbers, at) if breakdown == "" else None,
    )


def _terms(
    table: Table, selected: np.ndarray, statistic: Statistic, numbers: np.ndarray | None, at: Timeline | None
) -> Terms:
    rows = np.flatnonzero(selected if numbers is None else selected & ~np.isnan(numbers))
    records = table.index.to_numpy()[rows]
    times = None if at is None else at.times[rows]
    one = Share(table.entity, records, None, times)
    if statistic is Statistic.COUNT:
        return Terms((one,))
    assert numbers is not None, "only a count needs no value"
    values = Share(table.entity, records, numbers[rows], times)
    if statistic is Statistic.SUM:
        return Terms((values,))
    return Terms((values,), (one,)) if statistic is Statistic.MEAN else Terms((values,), median=True)


def ratio(numerator: Measured, denominator: Measured, *, over: str, under: str) -> Measured:
    """`numerator` (`over` for the reader) by `denominator` (`under`), group by group, where there are any of both.

    A denominator without groups goes under each.
    """
    if numerator.missing or denominator.missing:
        return not_computable(numerator.missing or denominator.missing)
    for part, what in ((numerator, over), (denominator, under)):
        if not part.values["rows"].any():
            return not_computable(f"There are no {what} here.")
    below = denominator.values
    how = "cross" if list(below["group"]) == [""] else "inner"
    joined = numerator.values.merge(below, how=how, on=None if how == "cross" else "group", suffixes=("", "_below"))
    values = _values(
        joined["group"], joined["value"] / joined["value_below"], joined["unit_label"], joined["rows_below"]
    )
    parts = (numerator.terms, denominator.terms)
    terms = None
    if all(part is not None and part.bottom is None and not part.median for part in parts):
        terms = Terms(parts[0].top, parts[1].top, both=True)  # type: ignore[union-attr]
    return Measured(values, {**numerator.records, **denominator.records}, terms=terms)


def together(parts: Sequence[Measured]) -> Measured:
    """Counts of several tables added up, group by group."""
    values = pd.concat([part.values for part in parts])
    added = values.groupby(["group", "unit_label"], sort=False, as_index=False).sum(numeric_only=True)
    terms = [part.terms for part in parts if part.terms is not None]
    return Measured(
        added[list(parts[0].values)],
        {entity: rows for part in parts for entity, rows in part.records.items()},
        terms=Terms(tuple(share for term in terms for share in term.top)) if len(terms) == len(parts) else None,
    )


def divided(measured: Measured, by: float) -> Measured:
    """A sum or count over a number that no records stand behind."""
    terms = measured.terms
    if terms is not None:
        shares = (
            (share, np.ones(len(share.records)) if share.amounts is None else share.amounts) for share in terms.top
        )
        terms = Terms(tuple(replace(share, amounts=amounts / by) for share, amounts in shares))
    values = measured.values.assign(value=measured.values["value"] / by)
    return replace(measured, values=values, terms=terms)


def group_rows(table: Table, breakdown: str, at: Timeline | None = None) -> Groups:
    """How a breakdown divides the rows: "" not at all, by calendar of `at`, by source, or by a text field."""
    if breakdown in ("", "currency"):
        return Groups(np.zeros(len(table), dtype=np.int64), np.array([""], dtype=object))
    if breakdown in CALENDAR:
        return (at or Timeline(pd.Series(pd.NaT, index=table.index))).groups(breakdown)
    if breakdown == "source":
        return labelled(*pd.factorize(table.lineage["source"]))
    if breakdown not in table:
        return labelled(np.full(len(table), -1), np.array([], dtype=object))
    codes, distinct = table.distinct(breakdown)
    return labelled(codes, distinct)


def currencies(table: Table, ctx: MetricContext) -> Groups:
    """The currency per row, as its ISO code; blank is a currency of its own unless no row at all names one."""
    if "currency" in table:
        codes, distinct = table.distinct("currency")
        if len(distinct):
            # What is no currency that we know stays as it is written: it must not be added to the blank ones.
            names = money_values.currency(distinct).fillna(distinct).to_numpy(dtype=object)
            labels, place = np.unique(np.append(names, ""), return_inverse=True)
            return Groups(place[codes], labels)
    return Groups(np.zeros(len(table), dtype=np.int64), np.array([ctx.currency or ""], dtype=object))


def converted(currency: Groups, numbers: np.ndarray, ctx: MetricContext) -> tuple[Groups, np.ndarray]:
    """Amounts in the currency of the rate table where it has a rate; those without one stay as they are."""
    if ctx.rates is None:
        return currency, numbers
    names = [str(name) for name in currency.labels]
    factors = np.array([1.0 if name == ctx.rates.currency else ctx.rates.factors.get(name, np.nan) for name in names])
    into = [ctx.rates.currency if known else name for name, known in zip(names, ~np.isnan(factors), strict=True)]
    labels, place = np.unique(np.array(into, dtype=object), return_inverse=True)
    return Groups(place[currency.codes], labels), numbers * np.nan_to_num(factors, nan=1.0)[currency.codes]


def headline_currency(currency: Groups, mask: np.ndarray, numbers: np.ndarray | None, ctx: MetricContext) -> int:
    """The code of the currency asked for if any row has it, else of the one with most value over all periods."""
    rows = np.bincount(currency.codes[mask], minlength=len(currency.labels))
    wanted = np.flatnonzero((currency.labels == (ctx.currency or "")) & (rows > 0))
    if len(wanted):
        return int(wanted[0])
    weights = None if numbers is None else np.nan_to_num(np.abs(numbers[mask]))
    worth = np.bincount(currency.codes[mask], weights=weights, minlength=len(currency.labels))
    # A named currency comes before none where nothing else decides.
    named = currency.labels != ""
    return int(np.lexsort((~named, -rows, -worth))[0])


def _order(rows: np.ndarray, labels: np.ndarray, breakdown: str) -> np.ndarray:
    """The groups that have rows: by time, or the most frequent first."""
    present = np.flatnonzero(rows)
    names = labels[present].astype("U")
    order = np.argsort(names, kind="stable") if breakdown in CALENDAR else np.lexsort((names, -rows[present]))
    return present[order]


def _statistic(statistic: Statistic, codes: np.ndarray, numbers: np.ndarray | None, rows: np.ndarray) -> np.ndarray:
    if statistic is Statistic.COUNT:
        return rows.astype("float64")
    assert numbers is not None, "only a count needs no value"
    known = ~np.isnan(numbers)
    codes, numbers = codes[known], numbers[known]
    if statistic is Statistic.MEDIAN:
        return pd.Series(numbers).groupby(codes).median().reindex(np.arange(len(rows))).to_numpy()
    filled = np.bincount(codes, minlength=len(rows))
    total = np.bincount(codes, weights=numbers, minlength=len(rows))
    if statistic is Statistic.SUM:
        return np.where((filled == 0) & (rows > 0), np.nan, total)
    return np.divide(total, filled, out=np.full(len(rows), np.nan), where=filled > 0)


def _values(groups: Sequence, values: Sequence, units: Sequence, rows: Sequence) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": pd.Series(np.asarray(groups, dtype=object), dtype=TEXT),
            "value": np.asarray(values, dtype="float64"),
            "unit_label": pd.Series(np.asarray(units, dtype=object), dtype=TEXT),
            "rows": np.asarray(rows, dtype="int64"),
        }
    )
