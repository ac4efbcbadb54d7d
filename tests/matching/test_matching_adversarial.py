"""Tables made to break a matcher: it must end soon, merge nothing it should not, and never fail."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.dataset import empty_table, table_from_frame
from audit.matching import MatchResult, match

MANY = 20_000


def people(count: int) -> pd.DataFrame:
    """Different names: syllables counted up."""
    first, last = np.arange(count) % 173, np.arange(count) // 173
    syllables = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]

    def word(number: int) -> str:
        return syllables[number % 65] + syllables[(number // 65 + 7 * number) % 65] + "n"

    return pd.DataFrame({"first_name": [word(i) for i in first], "last_name": [word(i) + "er" for i in last]})


def run(entity: str, **columns: object) -> MatchResult:
    return match(table_from_frame(entity, pd.DataFrame(columns)))


NUMBERS = [str(number) for number in range(100_000)]
NOBODY = {
    "one mail": {"email": ["test@test.com"] * MANY},
    "one surname": {"last_name": ["Smith"] * MANY},
    "record numbers": {"source_id": NUMBERS[:MANY]},
    "customer ids": {"customer_id": NUMBERS[:MANY]},
    "all blank": {"first_name": [None] * MANY},
    "one company": {"company_name": ["Acme"] * MANY},
    "100,000 test@test.com": {"email": ["test@test.com"] * 100_000, "source_id": NUMBERS},
    "a placeholder for a name": {
        "first_name": ["Test"] * MANY,
        "last_name": ["User"] * MANY,
        "email": [f"u{number}@x.example" for number in NUMBERS[:MANY]],
    },
    "one name, other telephones": {
        "first_name": ["Maria"] * MANY,
        "last_name": ["Garcia"] * MANY,
        "phone": [f"+34 6{number:08d}" for number in range(MANY)],
    },
}


@pytest.mark.parametrize("columns", NOBODY.values(), ids=NOBODY.keys())
def test_nothing_merges(columns: dict[str, list]) -> None:
    assert (run("contact", **columns).clusters["size"] == 1).all()


def test_everyone_at_one_company_with_one_phone() -> None:
    names = people(MANY).drop_duplicates()
    shared = names.assign(company_name="Acme", phone="+1 555 123 4567", street="1 Main St", city="Springfield")
    result = match(table_from_frame("contact", shared))
    assert (result.clusters["size"] > 1).mean() < 0.01


@pytest.mark.parametrize(
    "columns",
    [
        {"source_id": [str(number) for number in range(MANY)]},
        {"name": ["Acme"] * MANY},
        {"tax_id": [str(10**8 + number) for number in range(MANY)]},
    ],
    ids=["record numbers", "one name", "tax ids"],
)
def test_no_company_merges(columns: dict[str, list]) -> None:
    assert (run("account", **columns).clusters["size"] == 1).all()


def test_companies_at_one_host_with_one_phone() -> None:
    names = people(5000).drop_duplicates()
    result = run(
        "account", name=names["first_name"] + " " + names["last_name"], domain="gmail.com", phone="+1 555 123 4567"
    )
    assert (result.clusters["size"] > 1).mean() < 0.01


def test_the_whole_table_is_one_row() -> None:
    row = {"first_name": "Ann", "last_name": "Lee", "email": "ann@acme.example", "phone": "+1 555 123 4567"}
    result = match(table_from_frame("contact", pd.DataFrame([row] * MANY)))
    assert (result.clusters["size"] == MANY).all()
    assert len(result.pairs) == MANY - 1


def test_other_names_with_one_transliteration_stay_apart() -> None:
    names = ["张伟", "章卫", "章伟", "张卫", "掌伟", "王芳", "李娜", "刘洋", "陈静", "杨勇"]
    assert (run("contact", full_name=names).clusters["size"] == 1).all()
    mails = [f"u{number}@x.example" for number in range(200)]
    assert (run("contact", full_name=names * 20, email=mails).clusters["size"] == 1).all()


def test_duplicates_in_other_scripts_are_found() -> None:
    first, last = ["محمد", "فاطمة", "علي", "نور", "Иван"], ["حسن", "علي", "محمود", "سالم", "Петров"]
    result = run(
        "contact",
        first_name=first * 40,
        last_name=last * 40,
        email=[f"box{number % 100}@x.example" for number in range(200)],
    )
    assert (result.clusters["size"] == 2).all()
    assert (result.clusters["cluster"].iloc[:100].to_numpy() == result.clusters["cluster"].iloc[100:].to_numpy()).all()


def test_one_mail_for_all_names() -> None:
    result = match(table_from_frame("contact", people(MANY).drop_duplicates().assign(email="test@test.com")))
    assert (result.clusters["size"] > 1).mean() < 0.01


def test_names_in_other_scripts() -> None:
    result = run(
        "contact",
        first_name=["محمد", "فاطمة", "张伟", "Иван", "Дмитрий"] * 20,
        last_name=["علي", "حسن", "李", "Петров", "Соколов"] * 20,
        email=[f"box{number}@example.com" for number in range(100)],
    )
    assert (result.clusters["size"] == 1).all()


def test_the_same_row_again_and_again_is_one_person() -> None:
    names = people(300).drop_duplicates()
    frame = names.assign(email=names["first_name"] + "." + names["last_name"] + "@example.com")
    again = pd.concat([frame, *[frame.iloc[[3]]] * 200], ignore_index=True)
    result = match(table_from_frame("contact", again))
    assert result.clusters["size"].max() == 201
    assert result.clusters["cluster"].nunique() == len(frame)


def test_empty_and_single() -> None:
    for entity in ("contact", "account"):
        result = match(empty_table(entity))
        assert len(result.pairs) == len(result.clusters) == len(result.held) == 0
        assert len(result.explanation()) == 0
    assert run("contact", first_name=["Ann"], email=["a@example.com"]).clusters["cluster"].tolist() == [0]


def test_blank_never_equals_blank() -> None:
    result = run("contact", first_name=["Ann", "Ann", "Bob", "Bob"], email=[None] * 4, phone=[None] * 4)
    assert not result.explain(pd.DataFrame({"left": [0], "right": [2]}))["comparison"].isin(["mail address"]).any()


def test_father_and_son_are_held() -> None:
    base = people(200).drop_duplicates().assign(suffix=None, street=None, city="Springfield")
    base["email"] = base["first_name"] + base["last_name"] + "@example.com"
    two = pd.DataFrame(
        {
            "first_name": ["Patrick", "Patrick"],
            "last_name": ["Quimby", "Quimby"],
            "suffix": ["Sr.", "Jr."],
            "street": ["12 Oak St", "12 Oak St"],
            "city": ["Springfield", "Springfield"],
            "email": ["quimby@example.com", "quimby@example.com"],
        }
    )
    result = match(table_from_frame("contact", pd.concat([base, two], ignore_index=True)))
    assert result.clusters["size"].iloc[-2:].tolist() == [1, 1]
    assert "suffix" in " ".join(result.held["reason"])


cells = st.one_of(
    st.none(),
    st.sampled_from(["", "Ann", "Bob Lee", "a@b.co", "+1 555 0100 200", "ÅÉ", "\x00", "張", "-", "1900"]),
    st.text(max_size=12),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[cells] * 7), max_size=12), st.sampled_from(["contact", "account"]))
def test_no_text_makes_it_fail(rows: list[tuple], entity: str) -> None:
    fields = {
        "contact": ["first_name", "last_name", "email", "phone", "company_name", "street", "postal_code"],
        "account": ["name", "domain", "email", "phone", "tax_id", "street", "city"],
    }[entity]
    result = match(table_from_frame(entity, pd.DataFrame(rows, columns=fields, dtype=object)))
    assert len(result.clusters) == len(rows)
    assert result.pairs["probability"].between(0, 1).all()


def test_mailboxes_of_one_domain_are_people_where_nobody_has_a_name() -> None:
    addresses = ["john.doe@company.com", "jane.doe@company.com", "henry@company.com", "bob@bolt.example", None]
    named = ["Simon Perreault", "Greg Dartmouth", "Michael Angstadt", "Chris Beatle", "Jon Dough"]
    result = run("contact", email=addresses * 2, full_name=[None] * 5 + named)
    assert result.clusters["cluster"].iloc[:4].nunique() == 4


def test_companies_of_one_name_in_two_countries_wait_for_a_person() -> None:
    names = ["Rio Tinto Ltd.", "Rio Tinto plc", "Waterford Wedgwood plc", "Waterford Wedgwood UK plc"]
    others = [f"{word} Mining" for word in "Harbour Alpine Delta Copper Maple Cedar Falcon Granite Juniper".split()]
    countries = ["Australia", "United Kingdom", "Ireland", "United Kingdom", *["United States", "Ireland", "Peru"] * 3]
    result = run("account", name=[*names, *others], country=countries)
    assert result.clusters["cluster"].iloc[:4].nunique() == 4
    assert set(result.held["reason"]) == {"organisations in two countries of which nothing but the name agrees"}


def test_companies_without_a_double_stay_apart_whatever_country_they_share() -> None:
    count = 900
    syllables = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]
    first = [syllables[i % 65] + syllables[(i * 7) % 61] + syllables[i // 65] for i in range(count)]
    kinds = ["Foods", "Pharma", "Logistics", "Trading", "Seafoods", "Dairy"]
    result = run(
        "account",
        name=[f"{word.title()} {kinds[i % 6]}" for i, word in enumerate(first)],
        website=[f"{word}.example" for word in first],
        phone=[f"+62 21 {5_000_000 + 37 * i}" for i in range(count)],
        country=[("Indonesia", "Germany", "United Kingdom")[i % 7 % 3] for i in range(count)],
    )
    assert result.clusters["cluster"].nunique() == count
