"""Domain names, from links, addresses or bare hosts."""

import re
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from audit.values.text import arrow, matches, objects, over_distinct, text_series

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"^(?:{_LABEL}\.)+(?:[a-z]|[a-z][a-z0-9-]{{0,61}}[a-z0-9])$"
_RESERVED = r"\.(?:example|internal|invalid|local|localhost|test)$"


def clean(values: pd.Series) -> pd.Series:
    """The host in lower case and Unicode, without scheme, user, port, path and www; NA where there is no domain."""
    return over_distinct(values, _clean)


def registrable(values: pd.Series) -> pd.Series:
    """The part that an owner registers ("shop.acme.co.uk" gives "acme.co.uk"), by the Public Suffix List; else NA."""

    def owned(distinct: pd.Series) -> pd.Series:
        extract = _extractor()
        return text_series(
            [
                extract(host).top_domain_under_public_suffix or None if host else None
                for host in objects(_clean(distinct))
            ]
        )

    return over_distinct(values, owned)


def validate(values: pd.Series) -> np.ndarray:
    """Where a value is or holds a domain that can be registered, or a reserved one such as .example."""
    return registrable(values).notna().to_numpy() | matches(clean(values), _RESERVED)


def compare(left: pd.Series, right: pd.Series) -> np.ndarray:
    """1 for the same registrable domain, else likeness of the names before the suffix, to 0.9; NaN where blank."""
    a, b = (clean(side) for side in (left, right))
    own_a, own_b = objects(registrable(a).fillna(a)), objects(registrable(b).fillna(b))
    known = pd.notna(own_a) & pd.notna(own_b)
    names = [[str(host).partition(".")[0] for host in side] for side in (own_a, own_b)]
    alike = process.cpdist(*names, scorer=fuzz.ratio, dtype=np.float64) / 100 * 0.9
    return np.where(known, np.where(own_a == own_b, 1.0, alike), np.nan)


def _clean(distinct: pd.Series) -> pd.Series:
    text = pc.utf8_lower(pc.utf8_trim_whitespace(arrow(distinct)))
    for pattern in (
        r"^(?:mailto:|[a-z][a-z0-9+.-]*:/{1,3}|//)",
        r"[/?#\\].*$",
        r"^.*@",
        r":[0-9]*$",
        r"^www[0-9]?\.",
        r"\.+$",
    ):
        text = pc.replace_substring_regex(text, f"(?s){pattern}", "")
    hosts = text_series(text)
    ascii_only = matches(hosts, _HOST)
    coded = ~ascii_only & matches(hosts, r"[^\x00-\x7f]") | matches(hosts, "xn--")
    words = objects(hosts)
    words[~ascii_only] = None
    for place in np.flatnonzero(coded):
        words[place] = _unicode_host(hosts.iat[place])
    return text_series(words)


def _unicode_host(host: str) -> str | None:
    import idna

    try:
        coded = idna.encode(host, uts46=True).decode("ascii")
        plain = idna.decode(coded)
    except (idna.IDNAError, UnicodeError):
        return None
    return plain if re.search(_HOST, coded) else None


@cache
def _extractor() -> Any:
    """The Public Suffix List as packaged: no download, no cache."""
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)
