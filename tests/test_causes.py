"""Error rates per handler: rates and p-values by hand, who is named, and that nobody is where nothing differs."""

import math

import numpy as np
import pandas as pd
import pytest

from audit.causes import CAUSE_TYPES, causes, holm, more_than_rest, wilson
from audit.dataset import Dataset, Table, table_from_frame
from audit.rule import Rule
from rules.catalogue import RULES

BY_ID = {rule.id: rule for rule in RULES}
HIGH, MEDIUM, LOW = "VAL001", "VAL010", "VAL003"


def contacts(made: dict[str, int], source: str = "crm", **columns: object) -> Table:
    names = [name for name, count in made.items() for _ in range(count)]
    frame = pd.DataFrame({"created_by": names}).assign(**columns)
    return table_from_frame("contact", frame.replace("", pd.NA), source=source)


def findings(records: dict[str, list[int]], entity: str = "contact", **columns: object) -> pd.DataFrame:
    lines = [(rule, record) for rule, found in records.items() for record in found]
    frame = pd.DataFrame(lines, columns=["rule_id", "record"]).astype({"record": "int64"})
    base = {"entity": entity, "field": "email", "systemic": False, "accepted": False}
    return frame.assign(**{**base, **columns})


def told(table: Table, found: pd.DataFrame, rules: tuple[Rule, ...] = RULES) -> pd.DataFrame:
    return causes(Dataset({table.entity: table}), found, rules)


def line(table: pd.DataFrame, handler: str, rule_id: str = "") -> pd.Series:
    (place,) = table.index[(table["handler"] == handler) & (table["rule_id"] == rule_id)]
    return table.loc[place]


def test_rates_and_p_values_by_hand() -> None:
    """10 records with 4 errors, of 20 with 5: chance of 4 or 5 among the 10 is (210 * 10 + 252) / 15504."""
    table = told(contacts({"bot": 10, "Ayu": 10}), findings({HIGH: [0, 1, 2, 3, 12]}))
    bot = line(table, "bot")
    assert (bot["errors"], bot["records"], bot["rate"], bot["rest_rate"]) == (4, 10, 0.4, 0.1)
    chance = (math.comb(10, 4) * math.comb(10, 1) + math.comb(10, 5)) / math.comb(20, 5)
    assert chance == pytest.approx(0.151703, abs=1e-6)
    # Four tests: two handlers, over all and for the one rule; the smallest two are equal.
    assert bot["p_value"] == pytest.approx(min(4 * chance, 1))
    assert not bot["named"]
    assert bot["low"] == pytest.approx(0.168180, abs=1e-6)
    assert bot["high"] == pytest.approx(0.687326, abs=1e-6)


def test_wilson_at_the_ends() -> None:
    low, high = wilson(np.array([0.0, 10.0]), np.array([10.0, 10.0]))
    assert low == pytest.approx([0, 0.722467], abs=1e-6)
    assert high == pytest.approx([0.277533, 1], abs=1e-6)


def test_holm_by_hand() -> None:
    assert holm(np.array([0.04, 0.01, 0.03]), 3) == pytest.approx([0.06, 0.03, 0.06])
    assert holm(np.array([0.004, 0.01]), 5) == pytest.approx([0.02, 0.04])
    assert holm(np.array([]), 0).tolist() == []


def test_chance_of_none_is_certain() -> None:
    assert more_than_rest(*(np.array([n]) for n in (0, 10, 5, 20))) == pytest.approx([1.0])


def test_a_cause_is_named_with_its_rule() -> None:
    made = contacts({"import 7": 40, "Ayu": 60, "Budi": 60, "Sari": 9})
    table = told(made, findings({HIGH: [*range(30), 45, 120], MEDIUM: [50, 130]}))
    named = table[table["named"]]
    assert list(zip(named["handler"], named["rule_id"], strict=True)) == [("import 7", ""), ("import 7", HIGH)]
    assert table.iloc[0]["handler"] == "import 7"
    assert table.iloc[0]["rest_rate"] == pytest.approx(4 / 129)
    assert "Sari" not in set(table["handler"])
    assert line(table, "Ayu")["errors"] == 2
    assert list(table.columns) == list(CAUSE_TYPES)


def test_one_rule_alone_can_stand_out() -> None:
    made = contacts({"bot": 60, "Ayu": 300})
    everywhere = list(range(0, 360, 3))
    table = told(made, findings({MEDIUM: everywhere, HIGH: [*range(14)]}))
    assert not line(table, "bot")["named"]
    assert line(table, "bot", HIGH)["named"]


def test_twice_the_rate_is_asked_for() -> None:
    """60 % against 40 % of thousands is certain, and no root cause."""
    made = contacts({"bot": 2000, "Ayu": 2000})
    table = told(made, findings({HIGH: [*range(1200), *range(2000, 2800)]}))
    bot = line(table, "bot")
    assert bot["p_value"] < 1e-6
    assert not bot["named"]


def test_each_source_is_its_own_measure() -> None:
    """Everything is bad in one system; nobody there did it."""
    parts = [contacts({"Ayu": 30, "Budi": 30}, source="a"), contacts({"Sari": 30, "Rina": 30}, source="b")]
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    lineage = pd.concat([part.lineage.astype({"source": object}) for part in parts], ignore_index=True)
    table = told(Table("contact", frame, pd.DataFrame(index=frame.index), lineage), findings({HIGH: [*range(58), 70]}))
    assert not table["named"].any()
    assert line(table, "Ayu")["rest_rate"] == pytest.approx(28 / 30)
    assert line(table, "Sari")["rest_rate"] == 0


@pytest.mark.parametrize(
    "not_counted",
    [
        findings({LOW: [*range(30)]}),
        findings({HIGH: [*range(30)]}, systemic=True),
        findings({HIGH: [*range(30)]}, accepted=True),
        findings({HIGH: [*range(30)]}, field="created_by"),
        findings({HIGH: [*range(30)]}, entity="deal"),
        findings({HIGH: [-1] * 30}),
        findings({"XXX001": [*range(30)]}),
        findings({}),
    ],
    ids=["low", "systemic", "accepted", "own column", "other table", "column", "unknown rule", "none"],
)
def test_what_does_not_count(not_counted: pd.DataFrame) -> None:
    table = told(contacts({"bot": 40, "Ayu": 60}), not_counted)
    assert list(table["errors"]) == [0, 0]
    assert not table["named"].any()


def test_a_record_counts_once_over_all_rules_and_once_per_rule() -> None:
    found = pd.concat([findings({HIGH: [0, 0, 1], MEDIUM: [0]}), findings({HIGH: [0]}, field="phone")])
    table = told(contacts({"bot": 10, "Ayu": 10}), found)
    assert [line(table, "bot", rule)["errors"] for rule in ("", HIGH, MEDIUM)] == [2, 2, 1]


def test_the_rest_must_be_ten_as_well() -> None:
    table = told(contacts({"bot": 40, "Ayu": 5}), findings({HIGH: [*range(40)]}))
    assert line(table, "bot")["p_value"] == 1
    alone = told(contacts({"bot": 40}), findings({HIGH: [*range(40)]}))
    assert math.isnan(line(alone, "bot")["rest_rate"])
    assert not alone["named"].any()


def test_blank_handlers_and_no_tables() -> None:
    made = contacts({"": 50, "bot": 12})
    table = told(made, findings({HIGH: [*range(50)]}))
    assert list(table["handler"]) == ["bot"]
    assert math.isnan(table.iloc[0]["rest_rate"])
    assert len(causes(Dataset({}), findings({}), RULES)) == 0


def test_a_form_without_a_name_is_its_file() -> None:
    forms = table_from_frame("form_submission", pd.DataFrame({"email": ["a@kembara.example"] * 12}), file="demo.csv")
    table = told(forms, findings({HIGH: [0]}, entity="form_submission", field="phone"))
    assert (table.iloc[0]["handler_kind"], table.iloc[0]["handler"], table.iloc[0]["errors"]) == ("form", "demo.csv", 1)


def test_the_order_of_rows_does_not_matter() -> None:
    made = contacts({"bot": 40, "Ayu": 60, "Budi": 60})
    errors = {HIGH: [*range(25), 80], MEDIUM: [3, 4, 99, 130]}
    order = np.random.default_rng(3).permutation(len(made))
    mixed = Table(
        "contact", *(part.iloc[order].reset_index(drop=True) for part in (made.frame, made.text, made.lineage))
    )
    place = np.argsort(order)
    moved = {rule: [int(place[record]) for record in records] for rule, records in errors.items()}
    pd.testing.assert_frame_equal(told(made, findings(errors)), told(mixed, findings(moved)))


def test_where_nothing_differs_hardly_anybody_is_named() -> None:
    """80 tables of 1,500 records whose errors fall at random on 25 people, of whom some make many records, some few."""
    random = np.random.default_rng(20261101)
    people = [f"person {n}" for n in range(25)]
    weight = random.dirichlet(np.full(25, 0.7))
    runs, named = 80, 0
    for _ in range(runs):
        names = random.choice(people, 1500, p=weight)
        table = table_from_frame("contact", pd.DataFrame({"created_by": names, "owner": random.permutation(names)}))
        rates = {rule: random.uniform(0.002, 0.2) for rule in (HIGH, MEDIUM, "CON001", "VAL020", "CMP002")}
        found = findings({rule: np.flatnonzero(random.random(1500) < rate).tolist() for rule, rate in rates.items()})
        named += bool(told(table, found)["named"].any())
    assert named <= 0.05 * runs


def test_a_real_cause_is_found_in_the_noise() -> None:
    """One of 25 people makes three times as many errors of one kind as the others."""
    random = np.random.default_rng(7)
    names = random.choice([f"person {n}" for n in range(25)], 5000)
    careless = names == "person 4"
    hit = random.random(5000) < np.where(careless, 0.3, 0.1)
    table = told(
        table_from_frame("contact", pd.DataFrame({"created_by": names})),
        findings({HIGH: np.flatnonzero(hit).tolist(), MEDIUM: random.choice(5000, 50, replace=False).tolist()}),
    )
    assert list(table.loc[table["named"] & table["rule_id"].eq(HIGH), "handler"]) == ["person 4"]
