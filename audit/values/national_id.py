"""National identity numbers in free text: United States, United Kingdom, Germany, Indonesia.

A number counts only with its check digit, its inner dates and places, or a word beside it that says what it is, since
order numbers and phone numbers have as many digits.
"""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from audit.values.text import matches

_LIKELY = r"[0-9](?:[ .-]?[0-9]){8}|[A-Z]{2}[0-9]{6}[A-D]"
_LIKELY_WORD = (
    r"(?i)ssn|social|\bsoc\b|insurance|\bnino\b|\bn\.?i\b|steuer|st-?id|idnr|\btax|\btin\b|identi|\bnik\b|ktp|kartu|induk|"
    r"\bid card"
)
_GROUPED = r"\b[A-Z]{2} [0-9]{2} [0-9]{2} [0-9]{2} [A-D]\b"
_NOT_INSIDE = r"(?<![0-9A-Za-z+])(?<![0-9A-Za-z][-./])"
_NOT_BEFORE = r"(?![0-9A-Za-z]|[-/][0-9])"
_WORD_BEFORE = 40
_WORD_BEHIND = 20

# 000, 666 and 900 to 999 are not given out, nor are groups of zeros.
_SSN = re.compile(
    rf"{_NOT_INSIDE}(?!000|666|9)[0-9]{{3}}(?P<mark>[- ]?)(?!00)[0-9]{{2}}(?P=mark)(?!0000)[0-9]{{4}}{_NOT_BEFORE}"
)
_SSN_WORD = re.compile(r"(?i)\bssn\b|social[- ]security|\bsoc(?:ial)?\.? sec")
_NINO = re.compile(
    rf"{_NOT_INSIDE}(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]( ?)"
    rf"(?:[0-9]{{2}}\1){{3}}[A-D]{_NOT_BEFORE}"
)
_NINO_WORD = re.compile(r"(?i)national[- ]insurance|\bnino\b|\bn\.?i\.?(?: number| no\b| nr\b|:)")
_TAX_ID = re.compile(
    rf"{_NOT_INSIDE}[1-9][0-9](?P<mark> ?)[0-9]{{3}}(?P=mark)[0-9]{{3}}(?P=mark)[0-9]{{3}}{_NOT_BEFORE}"
)
_TAX_WORD = re.compile(
    r"(?i)steuer-?(?:id|identifikations)|\bst-?id\b|\bidnr\b|steuerliche id|\btax[- ]?id|\btin\b|identifikationsnummer"
)
_NIK = re.compile(rf"{_NOT_INSIDE}[0-9]{{6}}(?P<mark>[ .-]?)[0-9]{{6}}(?P=mark)[0-9]{{4}}{_NOT_BEFORE}")
_NIK_WORD = re.compile(r"(?i)\bnik\b|ktp\b|kartu tanda penduduk|nomor induk|no\.? identitas|\bid(?:entity)? card")
_PROVINCES = frozenset(
    """
    11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96
    """.split()
)
_OTHER_NUMBER = re.compile(
    r"(?i)\b(?:order|invoice|ticket|case|ref(?:erence)?|part|po|tracking|resi|pesanan|phone|tel|fax|call|hp|mobile|telefon)"
    r"\W*(?:no|nr|number|id)?\W*$"
)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def kinds(texts: pd.Series) -> np.ndarray:
    """Which number a text holds: "us", "gb", "de" or "id" (the country's), the first of them; "" for none."""
    found = np.full(len(texts), "", dtype=object)
    likely = (matches(texts, _LIKELY) & matches(texts, _LIKELY_WORD)) | matches(texts, _GROUPED)
    for place in np.flatnonzero(likely):
        found[place] = next(_found(texts.iat[place]), "")
    return found


def _found(text: str) -> Iterator[str]:
    if any(_named(_SSN_WORD, text, number) for number in _SSN.finditer(text)):
        yield "us"
    if any(number[1] or _named(_NINO_WORD, text, number) for number in _NINO.finditer(text)):
        yield "gb"
    if any(_is_tax_id(number) and _named(_TAX_WORD, text, number) for number in _TAX_ID.finditer(text)):
        yield "de"
    if any(_is_nik(number) and _named(_NIK_WORD, text, number) for number in _NIK.finditer(text)):
        yield "id"


def _named(word: re.Pattern[str], text: str, number: re.Match[str]) -> bool:
    """Whether the word stands shortly before the number, or right behind it, and none for another number between."""
    before = text[max(0, number.start() - _WORD_BEFORE) : number.start()]
    if _OTHER_NUMBER.search(before):
        return False
    behind = text[number.end() : number.end() + _WORD_BEHIND]
    return bool(word.search(before) or word.search(behind))


def _is_tax_id(number: re.Match[str]) -> bool:
    """Whether eleven digits are a German tax id (§ 139b AO): ISO 7064 MOD 11,10, one digit twice or thrice."""
    digits = [int(digit) for digit in number[0] if digit.isdigit()]
    repeats = sorted(count for count in (digits[:10].count(digit) for digit in range(10)) if count > 1)
    if repeats not in ([2], [3]):
        return False
    product = 10
    for digit in digits[:10]:
        product = 2 * ((product + digit) % 10 or 10) % 11
    return (11 - product) % 10 == digits[10]


def _is_nik(number: re.Match[str]) -> bool:
    """Whether sixteen digits are a NIK: province, regency, district, date of birth (women's day + 40), serial."""
    digits = "".join(digit for digit in number[0] if digit.isdigit())
    day, month = int(digits[6:8]) % 40, int(digits[8:10])
    return (
        digits[:2] in _PROVINCES
        and digits[2:4] != "00"
        and digits[4:6] != "00"
        and int(digits[6:8]) <= 71
        and 1 <= month <= 12
        and 1 <= day <= _DAYS[month - 1]
        and digits[12:] != "0000"
    )
