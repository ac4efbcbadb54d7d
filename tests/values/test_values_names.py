"""Names of people and companies."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler
from sklearn.metrics import average_precision_score

from audit.values import company_name, person_name
from audit.values.text import TEXT, fold, objects

SHARED = Path(__file__).parents[2] / "../shared/data"
PAIRS = SHARED / "dedupe/name_pairs/pairs.csv"
COMPANIES = SHARED / "crm/lookup-company-suffixes/companies.csv"


def column(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype=TEXT)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Doe, Jane", (None, "Jane", None, "Doe", None)),
        ("Dr. Jane A. van der Berg Jr.", ("Dr.", "Jane", "A.", "van der Berg", "Jr.")),
        ("Prof. Dr. Hans Müller, PhD", ("Prof. Dr.", "Hans", None, "Müller", "PhD")),
        ("Budi Santoso, S.E., M.M.", (None, "Budi", None, "Santoso", "S.E. M.M.")),
        ("Mary Ann Smith", (None, "Mary", "Ann", "Smith", None)),
        ("Sukarno", (None, "Sukarno", None, None, None)),
        ("Jane Ma", (None, "Jane", None, "Ma", None)),
        ("VAN DYKE, PETER", (None, "PETER", None, "VAN DYKE", None)),
        (" ", (None,) * 5),
    ],
)
def test_split(written: str, parts: tuple[str | None, ...]) -> None:
    row = person_name.split(column(written)).iloc[0]
    assert tuple(None if pd.isna(part) else part for part in row) == parts


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        ("JOHN O'BRIEN", "John O'Brien"),
        ("mary mcdonald", "Mary McDonald"),
        ("VAN DYKE, PETER", "Peter van Dyke"),
        ("jean-luc picard", "Jean-Luc Picard"),
        ("Mr. JOHN SMITH", "John Smith"),
        ("ludwig van Beethoven", "ludwig van Beethoven"),
        ("MacDonald", "MacDonald"),
    ],
)
def test_usual_case_only_where_it_was_shouted(written: str, usual: str) -> None:
    assert person_name.clean(column(written)).iloc[0] == usual


def test_short_forms_have_one_key() -> None:
    keys = person_name.nickname_key(column("Bob", "Rob", "Robert", "Liz", "ELIZABETH", "Budi"))
    assert keys.tolist() == ["robert"] * 3 + ["elizabeth"] * 2 + ["budi"]
    assert "budi" not in person_name.given_names()
    assert "robert" in person_name.given_names()


def test_people_and_not_people() -> None:
    values = column("Jane Doe", "张伟", "x@y.com", "R2D2", "www.acme.com", "---", "O'Brien-Smith, J.")
    assert person_name.validate(values).tolist() == [True, True, False, False, False, False, True]


def test_same_person_scores_above_another() -> None:
    left = column("Bob Smith", "Smith, Robert", "R. Smith", "Jean-Luc Picard", "Сергей Лавров", "John Smith")
    right = column("Robert Smith", "Robert Smith", "Robert Smith", "Jeanluc Picard", "Sergey Lavrov", "John Jones")
    alike = person_name.compare(left, right)
    assert (alike[:5] > 0.85).all()
    assert alike[5] < 0.5


@pytest.mark.parametrize(
    ("name", "key", "form"),
    [
        ("Siemens AG", "siemens", "ag"),
        ("PT. Bank Central Asia, Tbk.", "bank central asia", "pt tbk"),
        ("CV Maju Jaya", "maju jaya", "cv"),
        ("Müller GmbH & Co. KG", "muller", "gmbh co kg"),
        ("Volkswagen Bank G.m.b.H.", "volkswagen bank", "gmbh"),
        ("Grupo Bimbo S.A.B. de C.V.", "grupo bimbo", "sab de cv"),
        ("The Procter & Gamble Company", "procter and gamble", "company"),
        ("Procter and Gamble Co.", "procter and gamble", "co"),
        ("Marks & Spencer plc", "marks and spencer", "plc"),
        ("L'Oréal S.A.", "loreal", "sa"),
        ("Triple P N.V.", "triple p", "nv"),
        ("Limited Brands", "limited brands", None),
        ("Air Canada", "air canada", None),
        ("Ltd", "ltd", None),
    ],
)
def test_company_key_and_legal_form(name: str, key: str, form: str | None) -> None:
    values = column(name)
    found = company_name.legal_form(values).iloc[0]
    assert (company_name.key(values).iloc[0], None if pd.isna(found) else found) == (key, form)


def test_company_and_person() -> None:
    values = column("Acme GmbH", "Sunrise Hotel", "Jane Doe", None)
    assert company_name.looks_like_company(values).tolist() == [True, True, False, False]


def test_same_company_scores_above_another() -> None:
    left = column("SiemensAG", "Walmart Inc.", "KKR Asian Fund III L.P.", "Deutsche Bank AG")
    right = column("Siemens Aktiengesellschaft", "Wal-Mart, Inc", "KKR Asian Fund IV L.P.", "Commerzbank AG")
    alike = company_name.compare(left, right)
    assert (alike[:2] > 0.85).all()
    assert (alike[2:] < 0.7).all()


def precision(pairs: pd.DataFrame, alike: np.ndarray) -> float:
    return float(average_precision_score(pairs["is_match"] == "true", np.nan_to_num(alike)))


def baseline(pairs: pd.DataFrame) -> float:
    """The best of the usual string measures on folded names."""
    names = [objects(fold(pairs[name].astype(TEXT)).fillna("")) for name in ("name1", "name2")]
    measures = (JaroWinkler.similarity, fuzz.token_set_ratio, fuzz.token_sort_ratio, fuzz.WRatio)
    return max(precision(pairs, process.cpdist(*names, scorer=measure)) for measure in measures)


@pytest.mark.shared
@pytest.mark.skipif(not PAIRS.exists(), reason="the labelled name pairs are not there")
@pytest.mark.parametrize(("people", "reached"), [(True, 0.87), (False, 0.93)], ids=["people", "companies"])
def test_labelled_pairs(people: bool, reached: float) -> None:
    """Guards against getting worse; the weights were chosen on these pairs, so it says nothing about other data."""
    pairs = pd.read_csv(PAIRS, dtype=str, keep_default_na=False)
    pairs = pairs[(pairs["schema"] == "Person") == people]
    compare = person_name.compare if people else company_name.compare
    score = precision(pairs, compare(pairs["name1"].astype(TEXT), pairs["name2"].astype(TEXT)))
    assert score > reached
    assert score > baseline(pairs) + 0.04


@pytest.mark.shared
@pytest.mark.skipif(not COMPANIES.exists(), reason="the list of company names is not there")
def test_legal_forms_of_real_companies() -> None:
    names = pd.read_csv(COMPANIES, sep=";", header=None, names=["name", "country"])["name"].astype(TEXT)
    ending = names.str.contains(r"(?:Inc|Corp|Ltd|plc|S\.A|N\.V|AG|SpA|S\.p\.A|Co)\.?$", regex=True)
    assert ending.sum() > 900
    assert company_name.legal_form(names[ending]).notna().mean() > 0.99
