"""Countries: names in the languages of the trade, codes and habits, to ISO 3166-1 alpha-2."""

import pickle
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from audit.values.country_names import ALIASES, COUNTRIES, FULL_LANGUAGES
from audit.values.text import key, mapped, matches, objects, over_distinct, squeeze, substitute, text_series


def clean(values: pd.Series) -> pd.Series:
    """The two-letter code of a country's name or code; NA where unknown."""
    known = _codes()

    def codes(distinct: pd.Series) -> pd.Series:
        return text_series([known.get(word or "") for word in objects(_spelling(distinct))])

    return over_distinct(values, codes)


def name(iso2_values: pd.Series) -> pd.Series:
    """The English name (CLDR) of two-letter codes; NA where the code is unknown."""
    english = _english()
    return mapped(iso2_values, lambda code: english.get(code.strip().upper()))


def validate(values: pd.Series) -> np.ndarray:
    """Where a value is a country's name or code, correctly spelt."""
    return clean(values).notna().to_numpy()


def suggest(values: pd.Series) -> pd.Series:
    """The English name nearest to a value that is no country, one or two slips away; NA where none or several are."""
    known, english = _codes(), _english()
    names = sorted(word for word in known if len(word) > 3)

    def nearest(value: str) -> str | None:
        word = _spelling(text_series([value])).fillna("").iat[0]
        if len(word) < 4 or word in known:
            return None
        allowed = 1 if len(word) < 7 else 2
        found = process.extract(word, names, scorer=OSA.distance, score_cutoff=allowed, limit=10)
        best = {known[match] for match, distance, _ in found if distance == found[0][1]}
        return english[best.pop()] if len(best) == 1 else None

    return mapped(values, nearest)


def compare(left: pd.Series, right: pd.Series) -> np.ndarray:
    """1 where both are the same country, 0 where not, NaN where either is unknown."""
    a, b = objects(clean(left)), objects(clean(right))
    known = pd.notna(a) & pd.notna(b)
    return np.where(known, (a == b).astype(float), np.nan)


def written_out(names: pd.Series) -> pd.Series:
    """English names without abbreviations and the article within: "Saint Vincent and Grenadines"."""
    spelt = substitute(substitute(names, "&", "and"), r"(?i)^\s*St\.? ", "Saint ")
    return substitute(spelt, r"(?i)\band the ", "and ")


def _spelling(values: pd.Series) -> pd.Series:
    """`text.key`, but other scripts stay as they are: transliterated, Egypt in Arabic is "msr", Montserrat's code."""
    native = squeeze(values).str.casefold()
    return key(written_out(values)).where(matches(values, r"\p{Latin}"), native)


@cache
def _english() -> Mapping[str, str]:
    from babel import Locale

    territories = Locale("en").territories
    return MappingProxyType({code: territories[code] for code in COUNTRIES})


def _named_in(language: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """The names of countries in a language, each with its code.

    Read from Babel's file of the language alone: Babel itself would merge and keep all that it knows of each language.
    """
    from babel.localedata import resolve_locale_filename

    with Path(resolve_locale_filename(language)).open("rb") as file:
        territories = pickle.load(file).get("territories", {})
    return [(territories[code], code) for code in codes if code in territories]


@cache
def _codes() -> Mapping[str, str]:
    """Every known spelling, folded without blanks, to its code. Earlier sources win."""
    from babel import localedata
    from babel.core import get_global
    from babel.languages import get_official_languages

    found: dict[str, str] = {code.lower(): code for code in COUNTRIES}
    sources: list[list[tuple[str, str]]] = [[(alias, code) for code, names in ALIASES.items() for alias in names]]
    sources.append([(_english()[code], code) for code in COUNTRIES])
    sources.append(
        [
            (alias, codes[0])
            for alias, codes in sorted(get_global("territory_aliases").items())
            if len(alias) == 3 and alias.isalpha() and len(codes) == 1 and codes[0] in COUNTRIES
        ]
    )
    for language in FULL_LANGUAGES:
        sources.append(_named_in(language, COUNTRIES))
    spoken: dict[str, list[str]] = {}
    for code in COUNTRIES:
        for language in get_official_languages(code, regional=True, de_facto=True):
            if localedata.exists(language):
                spoken.setdefault(language, []).append(code)
    sources.append([named for language, codes in spoken.items() for named in _named_in(language, codes)])
    for source in sources:
        spellings = _spelling(text_series([spelling for spelling, _ in source])).fillna("").to_list()
        meant: dict[str, set[str]] = {}
        for word, (_, code) in zip(spellings, source, strict=True):
            if word:
                meant.setdefault(word, set()).add(code)
        for word, codes in meant.items():
            if word not in found and len(codes) == 1:
                found[word] = next(iter(codes))
    return MappingProxyType(found)
