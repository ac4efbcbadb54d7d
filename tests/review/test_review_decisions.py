"""Decisions about fixes and surviving values: obeyed, replayed on a shuffled export, stale where the fix is another."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.acceptance import accept
from audit.cleaning import clean
from audit.dataset import Dataset, table_from_frame
from audit.engine import run_rules
from audit.findings import identify
from audit.matching import match
from audit.matching.decisions import COLUMNS, MORE_COLUMNS
from audit.matching.links import link
from audit.result import empty
from audit.review import build_queue, decide_fixes, with_kept_values
from audit.review.fixes import fix_keys, told
from audit.review.queue import LINE_TYPES, ROWS
from audit.review.survivors import choosable
from audit.rule import Context
from audit.schema import TEXT
from rules import catalogue

RULES = tuple(rule for rule in catalogue.RULES if rule.id in ("VAL001", "VAL010", "CON001", "UNQ001", "UNQ002"))
AS_OF = pd.Timestamp("2026-11-01")
ALL = [*COLUMNS, *MORE_COLUMNS]


def contacts() -> pd.DataFrame:
    """Mails that need a guess, a swapped name, and two records of one person that differ in much."""
    return pd.DataFrame(
        {
            "source_id": [f"{number}" for number in range(1, 9)],
            "first_name": ["Ann", "Bob", "Cem", "Dina", "Eve", "Farid", "Gita", "Hana"],
            "last_name": ["Lee", "Ray", "Oz", "Lind", "Orr", "Amin", "Putri", "Sato"],
            "email": [
                "ann.lee@acme.com",
                "bob.ray@@bolt.com",
                "cem@dune.com",
                "dina@elm.com",
                "eve.orr@@elm.com",
                "farid@fen.com",
                "gita@gum.com",
                "hana@hue.com",
            ],
            "phone": [f"+62 812 3456 78{number:02d}" for number in range(8)],
            "company_name": ["Acme", "Bolt", "Dune", "Elm", "Elm", "Fen", "Gum", "Hue"],
            "job_title": ["Buyer", "n/a", "Head", "Head", "Clerk", "Buyer", "Clerk", "Head"],
        }
    )


def audited(frame: pd.DataFrame, decisions: pd.DataFrame | None = None):
    """Dataset, findings, matches, counts, cleaned and queue of one table of contacts, by the product's own steps."""
    table = table_from_frame("contact", frame)
    matches = {"contact": match(table, decisions=decisions)}
    dataset = link(Dataset({"contact": table}), {"contact": matches["contact"].clusters})
    ctx = Context(AS_OF, "ID")
    findings, _ = run_rules(RULES, dataset, ctx)
    findings, counts = decide_fixes(identify(findings, dataset), dataset, decisions)
    findings, _ = accept(findings, dataset, (), AS_OF)
    proposed = with_kept_values(findings, dataset, matches, decisions)
    cleaned = clean(dataset, proposed, RULES, ctx, matches)
    return findings, matches, counts, cleaned.dataset["contact"], build_queue(dataset, findings, matches, RULES, AS_OF)


def lines(queue, decision: str, chosen=None) -> pd.DataFrame:
    """Lines of a decisions file that answer the queue's fixes."""
    kept = queue.lines if chosen is None else queue.lines[chosen(queue.lines)]
    return kept.assign(decision=decision, run=queue.run).reindex(columns=ALL).astype(TEXT).reset_index(drop=True)


def pair(left: int, right: int, decision: str = "same", keep: str | None = None) -> pd.DataFrame:
    """A line about two contacts by their ids."""
    from audit.matching.record_key import record_keys

    keys = record_keys(table_from_frame("contact", contacts()))
    line = {"entity": "contact", "decision": decision, "keep": keep}
    for side, number in (("left", left), ("right", right)):
        line |= {f"{side}_key": keys[number], f"{side}_source": "test", f"{side}_id": str(number + 1)}
    return pd.DataFrame([line]).reindex(columns=ALL).astype(TEXT)


def emails(table) -> dict[str, str]:
    return dict(zip(table["source_id"], table["email"], strict=True))


def of_mails(found: pd.DataFrame) -> pd.Series:
    return found["rule"].eq("VAL001")


def test_the_queue_asks_what_needs_review_and_nothing_twice() -> None:
    findings, _, _, cleaned, queue = audited(contacts())
    asked = queue.lines
    assert list(asked.columns) == list(LINE_TYPES)
    assert of_mails(asked).sum() == 2
    assert asked["item"].tolist() == list(range(1, len(asked) + 1))
    assert asked.groupby("entry").size().max() <= ROWS
    waiting = findings[findings["fix_safety"].eq("needs_review") & findings["fix_kind"].ne("none")]
    assert int(asked["records"].sum()) >= len(waiting.drop_duplicates(["rule_id", "entity", "record"]))
    assert emails(cleaned)["2"] == "bob.ray@@bolt.com"


def test_an_accepted_fix_is_made_and_a_rejected_one_is_none() -> None:
    *_, queue = audited(contacts())
    yes = lines(queue, "accept", of_mails)
    findings, _, counts, cleaned, again = audited(contacts(), yes)
    assert counts == {"accepted": 2, "rejected": 0, "stale": 0}
    assert emails(cleaned)["2"] == "bob.ray@bolt.com"
    assert not of_mails(again.lines).any()
    assert again.run != queue.run
    findings, _, counts, cleaned, again = audited(contacts(), yes.assign(decision="reject"))
    assert counts == {"accepted": 0, "rejected": 2, "stale": 0}
    assert emails(cleaned)["2"] == "bob.ray@@bolt.com"
    assert not of_mails(again.lines).any()
    mine = findings[findings["rule_id"].eq("VAL001")]
    assert len(mine) == 2, "a rejected fix leaves the finding"
    assert set(mine["fix_kind"]) == {"none"}


def test_another_value_than_the_proposed_one_is_written_and_replayed() -> None:
    *_, queue = audited(contacts())
    yes = lines(queue, "accept", of_mails)
    own = yes.assign(value=["bob.ray.sr@bolt.com", pd.NA]).astype(TEXT)
    for frame in (contacts(), contacts().iloc[::-1].reset_index(drop=True)):
        _, _, counts, cleaned, again = audited(frame, own)
        assert counts == {"accepted": 2, "rejected": 0, "stale": 0}
        assert "bob.ray.sr@bolt.com" in set(emails(cleaned).values())
        assert not of_mails(again.lines).any()


def test_a_value_that_its_field_cannot_hold_decides_nothing() -> None:
    frame = contacts().assign(created_at=pd.to_datetime(["2026-01-01"] * 8))
    dataset = Dataset({"contact": table_from_frame("contact", frame)})
    findings, _, _, _, queue = audited(contacts())
    mine = findings[findings["rule_id"].eq("VAL001")].assign(field="created_at")
    yes = lines(queue, "accept", of_mails).assign(
        finding=mine["finding_id"].to_numpy(), fix=told(fix_keys(mine)["change"]).array
    )
    for value, kept in (("no day at all", 0), ("2026-03-04", 2)):
        decided, counts = decide_fixes(mine, dataset, yes.assign(value=value).astype(TEXT))
        assert counts["accepted"] == kept
        assert counts["stale"] == 2 - kept
        assert decided["suggestion"].eq(value).sum() == kept


def test_the_last_answer_counts() -> None:
    *_, queue = audited(contacts())
    yes = lines(queue, "accept", of_mails)
    both = pd.concat([yes, yes.head(1).assign(decision="reject")], ignore_index=True)
    _, _, counts, _, _ = audited(contacts(), both)
    assert (counts["accepted"], counts["rejected"]) == (1, 1)


def test_a_fix_that_would_change_something_else_is_stale() -> None:
    *_, queue = audited(contacts())
    yes = lines(queue, "accept", of_mails)
    other = contacts()
    other.loc[1, "email"] = "bob.roy@@bolt.com"
    _, _, counts, cleaned, _ = audited(other, yes)
    assert counts == {"accepted": 1, "rejected": 0, "stale": 1}
    assert emails(cleaned)["2"] == "bob.roy@@bolt.com"


@cache
def decided_as_it_stands(word: str) -> tuple:
    """Decisions about all fixes of the contacts, and what a run makes of them."""
    *_, queue = audited(contacts())
    said = lines(queue, word, lambda found: found["kind"].eq("fix"))
    return said, audited(contacts(), said)


@settings(max_examples=6, deadline=None)
@given(st.permutations(range(8)), st.booleans(), st.sampled_from(["accept", "reject"]))
def test_decisions_are_replayed_on_a_shuffled_export(order: list[int], without_ids: bool, word: str) -> None:
    said, before = decided_as_it_stands(word)
    shuffled = contacts().iloc[order].reset_index(drop=True)
    if without_ids:
        shuffled["source_id"] = [f"new{number}" for number in range(8)]
    after = audited(shuffled, said)
    assert after[2] == before[2]
    assert sum(after[2][name] for name in ("accepted", "rejected")) > 0
    shown = ["first_name", "last_name", "email", "job_title"]
    told = [found[3].frame.sort_values("phone").reset_index(drop=True)[shown] for found in (before, after)]
    pd.testing.assert_frame_equal(*told)


def test_a_chosen_value_survives_whichever_record_does() -> None:
    for keep, phone, title in (
        ("phone:left job_title:right", "+62 812 3456 7800", "Head"),
        ("phone:right job_title:left", "+62 812 3456 7802", "Buyer"),
    ):
        _, matches, _, cleaned, _ = audited(contacts(), pair(0, 2, keep=keep))
        assert matches["contact"].clusters["cluster"].loc[[0, 2]].nunique() == 1
        survivor = cleaned.frame[cleaned["source_id"].isin(["1", "3"])]
        assert len(survivor) == 1
        assert survivor["phone"].str.replace(" ", "").tolist() == [phone.replace(" ", "")]
        assert survivor["job_title"].tolist() == [title]


def test_an_address_that_gives_way_is_kept_beside() -> None:
    for keep, stays, gives_way in (
        ("email:left", "ann.lee@acme.com", "cem@dune.com"),
        ("email:right", "cem@dune.com", "ann.lee@acme.com"),
    ):
        *_, cleaned, _ = audited(contacts(), pair(0, 2, keep=keep))
        survivor = cleaned.frame[cleaned["source_id"].isin(["1", "3"])].iloc[0]
        assert survivor["email"] == stays
        assert gives_way in survivor["other_emails"]


def test_consent_cannot_be_chosen() -> None:
    assert choosable("contact", "phone")
    assert not choosable("contact", "email_opt_out")
    assert not choosable("contact", "other_emails")
    frame = contacts().assign(email_opt_out=[True, *[False] * 7])
    *_, cleaned, _ = audited(frame, pair(0, 2, keep="email_opt_out:right"))
    survivor = cleaned.frame[cleaned["source_id"].isin(["1", "3"])]
    assert survivor["email_opt_out"].tolist() in ([True], [True, False])


def test_what_is_kept_of_records_that_are_not_joined_changes_nothing() -> None:
    plain = audited(contacts())[3]
    other = audited(contacts(), pair(0, 2, "different", keep="phone:right"))[3]
    pd.testing.assert_frame_equal(plain.frame, other.frame)


def test_a_review_zone_pair_and_a_held_one_are_asked_and_a_decided_one_is_not() -> None:
    findings, matches, *_ = audited(contacts())
    found = matches["contact"]
    table = table_from_frame("contact", contacts())
    one = pd.DataFrame(
        {
            "left": [0, 1],
            "right": [2, 3],
            "probability": [0.6, 0.5],
            "weight": [1.0, 1.0],
            "relation": "",
            "decision": "review",
            "decided": ["", "different"],
        }
    )
    outcomes = found.outcomes.take(np.zeros(0, dtype=np.int64))
    blank = {name: np.zeros(2, dtype=np.uint16) for name in outcomes.values}
    outcomes = replace(outcomes, left=np.array([0, 1]), right=np.array([2, 3]), values=blank)
    held = pd.DataFrame({"left": [4], "right": [5], "reason": ["two dates of birth"]})
    dataset = Dataset({"contact": table})
    queue = build_queue(
        dataset, findings, {"contact": replace(found, pairs=one, held=held, outcomes=outcomes)}, RULES, AS_OF
    )
    asked = queue.lines[queue.lines["kind"].eq("pair")]
    assert set(zip(asked["left"], asked["right"], strict=True)) == {(0, 2), (4, 5)}
    assert asked.set_index("left").loc[4, "reason"] == "two dates of birth"
    assert asked["left_key"].notna().all()


def test_an_empty_queue_has_a_run_all_the_same() -> None:
    dataset = Dataset({})
    findings, _ = run_rules([], dataset, Context(AS_OF))
    queue = build_queue(dataset, identify(findings, dataset), {}, RULES, AS_OF)
    assert len(queue) == 0
    assert len(queue.run) == 12
    assert empty(LINE_TYPES).columns.tolist() == queue.lines.columns.tolist()


@pytest.mark.parametrize("column", ["finding", "fix", "left_key"])
def test_keys_hold_no_values(column: str) -> None:
    *_, queue = audited(contacts())
    told = " ".join(queue.lines[column].dropna().astype(str)).lower()
    assert not any(word in told for word in ("bob", "bolt", "eve", "elm"))
