"""The page of each rule, read off its docstring, and the catalogue of all of them.

``python -m rules.pages`` writes rules/CATALOGUE.md; with ``--check`` it only says whether the file is up to date.
"""

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from audit.rule import Family, FixKind, FixSafety, Rule
from rules.catalogue import RULES

CATALOGUE = Path(__file__).with_name("CATALOGUE.md")
HEADINGS = {
    "What is flagged": "what",
    "Why it matters": "why",
    "How to fix": "how",
    "Example": "example",
    "Fix safety": "safety",
}


@dataclass(frozen=True)
class RulePage:
    """What a rule says about itself. `safety` is empty for a rule that does not fix."""

    summary: str
    what: str
    why: str
    how: str
    example: str
    safety: str = ""


def page(rule: Rule) -> RulePage:
    """The headings of the rule's docstring. Raises ValueError where one is missing, unknown or out of order."""
    summary, *parts = re.split(r"^\*\*(.+)\*\*$", inspect.cleandoc(rule.__doc__ or ""), flags=re.MULTILINE)
    found = [heading.strip() for heading in parts[::2]]
    wanted = list(HEADINGS)[: 5 if rule.fix_kind is not FixKind.NONE else 4]
    if found != wanted or not all(part.strip() for part in (summary, *parts)):
        raise ValueError(
            f"the docstring of {rule.id} should have the headings {wanted}, each with text, but has {found}"
        )
    texts = {HEADINGS[heading]: _paragraph(text) for heading, text in zip(found, parts[1::2], strict=True)}
    return RulePage(_paragraph(summary), **texts)


def catalogue_markdown(rules: Sequence[Rule]) -> str:
    """All rules as one document: a table per family, then a page per rule."""
    families = [(family, [rule for rule in rules if rule.family is family]) for family in Family]
    families = [(family, members) for family, members in families if members]
    lines = [
        "# Catalogue of rules",
        "",
        f"{len(rules)} rules. Written by `python -m rules.pages` from the rules themselves; do not edit.",
        "",
        "The dimension is one of DAMA UK (2013), beside it the characteristic of ISO/IEC 25012:2008. A *safe* fix is",
        "applied to the cleaned tables; one that *needs review* waits for a person.",
    ]
    for family, members in families:
        lines += [
            "",
            f"## {_title(family)}",
            "",
            "| Id | Rule | Severity | Dimension | ISO/IEC 25012 | Fix |",
            "|---|---|---|---|---|---|",
            *(
                f"| [{rule.id}](#{_anchor(rule)}) | {rule.title} | {rule.severity} | {rule.dimension} | {rule.iso} "
                f"| {_fix(rule)} |"
                for rule in members
            ),
        ]
    for _, members in families:
        for rule in members:
            lines += ["", *_page_lines(rule)]
    return "\n".join(lines) + "\n"


def _page_lines(rule: Rule) -> list[str]:
    text = page(rule)
    fields = ", ".join(f"`{name}`" for name in rule.fields) or "any column"
    facts = [f"`{rule.slug}`, since {rule.since}", f"fields: {fields}"]
    if rule.requires:
        facts.append(f"needs: {', '.join(f'`{name}`' for name in rule.requires)}")
    if rule.options:
        facts.append(f"options: {', '.join(f'`{name} = {_toml(value)}`' for name, value in rule.options.items())}")
    told = [(heading, getattr(text, name)) for heading, name in HEADINGS.items()]
    return [
        f"## {rule.id} {rule.title}",
        "",
        text.summary,
        "",
        *(line for heading, part in told if part for line in (f"**{heading}.** {part}", "")),
        *(f"- {fact}" for fact in facts),
    ]


def _paragraph(text: str) -> str:
    return " ".join(text.split())


def _title(family: Family) -> str:
    return str(family).replace("_", " ").capitalize()


def _anchor(rule: Rule) -> str:
    """The anchor that Markdown viewers give to the heading of the rule's page."""
    return re.sub(r"[^\w -]", "", f"{rule.id} {rule.title}".lower()).replace(" ", "-")


def _fix(rule: Rule) -> str:
    if rule.fix_kind is FixKind.NONE:
        return "-"
    return f"{rule.fix_kind}, {'safe' if rule.fix_safety is FixSafety.SAFE else 'needs review'}"


def _toml(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return f"[{', '.join(_toml(item) for item in items)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


@click.command()
@click.option("--check", is_flag=True, help="Only say whether the file is up to date; exit 1 if it is not.")
def main(check: bool) -> None:
    """Write rules/CATALOGUE.md."""
    text = catalogue_markdown(RULES)
    if not check:
        CATALOGUE.write_text(text, encoding="utf-8")
    elif not CATALOGUE.exists() or CATALOGUE.read_text(encoding="utf-8") != text:
        raise click.ClickException("rules/CATALOGUE.md is stale: run python -m rules.pages")


if __name__ == "__main__":
    main()
