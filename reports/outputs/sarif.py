"""audit.sarif: findings in the Static Analysis Results Interchange Format 2.1.0 (OASIS), for code hosts and CI.

Messages are masked as in the report for sending.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from audit.result import AuditResult
from audit.rule import Outcome, Rule, Severity
from reports.disclosure import screened
from reports.sections.pages import page_of
from reports.sections.view import View
from reports.wording import words_of

NAME = "audit.sarif"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST = 5_000
"""Findings in the file, the gravest first; code hosts show no more."""
LEVELS: Mapping[str, str] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
STATES = {"new": "new", "returned": "new", "open": "unchanged"}
BASE = "INPUT"
"""The name of the folder that file names are relative to."""


def write_sarif(result: AuditResult, folder: Path) -> list[Path]:
    path = folder / NAME
    log = screened(View(result, words_of("en"), masked=True), sarif)
    path.write_text(json.dumps(log, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    return [path]


def sarif(view: View) -> dict[str, Any]:
    """The log with its one run."""
    result = view.result
    rules = list(result.rules)
    place = {rule.id: number for number, rule in enumerate(rules)}
    shown = view.shown(_chosen(view))
    notes = [
        {"level": "error", "message": {"text": f"Rule {item.rule_id} crashed; the others ran."}}
        for item in result.rule_results
        if item.outcome is Outcome.ERRORED
    ]
    if len(shown) < len(result.findings):
        told = f"{len(shown)} of {len(result.findings)} findings; all of them are in findings.csv."
        notes.append({"level": "note", "message": {"text": told}})
    run = {
        "tool": {
            "driver": {
                "name": "crm-audit",
                "semanticVersion": result.version,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": f"crm-audit/{result.as_of:%Y-%m-%d}"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"description": {"text": "The folder of the exports that were audited."}}},
        "invocations": [
            {
                "executionSuccessful": not any(note["level"] == "error" for note in notes),
                "toolExecutionNotifications": notes,
            }
        ],
        "artifacts": [
            {"location": _file(view, name), "hashes": {"sha-256": digest}}
            for name, digest in sorted(result.inputs.items())
        ],
        "results": _results(view, shown, place),
        "properties": {
            "asOf": f"{result.as_of:%Y-%m-%d}",
            "score": round(result.score.overall, 2),
            "scoreVersion": result.score.version,
        },
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _chosen(view: View) -> pd.DataFrame:
    """The findings that are told: open ones before accepted ones, then by severity and what they cost the score."""
    found = view.findings
    order = pd.DataFrame(
        {
            "accepted": found["accepted"].to_numpy(dtype=bool),
            "severity": found["severity"].astype(str).map([str(severity) for severity in Severity].index),
            "cost": -view.result.score.cost.reindex(found.index).fillna(0.0).to_numpy(),
        },
        index=found.index,
    )
    return found.loc[order.sort_values(list(order), kind="stable").index[:MOST]]


def _rule(rule: Rule) -> dict[str, Any]:
    page = page_of(rule)
    described: dict[str, Any] = {
        "id": rule.id,
        "name": rule.slug,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": " ".join(part for part in (page.summary, page.what) if part) or rule.title},
        "help": {"text": page.how or page.why or rule.title},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": [str(rule.dimension), str(rule.family)],
            "severity": str(rule.severity),
        },
    }
    return described


def _results(view: View, shown: pd.DataFrame, place: Mapping[str, int]) -> list[dict[str, Any]]:
    history = view.result.history
    known = {} if history is None else dict(zip(history.findings["finding_id"], history.findings["state"], strict=True))
    told = []
    for row in shown.itertuples():
        entry: dict[str, Any] = {
            "ruleId": row.rule_id,
            "ruleIndex": place[row.rule_id],
            "level": LEVELS[str(row.severity)],
            "message": {"text": row.message or view.rule_title(row.rule_id)},
            "locations": [_location(view, row)],
            "partialFingerprints": {"findingId/v1": row.finding_id},
            "properties": {
                "entity": row.entity,
                "field": view.text(row.field),
                "row": int(row.row),
                "confidence": round(float(row.confidence), 4),
            },
        }
        if row.accepted:
            entry["suppressions"] = [{"kind": "external", "status": "accepted"}]
        if row.finding_id in known:
            entry["baselineState"] = STATES[str(known[row.finding_id])]
        told.append(entry)
    return told


def _location(view: View, row: Any) -> dict[str, Any]:
    """The file, its line counting one row a line below one header, and the record's name in the report."""
    place: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _file(view, row.file),
            "region": {"startLine": int(row.row) + 1},
        }
    }
    if row.record >= 0:
        place["logicalLocations"] = [{"name": view.record(row.entity, row.record), "kind": "element"}]
    return place


def _file(view: View, name: str) -> dict[str, str]:
    return {"uri": quote(view.text(name, 1_000).lstrip("/")), "uriBaseId": BASE}
