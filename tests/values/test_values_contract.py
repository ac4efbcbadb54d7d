"""What holds for every value type, on any text."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audit.values import (
    address,
    bank_account,
    boolean,
    city,
    company_name,
    company_words,
    country,
    date,
    domain,
    email,
    email_form,
    made_up_people,
    money,
    national_id,
    person_name,
    person_titles,
    phone,
    phone_form,
    region,
    script,
    text,
)

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
NEARLY = st.one_of(
    st.sampled_from(
        """Jane.Doe+x@GMAIL.com|a(at)b.com|Dr. Jane van der Berg Jr.|
        DOE, JOHN|PT. Astra Tbk|Müller GmbH & Co. KG|
        +62 812 3456 7890|(512) 757-6000 x12|31/01/2024 09:30 pm|2024-01-31T10:00:00Z|Jun 09, 2018|45000|
        Rp 1.500.000|
        (1,234.50)|€ 10|1.5M|U.S.A.|Côte d’Ivoire|https://www.Acme.co.uk/x|münchen.de|Hauptstraße 12 B|yes|n/a|--|
        Ã©cole|Jl. Thamrin No. 10 RT 01/02|  ||\u200b|ǅ ŉ ß İ|０１２|مصر|北京市""".replace("\n        ", "").split("|")
    ),
    st.from_regex(r"[A-Za-z0-9 .,@'()/+:$-]{0,24}", fullmatch=True),
    ANY_TEXT,
)
COLUMNS = st.lists(st.one_of(st.none(), NEARLY), max_size=12)
QUICK = settings(max_examples=30, deadline=None)

CLEANERS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "address.clean": address.clean,
    "address.postcode_key": address.postcode_key,
    "boolean.clean": boolean.clean,
    "company_name.clean": company_name.clean,
    "country.clean": country.clean,
    "date.clean": date.clean,
    "domain.clean": domain.clean,
    "domain.registrable": domain.registrable,
    "email.clean": email.clean,
    "email.match_key": email.match_key,
    "money.clean": money.clean,
    "person_name.clean": person_name.clean,
    "person_name.nickname_key": person_name.nickname_key,
    "phone.clean": phone.clean,
    "script.without_emoji": script.without_emoji,
    "text.blank_to_na": text.blank_to_na,
    "text.fold": text.fold,
    "text.key": text.key,
    "text.repair": text.repair,
    "text.squeeze": text.squeeze,
    "text.strip_invisible": text.strip_invisible,
}
OTHERS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "address.house_number": address.house_number,
    "boolean.parse": boolean.parse,
    "city.parted": lambda values: city.parted(values)["city"],
    "company_name.key": company_name.key,
    "company_name.legal_form": company_name.legal_form,
    "country.name": country.name,
    "country.suggest": country.suggest,
    "date.parse": lambda values: date.parse(values)[0],
    "email_form.addresses": lambda values: email_form.addresses(values)["first"],
    "email_form.undecorated": email_form.undecorated,
    "email.domain": email.domain,
    "email.local_part": email.local_part,
    "email.reason": email.reason,
    "email.repair": email.repair,
    "money.currency": money.currency,
    "money.number": lambda values: money.number(values)[0],
    "money.percent": money.percent,
    "person_titles.without_titles": person_titles.without_titles,
    "phone_form.extension": phone_form.extension,
    "phone_form.numbers": lambda values: phone_form.numbers(values)["first"],
    "phone_form.without_extension": phone_form.without_extension,
    "phone.calling_region": phone.calling_region,
    "phone.digits": phone.digits,
    "phone.match_key": phone.match_key,
    "region.coded": region.coded,
    "region.countries": region.countries,
}
JUDGES: dict[str, Callable[[pd.Series], np.ndarray]] = {
    "address.validate": address.validate,
    "bank_account.holds_iban": bank_account.holds_iban,
    "boolean.validate": boolean.validate,
    "company_name.looks_like_company": company_name.looks_like_company,
    "company_name.validate": company_name.validate,
    "company_words.has_business_word": company_words.has_business_word,
    "company_words.has_legal_form": company_words.has_legal_form,
    "country.validate": country.validate,
    "date.validate": date.validate,
    "domain.validate": domain.validate,
    "email_form.quoted": email_form.quoted,
    "email.is_disposable": email.is_disposable,
    "email.is_free": email.is_free,
    "email.is_reserved": email.is_reserved,
    "email.is_role": email.is_role,
    "email.validate": email.validate,
    "made_up_people.everyman": made_up_people.everyman,
    "made_up_people.figures": made_up_people.figures,
    "made_up_people.filler_address": made_up_people.filler_address,
    "made_up_people.keyboard_run": made_up_people.keyboard_run,
    "money.validate": money.validate,
    "national_id.kinds": lambda values: national_id.kinds(values) != "",
    "person_name.is_shouted": person_name.is_shouted,
    "person_name.validate": person_name.validate,
    "person_titles.is_titled": person_titles.is_titled,
    "phone_form.is_filler": phone_form.is_filler,
    "phone.validate": phone.validate,
    "script.emoji": script.emoji,
    "script.mixed": script.mixed,
    "text.invisible": text.invisible,
    "text.is_placeholder": text.is_placeholder,
    "text.mojibake": text.mojibake,
}
COMPARERS: dict[str, Callable[[pd.Series, pd.Series], np.ndarray]] = {
    "address": address.compare,
    "boolean": boolean.compare,
    "company_name": company_name.compare,
    "country": country.compare,
    "date": date.compare,
    "domain": domain.compare,
    "money": money.compare,
    "person_name": person_name.compare,
    "phone": phone.compare,
}
# These read a value by what else stands in its column.
DECIDED_PER_COLUMN = {"date.clean", "date.parse", "money.clean", "money.number", "money.percent"}


def column(values: list[str | None]) -> pd.Series:
    """An unusual index, so that a function that loses it is found out."""
    return pd.Series(values, index=[f"row {number * 7 % 31}" for number in range(len(values))], dtype=text.TEXT)


@pytest.mark.parametrize("name", CLEANERS)
@QUICK
@given(COLUMNS)
@example(["MR. mr x", "dr. dr.", "a@b.com", "x,,jr", "MC MC", "1.234", "12,5"])
def test_cleaning_twice_changes_nothing(name: str, values: list[str | None]) -> None:
    once = CLEANERS[name](column(values))
    pd.testing.assert_series_equal(CLEANERS[name](once), once)


@pytest.mark.parametrize("name", [*CLEANERS, *OTHERS])
@QUICK
@given(COLUMNS)
def test_index_kept_blank_stays_blank_and_order_is_irrelevant(name: str, values: list[str | None]) -> None:
    function = (CLEANERS | OTHERS)[name]
    given_values = column(values)
    before = given_values.copy(deep=True)
    result = function(given_values)
    pd.testing.assert_series_equal(given_values, before)
    assert result.index.equals(given_values.index)
    assert result[text.blank_to_na(given_values).isna()].isna().all()
    pd.testing.assert_series_equal(function(given_values.iloc[::-1]).iloc[::-1], result)


@pytest.mark.parametrize("name", sorted({*CLEANERS, *OTHERS} - DECIDED_PER_COLUMN))
@QUICK
@given(COLUMNS)
def test_a_value_alone_gives_the_same_as_in_a_column(name: str, values: list[str | None]) -> None:
    function = (CLEANERS | OTHERS)[name]
    result = function(column(values))
    alone = [function(column([value])).iloc[0] for value in values]
    assert [None if pd.isna(value) else value for value in alone] == [
        None if pd.isna(value) else value for value in result
    ]


@pytest.mark.parametrize("name", JUDGES)
@QUICK
@given(COLUMNS)
def test_verdicts_are_booleans_and_blank_is_false(name: str, values: list[str | None]) -> None:
    given_values = column(values)
    verdict = JUDGES[name](given_values)
    assert verdict.dtype == bool
    assert len(verdict) == len(values)
    assert not verdict[given_values.isna().to_numpy()].any()


@pytest.mark.parametrize(
    ("clean", "validate"),
    [
        (boolean.clean, boolean.validate),
        (country.clean, country.validate),
        (date.clean, date.validate),
        (email.clean, email.validate),
        (money.clean, money.validate),
    ],
    ids=["boolean", "country", "date", "email", "money"],
)
@QUICK
@given(COLUMNS)
def test_what_is_clean_is_valid(
    clean: Callable[[pd.Series], pd.Series],
    validate: Callable[[pd.Series], np.ndarray],
    values: list[str | None],
) -> None:
    cleaned = clean(column(values))
    assert validate(cleaned)[cleaned.notna().to_numpy()].all()


@pytest.mark.parametrize("name", COMPARERS)
@QUICK
@given(st.lists(st.tuples(st.one_of(st.none(), NEARLY), st.one_of(st.none(), NEARLY)), max_size=8))
def test_comparing_is_symmetric_and_bounded(name: str, pairs: list[tuple[str | None, str | None]]) -> None:
    left, right = (column([pair[side] for pair in pairs]) for side in (0, 1))
    alike = COMPARERS[name](left, right)
    assert len(alike) == len(pairs)
    known = ~np.isnan(alike)
    assert ((alike[known] >= 0) & (alike[known] <= 1)).all()
    np.testing.assert_allclose(COMPARERS[name](right, left), alike)
    same = COMPARERS[name](left, left)
    assert (same[~np.isnan(same)] == 1).all()


@pytest.mark.parametrize("name", [*CLEANERS, *OTHERS])
def test_empty_and_object_columns(name: str) -> None:
    function = (CLEANERS | OTHERS)[name]
    assert len(function(column([]))) == 0
    mixed = pd.Series(["x", None, np.nan], dtype=object)
    assert len(function(mixed)) == 3
