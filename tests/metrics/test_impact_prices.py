"""What bad data costs, by hand: contacts, plans, mails and minutes in the user's own prices."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.config import Config
from audit.result import METRIC_TYPES
from reports.impact.prices import COST_TYPES, costs, tier_price
from reports.sections.worklist import price_list
from reports.wording import words_of

TIERS = [{"up_to": 1000, "per_year": 240.0}, {"up_to": 5000, "per_year": 900.0}]


def result(**prices: Any) -> Any:
    """A list of 1,200 contacts of which 900 are left, two merges, and of three findings one that is accepted."""
    line = {**dict.fromkeys(METRIC_TYPES, np.nan), "metric_id": "list_size", "period": "all", "breakdown": "",
            "raw": 1200.0, "cleaned": 900.0}  # fmt: skip
    findings = pd.DataFrame({"accepted": [False, False, True], "fix_kind": ["set", "merge", "none"]})
    return SimpleNamespace(
        settings={"prices": Config.model_validate({"prices": prices}).prices.model_dump(mode="json"),
                  "currency": "EUR"},
        metrics=pd.DataFrame([line]),
        cleaned=SimpleNamespace(changes=pd.DataFrame({"kind": ["merge", "set", "merge"]})),
        findings=findings,
    )  # fmt: skip


def by_item(**prices: Any) -> dict[str, tuple[float, float]]:
    return {line.item: (line.count, line.cost) for line in costs(result(**prices)).itertuples(index=False)}


def test_every_price_alone() -> None:
    assert by_item(per_contact_year=1.2) == {"surplus_contacts": (300.0, pytest.approx(360.0))}
    assert by_item(contact_tiers=TIERS) == {"contact_tiers": (300.0, 660.0)}
    assert by_item(per_send=0.01, sends_per_year=24) == {"surplus_sends": (300.0, pytest.approx(72.0))}
    assert by_item(per_hour=60, minutes_per_duplicate=5) == {"duplicates": (2.0, pytest.approx(10.0))}
    assert by_item(per_hour=60, minutes_per_finding=3) == {"findings": (1.0, pytest.approx(3.0))}


def test_nothing_is_assumed_that_was_not_given() -> None:
    assert by_item() == {}
    assert by_item(per_send=0.01, minutes_per_duplicate=5) == {}
    assert by_item(per_contact_year=0) == {"surplus_contacts": (300.0, 0.0)}


@pytest.mark.parametrize(("contacts", "price"), [(0, 240.0), (1000, 240.0), (1001, 900.0), (5001, np.nan)])
def test_the_smallest_plan_that_is_large_enough(contacts: float, price: float) -> None:
    assert tier_price(TIERS, contacts) == pytest.approx(price, nan_ok=True)


def test_a_list_beyond_all_plans_has_no_price() -> None:
    table = costs(result(contact_tiers=TIERS[:1]))
    assert np.isnan(table["cost"].iloc[0])
    assert table["assumption"].tolist() == ["no tier for 1,200 contacts"]


@pytest.mark.parametrize("wrong", [
    {"contact_tiers": TIERS[::-1]}, {"contact_tiers": [TIERS[0], TIERS[0]]},
    {"contact_tiers": TIERS, "per_contact_year": 1.0}, {"contact_tiers": [{"up_to": 0, "per_year": 1}]},
])  # fmt: skip
def test_prices_that_cannot_be(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"."):
        Config.model_validate({"prices": wrong})


def test_every_line_says_what_it_assumes() -> None:
    table = costs(result(contact_tiers=TIERS, per_send=0.01, sends_per_year=24, per_hour=60, minutes_per_duplicate=5,
                         minutes_per_finding=3))  # fmt: skip
    assert list(table) == list(COST_TYPES)
    assert table["assumption"].tolist() == [
        "1,200 contacts at 900.00 a year, 900 at 240.00",
        "24 mails a year at 0.01",
        "5 minutes each at 60 an hour",
        "3 minutes each at 60 an hour",
    ]
    assert table["currency"].eq("EUR").all()


@pytest.mark.parametrize("language", ["en", "id"])
def test_on_the_page_with_the_published_figures_as_context_only(language: str) -> None:
    words = words_of(language)
    number = SimpleNamespace(text="")
    view: Any = SimpleNamespace(words=words, result=result(contact_tiers=TIERS), number_cell=lambda count: number)
    table, published = price_list(view)
    assert [row[3].text for row in table.rows] == [words.money(660.0, "EUR")] * 2
    assert "32" in published.text
    none, published = price_list(SimpleNamespace(words=words, result=result()))  # type: ignore[arg-type]
    assert "[prices]" in none.text
    assert "32" in published.text
