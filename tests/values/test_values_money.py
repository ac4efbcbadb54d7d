"""Amounts: signs, codes, separators, suffixes and the one decision per column."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.values import money
from audit.values.text import TEXT


def column(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype=TEXT)


@pytest.mark.parametrize(
    ("written", "amount", "currency"),
    [
        ("1,234.50", 1234.5, None),
        ("(1,234.50)", -1234.5, None),
        ("-5", -5, None),
        ("5-", -5, None),
        ("−7", -7, None),
        ("$-5", -5, "USD"),
        ("-$5.10", -5.1, "USD"),
        ("USD 15,000.00", 15000, "USD"),
        ("£1,012.40", 1012.4, "GBP"),
        ("1 234,56 €", 1234.56, "EUR"),
        ("1\u202f234,56", 1234.56, None),
        ("1'234.50", 1234.5, None),
        ("Rp 1.500.000", 1500000, "IDR"),
        ("15 jt", 15e6, None),
        ("1.5M", 1.5e6, None),
        ("12k", 12e3, None),
        ("CHF 5.–", 5, "CHF"),
        ("1,23,456.78", 123456.78, None),
        ("1.2E+03", 1200, None),
        ("0.125", 0.125, None),
        ("0,125", 0.125, None),
        ("--", math.nan, None),
        ("12 apples", math.nan, None),
        ("1.2.3", math.nan, None),
        ("1,2,3", math.nan, None),
        ("9" * 400, math.nan, None),
    ],
)
def test_forms(written: str, amount: float, currency: str | None) -> None:
    frame, _ = money.parse(column(written))
    assert frame["amount"].iloc[0] == pytest.approx(amount, nan_ok=True)
    found = frame["currency"].iloc[0]
    assert (None if pd.isna(found) else found) == currency


def test_the_column_decides_what_a_lone_separator_is() -> None:
    amounts, opinion = money.number(column("1.234", "12,5"))
    assert (amounts.tolist(), opinion.decimal) == ([1234, 12.5], ",")
    amounts, opinion = money.number(column("1.234", "12.5"))
    assert (amounts.tolist(), opinion.decimal) == ([1.234, 12.5], ".")
    amounts, opinion = money.number(column("1,234", "12.5"))
    assert (amounts.tolist(), opinion.decimal) == ([1234, 12.5], ".")
    amounts, opinion = money.number(column("1.234", "12.500"))
    assert (amounts.tolist(), opinion.decimal) == ([1234, 12500], ",")


def test_unreadable_counts_rows_but_not_placeholders() -> None:
    _, opinion = money.parse(column("5", "apples", "apples", "--", " --", "n/a", None, ""))
    assert opinion.unreadable == 2


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=20),
    st.sampled_from([",.", ".,", " ,", "'.", "_."]),
    st.sampled_from(["", "$", "EUR ", "Rp"]),
)
def test_what_was_written_is_read(cents: list[int], marks: str, sign: str) -> None:
    thousands, decimal = marks[0].replace("_", ""), marks[1]
    english = [f"{cent / 100:,.2f}" for cent in cents]
    written = [sign + text.replace(",", "t").replace(".", decimal).replace("t", thousands) for text in english]
    amounts, opinion = money.number(column(*written))
    assert opinion.decimal == decimal
    assert amounts.tolist() == pytest.approx([cent / 100 for cent in cents])


def test_percent() -> None:
    assert money.percent(column("45%", "3.45 %", "< 10%")).tolist() == pytest.approx([0.45, 0.0345, 0.1])
    assert money.percent(column("45", "0.5")).tolist() == pytest.approx([0.45, 0.005])
    assert money.percent(column(".45", "1")).tolist() == pytest.approx([0.45, 1])


def test_currency_names() -> None:
    assert money.currency(column("usd", "US Dollar", "€", "Euros", "xyz")).tolist() == [
        "USD",
        "USD",
        "EUR",
        "EUR",
        pd.NA,
    ]


def test_compare() -> None:
    assert money.compare(column("5", "$5", "0", "-5"), column("10", "€5", "0", "5")).tolist() == [0.5, 0, 1, 0]
