"""How values are written into cells and texts: several, decorated, and those that should not stand there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.values import (
    bank_account,
    city,
    email,
    email_form,
    made_up_people,
    national_id,
    person_titles,
    phone_form,
    postcode,
    region,
    script,
)
from audit.values.text import text_series

QUICK = settings(max_examples=50, deadline=None)
LOCAL = st.from_regex(r"[a-z][a-z0-9]{0,8}(?:[.+_-][a-z0-9]{1,6}){0,2}", fullmatch=True)
ADDRESS = st.builds("{}@{}.co.id".format, LOCAL, st.from_regex(r"[a-z]{2,9}", fullmatch=True))


@QUICK
@given(
    ADDRESS, st.sampled_from(["<{}>", "Jane Doe <{}>", "mailto:{}", '"{}"', "{};", "{},", "E-Mail: {}", "{} (Jane)"])
)
def test_whatever_stands_around_an_address_comes_off(address: str, form: str) -> None:
    cell = text_series([form.format(address)])
    assert email_form.undecorated(cell).to_list() == [address]
    assert email_form.addresses(cell)["count"].to_list() == [0]


@QUICK
@given(st.lists(ADDRESS, min_size=2, max_size=4, unique=True), st.sampled_from(["; ", ",", " / ", " or ", "\n", " "]))
def test_addresses_are_counted_whatever_parts_them(addresses: list[str], separator: str) -> None:
    found = email_form.addresses(text_series([separator.join(addresses)]))
    assert found["first"].to_list() == [addresses[0]]
    assert found["count"].to_list() == [len(addresses)]


@QUICK
@given(ADDRESS)
def test_a_bare_address_is_neither_decorated_nor_several(address: str) -> None:
    cell = text_series([address])
    assert email.validate(cell).all()
    assert email_form.undecorated(cell).isna().all()
    assert email_form.addresses(cell)["count"].to_list() == [0]


@pytest.mark.parametrize("cell", ['"jane doe"@a.com', '"a@b"@a.com', '"a\\"b"@a.com'])
def test_quoted_local_parts(cell: str) -> None:
    assert email_form.quoted(text_series([cell])).all()
    assert email_form.undecorated(text_series([cell])).isna().all()


@pytest.mark.parametrize("cell", ['"jane"doe"@a.com', '"jane@a.com', '"jane"@', '"jane"@-a', '"jane@a.com"'])
def test_quotes_that_make_no_address(cell: str) -> None:
    assert not email_form.quoted(text_series([cell])).any()


NUMBER = st.from_regex(r"\+62 8[0-9]{2}-[0-9]{4}-[0-9]{3,4}|\([0-9]{3}\) [0-9]{3}-[0-9]{4}", fullmatch=True)


@QUICK
@given(st.lists(NUMBER, min_size=2, max_size=3), st.sampled_from([" / ", "; ", ", ", " or ", "\n"]))
def test_phone_numbers_are_counted(numbers: list[str], separator: str) -> None:
    found = phone_form.numbers(text_series([separator.join(numbers)]))
    assert found["first"].to_list() == [numbers[0]]
    assert found["count"].to_list() == [len(numbers)]


@QUICK
@given(
    NUMBER, st.from_regex(r"[0-9]{1,6}", fullmatch=True), st.sampled_from(["x", " x", " ext. ", " ext ", ";ext=", " #"])
)
def test_an_extension_comes_off(number: str, extension: str, mark: str) -> None:
    cell = text_series([number + mark + extension])
    assert phone_form.extension(cell).to_list() == [extension]
    assert phone_form.without_extension(cell).to_list() == [number]
    assert phone_form.numbers(cell)["count"].to_list() == [0]


# Published examples of the IBAN registry.
IBANS = (
    "AT611904300234573201 BE68539007547034 CH9300762011623852957 DE89370400440532013000 DK5000400440116243 "
    "ES9121000418450200051332 FI2112345600000785 FR1420041010050500013M02606 GB29NWBK60161331926819 "
    "GR1601101250000000012300695 IE29AIBK93115212345678 IT60X0542811101000000123456 LU280019400644750000 "
    "MT84MALT011000012345MTLCAST001S NL91ABNA0417164300 NO9386011117947 PL61109010140000071219812874 "
    "PT50000201231234567890154 SA0380000000608010167519 SE4550000000058398257466 TR330006100519786457841326"
).split()


@pytest.mark.parametrize("number", IBANS)
def test_published_ibans(number: str) -> None:
    grouped = " ".join(number[start : start + 4] for start in range(0, len(number), 4))
    assert bank_account.holds_iban(text_series([number, f"to {grouped} please", grouped.replace(" ", "-")])).all()


@QUICK
@given(st.sampled_from(IBANS), st.integers(2, 14), st.integers(1, 9))
def test_one_wrong_digit_is_no_iban(number: str, place: int, add: int) -> None:
    if not number[place].isdigit():
        return
    wrong = number[:place] + str((int(number[place]) + add) % 10) + number[place + 1 :]
    assert not bank_account.holds_iban(text_series([wrong, f"x{number}", f"{number}9"])).any()


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("Steuer-ID 86095742719", "de"),
        ("Steuer-ID 86095742718", ""),
        ("Steuer-ID 12345678903", ""),
        ("NIK 3171014507900001", "id"),
        ("NIK 3171013207900001", ""),
        ("NIK 3171014507900000", ""),
        ("NIK 9971014507900001", ""),
        ("ssn 078-05-1120", "us"),
        ("ssn: order no. 078-05-1120", ""),
        ("NINO AB123456C", "gb"),
        ("NINO GB123456C", ""),
        ("3171014507900001", ""),
    ],
)
def test_national_ids(note: str, kind: str) -> None:
    assert national_id.kinds(text_series([note])).tolist() == [kind]


def test_every_postal_form_takes_its_own_examples() -> None:
    codes = {"US": "94105", "GB": "SW1A 1AA", "CA": "K1A 0B1", "NL": "1012 AB", "IE": "D02 X285", "PT": "1100-148"}
    values = text_series(list(codes.values()))
    for country in codes:
        fits = postcode.is_of(values, text_series([country] * len(codes)))
        assert fits[list(codes).index(country)], country
        assert fits.sum() == 1, country


def test_unknown_countries_and_blanks_fit_all() -> None:
    assert postcode.is_of(text_series(["x", None]), text_series(["ZZ", None])).all()


def test_zeros_come_back() -> None:
    codes, regions = text_series(["2210", "800", "94105", "0150", None]), text_series(["US", "AU", "US", "NO", "US"])
    assert postcode.with_zeros(codes, regions).fillna("").to_list() == ["02210", "0800", "", "", ""]


def test_regions_and_their_countries() -> None:
    names = text_series(["California", "Québec", "punjab", "Bayern", "Kent", None])
    assert region.countries(names).fillna("").to_list() == ["US", "CA", "IN PK", "DE", "", ""]
    assert region.coded(text_series(["TX", "wa", "BY", "", None])).fillna("").to_list() == ["US", "AU US", "", "", ""]


def test_towns_with_more() -> None:
    found = city.parted(text_series(["St. Louis, MO 63101", "10115 Berlin", "Austin TX", "Paris 15", "Washington, DC"]))
    assert found["city"].fillna("").to_list() == ["St. Louis", "Berlin", "Austin", "", ""]
    assert found["code"].fillna("").to_list() == ["63101", "10115", "", "", ""]
    assert found["region"].fillna("").to_list() == ["MO", "", "", "", ""]
    assert found["bare"].fillna("").to_list() == ["", "", "TX", "", ""]


def test_titles_and_pictures_come_off() -> None:
    titled = text_series(["Dr. Jane", "Mr. & Mrs. Roe", "Doe, PhD", "Mr.", "Drew", "Md. Rahman"])
    assert person_titles.without_titles(titled).fillna("").to_list() == ["Jane", "Roe", "Doe", "", "Drew", "Md. Rahman"]
    pictured = text_series(["Jane 🌸", "👩‍👩‍👧", "Zoë ", "🇮🇩 Budi"])
    assert script.without_emoji(pictured).fillna("").to_list() == ["Jane", "", "Zoë ", "Budi"]


def test_keys_in_a_row_are_no_initials() -> None:
    words = text_series(["asdf", "qweqwe", "aaa", "A. A. A.", "Ñ Ñ Ñ", "Lee", "Poi", "阿阿阿"])
    assert made_up_people.keyboard_run(words).tolist() == [True, True, True, False, False, False, False, False]
