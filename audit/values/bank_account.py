"""International bank account numbers (IBAN, ISO 13616): the form of each country's and the check digits."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np
import pandas as pd

from audit.values.text import matches

FORMS: Mapping[str, str] = dict(
    entry.split(":")
    for entry in """
    AD:8n12c AE:19n AL:8n16c AT:16n AZ:4a20c BA:16n BE:12n BG:4a6n8c BH:4a14c BI:23n BR:23n1a1c BY:4c4n16c CH:5n12c
    CR:18n CY:8n16c CZ:20n DE:18n DJ:23n DK:14n DO:4c20n EE:16n EG:25n ES:20n FI:14n FK:2a12n FO:14n FR:10n11c2n
    GB:4a14n GE:2a16n GI:4a15c GL:14n GR:7n16c GT:24c HN:4a20n HR:17n HU:24n IE:4a14n IL:19n IQ:4a15n IS:22n
    IT:1a10n12c JO:4a4n18c KW:4a22c KZ:3n13c LB:4n20c LC:4a24c LI:5n12c LT:16n LU:3n13c LV:4a13c LY:21n MC:10n11c2n
    MD:20c ME:18n MK:3n10c2n MN:16n MR:23n MT:4a5n18c MU:4a19n3a NI:4a20n NL:4a10n NO:11n OM:3n16c PK:4a16c PL:24n
    PS:4a21c PT:21n QA:4a21c RO:4a16c RS:18n RU:14n15c SA:2n18c SC:4a20n3a SD:14n SE:20n SI:15n SK:20n SM:1a10n12c
    SO:19n ST:21n SV:4a20n TL:19n TN:20n TR:6n16c UA:6n19c VA:18n VG:4a16n XK:16n YE:4a4n18c
    """.split()
)
"""By country what follows the two check digits: n digits, a capital letters, c either (SWIFT's IBAN registry)."""

_LIKELY = r"[A-Z]{2}[0-9]{2}[ -]?[A-Z0-9]{3}"
_CLASSES = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}


def holds_iban(texts: pd.Series) -> np.ndarray:
    """Where a text holds an IBAN of the right form and with right check digits, in one piece or in groups of four."""
    found = matches(texts, _LIKELY)
    for place in np.flatnonzero(found):
        found[place] = any(is_right(number) for number in _numbers(texts.iat[place]))
    return found


def is_right(number: str) -> bool:
    """Whether the check digits of an IBAN without blanks are right (ISO 7064, modulo 97)."""
    return int("".join(str(int(letter, 36)) for letter in number[4:] + number[:4])) % 97 == 1


def _numbers(text: str) -> Iterator[str]:
    for start in _start().finditer(text):
        for pattern in _patterns()[start[0]]:
            found = pattern.match(text, start.start())
            if found:
                yield re.sub("[ -]", "", found[0])


@cache
def _start() -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(sorted(FORMS))})(?=[0-9]{{2}})")


@cache
def _patterns() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """By country the number in one piece, and in groups of four with a blank or hyphen between."""
    built = {}
    for country, form in FORMS.items():
        marks = [_CLASSES[kind] for count, kind in re.findall("([0-9]+)([nac])", form) for _ in range(int(count))]
        grouped = ["[0-9]", "[0-9]", *marks]
        # The country's letters fill half of the first group.
        pieces = [
            piece + ("[ -]" if place % 4 == 1 and place < len(grouped) - 1 else "")
            for place, piece in enumerate(grouped)
        ]
        built[country] = tuple(re.compile(rf"{country}{''.join(parts)}(?![A-Za-z0-9])") for parts in (grouped, pieces))
    return built
