"""Tables with few fields and without duplicates: resemblance that has another cause is no duplicate."""

import numpy as np
import pandas as pd

from audit.dataset import Table, table_from_frame
from audit.matching import MatchResult, match
from audit.schema import TEXT

_TOWNS = [first + last for first in "Ash Brad Chel Dun East Farn".split() for last in "ford bury ton ham ley".split()]
_STREETS = [first + last for first in "Oak Mill Hill Park".split() for last in (" Street", " Road", " Lane")]
_TRADES = "Cafe,Pharmacy,Primary School,Bakery,Library,Hotel,Dental Clinic,Bookshop,Garage,Museum".split(",")
_ONSETS, _ENDS = "Bar Cal Dor Fen Gil Har Jes Kel Lam Mor".split(), "man well ner stock ridge ders low combe".split()


def shops(count: int, seed: int) -> pd.DataFrame:
    """Different shops, many named after their towns; every seventh is a branch of a chain behind one number."""
    draw = np.random.default_rng(seed)

    def some(values: list[str]) -> np.ndarray:
        return np.array(values, dtype=object)[draw.integers(0, len(values), count)]

    town, trade = some(_TOWNS), some(_TRADES)
    owner = some(_ONSETS) + some(_ENDS)
    name = np.where(draw.random(count) < 0.4, town, owner) + " " + trade
    chain = np.flatnonzero(draw.random(count) < 1 / 7)
    number = np.array([f"0{one} {other}" for one, other in draw.integers(200_000, 999_999, (count, 2))], dtype=object)
    name[chain], number[chain[::2]] = "Merton Pharmacy", "0800 555 1234"
    house = np.array([f"{number} " for number in draw.integers(1, 200, count)], dtype=object)
    return pd.DataFrame({"name": name, "street": house + some(_STREETS), "city": town, "phone": number})


def accounts(frame: pd.DataFrame) -> Table:
    return table_from_frame("account", frame.astype(TEXT))


def merged(result: MatchResult) -> int:
    return int(result.pairs["decision"].eq("merge").sum())


def test_a_town_in_the_name_is_no_second_agreement() -> None:
    frame = shops(400, seed=6)
    told = pd.DataFrame({"name": ["Ashford Library"] * 2, "street": ["1 Oak Street", "9 Mill Lane"], "city": "Ashford"})
    own = told.assign(name="Harner Library")
    result = match(accounts(pd.concat([frame, told, own], ignore_index=True)[["name", "street", "city"]]))
    last = len(frame)
    asked = pd.DataFrame({"left": [last, last + 2], "right": [last + 1, last + 3]})
    weight = result.explain(asked).set_index(["left", "comparison"])["weight"].xs("address", level="comparison")
    assert weight[last] < weight[last + 2] - 2


def test_a_name_written_as_one_word_is_as_rare_as_its_words() -> None:
    frame = shops(400, seed=7)[["name"]]
    more = pd.DataFrame({"name": ["Calwell Motors", "CalwellMotors", "Calwell Steel", "Dorlow Motors"]})
    result = match(accounts(pd.concat([frame, more], ignore_index=True)))
    asked = pd.DataFrame({"left": [len(frame)], "right": [len(frame) + 1]})
    assert result.explain(asked)["weight"].sum() > 10


def test_shops_of_chains_and_of_one_town_stay_apart() -> None:
    frame = shops(1500, seed=5)
    assert merged(match(accounts(frame))) <= 5
    assert merged(match(accounts(frame[["name", "street", "city"]]))) <= 15


def test_twins_are_not_one_person() -> None:
    draw = np.random.default_rng(3)
    count = 1200
    given = np.array([first + last for first in _ONSETS for last in ("a", "o", "ius", "ette")], dtype=object)
    family = np.array([first + last for first in _ONSETS for last in _ENDS], dtype=object)
    born = np.datetime64("1940-01-01") + draw.integers(0, 25_000, count)
    first = draw.integers(0, len(given), count)
    last = draw.integers(0, len(family), count)
    twin = np.arange(0, 60, 2)
    last[twin + 1], born[twin + 1], first[twin + 1] = last[twin], born[twin], (first[twin] + 7) % len(given)
    frame = pd.DataFrame({"first_name": given[first], "last_name": family[last]}).astype(TEXT)
    again = frame.iloc[200:300].assign(last_name=frame["last_name"].iloc[200:300] + "e")
    frame = pd.concat([frame, again], ignore_index=True)
    frame["date_of_birth"] = pd.Series(np.append(born, born[200:300])).astype("datetime64[us]")
    clusters = match(table_from_frame("contact", frame)).clusters["cluster"].to_numpy()
    assert (clusters[twin] == clusters[twin + 1]).mean() < 0.1
    assert (clusters[200:300] == clusters[count:]).mean() > 0.95


def test_a_name_with_more_to_it_alone_is_another_organisation_of_the_group() -> None:
    draw = np.random.default_rng(9)
    owners = np.array(
        ["".join(letters) for letters in draw.choice(list("abcdefghiklmnoprstuvw"), (400, 7))], dtype=object
    )
    one, other = np.sort(draw.integers(0, len(owners), (2, 900)), axis=0)
    names = pd.Series(owners[one] + " " + owners[other] + " Works").drop_duplicates()
    endings = np.array([" Europe", " Asia", " Finance", " Leasing"], dtype=object)
    groups, copies = names.iloc[:100] + endings[draw.integers(0, 4, 100)], names.iloc[100:200] + " Ltd"
    frame = pd.concat([names, groups, copies], ignore_index=True).to_frame("name")
    assert merged(match(accounts(frame.iloc[: len(names) + 100]))) <= 5
    clusters = match(accounts(frame)).clusters["cluster"].to_numpy()
    count = len(names)
    assert (clusters[:100] == clusters[count : count + 100]).mean() < 0.1
    assert (clusters[100:200] == clusters[count + 100 :]).mean() > 0.9


def test_a_year_of_birth_alone_is_compared() -> None:
    """Parish registers know years: they tell people apart, and neither month nor day agrees where both are unknown."""
    draw = np.random.default_rng(5)
    given, family = "john mary anne william thomas".split(), [first + last for first in _ONSETS for last in _ENDS]
    people = pd.DataFrame(
        {
            "first_name": np.array(given)[draw.integers(0, 5, 300)],
            "last_name": np.array(family)[draw.integers(0, len(family), 300)],
            "date_of_birth": draw.integers(1790, 1890, 300).astype(str),
            "city": np.array(_TOWNS)[draw.integers(0, len(_TOWNS), 300)],
        }
    ).drop_duplicates()
    records = pd.concat([people, people.iloc[:80].assign(city=None)], ignore_index=True).astype(TEXT)
    dates = pd.Series(pd.NaT, index=records.index, dtype="datetime64[us]")
    table = table_from_frame("contact", records.assign(date_of_birth=dates), text=records[["date_of_birth"]])
    result = match(table)
    found = result.pairs[result.pairs["decision"].eq("merge")]
    right = (found["right"] - found["left"]).eq(len(people))
    assert right.sum() >= 70 and (~right).sum() <= 5
    birth = next(one for one in result.outcomes.comparisons if one.name == "birth")
    seen = {birth.levels[level - 1].name for level in result.outcomes.level("birth") if level}
    assert "same" in seen and seen <= {"same", "digit", "digits", "year", "different"}
