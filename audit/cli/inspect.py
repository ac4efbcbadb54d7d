"""`crm-audit inspect` and `init`: what each file was taken for, and the file in which a user corrects it."""

import json
from pathlib import Path
from typing import Any

import click

from audit.cli.options import config_option, configured, given, paths_argument
from audit.errors import UsageError


@click.command()
@paths_argument
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@config_option
def inspect(paths: tuple[Path | str, ...], form: str, config_path: Path | None) -> None:
    """Show what each file was taken for, and how its columns were mapped and read."""
    from audit.pipeline import load_sources
    from audit.sources import describe

    config, paths = configured(paths, config_path)
    tables = describe(load_sources(paths, config))
    if form == "json":
        click.echo(json.dumps(tables, indent=2, ensure_ascii=False))
        return
    for table in tables:
        click.echo(_described(table))


@click.command()
@paths_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("audit.toml"), show_default=True)
@click.option("--force", is_flag=True, help="Replace an existing file.")
def init(paths: tuple[Path | str, ...], output: Path, force: bool) -> None:
    """Write a commented audit.toml from the files it sees."""
    from audit.config import Config
    from audit.pipeline import load_sources
    from audit.project_file import project_file

    if output.exists() and not force:
        raise UsageError(f"{output} exists.", hint="Give another name with -o, or --force to replace it.")
    text = project_file(load_sources(given(paths), Config()), paths)
    beside = output.with_name(output.name + ".part")
    beside.write_text(text, "utf-8")
    beside.replace(output)
    click.echo(f"Wrote {output}. Correct what is wrong in it, then: crm-audit run -c {output}")


def _described(table: dict[str, Any]) -> str:
    name = f"{table['file']} [{table['sheet']}]" if table["sheet"] else table["file"]
    if table["entity"] is None:
        return f"{click.style(name, bold=True)}\n  left out: {table['reason']}\n"
    lines = [
        click.style(name, bold=True),
        f"  {table['system']} {table['object']} -> {table['entity']} ({table['confidence']:.0%}: {table['reason']})",
        f"  rows {table['rows_present']:,} = {table['rows_read']:,} read + {table['rows_set_aside']:,} set aside",
    ]
    for column in table["mapping"]:
        target = column["field"] or "(kept, not mapped)"
        opinion = f"; {column['opinion']}" if column["opinion"] else ""
        lines.append(f"    {column['header']!r} -> {target}  {column['confidence']:.0%} {column['reason']}{opinion}")
    lines += [f"  note: {note}" for note in table["notes"]]
    return "\n".join(lines) + "\n"
