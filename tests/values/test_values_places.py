"""Countries, domains, addresses, booleans and plain text."""

import pandas as pd
import pytest

from audit.values import address, boolean, country, domain, text
from audit.values.country_names import COUNTRIES
from audit.values.text import TEXT


def column(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype=TEXT)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("US", "US"),
        ("usa", "US"),
        ("U.S.A.", "US"),
        ("United States of America", "US"),
        ("UK", "GB"),
        ("England", "GB"),
        ("Deutschland", "DE"),
        ("Alemania", "DE"),
        ("Jerman", "DE"),
        ("IDN", "ID"),
        ("Brasil", "BR"),
        ("日本", "JP"),
        ("Россия", "RU"),
        ("مصر", "EG"),
        ("Côte d’Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Korea, Republic of", "KR"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Viet Nam", "VN"),
        ("Niger", "NE"),
        ("Nigeria", "NG"),
        ("The Netherlands", "NL"),
        ("Philipines", None),
        ("Atlantis", None),
        ("xx", None),
    ],
)
def test_country_codes(written: str, code: str | None) -> None:
    found = country.clean(column(written)).iloc[0]
    assert (None if pd.isna(found) else found) == code


def test_every_country_has_a_name_that_leads_back() -> None:
    codes = column(*COUNTRIES)
    assert country.clean(country.name(codes)).tolist() == list(COUNTRIES)


def test_country_suggestions() -> None:
    values = column("Philipines", "Germny", "Untied States", "Germany", "Atlantis", "Irak")
    assert country.suggest(values).fillna("").tolist()[:5] == ["Philippines", "Germany", "United States", "", ""]


@pytest.mark.parametrize(
    ("written", "host", "owned"),
    [
        ("https://www.Acme.com/x?y#z", "acme.com", "acme.com"),
        ("jane@shop.acme.co.uk", "shop.acme.co.uk", "acme.co.uk"),
        ("WWW2.acme.co.id:8080", "acme.co.id", "acme.co.id"),
        ("münchen.de", "münchen.de", "münchen.de"),
        ("xn--mnchen-3ya.de", "münchen.de", "münchen.de"),
        ("//cdn.acme.io/", "cdn.acme.io", "acme.io"),
        ("acme.example", "acme.example", None),
        ("acme", None, None),
        ("http://127.0.0.1/", None, None),
        ("co.uk", "co.uk", None),
    ],
)
def test_domains(written: str, host: str | None, owned: str | None) -> None:
    values = column(written)
    found = [function(values).iloc[0] for function in (domain.clean, domain.registrable)]
    assert [None if pd.isna(value) else value for value in found] == [host, owned]


def test_domain_verdicts() -> None:
    assert domain.validate(column("acme.com", "acme.example", "acme.notatld", "acme")).tolist() == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Main Street, Apt. 4", "12 main st apt 4"),
        ("Hauptstraße 5a", "Hauptstr. 5a"),
        ("Jalan Sudirman No. 5", "Jl. Sudirman Nomor 5"),
        ("100 North 5th Avenue", "100 N. 5th Ave"),
    ],
)
def test_street_lines_in_one_form(one: str, other: str) -> None:
    assert address.clean(column(one)).iloc[0] == address.clean(column(other)).iloc[0]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("12b Main St", "12B"),
        ("Hauptstr. 12 B", "12B"),
        ("Jl. Thamrin No. 10 RT 01/02", "10"),
        ("Apt 5, 10 Main St", "10"),
        ("84011 Porter Springs Suite 653", "84011"),
        ("Calle Mayor 7, 3 B", "7"),
        ("Main Street", None),
    ],
)
def test_house_numbers(line: str, number: str | None) -> None:
    found = address.house_number(column(line)).iloc[0]
    assert (None if pd.isna(found) else found) == number


def test_postcodes() -> None:
    assert address.postcode_key(column("sw1a 1aa", "12345-6789", "06652")).tolist() == ["SW1A1AA", "12345", "06652"]


def test_different_house_numbers_are_not_the_same_address() -> None:
    assert address.compare(column("12 Main St", "12 Main St"), column("14 Main St", "12 Main Street")).tolist() == [
        0.5,
        1,
    ]


def test_booleans() -> None:
    yes = column("TRUE", "Yes", "y", "1", "x", "ja", "ya", "sí", "Sim", "oui", "subscribed")
    no = column("false", "No", "n", "0", "nein", "tidak", "Não", "non", "unsubscribed", "off", "F")
    assert boolean.parse(yes).tolist() == [True] * 11
    assert boolean.parse(no).tolist() == [False] * 11
    unknown = column("maybe", "", None)
    assert boolean.parse(unknown).isna().all()
    assert boolean.parse(unknown, blank_is_false=True).tolist() == [pd.NA, False, False]


def test_folding() -> None:
    values = column("  Müller-Lüdenscheidt & Söhne ", "MidMarket", "mid-market", "北京", "---")
    assert text.fold(values).tolist() == ["muller ludenscheidt sohne", "midmarket", "mid market", "bei jing", pd.NA]
    keys = text.key(values)
    assert keys.iloc[1] == keys.iloc[2] == "midmarket"


def test_placeholders() -> None:
    empty = column(
        "n/a", "N.A.", "--", ".", "select", "-None-", "NULL", "tbd", "test", "asdf", "qwerty", "xxx", "aaaa", "1234"
    )
    assert text.is_placeholder(empty).all()
    names = column("Nan", "Na", "Jo", "Max", "Test Drive GmbH", "A1", "Ann", "No", "日本", "C", None)
    assert not text.is_placeholder(names).any()


def test_invisible_characters() -> None:
    values = column("a\u200bb", "\ufeffa", "a\x00", "a\u200d", "پزشک\u200cفر", "plain", "a\nb\tc", "👩\u200d💻")
    assert text.invisible(values).tolist() == [True] * 4 + [False] * 4
    assert text.strip_invisible(values).tolist() == [
        "ab",
        "a",
        "a",
        "a",
        "پزشک\u200cفر",
        "plain",
        "a\nb\tc",
        "👩\u200d💻",
    ]


def test_encoding_damage() -> None:
    values = column("Ã©cole", "MÃ¼ller", "école", "“quoted”", "lost \ufffd")
    assert text.mojibake(values).tolist() == [True, True, False, False, True]
    assert text.repair(values).tolist() == ["école", "Müller", "école", "“quoted”", "lost \ufffd"]
