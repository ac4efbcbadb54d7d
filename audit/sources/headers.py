"""Header texts made comparable: keys and words without case, accents, punctuation and decoration."""

import re
import unicodedata
from functools import cache

_TAG = re.compile(r"<[^>]{1,80}>")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKET = re.compile(r"\s*[(\[{][^)\]}]*[)\]}]\s*$")
_CUSTOM = re.compile(r"^(?:[A-Za-z]\w*?__)?(.+?)__[crp]$")
_CURRENCY = re.compile(
    r"[\s_(\[-]+(usd|eur|gbp|idr|sgd|aud|cad|chf|jpy|cny|inr|myr|brl|mxn|pln|sek|nok|dkk|thb|php|zar|nzd|hkd)[)\]]?$",
    re.IGNORECASE,
)


@cache
def header_key(header: str) -> str:
    """Letters and digits alone, lower case, no accents: "E-Mail (Work)" -> "emailwork"."""
    plain = unicodedata.normalize("NFKD", _TAG.sub(" ", header).replace("ß", "ss"))
    return "".join(char for char in plain.casefold() if char.isalnum())


@cache
def header_words(header: str) -> tuple[str, ...]:
    """The words of a header, camel case and underscores taken apart: "SignupDate" -> ("signup", "date")."""
    spaced = _CAMEL.sub(" ", _TAG.sub(" ", header))
    words = re.split(r"[\W_]+", unicodedata.normalize("NFKD", spaced).casefold())
    return tuple(word for word in ("".join(c for c in word if c.isalnum()) for word in words) if word)


@cache
def header_keys(header: str) -> tuple[str, ...]:
    """All keys under which a header may be known, the most exact first."""
    plain = header.strip().removeprefix("properties.").removesuffix(".value")
    forms = [header, plain, _BRACKET.sub("", plain)]
    custom = _CUSTOM.match(plain)
    if custom:
        forms.append(custom[1])
    if _CURRENCY.search(plain):
        forms.append(_CURRENCY.sub("", plain))
    return tuple(dict.fromkeys(key for key in map(header_key, forms) if key))


def header_currency(header: str) -> str | None:
    """The ISO currency code that a header ends with: "budget_gbp" -> "GBP"."""
    found = _CURRENCY.search(header.strip())
    return found[1].upper() if found else None
