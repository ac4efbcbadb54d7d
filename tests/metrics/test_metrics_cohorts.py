"""Cohorts of customers, against a table counted by hand."""

import pandas as pd

from audit.dataset import Dataset, table_from_frame
from audit.metric import MetricContext
from reports.metrics.cohorts import COHORT_TYPES, cohorts
from reports.metrics.facts import Facts, facts

AS_OF = pd.Timestamp("2026-11-01")
BOUGHT = [
    # Ayu comes back in the same quarter, Budi two quarters later, Citra and Dewi never.
    ("Ayu", "2026-01-10"), ("Ayu", "2026-03-20"), ("Budi", "2026-02-01"), ("Budi", "2026-07-15"),
    ("Citra", "2026-01-31"),
    # Two payments of one day are one purchase.
    ("Dewi", "2026-05-05"), ("Dewi", "2026-05-05"),
    # This quarter is not over.
    ("Eka", "2026-10-02"), ("Eka", "2026-10-20"),
]  # fmt: skip


def bought(rows: list[tuple[str, str]]) -> Facts:
    frame = pd.DataFrame(rows, columns=["customer_name", "paid_at"])
    frame = frame.assign(
        source_id=[f"P{number}" for number in range(len(frame))],
        amount=100.0,
        currency="EUR",
        status="paid",
        paid_at=pd.to_datetime(frame["paid_at"]),
    )
    return facts(Dataset({"payment": table_from_frame("payment", frame, source="stripe", file="payments.csv")}))


def test_share_that_came_back_by_quarter() -> None:
    found = cohorts(bought(BOUGHT), bought(BOUGHT), MetricContext(AS_OF))
    first = found[found["cohort"].eq("2026-Q1")]
    assert list(first["after"]) == [0, 1, 2]
    assert list(first["customers"]) == [3, 3, 3]
    assert list(first["share"].round(4)) == [0.3333, 0.3333, 0.6667]
    second = found[found["cohort"].eq("2026-Q2")]
    assert list(second["share"]) == [0.0, 0.0]
    assert "2026-Q4" not in set(found["cohort"])


def test_raw_and_cleaned_stand_side_by_side() -> None:
    # As it is, Budi's second purchase is somebody else's.
    raw = [("Budi again" if day == "2026-07-15" else who, day) for who, day in BOUGHT]
    found = cohorts(bought(raw), bought(BOUGHT), MetricContext(AS_OF))
    last = found[found["cohort"].eq("2026-Q1")].iloc[-1]
    assert round(last["share_raw"], 4) == 0.3333
    assert round(last["share"], 4) == 0.6667
    assert last["customers_raw"] == 3


def test_no_purchase_gives_an_empty_table() -> None:
    found = cohorts(bought([]), bought([]), MetricContext(AS_OF))
    assert found.empty
    assert list(found.columns) == list(COHORT_TYPES)
