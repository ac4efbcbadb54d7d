"""What a masked report may say openly of the data, and the search that proves that it says nothing else.

Whatever a view shows as it is (headers, file names, words of lists) is written down here; `revealed` looks for every
name, company, address, number, id and note of the data in it. `screened` makes an output again without what was found.
"""

import hashlib
import hmac
import re
import string
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from babel import Locale

from audit.dataset import Dataset, Table
from audit.result import AuditResult
from audit.schema import MULTI_SEPARATOR, TEXT, entities
from audit.values.text import arrow
from reports import masking
from reports.wording import Words

if TYPE_CHECKING:
    from reports.sections.view import View

Made = TypeVar("Made")

RARE = 5
"""A value of a list that fewer records hold is not taken for a word of the list; in large tables, a share of them."""
RARE_SHARE = 0.0005
IDENTIFYING_TYPES = frozenset({"name", "company", "email", "emails", "phone", "phones", "id", "note"})
IDENTIFYING_FIELDS = frozenset(
    "street street_2 address username subject description message contact_id company_id deal_id lead_id".split()
)
KEY_FIELDS = ("source_id", "email", "phone", "name", "full_name", "first_name", "last_name")
LONGEST = 8
"""Words of the longest value that is looked for in texts; a longer one is found by its beginning no more than whole."""
LETTERS = "23456789BCDFGHJKLMNPQRSTVWXZ"
"""Of pseudonyms: no vowels, so that no word comes about, and nothing that is read as something else."""
CODE = 6
_WORDS = re.compile(r"[^\W_]+")
_EDGES = string.punctuation + "“”‘’„«»…–—·•"
_TIME = re.compile(r"(?i)\d{4}-(?:q[1-4]|w\d\d|\d\d)|q[1-4] ?\d{4}|fy ?\d{4}|\d{1,4}")


def screened(view: "View", make: Callable[["View"], Made]) -> Made:
    """What `make` makes of a view; made again with whatever a masked one showed of the data withheld."""
    made = make(view)
    if not view.masked:
        return made
    found = view.disclosure.revealed()
    return make(view.withholding(found)) if found else made


class Disclosure:
    """What one masked view shows openly. `found` are values (lower case) to be masked wherever they stand."""

    def __init__(self, result: AuditResult, words: Words, found: frozenset[str]) -> None:
        self.result = result
        self.words = words
        self.found = found
        self.shown: set[str] = set()

    @cached_property
    def withheld(self) -> frozenset[str]:
        """What must not be shown: what was found before, and what stands in headers, file names, lists and groups."""
        return self.found | self._search(_foreign(self.result, self.listed))

    def open(self, text: str) -> str:
        """A text that is shown as it is, but for what is withheld."""
        for value in sorted(self.withheld.intersection(grams(text)), key=len, reverse=True):
            spelt = r"[\W_]+".join(map(re.escape, _WORDS.findall(value)))
            text = re.sub(rf"(?i)(?<![^\W_]){spelt}(?![^\W_])", lambda found: masking.mask_text(found[0]), text)
        text = masking.mask_addresses(text)
        self.shown.add(text)
        return text

    def word(self, text: str) -> str:
        """A value of a list: open where it is a word of the list, else masked."""
        parts = [part.strip() for part in text.split(MULTI_SEPARATOR)]
        told = [self.open(part) if self._known(part) else masking.mask_text(part) for part in parts]
        return f"{MULTI_SEPARATOR} ".join(told)

    def revealed(self) -> frozenset[str]:
        """The values of the data (lower case) that stand in what was shown, less what the report's own words say."""
        return self._search(self.shown) - self.withheld

    def _search(self, texts: Iterable[str]) -> frozenset[str]:
        wanted = {gram for text in texts for gram in grams(text)}
        wanted = {gram for gram in wanted if not self._own_words.issuperset(_WORDS.findall(gram))}
        if not wanted:
            return frozenset()
        sought = pa.array(sorted(wanted), pa.large_string())
        return frozenset(value for column in _identifying(self.result.dataset) for value in _found(column, sought))

    @cached_property
    def _own_words(self) -> frozenset[str]:
        """The words of the product's own texts, and of the pages of this audit's rules."""
        pages = (f"{rule.title} {rule.message} {rule.__doc__}".lower() for rule in self.result.rules)
        return masking.own_words(self.words.language).union(word for page in pages for word in _WORDS.findall(page))

    def _known(self, text: str) -> bool:
        if masking.names_somebody(text):
            return False
        lower = text.lower()
        if lower in self.listed or lower in places(self.words.language) or _TIME.fullmatch(text):
            return True
        return all(
            word in self._listed_words or word in masking.own_words(self.words.language)
            for word in _WORDS.findall(lower)
        )

    @cached_property
    def listed(self) -> frozenset[str]:
        """The words of all lists of the data, lower case: values that many records hold."""
        found: set[str] = set()
        for entity in self.result.dataset:
            table = self.result.dataset[entity]
            for name in table.frame.columns:
                spec = entities()[entity].fields.get(name)
                if spec and spec.type in masking.LISTED_TYPES and name not in masking.NAMING_FIELDS:
                    found |= _frequent(table, name)
        return frozenset(found)

    @cached_property
    def _listed_words(self) -> frozenset[str]:
        return frozenset(word for value in self.listed for word in _WORDS.findall(value))


class Pseudonyms:
    """Names for people and companies: the same wherever the same data are told, and nothing that leads back.

    They are a keyed hash (HMAC-SHA-256) whose key is made of the data: of every id, address, number and name, whatever
    the order of the rows. Who lacks any of these cannot try names one by one; other data have other pseudonyms, so
    that two reports cannot be joined by them.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset

    def code(self, kind: str, name: str) -> str:
        """Six letters for a name; case and blanks do not count."""
        told = f"{kind}\x1f{' '.join(name.lower().split())}".encode("utf-8", "replace")
        number = int.from_bytes(hmac.digest(self._key, told, "sha256"), "big")
        letters = []
        for _ in range(CODE):
            number, place = divmod(number, len(LETTERS))
            letters.append(LETTERS[place])
        return "".join(letters)

    @cached_property
    def _key(self) -> bytes:
        digest = hashlib.sha256()
        for entity in sorted(self._dataset):
            table = self._dataset[entity]
            for name in KEY_FIELDS:
                if name in table and len(table):
                    values = table[name].astype(TEXT).fillna("").to_numpy(dtype=object)
                    total = int(pd.util.hash_array(values, categorize=False).sum(dtype=np.uint64))
                    digest.update(f"{entity}.{name}:{len(values)}:{total};".encode())
        return digest.digest()


def grams(text: str) -> Iterator[str]:
    """Every run of up to LONGEST words of a text, lower case: as written, without marks at its ends, words alone."""
    lower = text.lower()
    for words in (lower.split(), _WORDS.findall(lower)):
        for start in range(len(words)):
            for end in range(start + 1, min(start + LONGEST, len(words)) + 1):
                run = " ".join(words[start:end])
                for gram in {run, run.strip(_EDGES)}:
                    if _tells(gram):
                        yield gram


def _tells(gram: str) -> bool:
    """Whether a value is long enough to say anything: two letters, or six digits where it is a number."""
    letters = sum(map(str.isalpha, gram))
    return letters >= 2 or (not letters and len(gram) >= 6)


@cache
def places(language: str) -> frozenset[str]:
    """Countries and currencies, by name and code, lower case."""
    found: set[str] = set()
    for locale in (Locale.parse("en"), Locale.parse(language)):
        for table in (locale.territories, locale.currencies):
            found |= {text.lower() for entry in table.items() for text in entry if not text.isdigit()}
    return frozenset(found)


def _foreign(result: AuditResult, listed: frozenset[str]) -> Iterator[str]:
    """The texts of the data that reports are most likely to show as they are."""
    yield from listed
    yield from result.dataset.warnings
    yield from result.inputs
    for info in result.dataset.sources:
        yield from (info.file, info.sheet, info.source, info.reason, *info.notes)
        yield from (text for column in info.mapping for text in (column.header, column.opinion))
    yield from result.metrics["group"].dropna().unique()


def _frequent(table: Table, name: str) -> set[str]:
    values = pc.drop_null(arrow(table[name]))
    if table.entity and entities()[table.entity][name].type == "tags":
        values = pc.list_flatten(pc.split_pattern(values, MULTI_SEPARATOR))
    counts = pc.value_counts(pc.utf8_lower(pc.utf8_trim_whitespace(values)))
    least = max(RARE, round(RARE_SHARE * len(values)))
    often = counts.filter(pc.greater_equal(pc.struct_field(counts, "counts"), least))
    return set(pc.struct_field(often, "values").to_pylist())


def _identifying(dataset: Dataset) -> Iterable[pa.Array | pa.ChunkedArray]:
    """Every column that says who somebody is, lower case and trimmed, the parts of a list one by one."""
    for entity in dataset:
        table = dataset[entity]
        for name in table.frame.columns:
            spec = entities()[entity].fields.get(name)
            if spec is None or not (
                spec.type in IDENTIFYING_TYPES or name in IDENTIFYING_FIELDS or name in masking.NAMING_FIELDS
            ):
                continue
            column = pc.drop_null(arrow(table.original(name)))
            if spec.is_multi:
                column = pc.list_flatten(pc.split_pattern(column, MULTI_SEPARATOR))
            column = pc.utf8_lower(pc.utf8_trim_whitespace(column))
            if name in masking.NAMING_FIELDS:
                column = pc.unique(column)
                persons = [not masking.is_machine(each) for each in column.to_pylist()]
                column = column.filter(pa.array(persons, pa.bool_()))
            yield column


def _found(column: pa.Array | pa.ChunkedArray, sought: pa.Array) -> list[str]:
    return pc.unique(column.filter(pc.is_in(column, sought))).to_pylist()
