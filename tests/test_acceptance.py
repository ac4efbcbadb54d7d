"""Accepted findings: which are covered, until when, and what is told of them."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from audit.acceptance import accept, add, glob_matches, named, tally
from audit.config import AcceptConfig, load_accepted, load_config
from audit.dataset import Dataset, table_from_frame
from audit.errors import ConfigError, UsageError
from audit.schema import TEXT

AS_OF = pd.Timestamp("2026-11-01")
EMAILS = ["ann@a.example", "Bob@A.Example", "c@b.example", None]


@pytest.fixture
def dataset() -> Dataset:
    frame = pd.DataFrame({"source_id": ["1", "2", "3", None], "email": EMAILS})
    return Dataset({"contact": table_from_frame("contact", frame, source="crm")})


@pytest.fixture
def findings() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "rule_id": ["VAL001", "VAL002", "VAL001", "CMP001"],
            "entity": "contact",
            "record": [0, 1, 2, 3],
            "field": ["email", "email", "email", "phone"],
            "value": pd.array(EMAILS, dtype=TEXT),
            "finding_id": pd.array([f"{n:012x}" for n in range(4)], dtype=TEXT),
            "accepted": False,
        }
    )


def entry(**values: object) -> AcceptConfig:
    return AcceptConfig.model_validate({"reason": "known", **values})


@pytest.mark.parametrize(
    ("conditions", "covered"),
    [
        ({"rule": "VAL001"}, [0, 2]),
        ({"rule": "VAL*"}, [0, 1, 2]),
        ({"rule": "VAL00?", "pattern": "*@a.example"}, [0, 1]),
        ({"rule": "*", "pattern": "*"}, [0, 1, 2]),
        ({"rule": "*"}, [0, 1, 2, 3]),
        ({"rule": "*", "value": "Bob@A.Example"}, [1]),
        ({"rule": "*", "value": "bob@a.example"}, []),
        ({"rule": "*", "source_id": "3"}, [2]),
        ({"rule": "*", "source": "crm", "field": "phone"}, [3]),
        ({"rule": "*", "source": "other"}, []),
        ({"finding": "000000000002"}, [2]),
        ({"rule": "VAL002", "finding": "000000000002"}, []),
    ],
)
def test_all_conditions_must_hold(dataset, findings, conditions, covered) -> None:
    told, warnings = accept(findings, dataset, [entry(**conditions)], AS_OF)
    assert told.index[told["accepted"]].tolist() == covered
    assert told["acceptance"].dropna().eq(1).all()
    assert warnings == []


def test_the_first_entry_that_covers_a_finding_counts(dataset, findings) -> None:
    entries = [entry(rule="VAL002"), entry(rule="VAL*", owner="Ann", expires="2026-11-01")]
    told, _ = accept(findings, dataset, entries, AS_OF)
    assert told["acceptance"].fillna(0).tolist() == [2, 1, 2, 0]
    lines = tally(told, [item.model_dump(mode="json") for item in entries], AS_OF)
    assert [(line["number"], line["covers"], line["findings"], line["expired"]) for line in lines] == [
        (1, "VAL002", 1, False),
        (2, "VAL*", 2, False),
    ]
    assert (lines[1]["reason"], lines[1]["owner"], lines[1]["expires"]) == ("known", "Ann", "2026-11-01")


def test_an_expired_entry_covers_nothing_and_warns_unless_it_was_renewed(dataset, findings) -> None:
    old = entry(rule="VAL001", expires="2026-10-31")
    told, warnings = accept(findings, dataset, [old], AS_OF)
    assert not told["accepted"].any()
    assert warnings == ["The acceptance of VAL001 expired on 2026-10-31; its findings count again."]
    told, warnings = accept(findings, dataset, [old, entry(rule="VAL001")], AS_OF)
    assert told["acceptance"].dropna().tolist() == [2, 2]
    assert warnings == []


def test_without_entries_nothing_is_accepted(dataset, findings) -> None:
    told, _ = accept(findings, dataset, [], AS_OF)
    assert not told["accepted"].any()
    assert told["acceptance"].isna().all()


def test_the_date_in_the_name_of_an_export_does_not_matter(findings) -> None:
    table = table_from_frame("contact", pd.DataFrame({"email": EMAILS}), source="contacts 2026-11-01")
    told, _ = accept(findings, Dataset({"contact": table}), [entry(rule="*", source="contacts 2026-10-01")], AS_OF)
    assert told["accepted"].all()
    told, _ = accept(findings, Dataset({"contact": table}), [entry(rule="*", source="leads 2026-11-01")], AS_OF)
    assert not told["accepted"].any()


def test_an_entry_names_a_rule_or_a_finding() -> None:
    with pytest.raises(ValidationError, match="names a rule or a finding"):
        entry(value="x")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*", [1, 1, 1]),
        ("a.c", [1, 0, 0]),
        ("A?C", [1, 1, 0]),
        ("a*", [1, 1, 1]),
        ("*\nd", [0, 0, 1]),
        ("[ab]*", [0, 0, 0]),
    ],
)
def test_only_star_and_question_mark_are_special(pattern, found) -> None:
    values = pd.Series(["a.c", "axc", "a\nd", pd.NA], dtype=TEXT)
    assert glob_matches(values, pattern).tolist() == [*map(bool, found), False]


def test_words_hold_no_values_of_customers() -> None:
    told = named(entry(rule="VAL001", source="crm", field="email", source_id="4711", value="ann@a.example"))
    assert told == "VAL001 for source crm in email by record and value"
    assert named(entry(finding="00ff")) == "finding 00ff"


TODAY = date(2026, 11, 1)


def test_entries_are_appended_and_read_with_audit_toml(tmp_path: Path) -> None:
    config, path = tmp_path / "audit.toml", tmp_path / "accepted.toml"
    config.write_text('[[accept]]\nrule = "VAL004"\nreason = "sample"\n', "utf-8")
    add(path, [entry(rule="VAL001", value='a "b"', owner="Ann", expires="2027-01-01")], (), TODAY)
    add(path, [entry(finding="00ff"), entry(finding="01ff")], load_accepted(path), TODAY)
    accepted = load_config(config).accept
    assert [item.rule or item.finding for item in accepted] == ["VAL004", "VAL001", "00ff", "01ff"]
    assert accepted[1] == entry(rule="VAL001", value='a "b"', owner="Ann", expires="2027-01-01", added="2026-11-01")


def test_the_same_is_not_accepted_twice_nor_what_is_past(tmp_path: Path) -> None:
    path = tmp_path / "accepted.toml"
    add(path, [entry(rule="VAL001")], (), TODAY)
    before = path.read_text("utf-8")
    with pytest.raises(UsageError, match="accepted already: 'known'"):
        add(path, [entry(rule="VAL002"), entry(rule="VAL001", reason="again")], load_accepted(path), TODAY)
    with pytest.raises(UsageError, match="2026-10-31 is past"):
        add(path, [entry(rule="VAL002", expires="2026-10-31")], (), TODAY)
    assert path.read_text("utf-8") == before
    expired = entry(rule="VAL002", expires="2026-10-01")
    add(path, [entry(rule="VAL002")], [expired], TODAY)
    assert len(load_accepted(path)) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('title = "x"', "'title' belongs into audit.toml"),
        ('[[accept]]\nrul = "VAL001"\nreason = "x"', "Did you mean 'rule'"),
        ('[[accept]]\nreason = "x"', "names a rule or a finding"),
    ],
)
def test_a_wrong_accepted_toml_says_where(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "audit.toml").write_text("", "utf-8")
    (tmp_path / "accepted.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=rf"(?s)accepted\.toml.*{told}"):
        load_config(tmp_path / "audit.toml")
