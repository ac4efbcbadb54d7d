"""Suggested rules as text of a project file, with their support; commented out if dismissed, appended if pinned."""

import tomllib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from audit.cli.layout import counted, harmless
from audit.config import Config, load_config
from audit.errors import UsageError
from audit.toml_text import append_table, table
from reports import masking
from rules.own import all_rules
from rules.suggest import Suggestion

HEAD = """\
# Rules that this data nearly always keeps. Each is a proposal: comment out what to dismiss, and take the others over
# with `crm-audit rules suggest ... --pin N`, or copy them into audit.toml.
"""


def suggested_text(found: Sequence[Suggestion], config: Config, dismissed: Collection[str]) -> str:
    """All suggestions as a file; those whose condition is among the `dismissed` are commented out.

    Those that audit.toml has already keep their numbers, so that a number means the same before and after a pin.
    """
    parts = [HEAD if found else "# Nothing was found that this data keeps and no rule says already.\n"]
    ids = _ids(config)
    for number, item in enumerate(found, start=1):
        if rule_id := _pinned(item, config):
            parts.append(f"\n# {number}. {rule_id} in audit.toml already: {item.title}\n")
            continue
        body = _entry(item, next(ids))
        if item.condition in dismissed:
            body = "".join(f"# {line}\n" for line in body.splitlines())
        parts.append(f"\n# {number}. {_support(item)}\n{body}")
    return "".join(parts)


def conditions_in(path: Path) -> frozenset[str]:
    """The conditions that stand commented out in a file of suggestions."""
    if not path.is_file():
        return frozenset()
    lines = [line[2:] for line in path.read_text("utf-8").splitlines() if line.startswith("# condition = ")]
    found = set()
    for line in lines:
        try:
            found.add(str(tomllib.loads(line)["condition"]))
        except tomllib.TOMLDecodeError:
            continue
    return frozenset(found)


def pin(path: Path, config: Config, found: Sequence[Suggestion], numbers: Sequence[int]) -> Iterator[str]:
    """Appends the suggestions of these numbers to audit.toml, all of them or none; gives a line for each.

    Raises UsageError for a number that there is not.
    """
    wrong = [number for number in numbers if not 1 <= number <= len(found)]
    if wrong:
        raise UsageError(f"There is no suggestion {wrong[0]}.", hint=f"There are 1 to {len(found)}.")
    chosen = [found[number - 1] for number in dict.fromkeys(numbers)]
    for item in chosen:
        if rule_id := _pinned(item, config):
            raise UsageError(f"{item.title!r} is in {path} already, as {rule_id}.", hint="Nothing was written.")
    entries = list(zip(chosen, _ids(config), strict=False))
    text = "\n".join(f"# {_support(item)}\n{_entry(item, rule_id)}" for item, rule_id in entries)
    append_table(path, text, lambda beside: all_rules(load_config(beside).own_rule))
    for item, rule_id in entries:
        yield f"{rule_id}  {item.title}  -> {path}"


def _ids(config: Config) -> Iterator[str]:
    """Ids that no rule has."""
    taken = {rule.id for rule in all_rules(config.own_rule)}
    return (name for number in range(1, 1000) if (name := f"OWN{number:03d}") not in taken)


def _pinned(item: Suggestion, config: Config) -> str | None:
    """The id of the rule of audit.toml that says the same."""
    same = (
        rule.id
        for rule in config.own_rule
        if rule.entity == item.entity and rule.condition.split() == item.condition.split()
    )
    return next(same, None)


def _entry(item: Suggestion, rule_id: str) -> str:
    return table(
        "own_rule",
        {
            "id": rule_id,
            "title": item.title,
            "entity": item.entity,
            "field": item.field,
            "condition": item.condition,
            "message": item.message,
            "severity": item.severity,
            "dimension": item.dimension,
        },
    )


def _support(item: Suggestion) -> str:
    """How much of the data keeps the rule, and a few masked values that do not."""
    held = f"{item.kind}: kept by {_percent(item.share)} of {item.rows:,} {item.entity.replace('_', ' ')} rows"
    if not item.exceptions:
        return f"{held} (95 % interval from {_percent(item.lower)}), no exception"
    shown = [harmless(masking.mask_value(item.entity, item.field, value)[:40]) for value in item.examples]
    named = f", e.g. {', '.join(shown)}" if shown else ""
    return f"{held} (95 % interval from {_percent(item.lower)}), {counted(item.exceptions, 'exception')}{named}"


def _percent(share: float) -> str:
    return f"{int(share * 1000) / 10:g} %"
