"""`crm-audit rules`: what is checked."""

import json
from pathlib import Path
from typing import Any

import click

from audit.cli.options import config_option
from audit.errors import UsageError


@click.group()
def rules() -> None:
    """What is checked."""


@rules.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@config_option
def list_rules(form: str, config_path: Path | None) -> None:
    """All rules by family, those of audit.toml included."""
    from audit.config import find_config, load_config
    from audit.pipeline import select_rules

    known = select_rules(load_config(config_path or find_config(())))
    if form == "json":
        click.echo(json.dumps([_rule_data(rule) for rule in known], indent=2))
        return
    family = ""
    for rule in known:
        if rule.family != family:
            family = rule.family
            click.echo(click.style(f"\n{family.replace('_', ' ')}", bold=True))
        click.echo(f"  {rule.id}  {rule.severity:<8}  {rule.title}")


@rules.command()
@click.argument("rule_id")
@config_option
def explain(rule_id: str, config_path: Path | None) -> None:
    """One rule: what it flags, why that matters, how to fix it."""
    import difflib

    from audit.config import find_config, load_config
    from audit.pipeline import select_rules
    from rules.pages import HEADINGS, page

    known = {rule.id: rule for rule in select_rules(load_config(config_path or find_config(())))}
    rule = known.get(rule_id.upper())
    if rule is None:
        near = difflib.get_close_matches(rule_id.upper(), known, n=1)
        raise UsageError(
            f"There is no rule {rule_id!r}.", hint=f"Did you mean {near[0]}?" if near else "See `crm-audit rules list`."
        )
    told = page(rule)
    click.echo(click.style(f"{rule.id}  {rule.title}", bold=True))
    click.echo(f"{rule.severity} | {rule.dimension} (ISO/IEC 25012: {rule.iso}) | fields: {', '.join(rule.fields)}\n")
    for heading, name in HEADINGS.items():
        if getattr(told, name):
            click.echo(f"{click.style(heading, bold=True)}\n{getattr(told, name)}\n")


def _rule_data(rule: Any) -> dict[str, Any]:
    return {
        "id": rule.id,
        "slug": rule.slug,
        "title": rule.title,
        "family": str(rule.family),
        "severity": str(rule.severity),
        "dimension": str(rule.dimension),
        "iso_25012": rule.iso,
        "fields": list(rule.fields),
        "requires": list(rule.requires),
        "fix_kind": str(rule.fix_kind),
        "fix_safety": str(rule.fix_safety),
        "since": rule.since,
    }
