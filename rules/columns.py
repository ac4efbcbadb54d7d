"""What several rules work out of one column, once for all of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from audit.dataset import Table
from audit.rule import Context
from audit.schema import TEXT
from audit.values import country, email, made_up_people, phone, phone_form, text


def matches(table: Table, name: str, pattern: str) -> np.ndarray:
    """Where the RE2 `pattern` is found in a text field; False where blank."""
    codes, values = table.distinct(name)
    return np.append(text.matches(values, pattern), False)[codes]


def named(places: np.ndarray, names: Sequence[str], index: pd.Index) -> pd.Series:
    """The names at the places, NA where one is below zero."""
    return text.text_series(pa.array(names, pa.large_string()).take(pa.array(places, mask=places < 0)), index)


def days(at: pd.Series, rows: np.ndarray) -> pd.Series:
    """The days of some of the times as text, "2026-11-01"; NA for the others."""
    return text.placed(at[rows].dt.strftime("%Y-%m-%d").astype(TEXT), rows, at.index)


def folded(table: Table, name: str) -> pd.Series:
    """`text.fold` of a text field."""
    return table.derived(_folded, name)


def placeholders(table: Table, name: str) -> np.ndarray:
    """Where a text field stands for nothing."""
    return table.derived(_placeholders, name)


def made_up(table: Table) -> np.ndarray:
    """Where nobody is behind a contact's name."""
    return table.derived(_made_up)


def countries(table: Table, name: str = "country") -> pd.Series:
    """The two-letter codes of a field of countries."""
    return table.derived(_countries, name)


def numbers(table: Table, name: str, ctx: Context) -> pd.DataFrame:
    """`phone.parse` of a field by each record's country, else by that of the audit."""
    return table.derived(_numbers, name, ctx.country)


def calling_regions(table: Table, name: str, ctx: Context) -> pd.Series:
    """`phone.calling_region` of a field."""
    return phone.calling_region(table.column(name), numbers(table, name, ctx))


def holds_several_numbers(table: Table, name: str) -> np.ndarray:
    """Where a field of phones holds more than one number."""
    return table.derived(_holds_several_numbers, name)


def regions(table: Table, ctx: Context) -> pd.Series:
    """The country by whose plan the phone numbers of each record are read."""
    return table.derived(_regions, ctx.country)


def mail_key(table: Table, name: str) -> pd.Series:
    """`email.match_key` of a field."""
    return table.derived(_mail_key, name)


def mail_host(table: Table, name: str) -> pd.Series:
    """`email.domain` of a field."""
    return table.derived(_mail_parts, name)["domain"]


def mail_local(table: Table, name: str) -> pd.Series:
    """`email.local_part` of a field."""
    return table.derived(_mail_parts, name)["local"]


def is_free_mail(table: Table, name: str) -> np.ndarray:
    """`email.is_free` of a field."""
    return table.derived(_is_free_mail, name)


def _folded(table: Table, name: str) -> pd.Series:
    return text.fold(table.column(name))


def _placeholders(table: Table, name: str) -> np.ndarray:
    return text.is_placeholder(table.column(name))


def _made_up(table: Table) -> np.ndarray:
    return made_up_people.made_up(*(table.column(part) for part in ("first_name", "last_name", "full_name")))


def _countries(table: Table, name: str) -> pd.Series:
    return country.clean(table.column(name))


def _regions(table: Table, default: str | None) -> pd.Series:
    known = countries(table)
    return known.fillna(default) if default else known


def _numbers(table: Table, name: str, default: str | None) -> pd.DataFrame:
    return phone.parse(table.column(name), table.derived(_regions, default))


def _holds_several_numbers(table: Table, name: str) -> np.ndarray:
    return (phone_form.numbers(table.column(name))["count"] > 1).to_numpy()


def _mail_key(table: Table, name: str) -> pd.Series:
    return email.match_key(table.column(name))


def _mail_parts(table: Table, name: str) -> pd.DataFrame:
    return email.parts(table.column(name))


def _is_free_mail(table: Table, name: str) -> np.ndarray:
    return email.is_free_host(mail_host(table, name))
