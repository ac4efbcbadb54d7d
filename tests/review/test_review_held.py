"""What cleaning or matching holds is asked; the answer is obeyed, also on a shuffled and renumbered export."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.cleaning import Cleaned, clean
from audit.cleaning.held import conflicts, joined_by_hand
from audit.cleaning.policy import Policy
from audit.config import SurvivorshipConfig
from audit.dataset import Dataset, table_from_frame
from audit.engine import run_rules
from audit.findings import identify
from audit.matching import MatchResult, match
from audit.matching.decisions import COLUMNS, MORE_COLUMNS
from audit.matching.links import link
from audit.review import Queue, build_queue, decide_fixes
from audit.rule import Context
from audit.schema import TEXT
from reports.wording import words_of
from rules import catalogue

RULES = tuple(rule for rule in catalogue.RULES if rule.id in ("UNQ001", "UNQ003"))
AS_OF = pd.Timestamp("2026-11-01")
HOLD = SurvivorshipConfig(hold={"contact": ["consent"]})


def people(copies: int = 1) -> pd.DataFrame:
    """Eight people, and more records of the first: the first of them without a phone and with another consent."""
    frame = pd.DataFrame(
        {
            "source_id": [f"{number}" for number in range(1, 9)],
            "first_name": ["Ann", "Bob", "Cem", "Dina", "Eve", "Farid", "Gita", "Hana"],
            "last_name": ["Lindqvist", "Ray", "Oz", "Lind", "Orr", "Amin", "Putri", "Sato"],
            "email": [f"{name}@{name}.com" for name in "ann bob cem dina eve farid gita hana".split()],
            "phone": [f"+62 812 3456 78{number:02d}" for number in range(8)],
            "company_name": ["Acme", "Bolt", "Dune", "Elm", "Elm", "Fen", "Gum", "Hue"],
            "email_opt_out": pd.array([False] * 8, dtype="boolean"),
        }
    )
    ids = [f"{number}" for number in range(9, 9 + copies)]
    more = frame.iloc[[0] * copies].assign(
        source_id=ids,
        phone=[None, *["+62 812 3456 7800"] * (copies - 1)],
        email_opt_out=pd.array([True, *[False] * (copies - 1)], dtype="boolean"),
    )
    return pd.concat([frame, more], ignore_index=True)


def companies() -> pd.DataFrame:
    names = ["Rio Tinto Ltd.", "Rio Tinto plc", "Waterford Wedgwood plc", "Waterford Wedgwood UK plc"]
    others = [f"{word} Mining" for word in "Harbour Alpine Delta Copper Maple Cedar Falcon Granite Juniper".split()]
    countries = ["Australia", "United Kingdom", "Ireland", "United Kingdom", *["United States", "Ireland", "Peru"] * 3]
    ids = [f"{number}" for number in range(1, 14)]
    return pd.DataFrame({"source_id": ids, "name": [*names, *others], "country": countries})


def audited(
    entity: str, frame: pd.DataFrame, decisions: pd.DataFrame | None = None
) -> tuple[MatchResult, Cleaned, Queue]:
    table = table_from_frame(entity, frame)
    matches = {entity: match(table, decisions=decisions)}
    dataset = link(Dataset({entity: table}), {entity: matches[entity].clusters})
    ctx = Context(AS_OF, "ID")
    findings = identify(run_rules(RULES, dataset, ctx)[0], dataset)
    findings, _ = decide_fixes(findings, dataset, decisions, joined_by_hand(matches))
    findings = findings.assign(accepted=False)
    cleaned = clean(dataset, findings, RULES, ctx, matches, survivorship=HOLD)
    return matches[entity], cleaned, build_queue(dataset, findings, matches, RULES, AS_OF, cleaned.conflicts)


def answer(queue: Queue, word: str) -> pd.DataFrame:
    """A decisions file that answers all pairs of the queue."""
    pairs = queue.lines[queue.lines["kind"].eq("pair")]
    return pairs.assign(decision=word).reindex(columns=[*COLUMNS, *MORE_COLUMNS]).astype(TEXT).reset_index(drop=True)


def again(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The same records in another order, exported with other ids."""
    order = np.random.default_rng(seed).permutation(len(frame))
    return frame.iloc[order].assign(source_id=[f"new{number}" for number in order]).reset_index(drop=True)


def pairs(queue: Queue) -> set[tuple[int, int]]:
    asked = queue.lines[queue.lines["kind"].eq("pair")]
    return set(zip(asked["left"], asked["right"], strict=True))


def test_a_cluster_that_cleaning_holds_is_a_question() -> None:
    found, cleaned, queue = audited("contact", people())
    assert found.clusters["cluster"].loc[[0, 8]].nunique() == 1, "one person to matching"
    assert len(cleaned.dataset["contact"]) == 9, "and yet not merged"
    assert pairs(queue) == {(0, 8)}
    (reason,) = queue.lines["reason"]
    assert reason == "these records look like one person; but opposite consent in one source"
    assert "tetapi persetujuan yang berlawanan" in words_of("id").told(reason)


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_decided_the_same_it_is_merged_by_the_next_run(seed: int | None) -> None:
    *_, queue = audited("contact", people())
    frame = people() if seed is None else again(people(), seed)
    _, cleaned, after = audited("contact", frame, answer(queue, "same"))
    table = cleaned.dataset["contact"]
    mine = table.frame[table["last_name"].eq("Lindqvist")]
    assert len(table) == 8
    assert mine["email_opt_out"].tolist() == [True], "who said no once is not written to"
    assert not len(cleaned.held)
    assert not len(cleaned.conflicts)
    assert not len(after.lines)


@pytest.mark.parametrize("word", ["different", "leave_out"])
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_decided_different_it_is_split_and_not_asked_again(seed: int | None, word: str) -> None:
    *_, queue = audited("contact", people())
    frame = people() if seed is None else again(people(), seed)
    found, cleaned, after = audited("contact", frame, answer(queue, word))
    assert found.clusters["cluster"].nunique() == 9
    assert len(cleaned.dataset["contact"]) == 9
    assert not len(cleaned.held)
    assert not len(after.lines)


@pytest.mark.parametrize(("word", "left"), [("same", 8), ("different", 9)])
def test_a_larger_cluster_is_asked_about_until_nothing_is_in_conflict(word: str, left: int) -> None:
    decided, asked = None, 0
    while True:
        _, cleaned, queue = audited("contact", people(copies=3), decided)
        if queue.lines.empty:
            break
        asked += 1
        assert asked < 4
        decided = pd.concat([decided, answer(queue, word)], ignore_index=True)
    assert len(cleaned.dataset["contact"]) == left, "those that agree are merged"
    assert not len(cleaned.held)


@pytest.mark.parametrize("seed", [None, 1])
def test_what_matching_holds_is_asked_and_the_answer_obeyed(seed: int | None) -> None:
    *_, queue = audited("account", companies())
    assert (queue.lines["reason"] == "organisations in two countries of which nothing but the name agrees").sum() >= 2
    assert {(0, 1), (2, 3)} <= pairs(queue)
    frame = companies() if seed is None else again(companies(), seed)
    mine = answer(queue, "same")[queue.lines["left"].isin([0, 2])]
    for word, left in (("same", 11), ("different", 13)):
        _, cleaned, after = audited("account", frame, mine.assign(decision=word))
        assert len(cleaned.dataset["account"]) == left
        asked = frame.loc[after.lines[["left", "right"]].to_numpy().ravel(), "name"]
        assert not asked.str.contains("Rio|Waterford").any()


def held(values: list[Any], joined: list[tuple[int, int]]) -> set[tuple[int, int]]:
    table = table_from_frame(
        "contact", pd.DataFrame({"source_id": list("abcdef")[: len(values)], "national_id": values})
    )
    label = pd.Series(["one"] * len(values), index=table.index, dtype=TEXT)
    decided = pd.DataFrame(joined, columns=["left", "right"], dtype="int64")
    found = conflicts(table, label, Policy(hold=("national_id",)), np.zeros(len(values), dtype=bool), decided)
    return set(zip(found["left"], found["right"], strict=True))


def test_one_question_per_value_and_none_for_what_a_person_joined() -> None:
    values = ["11", "22", "11", None, "33"]
    assert held(values, []) == {(0, 1), (0, 4)}
    assert held(values, [(0, 1)]) == {(0, 4)}
    assert held(values, [(2, 1)]) == {(0, 4)}, "what is said of one of them is said of its value"
    assert held(values, [(0, 3), (3, 4)]) == {(0, 1)}, "also by way of another record"
    assert held(values, [(0, 1), (1, 4)]) == set()
