"""Survivorship by the rules of audit.toml: masters, choices per field, sums from events, what holds a merge."""

import numpy as np
import pandas as pd
import pytest
from cleaning_tables import finding, findings, merge_into, proposals, tables
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.cleaning import clean
from audit.cleaning.accounting import money_accounts
from audit.cleaning.policy import policies
from audit.config import Config, load_config
from audit.dataset import Dataset, SourceInfo, table_from_frame
from audit.errors import ConfigError, ReconciliationError
from audit.rule import Context

CTX = Context(pd.Timestamp("2026-11-01"))
PEOPLE = pd.DataFrame(
    {
        "source_id": ["1", "2", "3"],
        "first_name": ["Ann", "Annabel", "Ann"],
        "email": ["ann@acme.example", "a@acme.example", None],
        "job_title": ["Buyer", "Head", "Head"],
        "value": [10.0, 30.0, np.nan],
        "score": [1.0, 5.0, 2.0],
        "tags": ["a; b", "b", None],
        "phone": [None, "1", "2"],
        "email_opt_out": [False, None, True],
        "created_at": pd.to_datetime(["2024-01-01", "2025-01-01", "2026-01-01"]),
        "updated_at": pd.to_datetime(["2024-01-01", "2026-01-01", "2025-01-01"]),
    }
)


def survivor(**fields) -> pd.Series:
    return merged(fields).dataset["contact"].frame.iloc[0]


def merged(fields: dict, frame: pd.DataFrame = PEOPLE, **more):
    table = table_from_frame("contact", frame, source="A")
    table.lineage["source"] = pd.Categorical(["A", "B", "A"][: len(frame)])
    config = Config.model_validate({"survivorship": {**more, "contact": fields}}).survivorship
    joins = findings(*[merge_into(number, 0, group_id="P1") for number in range(1, len(frame))])
    return clean(Dataset({"contact": table}), joins, [], CTX, {}, survivorship=config)


@pytest.mark.parametrize(
    ("field", "choice", "kept"),
    [
        ("job_title", "most_recent", "Head"),
        ("job_title", "oldest", "Buyer"),
        ("job_title", "most_common", "Head"),
        ("first_name", "longest", "Annabel"),
        ("first_name", "most_complete", "Ann"),
        ("phone", ["A", "B"], "2"),
        ("phone", ["B"], "1"),
        ("score", "max", 5.0),
        ("score", "min", 1.0),
        ("score", "sum", 8.0),
        ("value", "sum", 40.0),
        ("tags", "union", "a; b"),
        ("tags", "master", "a; b"),
        ("email_opt_out", "most_restrictive", True),
        ("created_at", "max", pd.Timestamp("2026-01-01")),
    ],
)
def test_each_choice_keeps_its_value(field: str, choice: str | list[str], kept: object) -> None:
    assert survivor(**{field: choice})[field] == kept


def test_the_master_is_chosen_by_the_order_given() -> None:
    ids = {
        order: merged({}, master=[order]).dataset["contact"]["source_id"].iloc[0] for order in ("oldest", "most_recent")
    }
    assert ids == {"oldest": "1", "most_recent": "2"}
    assert merged({}, sources=["B"]).dataset["contact"]["source_id"].iloc[0] == "2"


def test_every_value_tells_the_record_it_comes_from() -> None:
    log = merged({}).changes
    lines = log[log["kind"].eq("survivorship") & log["origin"].ge(0)]
    for line in lines.itertuples():
        value = PEOPLE[line.field].astype("string").iloc[line.origin]
        assert (line.after, line.cluster, line.rule_id) == (value, "P1", "UNQ001")


def test_a_customer_is_one_with_evidence_only() -> None:
    frame = pd.DataFrame(
        {"source_id": ["1", "2"], "lifecycle_stage": ["Customer", "Opportunity"], "person": ["p", "p"]}
    )
    contact = table_from_frame("contact", frame, source="A")
    deals = {"source_id": ["d"], "contact_id": ["2"], "status": ["open"], "amount": [5.0], "person": ["p"]}
    for status, stage in (("open", "Opportunity"), ("won", "Customer")):
        deal = table_from_frame("deal", pd.DataFrame({**deals, "status": [status]}), source="A")
        result = clean(Dataset({"contact": contact, "deal": deal}), findings(merge_into(1, 0)), [], CTX, {})
        assert list(result.dataset["contact"]["lifecycle_stage"]) == [stage]
    alone = clean(Dataset({"contact": contact}), findings(merge_into(1, 0)), [], CTX, {})
    assert list(alone.dataset["contact"]["lifecycle_stage"]) == ["Customer"], "nothing could show it"


@pytest.mark.parametrize(("told", "after"), [([10.0, 30.0], 40.0), ([10.0, 99.0], 99.0)])
def test_sums_come_from_events_where_they_agreed_before(told: list[float], after: float) -> None:
    contact = pd.DataFrame({"source_id": ["1", "2"], "value": told})
    payment = pd.DataFrame(
        {"source_id": list("abc"), "customer_id": ["1", "2", "2"], "amount": [10.0, 35.0, 7.0], "refunded": [0, 5.0, 0]}
    ).assign(status=["paid", "paid", "failed"])
    data = Dataset(
        {
            "contact": table_from_frame("contact", contact, source="A"),
            "payment": table_from_frame("payment", payment, source="A"),
        }
    )
    result = clean(data, findings(merge_into(1, 0)), [], CTX, {})
    assert list(result.dataset["contact"]["value"]) == [after]


def test_what_follows_from_a_mended_cell_is_worked_out_again() -> None:
    frame = pd.DataFrame({"source_id": ["1", "2"], "lifecycle_stage": ["Custmer", "Lead"], "lifecycle": [None, "lead"]})
    contact = table_from_frame("contact", frame, source="A", file="c.csv")
    info = SourceInfo("A", "c.csv", "", "", "", "contact", 1.0, "", 2, 2, 0)
    fix = findings(finding(record=0, field="lifecycle_stage", suggestion="Customer"))
    result = clean(Dataset({"contact": contact}, (info,)), fix, [], CTX, {})
    assert list(result.dataset["contact"]["lifecycle"]) == ["customer", "lead"]
    assert list(result.changes["kind"]) == ["set", "recompute"]


def test_groups_in_conflict_are_held_and_told() -> None:
    frame = PEOPLE.assign(national_id=["11", None, "22"])
    result = merged({}, frame)
    assert len(result.dataset["contact"]) == 3
    assert set(result.held["reason"]) == {"two different values of national id in one source"}
    assert list(result.accounts.iloc[0]) == ["contact", 3, 0, 0, 0, 3]
    assert len(merged({}, frame, hold={"contact": []}).dataset["contact"]) == 1
    opposite = merged({}, PEOPLE, hold={"contact": ["consent"]})
    assert set(opposite.held["reason"]) == {"opposite consent in one source"}


def test_disputed_consent_is_listed() -> None:
    consent = merged({}).consent
    assert list(consent["value"]) == ["False", "True"]
    assert set(consent["kept"]) == {"True"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[survivorship.contact]\nemail = "newest"', "is no choice"),
        ('[survivorship.contcat]\nemail = "longest"', "did you mean 'contact'"),
        ('[survivorship]\nmaster = ["richest"]', "master"),
        ('[survivorship.contact]\nemial = "longest"', "no field 'emial'"),
        ('[survivorship.contact]\nemail = "sum"', "cannot survive by 'sum'"),
        ('[survivorship.hold]\ncontact = ["size"]', "no field 'size'"),
    ],
)
def test_rules_that_no_field_can_follow_are_refused(tmp_path, text: str, told: str) -> None:
    path = tmp_path / "audit.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=told):
        policies(load_config(path).survivorship)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_accounts_close_on_random_tables(seed: int) -> None:
    draw = np.random.default_rng(seed)
    data = tables(draw)
    result = clean(data, proposals(draw, data), [], CTX, {})
    accounts = result.accounts.set_index("table")
    assert (accounts["in"] == accounts[["out", "merged", "dropped", "held"]].sum(axis=1)).all()
    for entity in data:
        assert accounts.loc[entity, "in"] == len(data[entity])
        assert accounts.loc[entity, ["out", "held"]].sum() == len(result.dataset[entity])
    for entity in ("deal", "payment"):
        before, after = (table[entity]["amount"].fillna(0).sum() for table in (data, result.dataset))
        told = result.money_lines[result.money_lines["table"].eq(entity)]["difference"].sum()
        assert after - before == pytest.approx(told, abs=0.01)
    again = clean(result.dataset, findings(), [], CTX, {})
    assert again.changes.empty


def test_money_that_moves_without_a_line_stops_the_cleaning() -> None:
    deals = pd.DataFrame({"source_id": ["d"], "amount": [5.0], "close_date": pd.to_datetime(["2026-01-01"])})
    raw = table_from_frame("deal", deals, source="A")
    moved = raw.with_columns(amount=raw["amount"] + 1)
    log = pd.DataFrame(columns=["entity", "kind", "field", "record", "change_id"])
    with pytest.raises(ReconciliationError):
        money_accounts(Dataset({"deal": raw}), Dataset({"deal": moved}), log)
