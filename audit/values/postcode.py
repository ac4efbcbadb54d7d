"""Postal codes: the form that each country's have, and those that lost the zeros at their front."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from audit.values.text import matches, objects, text_series

_GB = (
    r"(?:GIR ?0AA|BFPO ?[0-9]{1,4}|(?:[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]|[A-HK-Y][0-9][0-9]|[0-9][A-HJKPSTUW]|"
    r"[A-HK-Y][0-9][ABEHMNPRVWXY]))(?: ?[0-9][ABD-HJLNP-UW-Z]{2})?)"
)
FORMS: Mapping[str, str] = {
    "AT": "[1-9][0-9]{3}",
    "AU": "[0-9]{4}",
    "BE": "[1-9][0-9]{3}",
    "BR": "[0-9]{5}(?:-?[0-9]{3})?",
    "CA": "[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z](?:[ -]?[0-9][ABCEGHJ-NPRSTV-Z][0-9])?",
    "CH": "[1-9][0-9]{3}",
    "CN": "[0-9]{6}",
    "CZ": "[1-7][0-9]{2} ?[0-9]{2}",
    "DE": "[0-9]{5}",
    "DK": "[0-9]{4}",
    "ES": "[0-5][0-9]{4}",
    "FI": "[0-9]{5}",
    "FR": "[0-9]{2} ?[0-9]{3}(?: ?CEDEX ?[0-9]*)?",
    "GB": _GB,
    "ID": "[1-9][0-9]{4}",
    "IE": "(?:[A-Z][0-9][0-9W] ?[A-Z0-9]{4}|(?:D|DUBLIN) ?[0-9]{1,2}W?|[A-Z][0-9][0-9W])",
    "IN": "[1-9][0-9]{2} ?[0-9]{3}",
    "IT": "[0-9]{5}",
    "JP": "〒?[0-9]{3}-?[0-9]{4}",
    "KR": "[0-9]{5}|[0-9]{3}-?[0-9]{3}",
    "MX": "[0-9]{5}",
    "MY": "[0-9]{5}",
    "NL": "[1-9][0-9]{3}(?: ?[A-Z]{2})?",
    "NO": "[0-9]{4}",
    "PH": "[0-9]{3,4}",
    "PL": "[0-9]{2}-?[0-9]{3}",
    "PT": "[1-9][0-9]{3}(?:[- ]?[0-9]{3})?",
    "SE": "[1-9][0-9]{2} ?[0-9]{2}",
    "SG": r"(?:SINGAPORE|S|\(S\)) ?[0-9]{6}|[0-9]{6}",
    "TH": "[1-9][0-9]{4}",
    "TR": "[0-9]{5}",
    "US": "[0-9]{5}(?:[- ]?[0-9]{4})?",
    "ZA": "[0-9]{4}",
}
"""By country the form of a code in capitals; older and shortened forms that people still write pass."""

ZEROED: Mapping[str, tuple[int, str]] = {
    "AU": (4, "0(?:200|[89][0-9]{2})"),
    "BR": (8, "0[1-9][0-9]{6}"),
    # Until 1993 Germany had codes of four digits, most of them round: 8000 is Munich of old, not 08000.
    "DE": (5, "0[1-46-9](?:[0-9]{2}[1-9]|[0-9][1-9]0|[1-9]00)"),
    "ES": (5, "0[1-9][0-9]{3}"),
    "FI": (5, "00[1-9][0-9]{2}|0[1-9][0-9]{3}"),
    "FR": (5, "0[1-9][0-9]{3}"),
    "IT": (5, "001[0-9]{2}|0[1-9][0-9]{3}"),
    "KR": (5, "0[1-9][0-9]{3}"),
    "MX": (5, "0[1-9][0-9]{3}"),
    "MY": (5, "0[1-9][0-9]{3}"),
    "NO": (4, "0[1-9][0-9]{2}"),
    "PR": (5, "00[679][0-9]{2}"),
    "SG": (6, "0[1-9][0-9]{4}"),
    "TR": (5, "0[1-9][0-9]{3}"),
    "UA": (5, "0[1-9][0-9]{3}"),
    "US": (5, "00[5-9][0-9]{2}|0[1-9][0-9]{3}"),
    "VI": (5, "008[0-9]{2}"),
    "ZA": (4, "0[1-9][0-9]{2}"),
}
"""By country, how many digits a postal code has, and which codes in use begin with 0."""


_BEFORE: Mapping[str, str] = {"FI": "FIN|FI", "US": "USA|[A-Z]{2}"}
"""What stands before a code beside the country's two letters and its first one; a state in the United States."""


def is_of(values: pd.Series, regions: pd.Series) -> np.ndarray:
    """Where a code has the form of the codes of the country beside it (two letters), or that country's is not known.

    The country's letters may stand before the code: "D-10115", "CH-8001".
    """
    spelled = values.str.strip().str.upper()
    fits = np.ones(len(values), dtype=bool)
    codes, names = pd.factorize(regions)
    for place, region in enumerate(names):
        if region in FORMS:
            here = codes == place
            prefix = rf"(?:{_BEFORE.get(region, region)}|{region[0]})?[- ]*"
            fits[here] = matches(spelled[here], rf"^{prefix}(?:{FORMS[region]})$")
    return fits


def with_zeros(values: pd.Series, regions: pd.Series) -> pd.Series:
    """The code in use that a number lacks only its zeros to be, in the country beside it; NA where there is none."""
    code = values.str.strip()
    judged = matches(code, "^[0-9]+$") & regions.isin(sorted(ZEROED)).to_numpy(dtype=bool)
    judged &= ~matches(code, "^0")
    found = np.full(len(values), None, dtype=object)
    codes, names = pd.factorize(regions)
    for place, region in enumerate(names):
        if region in ZEROED:
            length, pattern = ZEROED[region]
            here = judged & (codes == place)
            # A text with zeros before it, cut to the country's length.
            bare = code[here]
            short = (bare.str.len() < length).to_numpy(dtype=bool)
            whole = ("0" * length + bare[short]).str.slice(start=-length)
            used = matches(whole, f"^(?:{pattern})$")
            found[np.flatnonzero(here)[short][used]] = objects(whole[used])
    return text_series(found, values.index)
