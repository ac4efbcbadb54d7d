"""Phone numbers against the phonenumbers library."""

from pathlib import Path

import pandas as pd
import pytest

from audit.values import phone
from audit.values.text import TEXT

VECTORS = Path(__file__).parents[2] / "../shared/data/crm/vectors-phone/phone_examples.csv"


def column(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype=TEXT)


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
