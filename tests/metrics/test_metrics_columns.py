"""What metrics read off whole columns: calendar groups, links, first occurrences, a forecast from deals all alike."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.dataset import Dataset, table_from_frame
from audit.metric import MetricContext
from reports.metrics.forecast import forecast
from reports.metrics.links import linked
from reports.metrics.outcome import firsts
from reports.metrics.timeline import BLANK, Timeline

YEARS = st.sampled_from(
    ["1700-01-01", "1969-12-31T23:59:59", "2024-02-29", "2026-10-01", "2026-12-31T12:00", "2900-05-05"]
)


@given(st.lists(st.one_of(st.none(), YEARS), max_size=8))
@settings(max_examples=50, deadline=None)
def test_months_quarters_and_years_of_times_near_and_far_apart(written: list[str | None]) -> None:
    at = pd.Series(np.array([np.datetime64(time or "NaT") for time in written], dtype="datetime64[us]"))
    timeline = Timeline(at)
    for breakdown, name in (
        ("month", lambda time: f"{time:%Y-%m}"),
        ("quarter", lambda time: f"{time.year}-Q{time.quarter}"),
        ("year", lambda time: str(time.year)),
    ):
        by = timeline.groups(breakdown)
        assert list(by.labels[by.codes]) == [BLANK if pd.isna(time) else name(time) for time in at]


@given(st.lists(st.integers(0, 9)))
@settings(max_examples=50, deadline=None)
def test_firsts_are_the_first_of_each_number(numbers: list[int]) -> None:
    assert firsts(np.array(numbers, dtype=np.int64)).tolist() == (~pd.Series(numbers).duplicated()).tolist()


@pytest.mark.parametrize("rows", [1, 40])
def test_links_go_to_the_first_row_with_the_id_however_many_name_one(rows: int) -> None:
    named = [None, "C3", "C9", *["C1"] * rows, *(f"C{number}" for number in range(20, 20 + rows))]
    contacts = table_from_frame("contact", pd.DataFrame({"source_id": ["C0", "C1", None, "C3", "C1", "C3", "C20"]}))
    deals = table_from_frame("deal", pd.DataFrame({"contact_id": named}))
    assert linked(deals, "contact_id", contacts).tolist() == [-1, 3, -1, *[1] * rows, 6, *[-1] * (rows - 1)]


def test_deals_of_which_nothing_is_known_are_forecast_by_their_share_won() -> None:
    frame = pd.DataFrame({"source_id": [f"D{place}" for place in range(300)], "status": ["won", "lost", "open"] * 100})
    found = forecast(Dataset({"deal": table_from_frame("deal", frame)}), MetricContext(pd.Timestamp("2026-11-01")))
    assert found.basis == "Nothing tells the 200 closed deals apart, so their share won is used."
    assert found.deals["probability"].unique().tolist() == [0.5]
