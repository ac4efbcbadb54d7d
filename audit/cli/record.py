"""`crm-audit record`: everything known and found about one record across all sources."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit.cli.explain import change_lines, finding_lines, pair_lines, place_and_fields
from audit.cli.layout import counted, heading, side_by_side, wrapped
from audit.cli.options import (
    config_option,
    configured,
    form_option,
    masked_option,
    paths_argument,
    report_option,
)

if TYPE_CHECKING:
    from reports.outputs.saved import SavedRun

SHOWN = 30
"""Findings and changes listed; the rest is counted."""


@click.command()
@click.argument("name", metavar="RECORD")
@paths_argument
@click.option("--entity", help="contact, account, deal, ...: where several records have the same id.")
@report_option
@masked_option
@form_option
@config_option
def record(
    name: str,
    paths: tuple[Path | str, ...],
    entity: str | None,
    report: Path,
    masked: bool,
    form: str,
    config_path: Path | None,
) -> None:
    """Show all that is known and found about one record across sources.

    RECORD is its id in its source, its mail address, or its name in the report (C-0412). It is looked up in the files
    of an earlier run; with PATHS these are audited for the answer. People's data are shown in full unless --masked.
    """
    from reports.outputs import inquiry

    with _run(paths, report, config_path) as saved:
        account = inquiry.record_account(saved, name, entity)
        account = inquiry.withheld(account, inquiry.findings_of(saved, account))
    if masked:
        account = inquiry.masked(account)
    click.echo(json.dumps(account, indent=2, ensure_ascii=False) if form == "json" else "\n".join(told(account)))


@contextmanager
def _run(paths: tuple[Path | str, ...], report: Path, config_path: Path | None) -> Iterator["SavedRun"]:
    """The run in `report`, or one of `paths` made for this question."""
    from reports.outputs.saved import SavedRun

    if not paths:
        yield SavedRun(report)
        return
    import pandas as pd

    from audit.pipeline import run_audit
    from reports.outputs import write

    config, paths = configured(paths, config_path)
    result = run_audit(paths, config, pd.Timestamp(config.as_of or date.today()))
    with tempfile.TemporaryDirectory() as folder:
        write(result, Path(folder) / "run")
        yield SavedRun(Path(folder) / "run")


def told(account: dict[str, Any]) -> list[str]:
    """The account in lines for a terminal."""
    records = account["records"]
    first = records[0]
    same = "" if len(records) == 1 else f", and {len(records) - 1} more of the same {_whole(first)}"
    lines = [heading(f"{first['record']}  {first['entity']} in {first['source']}") + same]
    labels = [f"{name} {first[name]}" for name in ("person", "organisation") if first[name]]
    if labels:
        lines.append(f"  {', '.join(labels)}")
    lines.append("")
    changed = {change["record"] for change in account["changes"]}
    cleaned = [record for record in account["cleaned"] if record["joined"] or record["from"] in changed]
    heads = [record["record"] for record in records] + [f"cleaned {record['from']}" for record in cleaned]
    shown = [place_and_fields(record) for record in records] + [record["fields"] for record in cleaned]
    lines += side_by_side(shown, heads, len(records))
    lines += ["", *_outcome(account)]
    lines += pair_lines(account["pairs"])
    findings = account["findings"]
    lines += ["", heading(counted(len(findings), "finding"))]
    lines += finding_lines(findings, SHOWN)
    if account["of_the_source"]:
        lines += ["", heading("Told once for its whole source")]
        lines += finding_lines(account["of_the_source"])
    if account["changes"]:
        lines += ["", heading(f"{counted(len(account['changes']), 'change')} by cleaning")]
        lines += change_lines(account["changes"], SHOWN)
    if account["linked"]:
        lines += ["", heading("Linked")]
        for link in account["linked"]:
            more = ", ..." if link["records"] > len(link["named"]) else ""
            lines += wrapped(
                f"{link['records']:>5,}  {link['entity'].replace('_', ' ')}: {', '.join(link['named'])}{more}"
            )
    return lines


def _outcome(account: dict[str, Any]) -> list[str]:
    """What became of the records, a line each."""
    if not account["cleaned"]:
        return ["  Cleaning left it out."]
    lines = []
    for record in account["cleaned"]:
        joined = f"After cleaning {record['from']} is one record together with {', '.join(record['joined'])}."
        lines += wrapped(joined if record["joined"] else f"After cleaning {record['from']} is a record of its own.")
    return lines


def _whole(record: dict[str, Any]) -> str:
    return "organisation" if record["entity"] == "account" else "person"
