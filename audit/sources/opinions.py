"""Types as opinions: one decision per column on how its text is read, with the evidence that decided."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from audit.schema import TEXT, Field
from audit.values import boolean, date, money

_YEAR_FIRST = date.DateOpinion("iso", "year first", 0, 0)
_FIRST_YEAR = pd.Timestamp("1700-01-01")
"""Earlier days are left to the careful reading: they may stand for no day at all."""


@dataclass(frozen=True)
class Typed:
    """A column in its field's type, what was decided about it, and the currency that its cells name."""

    values: pd.Series
    opinion: str = ""
    currency: pd.Series | None = None


def typed(
    text: pd.Series, field: Field, *, day_first: bool | None = None, blank_is_false: bool = False, scale: float = 1.0
) -> Typed:
    """The typed column of a field that is not text; what cannot be read is NaN, NaT or NA."""
    if field.type in ("date", "datetime"):
        return _dates(text, field, day_first)
    if field.type == "money":
        return _money(text, scale)
    if field.type == "number":
        values, opinion = money.number(text)
        return Typed(_scaled(values, scale), _amounts_said(opinion))
    if field.type == "percent":
        values = money.percent(text)
        per_cent = bool(len(values)) and bool(text.str.contains("%").any())
        known = text.notna() & values.notna()
        halved = not per_cent and bool(known.any()) and bool((values[known] <= 1).all()) and _is_per_cent(text, values)
        return Typed(values, "per cent" if per_cent or halved else "fractions of 1" if known.any() else "")
    return _booleans(text, blank_is_false)


def _dates(text: pd.Series, field: Field, day_first: bool | None) -> Typed:
    moments = _iso(text)
    values, opinion = (moments, _YEAR_FIRST) if moments is not None else date.parse(text, day_first)
    if field.type == "date":
        values = values.dt.floor("D")
    said = opinion.evidence if opinion.order == "none" else f"{opinion.order.replace('_', '-')}: {opinion.evidence}"
    if opinion.ambiguous and opinion.order in ("day_first", "month_first", "mixed"):
        said += f"; {opinion.ambiguous:,} could be read both ways"
    if opinion.unreadable:
        said += f"; {opinion.unreadable:,} unreadable"
    return Typed(
        values.astype("datetime64[us]", copy=False), "" if opinion.order == "none" and not opinion.unreadable else said
    )


def _iso(text: pd.Series) -> pd.Series | None:
    """The moments of a column that is in ISO form throughout, by Arrow's own reader; None for any other column."""
    for zone in (None, "UTC"):
        try:
            moments = text.array.__arrow_array__().cast(pa.timestamp("us", zone)).cast(pa.timestamp("us"))
        except pa.ArrowInvalid:
            continue
        values = pd.Series(moments.to_numpy(), index=text.index)
        return values if values.notna().any() and not (values < _FIRST_YEAR).any() else None
    return None


def _money(text: pd.Series, scale: float) -> Typed:
    frame, opinion = money.parse(text)
    currency = frame["currency"].astype(TEXT)
    return Typed(_scaled(frame["amount"], scale), _amounts_said(opinion), currency if currency.notna().any() else None)


def _scaled(values: pd.Series, scale: float) -> pd.Series:
    """The numbers in whole units; cents are divided by 100, as a hundredth has no exact binary form."""
    return values * scale if scale >= 1 else values / round(1 / scale)


def _amounts_said(opinion: money.MoneyOpinion) -> str:
    if opinion.evidence.endswith("whole numbers"):
        said = opinion.evidence
    else:
        said = f"decimal {'point' if opinion.decimal == '.' else 'comma'}: {opinion.evidence}"
    return f"{said}; {opinion.unreadable:,} unreadable" if opinion.unreadable else said


def _is_per_cent(text: pd.Series, values: pd.Series) -> bool:
    """Whether bare numbers were divided by 100: they were if any of them is above 1."""
    bare = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return bool(np.nanmax(bare, initial=0.0) > 1)


def _booleans(text: pd.Series, blank_is_false: bool) -> Typed:
    values = boolean.parse(text)
    if blank_is_false and bool(values.any()) and not bool((~values).any()):
        return Typed(values.fillna(False), "blank means no: only yes is ever written")
    unread = int((values.isna() & text.notna()).sum())
    return Typed(values, f"{unread:,} neither yes nor no" if unread else "")
