"""First-level regions (states, provinces, Länder): which country a name or code is of."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import pandas as pd

from audit.values.region_names import ALSO_OF, CODED, REGIONS
from audit.values.text import key, mapped, objects, text_series

SEPARATOR = " "
"""Between the countries of one name."""


def countries(values: pd.Series) -> pd.Series:
    """The two-letter codes of the countries that have a region of this name, in order, blank between; NA if unknown."""
    return mapped(key(values), _named().get)


def is_of(values: pd.Series, regions: pd.Series) -> pd.Series:
    """Whether a text names a region, by name or code, of the country beside it; NA where its regions are not known."""
    known = regions.isin(sorted(REGIONS))
    spelled = (regions + SEPARATOR + key(values)).where(known)
    return spelled.isin(sorted(_of_country())).astype("boolean").where(known & values.notna())


def coded(values: pd.Series) -> pd.Series:
    """The countries, as in `countries`, among those that write regions as codes, which have this code."""
    return mapped(values.str.strip().str.upper(), _codes().get)


@cache
def _entries() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Country, code and folded names of each region."""
    entries = []
    for country, listed in REGIONS.items():
        for entry in " ".join(listed.split()).split(";"):
            code, _, names = entry.strip().partition(" ")
            spelled = objects(key(text_series([name.strip() for name in names.split(",")])))
            entries.append((country, code, tuple(spelled)))
    return tuple(entries)


@cache
def _named() -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for country, _, names in _entries():
        for name in names:
            found.setdefault(name, set(ALSO_OF.get(name, ()))).add(country)
    return MappingProxyType({name: SEPARATOR.join(sorted(where)) for name, where in found.items()})


@cache
def _codes() -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for country, code, _ in _entries():
        if country in CODED:
            found.setdefault(code, set()).add(country)
    return MappingProxyType({code: SEPARATOR.join(sorted(where)) for code, where in found.items()})


@cache
def _of_country() -> frozenset[str]:
    """ "US california" and "US ca" for every region."""
    return frozenset(
        f"{country}{SEPARATOR}{name}" for country, code, names in _entries() for name in (*names, code.lower())
    )
