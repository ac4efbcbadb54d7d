"""Phone numbers against the phonenumbers library."""

from pathlib import Path

import pandas as pd
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.values import phone
from audit.values.numbering_plan import read_plain
from audit.values.text import TEXT, objects

VECTORS = Path(__file__).parents[2] / "../shared/data/crm/vectors-phone/phone_examples.csv"
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def column(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype=TEXT)


def by_library(text: str, region: str | None) -> tuple[str | None, bool, bool, int]:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None, False, False, phonenumbers.PhoneNumberType.UNKNOWN
    return (
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        phonenumbers.is_valid_number(number),
        phonenumbers.is_possible_number(number),
        phonenumbers.number_type(number),
    )


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, str | None]:
    """An example number of some region in one of its notations, often with a digit changed, added or lost."""
    region = draw(st.sampled_from(REGIONS))
    kind = draw(st.sampled_from([0, 1, 3, 4, 7, 9, 10]))
    example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    if example is None:
        return "12345678", region
    text = list(phonenumbers.format_number(example, draw(st.sampled_from([0, 1, 2]))))
    change = draw(st.sampled_from(["none", "digit", "add", "drop"]))
    place = draw(st.integers(0, len(text) - 1))
    if change == "digit" and text[place].isdigit():
        text[place] = draw(st.sampled_from("0123456789"))
    elif change == "add":
        text.insert(place, draw(st.sampled_from("0123456789")))
    elif change == "drop":
        del text[place]
    return "".join(text), draw(st.sampled_from([region, region, None, "US", "ID", "DE", "IT", "XX"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers(), min_size=1, max_size=25))
def test_the_fast_way_and_the_library_give_one_answer(given_numbers: list[tuple[str, str | None]]) -> None:
    texts, regions = (column(*side) for side in zip(*given_numbers, strict=True))
    places, plain = read_plain(texts, objects(regions))
    for row, place in enumerate(places):
        e164, valid, possible, kind = by_library(*given_numbers[place])
        found = plain.iloc[row]
        assert (found["e164"], found["valid"], found["possible"]) == (e164, valid, possible)
        named = None if pd.isna(found["kind"]) else found["kind"]
        assert named == phone.kinds().get(kind)


@pytest.mark.shared
@pytest.mark.skipif(not VECTORS.exists(), reason="the published phone vectors are not there")
@pytest.mark.parametrize("notation", ["national", "international", "e164"])
def test_published_vectors(notation: str) -> None:
    vectors = pd.read_csv(VECTORS, dtype=str, keep_default_na=False)
    regions = vectors["region"].astype(TEXT) if notation == "national" else None
    verdict = phone.validate(vectors[notation].astype(TEXT), regions)
    assert (verdict == vectors["valid"].eq("yes").to_numpy()).all()


def test_each_row_by_its_own_region() -> None:
    found = phone.parse(
        column("0812-3456-7890", "(512) 757-6000", "0812-3456-7890", None), column("ID", "US", None, "US")
    )
    assert found["e164"].fillna("").tolist() == ["+6281234567890", "+15127576000", "", ""]
    assert found["kind"].fillna("").tolist() == ["mobile", "fixed_or_mobile", "", ""]


def test_prefixes_and_extensions() -> None:
    raw = column("p:+1 512-757-6000", "'+15127576000", "512-757-6000 x371", "tel:+1-512-757-6000")
    assert phone.clean(raw, "US").tolist() == ["+15127576000", "+15127576000", "+15127576000;ext=371", "+15127576000"]
    assert phone.match_key(raw, "US").nunique() == 1


def test_match_key_of_what_cannot_be_parsed() -> None:
    raw = column("0812 3456 7890", "757-6000", "000-123", "call me")
    assert phone.match_key(raw).fillna("").tolist() == ["234567890", "7576000", "", ""]


def test_digits_of_any_script() -> None:
    assert phone.digits(column("٠١٢-34", "none")).tolist() == ["01234", pd.NA]


def test_calling_region() -> None:
    assert phone.calling_region(column("+62 812 3456 7890", "0812 3456 7890")).tolist() == ["ID", pd.NA]
