"""`crm-audit why`: why two records were joined, or why not."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from audit.cli.layout import facts, harmless, heading, wrapped
from audit.cli.options import (
    config_option,
    configured,
    decided,
    decisions_option,
    form_option,
    paths_argument,
)


@click.command()
@click.argument("one", metavar="ID1")
@click.argument("other", metavar="ID2")
@paths_argument
@click.option("--entity", type=click.Choice(["contact", "account"]), help="Where both know these ids.")
@decisions_option
@form_option
@config_option
def why(
    one: str,
    other: str,
    paths: tuple[Path | str, ...],
    entity: str | None,
    decisions_path: Path | None,
    form: str,
    config_path: Path | None,
) -> None:
    """Say why two contacts or accounts were joined, or why not: field by field, up to the probability.

    An ID is the record's own id, its mail address, FILE:ROW, or its name in the report (C-0412). The records are
    matched anew from PATHS, or those of audit.toml. People's data are shown in full.
    """
    from audit.matching.why import account_of, find_pair
    from audit.pipeline import load_sources, match_tables

    config, sources = configured(paths, config_path)
    config, decisions = decided(config, paths, config_path, decisions_path)
    loaded = load_sources(sources, config)
    table, pair = find_pair(loaded, one, other, entity)
    found = match_tables(replace(loaded, tables={table.entity: table}), config, decisions)[table.entity]
    account = account_of(table, found, *pair)
    click.echo(json.dumps(account, indent=2, ensure_ascii=False) if form == "json" else "\n".join(told(account)))


def told(account: dict[str, Any]) -> list[str]:
    """The account in lines for a terminal."""
    verdict = "joined" if account["joined"] else "not joined"
    lines = [heading(f"{account['entity']}: {verdict}") + f", {account['probability']:.4g} likely the same"]
    lines += wrapped(account["reason"])
    for side in ("left", "right"):
        place = account[side]
        own = f", id {place['source_id']}" if place["source_id"] else ""
        lines += facts([(side, f"{place['source']}: {place['file']} row {place['row']}{own}")])
    lines += ["", _row("field", "left", "right", "level", "bits", "so far")]
    lines.append(_row("before", "", "", "any two records", "", f"{account['before']:.2g}"))
    for field in account["fields"]:
        bits = f"{field['weight']:+.1f}"
        so_far = f"{field['probability']:.4g}"
        lines.append(_row(field["field"], field["left"], field["right"], field["level"], bits, so_far))
    keys = account["keys"]
    lines.append("")
    lines += facts([("same keys", ", ".join(keys["shared"])), ("other keys", ", ".join(keys["missed"]))])
    return lines


def _row(name: str, left: str, right: str, level: str, bits: str, so_far: str) -> str:
    cells = (_cut(name, 16), _cut(left, 26), _cut(right, 26), _cut(level, 22))
    return f"  {cells[0]:<16}  {cells[1]:<26}  {cells[2]:<26}  {cells[3]:<22}  {bits:>6}  {so_far:>8}".rstrip()


def _cut(text: str, room: int) -> str:
    text = harmless(text)
    return text if len(text) <= room else text[: room - 1] + "…"
