"""Cleaning: cells fixed, records merged by survivorship, links followed, accounts closed, sources untouched."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.cleaning import Strictness, clean
from audit.cleaning.accounting import row_accounts
from audit.dataset import Dataset, table_from_frame
from audit.engine import FINDING_TYPES
from audit.errors import ReconciliationError
from audit.rule import Context

CTX = Context(pd.Timestamp("2026-11-01"))
NO_MATCHES: dict = {}


def finding(**columns) -> dict:
    defaults = {
        "rule_id": "VAL026",
        "family": "structure",
        "severity": "low",
        "entity": "contact",
        "field": "last_name",
        "confidence": 1.0,
        "fix_kind": "set",
        "fix_safety": "safe",
        "systemic": False,
        "accepted": False,
    }
    return {**dict.fromkeys(FINDING_TYPES), **defaults, **columns}


def findings(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(FINDING_TYPES)).astype(FINDING_TYPES)


def merge_into(record: int, into: int, *, entity: str = "contact", safe: bool = True, confidence: float = 1.0) -> dict:
    return finding(
        rule_id="UNQ001",
        family="duplicates",
        entity=entity,
        record=record,
        into=into,
        field="email" if entity == "contact" else "name",
        fix_kind="merge",
        fix_safety="safe" if safe else "needs_review",
        confidence=confidence,
    )


def contacts(**columns) -> Dataset:
    return Dataset({"contact": table_from_frame("contact", pd.DataFrame(columns), source="CRM")})


def test_safe_fixes_are_applied_and_logged_and_the_rest_waits() -> None:
    data = contacts(last_name=["  Tan", "LIM", "Ng"], email_opt_out=[None, False, True], source_id=["a", "b", "c"])
    before = data["contact"].frame.copy()
    result = clean(
        data,
        findings(
            finding(record=0, value="  Tan", suggestion="Tan"),
            finding(record=1, value="LIM", suggestion="Lim", fix_safety="needs_review"),
            finding(record=1, field="email_opt_out", value="False", suggestion="true"),
            finding(record=2, fix_kind="clear", value="Ng"),
        ),
        [],
        CTX,
        NO_MATCHES,
    )
    cleaned = result.dataset["contact"]
    assert list(cleaned["last_name"].astype(object).fillna("")) == ["Tan", "LIM", ""]
    assert list(cleaned["email_opt_out"].fillna(False)) == [False, True, True]
    assert cleaned.original("email_opt_out")[1] == "true"
    assert list(result.changes["source_id"]) == ["a", "c", "b"]
    assert list(result.changes["kind"]) == ["set", "clear", "set"]
    assert list(result.changes["change_id"]) == ["C000001", "C000002", "C000003"]
    pd.testing.assert_frame_equal(data["contact"].frame, before)


def test_only_the_families_and_the_strictness_asked_for() -> None:
    data = contacts(last_name=["  Tan", " Lim"], source_id=["a", "b"])
    found = findings(
        finding(record=0, suggestion="Tan", confidence=0.9),
        finding(record=1, suggestion="Lim", fix_safety="needs_review", family="mistagged"),
    )

    def names(**options) -> list[str]:
        return list(clean(data, found, [], CTX, NO_MATCHES, **options).dataset["contact"]["last_name"])

    assert names() == ["Tan", " Lim"]
    assert names(families=frozenset({"mistagged"})) == ["  Tan", " Lim"]
    assert names(strictness=Strictness.STRICT) == ["  Tan", " Lim"]
    assert names(strictness=Strictness.LOOSE) == ["Tan", "Lim"]


def test_survivorship_defaults() -> None:
    data = contacts(
        source_id=["1", "2", "3", "4"],
        email=["ann@gmail.com", "ann.lee@acme.example", None, "other@acme.example"],
        phone=[None, "+6281", "+6282", None],
        job_title=["Buyer", None, "Head of Buying", None],
        value=[500.0, np.nan, np.nan, np.nan],
        record_type=["customer", "contact", "subscriber", "lead"],
        lifecycle_stage=["Lead", "Customer", "Subscriber", "Lead"],
        email_opt_out=[None, False, True, None],
        tags=["vip", "expo;vip", None, None],
        created_at=pd.to_datetime(["2025-03-01", "2024-01-01", None, "2025-01-01"]),
        updated_at=pd.to_datetime(["2025-03-01", "2025-01-01", "2026-01-01", "2025-01-01"]),
    )
    result = clean(data, findings(merge_into(1, 0), merge_into(2, 1)), [], CTX, NO_MATCHES)
    cleaned = result.dataset["contact"]
    assert list(cleaned.index) == [1, 3]
    person = cleaned.frame.loc[1]
    assert person["email"] == "ann.lee@acme.example", "both are customers: the one with the best mail is the master"
    assert person["job_title"] == "Head of Buying", "blank in the master: the newest filled one"
    assert person["record_type"] == "contact", "whom sales knows stays a contact"
    assert person["phone"] == "+6281"
    assert person["email_opt_out"], "the most restrictive consent"
    assert person["lifecycle_stage"] == "Customer", "the furthest stage"
    assert person["created_at"] == pd.Timestamp("2024-01-01")
    assert person["updated_at"] == pd.Timestamp("2026-01-01")
    assert person["other_emails"] == "ann@gmail.com"
    assert person["other_phones"] == "+6282"
    assert person["tags"] == "expo;vip"
    assert list(result.accounts.iloc[0]) == ["contact", 4, 2, 2, 0, 0]
    assert list(result.crosswalk["new_id"]) == ["2", "2", "2", "4"]
    merges = result.changes[result.changes["kind"] == "merge"]
    assert sorted(zip(merges["before"], merges["after"], strict=True)) == [("1", "2"), ("3", "2")]
    assert "survivorship" in set(result.changes["kind"])


def test_links_follow_and_money_is_accounted_for() -> None:
    deals = pd.DataFrame(
        {
            "source_id": ["d1", "d2", "d3"],
            "company_id": ["b", "a", "zz"],
            "amount": [100.0, 100.0, 50.0],
            "currency": ["EUR", "EUR", "USD"],
            "close_date": pd.to_datetime(["2026-01-05", "2026-01-06", "2026-02-01"]),
        }
    )
    data = Dataset(
        {
            "account": table_from_frame(
                "account", pd.DataFrame({"source_id": ["a", "b"], "name": ["Acme", "ACME Ltd"]}), source="CRM"
            ),
            "deal": table_from_frame("deal", deals, source="CRM"),
        }
    )
    found = findings(merge_into(1, 0, entity="account"), merge_into(1, 0, entity="deal"))
    result = clean(data, found, [], CTX, NO_MATCHES)
    assert list(result.dataset["deal"]["company_id"]) == ["a", "zz"]
    assert list(result.changes[result.changes["kind"] == "repoint"]["before"]) == ["b"]
    assert list(result.dataset["deal"]["amount"]) == [100.0, 50.0]
    (money,) = result.money.to_dict("records")
    assert (money["before"], money["after"]) == (200.0, 100.0)
    assert (money["table"], money["currency"], money["month"], money["reason"]) == ("deal", "EUR", "2026-01", "1 merge")


def test_rows_lost_without_a_line_stop_the_cleaning() -> None:
    data = contacts(last_name=["Tan", "Lim"], source_id=["a", "b"])
    less = data.replace(contact=data["contact"].take(np.array([True, False])))
    with pytest.raises(ReconciliationError):
        row_accounts(data, less, pd.DataFrame(columns=["entity", "kind"]), {})


def test_held_records_are_counted() -> None:
    pairs = pd.DataFrame({"left": [0, 0], "right": [1, 2], "probability": [0.7, 0.99], "decision": ["review", "merge"]})
    held = pd.DataFrame({"left": [3], "right": [1], "reason": ["two ids"]})
    match = SimpleNamespace(pairs=pairs.assign(decided=""), held=held)
    data = contacts(last_name=list("abcd"), source_id=list("abcd"))
    result = clean(data, findings(), [], CTX, {"contact": match})
    assert list(result.accounts.iloc[0]) == ["contact", 4, 1, 0, 0, 3]
    assert list(result.held["record"]) == [0, 1, 3]
    assert set(result.held["reason"]) == {"two ids"}
    assert set(result.held["members"]) == {3}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefg"), st.sampled_from([None, "x@a.example", "y@b.example"])),
        min_size=1,
        max_size=15,
    ),
    st.data(),
)
def test_accounts_close_on_any_merges(rows, draw) -> None:
    data = contacts(source_id=[name for name, _ in rows], email=[mail for _, mail in rows])
    merges = []
    for record in range(1, len(rows)):
        into = draw.draw(st.one_of(st.none(), st.integers(0, record - 1)))
        if into is not None:
            merges.append(merge_into(record, into))
    result = clean(data, findings(*merges), [], CTX, NO_MATCHES)
    (account,) = result.accounts.to_dict("records")
    assert account["in"] == len(rows)
    assert account["merged"] == len(merges)
    assert account["out"] == len(rows) - len(merges) == len(result.dataset["contact"])
    held = {mail for _, mail in rows if mail}
    kept = set(result.dataset["contact"]["email"].dropna())
    others = result.dataset["contact"].column("other_emails").dropna().str.split(";").explode()
    assert held == kept | set(others), "no address is lost"
