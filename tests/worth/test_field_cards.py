"""A card per field, and the advice on it."""

import numpy as np
import pandas as pd
import pytest

from audit.dataset import ColumnMapping, Dataset, SourceInfo, table_from_frame
from audit.engine import run_rules
from audit.rule import Context
from audit.worth import CARD_TYPES, field_cards, worth
from audit.worth.cards import REASONS
from rules.validity.malformed_email import MalformedEmail

AS_OF = pd.Timestamp("2026-11-01")
N = 100


def contacts(**columns) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source_id": [str(number) for number in range(N)],
            "email": [f"p{number}@tan.example" if number % 10 else "not an address" for number in range(N)],
            "created_at": pd.Timestamp("2026-10-02"),
            "created_by": ["Mia"] * 75 + ["Jo; the second"] * 25,
            **columns,
        }
    )


def cards(frame: pd.DataFrame, *, mapping=(), metrics=None, told=None) -> pd.DataFrame:
    info = SourceInfo("test", "a.csv", "", "generic", "table", "contact", 1.0, "", N, N, 0, mapping)
    dataset = Dataset({"contact": table_from_frame("contact", frame)}, sources=(info,))
    rule = MalformedEmail()
    findings, _ = run_rules([rule], dataset, Context(AS_OF))
    table = field_cards(dataset, findings, [rule], metrics or {}, worth(dataset, []) if told is None else told, AS_OF)
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == dict(CARD_TYPES)
    return table


def advice(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    names = table["field"].where(table["field"].ne(""), table["header"])
    return dict(zip(names, zip(table["advice"], table["reason"], strict=True), strict=True))


def test_a_card_says_how_full_right_and_old_a_field_is_and_who_writes_it() -> None:
    card = cards(contacts()).set_index("field").loc["email"]
    assert (card["records"], card["filled"], card["fill"], card["distinct"]) == (N, N, 1.0, 91)
    assert card["valid"] == pytest.approx(0.9)
    assert (card["age_days"], card["age_by"]) == (30, "created_at")
    assert (card["writers"], card["written_by"]) == ("Mia (75%); Jo the second (25%)", "created_by")
    assert card["rules"] == "VAL001"


def test_the_advice_follows_its_rule() -> None:
    frame = contacts(
        gender=["f", "m"] * 50,
        language="en",
        campaign=["a", "b", *[None] * 98],
        department=[None] * N,
        job_title=["Buyer", "Clerk", *[None] * 98],
        industry=["x", "y"] * 50,
        note=["seldom", *[None] * 99],
    )
    found = advice(cards(frame, metrics={"leads_by_industry": ["contact.industry"]}))
    assert found["email"] == ("fix", "invalid")
    assert found["job_title"] == ("fix", "gaps")
    assert found["language"] == ("stop", "constant")
    assert found["campaign"] == ("stop", "sparse")
    assert found["department"] == ("stop", "empty")
    assert found["industry"] == ("keep", "used")
    assert found["source_id"] == ("keep", "names")
    assert found["note"] == ("keep", "kept"), "what records an event is seldom filled"
    assert found["gender"] == ("keep", "names")


def test_what_tells_of_an_outcome_is_kept_and_what_tells_of_none_is_not() -> None:
    told = pd.DataFrame(
        {
            "entity": "contact",
            "field": ["gender", "language", "department"],
            "outcome": "bought",
            "share": [0.2, 0.0, 0.4],
            "p_adjusted": [0.001, 0.6, np.nan],
            "verdict": ["informative", "nothing", "leak"],
        }
    )
    frame = contacts(gender=["f", "m"] * 50, language=["en", "de"] * 50, department=["a", "b"] * 50)
    table = cards(frame, told=told)
    found = advice(table)
    assert (found["gender"], found["language"], found["department"]) == (
        ("keep", "worth"),
        ("stop", "silent"),
        ("keep", "kept"),
    )
    card = table.set_index("field")
    assert (card.loc["gender", "outcome"], card.loc["gender", "worth"]) == ("bought", 0.2)
    assert card.loc["language", "worth"] == 0 and np.isnan(card.loc["department", "worth"])
    assert card.loc["department", "leaks"] == "bought"


def test_columns_that_are_mapped_to_no_field_have_a_card() -> None:
    def column(header: str, filled: int, distinct: int, **more) -> ColumnMapping:
        return ColumnMapping(header, None, 0.0, "no field fits", filled=filled, distinct=distinct, **more)

    mapping = (
        column("Nothing", 0, 0),
        column("Twin", N, 40, same_as="Company", alike=1.0),
        column("Always", N, 1),
        column("Seldom", 5, 5),
        column("Colour", 80, 6),
        column("Standard, unused", 0, 0, standard=True),
        column("Standard", N, 1, standard=True),
    )
    table = cards(contacts(), mapping=mapping)
    found = advice(table[table["header"].ne("")])
    assert found == {
        "Nothing": ("stop", "empty"),
        "Twin": ("stop", "same"),
        "Always": ("stop", "constant"),
        "Seldom": ("stop", "sparse"),
        "Colour": ("keep", "kept"),
        "Standard": ("keep", "kept"),
    }


def test_the_history_says_who_changed_a_field_and_when() -> None:
    history = pd.DataFrame(
        {
            "object": "Contact",
            "record_id": [str(number) for number in range(40)],
            "field": "Email",
            "changed_at": pd.Timestamp("2026-10-22"),
            "changed_by": ["Sync"] * 30 + ["Mia"] * 10,
        }
    )
    dataset = Dataset(
        {
            "contact": table_from_frame("contact", contacts()),
            "field_change": table_from_frame("field_change", history),
        }
    )
    findings, _ = run_rules([], dataset, Context(AS_OF))
    card = field_cards(dataset, findings, [], {}, worth(dataset, []), AS_OF).set_index(["entity", "field"])
    email = card.loc[("contact", "email")]
    assert (email["age_days"], email["age_by"]) == (10, "history")
    assert (email["writers"], email["written_by"]) == ("Sync (75%); Mia (25%)", "history")


def test_every_reason_has_an_advice() -> None:
    assert set(REASONS.values()) == {"keep", "fix", "stop"}
