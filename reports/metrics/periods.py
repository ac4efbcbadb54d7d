"""The periods in which metrics are measured, and which of them another is compared with."""

from collections.abc import Sequence
from functools import cache

import pandas as pd

from audit.metric import Period

YEARS, QUARTERS, MONTHS = 2, 8, 13
"""How many complete ones are measured: so many that the last of each has one a year before."""


def default_periods(
    as_of: pd.Timestamp,
    quarters: int = QUARTERS,
    months: int = MONTHS,
    *,
    years: int = YEARS,
    fiscal_start: int = 1,
    go_live: pd.Timestamp | None = None,
    own: Sequence[Period] = (),
) -> tuple[Period, ...]:
    """The whole, then the last complete years, quarters and months, oldest first; `as_of` ends a month that it is the
    last day of.

    Years and quarters are fiscal ones where the year starts in another month than January: FY2027 ends in 2027. With
    `go_live`, also the months since it (12 at most) and as many before. Own periods come with the one before each and
    the one a year before.
    """
    now = as_of.normalize() + pd.Timedelta(days=1)
    month = now.replace(day=1)
    quarter = month - pd.DateOffset(months=(month.month - fiscal_start) % 3)
    year = month - pd.DateOffset(months=(month.month - fiscal_start) % 12)
    periods = [Period()]
    for start in _starts(year, years, 12):
        periods.append(Period(_year(start, fiscal_start), start, start + pd.DateOffset(months=12)))
    for start in _starts(quarter, quarters, 3):
        number = (start.month - fiscal_start) % 12 // 3 + 1
        begin = start - pd.DateOffset(months=3 * (number - 1))
        periods.append(Period(f"{_year(begin, fiscal_start)}-Q{number}", start, start + pd.DateOffset(months=3)))
    for start in _starts(month, months, 1):
        periods.append(Period(f"{start:%Y-%m}", start, start + pd.DateOffset(months=1)))
    if go_live is not None and (since := months_between(go_live, now)) > 0:
        span = pd.DateOffset(months=min(since, 12))
        periods.append(Period("before go-live", go_live - span, go_live))
        periods.append(Period("since go-live", go_live, go_live + span))
    for period in own:
        assert period.start is not None and period.end is not None, "own periods are closed"
        length, back = period.end - period.start, pd.DateOffset(years=1)
        periods.append(Period(f"{period.label}, a year before", period.start - back, period.end - back))
        periods.append(Period(f"{period.label}, the period before", period.start - length, period.start))
        periods.append(period)
    return tuple(periods)


def before(period: Period, periods: Sequence[Period]) -> Period | None:
    """The period of the same kind that ends where this one starts."""
    if period.start is None or period.end is None:
        return None
    same = [other for other in periods if other.end == period.start and other.start is not None]
    length = period.end - period.start
    close = [other for other in same if abs((other.end - other.start) - length) <= pd.Timedelta(days=4)]  # type: ignore[operator]
    return close[0] if close else None


def year_before(period: Period, periods: Sequence[Period]) -> Period | None:
    """The same days one year earlier."""
    if period.start is None or period.end is None:
        return None
    back = pd.DateOffset(years=1)
    start, end = period.start - back, period.end - back
    return next((other for other in periods if (other.start, other.end) == (start, end)), None)


@cache
def calendar_breakdown(period: Period) -> str:
    """The breakdown whose group of the same label is this period: "month", "quarter", "year" or "" if there is none."""
    start, end = period.start, period.end
    if start is None or end is None or start != start.normalize().replace(day=1):
        return ""
    if end == start + pd.DateOffset(months=1) and period.label == f"{start:%Y-%m}":
        return "month"
    if end == start + pd.DateOffset(months=12) and period.label == str(start.year):
        return "year" if start.month == 1 else ""
    if end == start + pd.DateOffset(months=3) and period.label == f"{start.year}-Q{start.quarter}":
        return "quarter" if start.month % 3 == 1 else ""
    return ""


def _starts(current: pd.Timestamp, count: int, months: int) -> list[pd.Timestamp]:
    return [current - pd.DateOffset(months=months * back) for back in range(count, 0, -1)]


def _year(start: pd.Timestamp, fiscal_start: int) -> str:
    """What a year beginning at `start` is called: by the calendar, or FY and the year in which it ends."""
    return str(start.year) if fiscal_start == 1 else f"FY{(start + pd.DateOffset(months=11)).year}"


def months_between(start: pd.Timestamp, end: pd.Timestamp) -> int:
    """Whole months from `start` (included) to `end` (excluded)."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
