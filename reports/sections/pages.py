"""A rule's page: the parts of its docstring."""

import inspect
import re
from dataclasses import dataclass
from functools import cache

from audit.rule import Rule

_HEADING = re.compile(r"^\*\*(.+?)\*\*\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    summary: str
    what: str
    why: str
    how: str
    example: str
    safety: str


@cache
def _page(docstring: str) -> Page:
    text = inspect.cleandoc(docstring)
    parts = _HEADING.split(text)
    found = {title: " ".join(body.split()) for title, body in zip(parts[1::2], parts[2::2], strict=True)}
    return Page(
        summary=" ".join(parts[0].split()),
        what=found.get("What is flagged", ""),
        why=found.get("Why it matters", ""),
        how=found.get("How to fix", ""),
        example=found.get("Example", ""),
        safety=found.get("Fix safety", ""),
    )


def page_of(rule: Rule) -> Page:
    # A rule of audit.toml has a page of its own, not that of its class.
    return _page(rule.__doc__ or "")
