"""Dates: the forms exports use, and the one decision per column."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.values import date
from audit.values.text import TEXT


def column(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype=TEXT)


def read(*values: str | None) -> list[str | None]:
    moments, _ = date.parse(column(*values))
    return [None if pd.isna(moment) else str(moment) for moment in moments]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-03-12", "2024-03-12 00:00:00"),
        ("2024-03-12 09:14", "2024-03-12 09:14:00"),
        ("2024-03-12T09:14:00Z", "2024-03-12 09:14:00"),
        ("2024-08-13T18:04:34.666+00:00", "2024-08-13 18:04:34.666000"),
        ("2024-01-23T03:54:57.000+0000", "2024-01-23 03:54:57"),
        ("2019-06-30T10:44:34-05:00", "2019-06-30 15:44:34"),
        ("2024-05-03 14:22:11 UTC", "2024-05-03 14:22:11"),
        ("2021/04/27 11:02:10 AM GMT-4", "2021-04-27 15:02:10"),
        ("20240131", "2024-01-31 00:00:00"),
        ("Jun 09, 2018 09:30 pm", "2018-06-09 21:30:00"),
        ("Mon, Apr 26, 2021 12:25", "2021-04-26 12:25:00"),
        ("31 Jan 2024", "2024-01-31 00:00:00"),
        ("05-Jan-24", "2024-01-05 00:00:00"),
        ("Sat, 5 Jan 2008 09:12:18 -0500", "2008-01-05 14:12:18"),
        ("Mon Jan 05 10:11:12 +0000 2015", "2015-01-05 10:11:12"),
        ("17 Agustus 2024", "2024-08-17 00:00:00"),
        ("12. März 2024", "2024-03-12 00:00:00"),
        ("1 de marzo de 2024", "2024-03-01 00:00:00"),
        ("26-02-2018 19:58", "2018-02-26 19:58:00"),
        ("02/23/26 08:55 PM", "2026-02-23 20:55:00"),
        ("12/31/1999 12:05 AM", "1999-12-31 00:05:00"),
        ("1710234840", "2024-03-12 09:14:00"),
        ("1710234840000", "2024-03-12 09:14:00"),
        ("45000.5", "2023-03-15 12:00:00"),
        ("2024-02-30", None),
        ("2024-13-01", None),
        ("99/99/9999", None),
        ("25:00", None),
        ("2024", None),
        ("soon", None),
    ],
)
def test_forms(written: str, meant: str | None) -> None:
    assert read(written) == [meant]


def test_one_value_decides_for_the_column() -> None:
    moments, opinion = date.parse(column("03/04/2024", "31/01/2024"))
    assert [str(moment.date()) for moment in moments] == ["2024-04-03", "2024-01-31"]
    assert (opinion.order, opinion.ambiguous, opinion.unreadable) == ("day_first", 0, 0)
    assert "31/01/2024" in opinion.evidence
    moments, opinion = date.parse(column("03/04/2024", "01/31/2024"))
    assert [str(moment.date()) for moment in moments] == ["2024-03-04", "2024-01-31"]
    assert opinion.order == "month_first"


def test_both_orders_in_a_column_are_said() -> None:
    _, opinion = date.parse(column("13/1/2024", "14/1/2024", "1/13/2024", "1/2/2024", "1/2/2024"))
    assert opinion.order == "mixed"
    assert opinion.ambiguous == 2
    assert "(2 against 1)" in opinion.evidence


def test_nothing_decides_and_the_caller_may() -> None:
    values = column("01/02/2024", "03/04/2024", "05/05/2024")
    _, opinion = date.parse(values)
    assert opinion.ambiguous == 2
    for day_first, meant in ((True, "2024-02-01"), (False, "2024-01-02")):
        moments, opinion = date.parse(values, day_first)
        assert str(moments.iloc[0].date()) == meant
        assert opinion.ambiguous == 0


def test_serial_numbers_only_where_the_whole_column_is_such() -> None:
    assert read("45000", "44000") == ["2023-03-15 00:00:00", "2020-06-18 00:00:00"]
    assert read("45000", "2024-01-01") == [None, "2024-01-01 00:00:00"]


def test_unreadable_counts_rows_but_not_blanks_and_placeholders() -> None:
    _, opinion = date.parse(column("2024-01-01", "soon", "soon", None, "", "n/a", "0000-00-00", "0/0/00"))
    assert opinion.unreadable == 2


def test_dates_come_through_as_they_are() -> None:
    stamps = pd.Series(pd.to_datetime(["2024-01-01T00:00:00+07:00", None], utc=True))
    moments, _ = date.parse(stamps)
    assert moments.dtype == "datetime64[us]"
    assert str(moments.iloc[0]) == "2023-12-31 17:00:00"


FORMATS = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%d %B %Y %H:%M:%S", "%b %d, %Y %H:%M:%S"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.datetimes(pd.Timestamp("1970-01-01"), pd.Timestamp("2099-12-31")), min_size=1, max_size=20),
    st.sampled_from(FORMATS),
)
def test_what_was_written_is_read(moments: list[pd.Timestamp], form: str) -> None:
    whole = [moment.replace(microsecond=0) for moment in moments]
    written = column(*(moment.strftime(form) for moment in whole))
    read_back, _ = date.parse(written, day_first=form.startswith("%d"))
    assert read_back.tolist() == [pd.Timestamp(moment) for moment in whole]


def test_compare() -> None:
    left = column("2024-01-02", "2024-01-02", "2024-01-02", "1999-01-01", None)
    right = column("2024-01-02", "2024-02-01", "2024-01-03", "2024-05-05", "2024-01-01")
    assert date.compare(left, right)[:4].tolist() == [1.0, 0.9, 0.8, 0.0]
