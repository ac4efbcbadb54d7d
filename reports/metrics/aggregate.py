"""How every metric counts, sums and averages: rows of one table by period, group and currency."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.metric import Lines, Measured, MetricContext, Share, Terms
from audit.schema import entities, field
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
    return Measured(_lines([""], [value], [label], [0]))


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
    """The `statistic` of `value` over the rows in `mask` (or their places, in order) that lie in the period.

    `what` names these rows for the reader ("won deals"). `at` decides the period of a row (None: the metric is a state
    and knows no period). With `money`, values of different currencies are kept apart: the whole is given in the
    headline currency alone, the breakdown "currency" tells each, and any other breakdown has a line per currency.
    `groups` overrides how `breakdown` divides the rows.
    """
    numbers = None if value is None else _numbers(value)
    selected = mask
    if at is not None and (ctx.period.start is not None or ctx.period.end is not None):
        if not at.known(mask) and (mask.any() if mask.dtype == np.bool_ else len(mask)):
            return not_computable(f"No date says when the {what} belong to a period.", label)
        selected = _within(mask, at.contains(ctx.period))
    by = groups or group_rows(table, breakdown, at)
    codes, labels, units = by.codes, by.labels, np.full(len(by.labels), label, dtype=object)
    if money:
        currency = currencies(table, ctx)
        if breakdown != "currency" and numbers is not None:
            currency, numbers = converted(currency, numbers, ctx)
        if breakdown == "":
            headline = headline_currency(currency, mask, numbers, ctx)
            selected = _within(selected, currency.codes == headline)
            units = currency.labels[[headline]]
        elif breakdown == "currency":
            codes, units = currency.codes, currency.labels
            labels = np.where(units == "", BLANK, units)
        else:
            width = len(currency.labels)
            codes = codes * width + currency.codes
            units = np.tile(currency.labels, len(labels))
            labels = np.repeat(labels, width)
    chosen = _places(selected)

    def take(column: np.ndarray) -> np.ndarray:
        # Places that are given as such are those of several metrics.
        return taken(table, column, chosen) if chosen is mask else column[chosen]

    records = take(table.index.to_numpy())
    values = None if numbers is None else take(numbers)
    mine = take(codes) if len(labels) > 1 else None
    rows = np.array([len(records)]) if mine is None else np.bincount(mine, minlength=len(labels))
    results = _statistic(statistic, mine, values, rows)
    present = np.array([0]) if breakdown == "" else _order(rows, labels, breakdown)
    missing = ""
    if breakdown == "" and np.isnan(results[0]):
        missing = f"There are no {what} here." if not rows[0] else f"None of the {rows[0]:,} {what} has a value."
    return Measured(
        Lines(labels[present], results[present], units[present], rows[present]),
        records={table.entity: records} if breakdown == "" else {},
        missing=missing,
        terms=None
        if breakdown
        else _terms(table.entity, records, statistic, values, None if at is None else take(at.times)),
    )


def _within(rows: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Those of the rows, a mask or places, that are in the mask."""
    return rows & mask if rows.dtype == np.bool_ else rows[mask[rows]]


def _places(rows: np.ndarray) -> np.ndarray | slice:
    """The places of rows; of a whole table nothing needs to be copied."""
    if rows.dtype != np.bool_:
        return rows
    return slice(None) if rows.all() else np.flatnonzero(rows)


def taken(table: Table, column: np.ndarray, places: np.ndarray) -> np.ndarray:
    """``column[places]``, remembered by the table for as long as it lives: for arrays that others will ask for."""
    key = (taken, id(column), id(places))
    if key not in table.memo:
        # With what they are made of, as else another array might get the same id.
        table.memo[key] = (column[places], column, places)
    return table.memo[key][0]


def _numbers(value: np.ndarray | pd.Series) -> np.ndarray:
    """As numbers; yes/no values stay what they are, as of most tables few rows count."""
    if isinstance(value, np.ndarray) and value.dtype in (np.float64, np.bool_):
        return value
    return np.asarray(pd.to_numeric(value), dtype="float64")


def _terms(
    entity: str, records: np.ndarray, statistic: Statistic, values: np.ndarray | None, times: np.ndarray | None
) -> Terms:
    every = Share(entity, records, None, times)
    if statistic is Statistic.COUNT and values is None:
        return Terms((every,))
    assert values is not None, "only a count needs no value"
    one, known = every, _known(values)
    if known is not None:
        one = Share(entity, records[known], None, None if times is None else times[known])
        values = values[known]
    if statistic is Statistic.COUNT:
        return Terms((one,))
    behind = None if one is every else (every,)
    amounts = replace(one, amounts=values.astype("float64", copy=False))
    if statistic is Statistic.SUM:
        return Terms((amounts,), rows=behind)
    if statistic is Statistic.MEAN:
        return Terms((amounts,), (one,), rows=behind)
    return Terms((amounts,), median=True, rows=behind)


def _known(values: np.ndarray) -> np.ndarray | None:
    """Which of the values there are; None where all of them."""
    if values.dtype == np.bool_:
        return None
    known = ~np.isnan(values)
    return None if known.all() else known


def ratio(numerator: Measured, denominator: Measured, *, over: str, under: str) -> Measured:
    """`numerator` (`over` for the reader) by `denominator` (`under`), group by group, where there are any of both.

    A denominator without groups goes under each.
    """
    if numerator.missing or denominator.missing:
        return not_computable(numerator.missing or denominator.missing)
    for part, what in ((numerator, over), (denominator, under)):
        if not part.lines.rows.any():
            return not_computable(f"There are no {what} here.")
    above, below = numerator.lines, denominator.lines
    if list(below.group) == [""]:
        upper, lower = np.arange(len(above.group)), np.zeros(len(above.group), dtype=np.int64)
    else:
        upper, lower = _matching(above.group, below.group)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = above.value[upper] / below.value[lower]
    parts = (numerator.terms, denominator.terms)
    terms = None
    if all(part is not None and part.bottom is None and not part.median for part in parts):
        terms = Terms(parts[0].top, parts[1].top, both=True, rows=parts[1].rows)  # type: ignore[union-attr]
    return Measured(
        Lines(above.group[upper], value, above.unit_label[upper], below.rows[lower]),
        {**numerator.records, **denominator.records},
        terms=terms,
    )


def _matching(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places of all pairs of equal names, in the order of `left` and then of `right`."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(right):
        places.setdefault(name, []).append(place)
    pairs = [(place, other) for place, name in enumerate(left) for other in places.get(name, ())]
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def together(parts: Sequence[Measured]) -> Measured:
    """Counts of several tables added up, group by group."""
    joined = Lines(
        *(np.concatenate([getattr(part.lines, name) for part in parts]) for name in Lines.__dataclass_fields__)
    )
    terms = [part.terms for part in parts if part.terms is not None]
    return Measured(
        summed(joined),
        {entity: rows for part in parts for entity, rows in part.records.items()},
        terms=Terms(tuple(share for term in terms for share in term.top)) if len(terms) == len(parts) else None,
    )


def summed(lines: Lines) -> Lines:
    """The lines of one group and currency as one, in the order in which they first come; what is NaN adds nothing."""
    first: dict[tuple[str, str], int] = {}
    codes = np.array(
        [first.setdefault(key, len(first)) for key in zip(lines.group, lines.unit_label, strict=True)], dtype=np.int64
    )
    size = len(first)
    keys = np.array([*first, ("", "")], dtype=object)[:size]
    value = np.bincount(codes, weights=np.where(np.isnan(lines.value), 0.0, lines.value), minlength=size)
    rows = np.bincount(codes, weights=lines.rows, minlength=size).astype(np.int64)
    return Lines(keys[:, 0], value, keys[:, 1], rows)


def unlabelled(lines: Lines, *, less: float = 0.0) -> Lines:
    """Lines of a ratio of two amounts, which has no currency; `less` something."""
    return replace(lines, value=lines.value - less, unit_label=np.full(len(lines.group), "", dtype=object))


def divided(measured: Measured, by: float, *, of_period: bool = False) -> Measured:
    """A sum or count over a number that no records stand behind; `of_period` where each period has its own number."""
    terms = measured.terms
    if terms is not None:
        shares = (
            (share, np.ones(len(share.records)) if share.amounts is None else share.amounts) for share in terms.top
        )
        # Terms without times are those of no other period.
        terms = Terms(
            tuple(replace(share, amounts=amounts / by, at=None if of_period else share.at) for share, amounts in shares)
        )
    return replace(measured, lines=replace(measured.lines, value=measured.lines.value / by), terms=terms)


def group_rows(table: Table, breakdown: str, at: Timeline | None = None) -> Groups:
    """How a breakdown divides the rows: "" not at all, by calendar of `at`, by source, or by a text field."""
    if breakdown in ("", "currency"):
        return Groups(np.zeros(len(table), dtype=np.int64), np.array([""], dtype=object))
    if breakdown in CALENDAR:
        return (at or Timeline(pd.Series(pd.NaT, index=table.index))).groups(breakdown)
    return table.derived(_named_groups, breakdown)


def _named_groups(table: Table, breakdown: str) -> Groups:
    if breakdown == "source":
        return labelled(*pd.factorize(table.lineage["source"]))
    if breakdown not in table:
        return labelled(np.full(len(table), -1), np.array([], dtype=object))
    return labelled(*table.distinct(breakdown))


def currencies(table: Table, ctx: MetricContext) -> Groups:
    """The currency per row, as its ISO code; blank is a currency of its own unless no row at all names one."""
    if "currency" in table and len(table.distinct("currency")[1]):
        return table.derived(_named_currencies)
    return Groups(np.zeros(len(table), dtype=np.int64), np.array([ctx.currency or ""], dtype=object))


def _named_currencies(table: Table) -> Groups:
    codes, distinct = table.distinct("currency")
    # What is no currency that we know stays as it is written: it must not be added to the blank ones.
    names = money_values.currency(distinct).fillna(distinct).to_numpy(dtype=object)
    labels, place = np.unique(np.append(names, ""), return_inverse=True)
    return Groups(place[codes], labels)


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


def _statistic(
    statistic: Statistic, codes: np.ndarray | None, numbers: np.ndarray | None, rows: np.ndarray
) -> np.ndarray:
    """Per group; `codes` are None where there is one."""
    if statistic is Statistic.COUNT:
        return rows.astype("float64")
    assert numbers is not None, "only a count needs no value"
    if codes is None:
        codes = np.zeros(len(numbers), dtype=np.int64)
    known, filled = _known(numbers), rows
    if known is not None:
        codes, numbers = codes[known], numbers[known]
        filled = np.bincount(codes, minlength=len(rows))
    if statistic is Statistic.MEDIAN:
        return pd.Series(numbers).groupby(codes).median().reindex(np.arange(len(rows))).to_numpy()
    if numbers.dtype == np.bool_:
        total = np.bincount(codes[numbers], minlength=len(rows)).astype("float64")
    else:
        total = np.bincount(codes, weights=numbers, minlength=len(rows))
    if statistic is Statistic.SUM:
        return np.where((filled == 0) & (rows > 0), np.nan, total)
    return np.divide(total, filled, out=np.full(len(rows), np.nan), where=filled > 0)


def _lines(groups: Sequence, values: Sequence, units: Sequence, rows: Sequence) -> Lines:
    return Lines(
        np.array(groups, dtype=object),
        np.array(values, dtype="float64"),
        np.array(units, dtype=object),
        np.array(rows, dtype="int64"),
    )
