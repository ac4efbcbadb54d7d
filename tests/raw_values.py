"""A search of its own for values of the data in what is meant to hold none."""

import html
import re
from collections.abc import Iterable
from functools import cache

from audit.dataset import Dataset
from audit.schema import MULTI_SEPARATOR, entities
from reports.metrics.catalogue import METRICS
from reports.wording import LOCALES
from rules.catalogue import RULES

TYPES = {"name", "company", "email", "emails", "phone", "phones", "id", "note", "reference"}
FIELDS = {
    *("street", "street_2", "address", "username", "subject", "description", "message", "date_of_birth"),
    *("owner", "created_by", "updated_by", "changed_by", "manager"),
}
MACHINES = {"Import bot", "Web form", "HubSpot sync"}
"""Actors of the tables made for tests that are no persons."""
_WORD = re.compile(r"[^\W_]+")


def raw_values(dataset: Dataset) -> set[str]:
    """Every text that says who somebody is, as the sources wrote it; parts of lists one by one."""
    found: set[str] = set()
    for entity in dataset:
        table = dataset[entity]
        for name in table.frame.columns:
            spec = entities()[entity].fields.get(name)
            if spec is None or not (spec.type in TYPES or name in FIELDS):
                continue
            for value in table.original(name).dropna().unique():
                found |= {part.strip() for part in value.split(MULTI_SEPARATOR)} if spec.is_multi else {value.strip()}
    return found - MACHINES


def told(values: Iterable[str], text: str) -> set[str]:
    """The values that stand in a text as a whole, whatever the case and the marks between their words.

    Left out are values of fewer than three letters or six digits, and those of words that the product says itself.
    """
    words = [word.lower() for word in _WORD.findall(html.unescape(re.sub(r"<[^>]*>", " ", text)))]
    said = f" {' '.join(words)} "
    held = set(words)
    found = set()
    for value in values:
        parts = [part.lower() for part in _WORD.findall(value)]
        letters = sum(map(str.isalpha, "".join(parts)))
        if (letters < 3 and len("".join(parts)) < 6) or not held.issuperset(parts):
            continue
        if f" {' '.join(parts)} " in said and not own_words().issuperset(parts):
            found.add(value)
    return found


@cache
def own_words() -> frozenset[str]:
    """The words of the product's own texts: of its pages, rules and metrics, and names of fields and systems."""
    texts = [path.read_text("utf-8") for path in LOCALES.glob("*.toml")]
    texts += [f"{rule.title} {rule.message} {type(rule).__doc__}" for rule in RULES]
    texts += [str(metric) for metric in METRICS]
    texts += [
        f"{entity.title} {field.name} {field.title}"
        for entity in entities().values()
        for field in entity.fields.values()
    ]
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text))
