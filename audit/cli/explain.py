"""`crm-audit explain`: everything about one finding of an earlier run, or about a rule."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit.cli.layout import counted, facts, harmless, heading, side_by_side, wrapped
from audit.cli.options import config_option, form_option, masked_option, report_option
from audit.cli.rules import describe_rule

if TYPE_CHECKING:
    from reports.outputs.saved import SavedRun

RULE_ID = re.compile(r"[A-Za-z]{3}\d{3}")
SHOWN = 8
"""Findings of the same group, pairs and changes listed; the rest is counted."""


@click.command()
@click.argument("finding_id", metavar="FINDING_ID|RULE_ID")
@report_option
@masked_option
@form_option
@config_option
def explain(finding_id: str, report: Path, masked: bool, form: str, config_path: Path | None) -> None:
    """Say everything about one finding: record, place, value, rule, fix, and for duplicates field by field why.

    The ids are those of findings.csv. People's data are shown in full unless --masked.
    """
    if RULE_ID.fullmatch(finding_id):
        describe_rule(finding_id, config_path)
        return
    from reports.outputs import inquiry
    from reports.outputs.saved import SavedRun

    saved = SavedRun(report)
    account = inquiry.finding_account(saved, finding_id.strip().lower())
    account = inquiry.withheld(account, inquiry.findings_of(saved, account))
    if masked:
        account = inquiry.masked(account)
    if form == "json":
        click.echo(json.dumps(account, indent=2, ensure_ascii=False))
        return
    click.echo("\n".join(told(account, saved)))


def told(account: dict[str, Any], saved: "SavedRun") -> list[str]:
    """The account in lines for a terminal."""
    line = account["finding"]
    lines = [heading(f"{line['rule_id']}  {line['rule']}") + f"   finding {line['finding_id']}"]
    many = int(line["findings"]) > 1
    place = f"{line['file']}, row {line['row']}" if line["row"] not in (None, "0") else line["file"]
    record = " ".join(part for part in (line["record"], f"{line['entity']} in {line['source']}") if part)
    whose = f" (id {line['source_id']})" if line["source_id"] else ""
    lines += facts(
        [
            ("severity", f"{line['severity']}; {_family(line)}"),
            ("record", record + whose if not many else f"{line['findings']} records: {record}"),
            ("place", place),
            ("field", line["field"]),
            ("value", _value(line)),
            ("says", line["message"]),
            ("confidence", f"{float(line['confidence']):.0%}"),
            ("fix", _fix(account)),
            ("accepted", _accepted(account["acceptance"])),
        ]
    )
    lines += _rule(line["rule_id"], saved)
    records = account.get("records", [])
    if len(records) > 1:
        lines += ["", heading("The records side by side") + "   = as the first, ≠ other than the first"]
        lines += side_by_side(
            [place_and_fields(item) for item in records], [r["record"] for r in records], len(records)
        )
    lines += pair_lines(account.get("pairs", []))
    others = account.get("same_group", [])
    if others:
        lines += ["", heading(f"{len(others)} more of the same group")]
        lines += finding_lines(others)
    if many:
        lines += ["", *wrapped("Told once for the whole source; findings.csv has one line for all its records.")]
    elif line["record"]:
        lines += ["", f"  crm-audit record {line['record']}   shows all of this record"]
    return lines


def place_and_fields(record: dict[str, Any]) -> dict[str, str]:
    place = {name: record[name] for name in ("source", "file", "sheet", "row") if record.get(name)}
    return {**place, **record["fields"]}


def pair_lines(pairs: list[dict[str, Any]]) -> list[str]:
    """The pairs that matching judged, in words."""
    if not pairs:
        return []
    lines = ["", heading("Why they are taken for the same")]
    for pair in pairs[:SHOWN]:
        judged = (
            f"{pair['left_record']} and {pair['right_record']}: {float(pair['probability']):.0%}, {pair['decision']}"
        )
        lines += wrapped(f"{judged}: {harmless(pair['explanation'] or '')}", rest="    ")
    if len(pairs) > SHOWN:
        lines.append(f"  and {len(pairs) - SHOWN} more pairs in pairs.csv")
    return lines


def finding_lines(findings: list[dict[str, Any]], most: int = SHOWN) -> list[str]:
    lines = []
    for line in findings[:most]:
        at = f"{line['record']} {line['field']}" if line["record"] else f"{line['source']} {line['field']}"
        state = " (accepted)" if line["accepted"] == "true" else ""
        text = f"{line['rule_id']}  {at}: {harmless(line['message'] or '')}{state}  [{line['finding_id']}]"
        lines += wrapped(text, rest="          ")
    if len(findings) > most:
        lines.append(f"  and {len(findings) - most} more in findings.csv")
    return lines


def change_lines(changes: list[dict[str, Any]], most: int = SHOWN) -> list[str]:
    lines = []
    for change in changes[:most]:
        lines += wrapped(f"{change['record']}  {change_text(change)}", rest="          ")
    if len(changes) > most:
        lines.append(f"  and {len(changes) - most} more in changes.csv")
    return lines


def change_text(change: dict[str, Any]) -> str:
    before, after = (harmless(change[name] or "") for name in ("before", "after"))
    why = f"  ({change['rule_id']}, {change['change_id']})" if change["rule_id"] else f"  ({change['change_id']})"
    if change["kind"] == "merge":
        return f"joined into {after or 'another record'}{why}"
    if change["kind"] == "drop":
        return f"left out of the cleaned table{why}"
    kind = {"survivorship": ", from a joined record", "repoint": ", followed its target"}.get(change["kind"], "")
    return f"{change['field']}: {before or '(blank)'} -> {after or '(blank)'}{kind}{why}"


def _family(line: dict[str, Any]) -> str:
    return "a rule of your own" if line["family"] == "own" else str(line["family"]).replace("_", " ")


def _value(line: dict[str, Any]) -> str:
    if line["family"] == "sensitive":
        return "(withheld)"
    return line["value"] or ("" if line["record"] is None else "(blank)")


def _fix(account: dict[str, Any]) -> str:
    line = account["finding"]
    done = [change for change in account.get("changes", ()) if change["rule_id"] == line["rule_id"]]
    done = [change for change in done if change["field"] in (None, line["field"]) or change["kind"] == "survivorship"]
    if account.get("changed"):
        return f"applied to {counted(account['changed'], 'cell')}; see changes.csv"
    offered = f"{harmless(line['suggestion'])!r}, " if line["suggestion"] else ""
    if done:
        told = "; ".join(change_text(change) for change in done[:3])
        return f"applied: {told}" + (f"; and {len(done) - 3} more" if len(done) > 3 else "")
    if line["fix_safety"] == "none":
        return "none offered: a person has to look"
    if line["accepted"] == "true":
        return f"{offered}not applied: the finding is accepted"
    if line["fix_safety"] == "needs_review":
        return f"{offered}not applied: it waits for a person's review"
    ended = [change for change in account.get("changes", ()) if change["kind"] in ("merge", "drop")]
    if ended:
        return f"{offered}safe; the record was {change_text(ended[0])}"
    return f"{offered}safe; see changes.csv"


def _accepted(entry: dict[str, Any] | None) -> str:
    if entry is None:
        return ""
    by = f" by {entry['owner']}" if entry.get("owner") else ""
    until = f", until {entry['expires']}" if entry.get("expires") else ""
    return f"{entry['reason']}{by}{until}"


def _rule(rule_id: str, saved: "SavedRun") -> list[str]:
    """The rule's page in short, as it was in that run."""
    from audit.config import Config
    from rules.own import all_rules
    from rules.pages import page

    config = Config.model_validate(saved.summary["settings"])
    rule = next((rule for rule in all_rules(config.own_rule) if rule.id == rule_id), None)
    if rule is None:
        return []
    text = page(rule)
    lines = []
    for name, part in (("what", text.what), ("why", text.why), ("mend", text.how)):
        lines += facts([(name, part.replace("``", ""))])
    return ["", *lines]
