"""Email addresses against the email-validator library."""

from pathlib import Path

import pandas as pd
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audit.values import email
from audit.values.text import TEXT

VECTORS = Path(__file__).parents[2] / "../shared/data/crm/vectors-email/email_validator_tests.csv"
RESERVED = ("arpa", "invalid", "local", "localhost", "onion")


def column(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype=TEXT)


def says_valid(address: str) -> bool:
    """The library's verdict, reserved domains apart."""
    trimmed = address.strip()
    for ending in RESERVED:
        if trimmed.lower().endswith(f".{ending}"):
            trimmed = trimmed[: -len(ending)] + "x" * len(ending)
    try:
        validate_email(trimmed, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


LABEL = st.from_regex(r"[a-zA-Z0-9-]{0,4}", fullmatch=True)
ODD_LABELS = ["com", "xn--mnchen-3ya", "local", "test", "ab--c", "a" * 63, "a" * 64]
ADDRESSES = st.builds(
    lambda local, labels, tail: f"{local}@{'.'.join(labels)}{tail}",
    st.from_regex(r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~\" é-]{0,6}", fullmatch=True),
    st.lists(st.one_of(LABEL, st.sampled_from(ODD_LABELS)), max_size=5),
    st.sampled_from(["", ".com", ".c", ".1", ".local", ".test", ".example", "\n", "."]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ADDRESSES, min_size=1, max_size=20))
@example(["a@" + "b." * 124 + "com", "a@" + "b." * 125 + "com", "x" * 240 + "@example.com", "x" * 250 + "@example.com"])
@example(["a@b-.com", "a@-b.com", "a@b.c-m", "a@b.c1", "a.@b.com", "a..b@c.com", "me@x.LOCAL", "me@local", "me@test"])
def test_the_fast_way_and_the_library_give_one_verdict(addresses: list[str]) -> None:
    assert email.validate(column(*addresses)).tolist() == [says_valid(address) for address in addresses]


@settings(max_examples=100, deadline=None)
@given(st.lists(ADDRESSES, min_size=1, max_size=10))
def test_the_clean_form_is_the_librarys_normal_form(addresses: list[str]) -> None:
    for address, cleaned in zip(addresses, email.clean(column(*addresses)), strict=True):
        try:
            normal = validate_email(address.strip(), check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError:
            continue
        assert cleaned == normal


@pytest.mark.shared
@pytest.mark.skipif(not VECTORS.exists(), reason="the published address vectors are not there")
def test_published_vectors() -> None:
    vectors = pd.read_csv(VECTORS, keep_default_na=False)
    verdict = email.validate(vectors["address"].astype(TEXT))
    assert verdict.tolist() == [says_valid(address) for address in vectors["address"]]
    trimmed = vectors["address"].str.strip() == vectors["address"]
    invalid = vectors["test"].eq("test_email_invalid_syntax") & trimmed
    assert not verdict[invalid].any()


def test_forms_that_are_cleaned() -> None:
    raw = column(
        " Jane.Doe@ACME.com ", "mailto:x@y.de?subject=hi", '"Doe, Jane" <j@Foo.Com>', "INFO@acme.co", "no address", None
    )
    assert email.clean(raw).tolist() == ["Jane.Doe@acme.com", "x@y.de", "j@foo.com", "info@acme.co", pd.NA, pd.NA]


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("a@b.com.", "a@b.com"),
        ("a(at)b.com", "a@b.com"),
        ("a [at] b [dot] com", "a@b.com"),
        ("a@@b.com", "a@b.com"),
        ("a @b.com", "a@b.com"),
        ("a@b,com", "a@b.com"),
        ("a@b..com", "a@b.com"),
        ("<a@b.com>", "a@b.com"),
        ("a@b.com;", "a@b.com"),
        ("a＠b.com", "a@b.com"),
        ("a@b.com", None),
        ("a@b.com; c@d.com", None),
        ("ana maria@b.com", None),
        ("nobody", None),
    ],
)
def test_repair_only_where_one_address_can_be_meant(slip: str, meant: str | None) -> None:
    repaired = email.repair(column(slip)).iloc[0]
    assert (None if pd.isna(repaired) else repaired) == meant


def test_match_key_joins_tags_dots_and_case() -> None:
    raw = column("J.Doe+crm@googlemail.com", "jdoe@GMAIL.com", "J.Doe+crm@acme.com", "j.doe@acme.com")
    assert email.match_key(raw).tolist() == ["jdoe@gmail.com", "jdoe@gmail.com", "j.doe@acme.com", "j.doe@acme.com"]


def test_kinds_of_addresses() -> None:
    raw = column(
        "info@acme.com",
        "sales.asia@acme.com",
        "marketing.smith@acme.com",
        "x@sub.mailinator.com",
        "x@gmail.com",
        "x@a.example",
    )
    assert email.is_role(raw).tolist() == [True, True, False, False, False, False]
    assert email.is_disposable(raw).tolist() == [False, False, False, True, False, False]
    assert email.is_free(raw)[4]
    assert email.is_reserved(raw).tolist() == [False] * 5 + [True]
    assert email.validate(raw).all()


def test_reasons_are_given_for_invalid_ones_only() -> None:
    reasons = email.reason(column("a@b.com", "a.b.com"))
    assert pd.isna(reasons.iloc[0])
    assert "@-sign" in reasons.iloc[1]


def test_lists_are_dated() -> None:
    assert "disposable-email-domains" in email.lists_dated()
