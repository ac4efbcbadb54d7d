"""How much a field tells: against planted, useless, clustered and late fields."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.dataset import ColumnMapping, Dataset, SourceInfo, table_from_frame
from audit.worth import WORTH_TYPES, Outcome, score_weights, worth
from audit.worth.information import benjamini_hochberg, information
from audit.worth.leakage import changes
from audit.worth.outcome import NO, UNDECIDED, YES

RNG = np.random.default_rng(11)
N = 600


def entropy(share: float) -> float:
    return 0.0 if share in (0, 1) else -share * np.log2(share) - (1 - share) * np.log2(1 - share)


def test_the_bits_are_those_of_the_formula() -> None:
    values, yes = np.repeat([0, 1], 100), np.r_[np.repeat([True, False], [75, 25]), np.repeat([True, False], [25, 75])]
    told = information(values, yes, np.zeros(200, dtype=int), 0)
    assert told.bits == pytest.approx(1 - entropy(0.25))
    assert told.share == pytest.approx(told.bits, abs=0.01), "less what chance gives"
    assert told.p_value == pytest.approx(1e-4)


def test_a_field_that_only_names_the_source_tells_nothing() -> None:
    source = np.repeat([0, 1], 300)
    yes = np.r_[RNG.random(300) < 0.8, RNG.random(300) < 0.2]
    told = information(source.copy(), yes, source, 0)
    assert (told.bits, told.share, told.p_value) == (0.0, 0.0, 1.0)


def test_p_values_of_useless_fields_are_spread_evenly() -> None:
    p_values = [
        information(RNG.integers(0, 6, 300), RNG.random(300) < 0.3, RNG.integers(0, 2, 300), number).p_value
        for number in range(200)
    ]
    assert np.mean(np.array(p_values) <= 0.05) <= 0.10
    assert 0.4 <= np.mean(p_values) <= 0.6


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 1)), min_size=1, max_size=60))
def test_information_is_never_negative_and_at_most_all(rows: list[tuple[int, bool, int]]) -> None:
    values, yes, source = (np.array(column) for column in zip(*rows, strict=True))
    told = information(values, yes, source, 1)
    assert -1e-12 <= told.bits <= 1 + 1e-12
    assert 0 <= told.share <= 1 + 1e-12
    assert 0 < told.p_value <= 1


def test_correction_for_many_fields_by_hand() -> None:
    assert benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5])) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])


def deals() -> tuple[pd.DataFrame, np.ndarray]:
    label = np.where(np.arange(N) % 5 == 4, UNDECIDED, RNG.integers(0, 2, N)).astype(np.int8)
    frame = pd.DataFrame(
        {
            "source_id": [f"D{number}" for number in range(N)],
            "lead_source": np.where(
                (label == YES) & (RNG.random(N) < 0.6), "Referral", RNG.choice(["Web", "Event", "Referral"], N)
            ),
            "region": RNG.choice(["North", "South", "East"], N),
            "pipeline": RNG.choice(["A", "B"], N),
            "product": np.where(label == YES, RNG.choice(["X", "Y"], N), RNG.choice(["Y", "Z"], N)),
            "is_won": label == YES,
            "next_step": np.where(label == UNDECIDED, None, np.where(label == YES, "Thank", "Archive")),
            "last_activity_at": pd.Timestamp("2026-03-01") + pd.to_timedelta(label.astype(int) * 30, "D"),
        }
    )
    return frame, label


def told(frame: pd.DataFrame, label: np.ndarray, *, history: pd.DataFrame | None = None, unit=None) -> pd.DataFrame:
    at = np.full(len(label), np.datetime64("2026-03-15"), dtype="datetime64[us]")
    tables = {"deal": table_from_frame("deal", frame)}
    if history is not None:
        tables["field_change"] = table_from_frame("field_change", history)
    table = worth(Dataset(tables), [Outcome("deal", "won", label, at, unit)])
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == dict(WORTH_TYPES)
    return table.set_index("field")


def test_planted_useless_and_leaking_fields_are_told_apart() -> None:
    found = told(*deals())
    assert found["verdict"].to_dict() == {
        "lead_source": "informative",
        "product": "informative",
        "region": "nothing",
        "pipeline": "nothing",
        "source_id": "nothing",
        "is_won": "leak",
        "next_step": "leak",
        "last_activity_at": "leak",
    }
    leaks = found["leak"]
    assert (leaks["is_won"], leaks["next_step"], leaks["last_activity_at"]) == ("states", "decided", "dated")
    assert found.loc["source_id", "by"] == "filled"
    assert found["share"]["product"] > found["share"]["lead_source"] > 0.02


def test_a_field_filled_after_the_win_leaks_by_its_history() -> None:
    frame, label = deals()
    history = pd.DataFrame(
        {
            "object": "Opportunity",
            "record_id": frame["source_id"],
            "field": "Lead Source",
            "old_value": None,
            "new_value": frame["lead_source"],
            "changed_at": pd.Timestamp("2026-03-20"),
            "changed_by": "Mia",
        }
    )
    late, early = (
        told(frame, label, history=history.assign(changed_at=pd.Timestamp(day))).loc["lead_source"]
        for day in ("2026-03-20", "2026-02-01")
    )
    assert (late["verdict"], late["leak"]) == ("leak", "history")
    assert early["verdict"] == "informative"


def test_records_with_one_outcome_together_count_once() -> None:
    company = RNG.integers(0, 12, N)
    label = RNG.integers(0, 2, 12).astype(np.int8)[company]
    frame = pd.DataFrame({"region": np.array([f"city {number}" for number in range(12)], dtype=object)[company]})
    assert told(frame, label)["verdict"]["region"] == "leak", "by itself it gives every outcome away"
    assert told(frame, label, unit=company)["verdict"]["region"] == "too_few"


def test_too_few_outcomes_are_not_judged() -> None:
    frame, label = deals()
    label = np.where(np.arange(N) < 10, YES, NO).astype(np.int8)
    assert set(told(frame, label)["verdict"]) == {"too_few"}


def test_the_same_tables_give_the_same_numbers() -> None:
    frame, label = deals()
    pd.testing.assert_frame_equal(told(frame, label), told(frame, label))


def test_no_outcome_no_worth() -> None:
    assert worth(Dataset({"deal": table_from_frame("deal", deals()[0])}), []).empty


def test_weights_by_worth_stay_between_half_and_all() -> None:
    weights = score_weights(told(*deals()).reset_index())
    assert weights["deal.source_id"] == 1.0, "a field that tells nothing weighs half of its 2"
    assert 0.5 <= weights["deal.lead_source"] <= 1.0
    assert "deal.is_won" not in weights


def test_the_history_of_a_known_system_is_read_by_its_own_names() -> None:
    frame = pd.DataFrame(
        {
            "object": ["Deal", "Contact", "Deal", "Deal"],
            "record_id": ["1", "2", "3", None],
            "field": ["dealstage", "mobilephone", "no such field", None],
            "new_value": ["a", "b", "c", "d"],
        }
    )
    info = SourceInfo("HubSpot", "h.csv", "", "hubspot", "property_history", "field_change", 1.0, "", 4, 4, 0)
    info = SourceInfo(**{**vars(info), "mapping": (ColumnMapping("Field", "field", 1.0, ""),)})
    table = table_from_frame("field_change", frame, source="HubSpot")
    found = changes(Dataset({"field_change": table}, sources=(info,)))
    assert found[["entity", "field"]].values.tolist() == [["deal", "stage"], ["contact", "mobile"]]
