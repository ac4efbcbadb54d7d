"""audit.json: the result for other programs, and the mark by which a folder is known to be ours."""

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from audit.acceptance import tally
from audit.result import SCHEMA_VERSION, AuditResult
from audit.sources import describe
from reports.outputs.metrics_csv import rounded

NAME = "audit.json"
SCHEMA = Path(__file__).parent / "schema" / f"audit-{SCHEMA_VERSION.partition('.')[0]}.schema.json"
"""The published JSON Schema (draft 2020-12) of audit.json."""
PROGRAM = "crm-audit"


def write_json(result: AuditResult, folder: Path, files: Sequence[str]) -> Path:
    """Writes audit.json; `files` are the names of all that was written beside it."""
    path = folder / NAME
    content = {**summary(result), "files": sorted([*files, NAME])}
    path.write_text(
        json.dumps(_plain(content), ensure_ascii=False, allow_nan=False, indent=1) + "\n",
        encoding="utf-8",
        newline="\n",
    )
    return path


def published_schema() -> str:
    """The JSON Schema of audit.json, as text."""
    return SCHEMA.read_text("utf-8")


def files_of(folder: Path) -> list[str] | None:
    """The files that an earlier run wrote into `folder`; None if it is not a folder of ours."""
    try:
        content = json.loads((folder / NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or content.get("program") != PROGRAM or not isinstance(content.get("files"), list):
        return None
    return [name for name in content["files"] if isinstance(name, str)]


def summary(result: AuditResult) -> dict[str, Any]:
    """The result in plain values; blanks and NaN become None."""
    score = result.score
    return {
        "schema_version": SCHEMA_VERSION,
        "program": PROGRAM,
        "version": result.version,
        "title": result.title,
        "as_of": result.as_of.strftime("%Y-%m-%d"),
        "run": None if result.queue is None else result.queue.run,
        "command": result.command,
        "inputs": dict(sorted(result.inputs.items())),
        "settings": result.settings,
        "score": {
            "version": score.version,
            "overall": score.overall,
            "low": score.low,
            "high": score.high,
            "after_safe": score.after_safe,
            "after_all": score.after_all,
            "flawless": score.flawless,
            "coverage": score.coverage,
            "not_evaluated": score.not_evaluated,
            "known": score.known,
            "unheld": score.unheld,
            "vanished": _lines(score.vanished),
            "unknown": _lines(score.unknown),
            "by_dimension": _lines(score.by_dimension),
            "by_source": _lines(score.by_source),
            "by_entity": _lines(score.by_entity),
            "by_field": _lines(score.by_field),
            "by_owner": _lines(score.by_owner),
        },
        "verified": result.verified,
        "fields": _lines(result.fields),
        "worth": _lines(result.worth),
        "rules": _rules(result),
        "accepted": tally(result.findings, result.settings.get("accept", ()), result.as_of),
        "causes": _causes(result),
        "sources": describe(result.dataset),
        "matching": {entity: match.statistics for entity, match in result.matches.items()},
        "metrics": _lines(rounded(result.metrics)),
        "impact": _lines(result.impact.assign(change=result.impact["change"].round(6))),
        "accounts": {
            line["table"]: {name: line[name] for name in ("in", "out", "merged", "dropped", "held")}
            for line in result.cleaned.accounts.to_dict("records")
        },
        "money": _lines(result.cleaned.money),
        "overlap": {source: dict(row) for source, row in result.overlap.iterrows()},
        "history": None if result.history is None else result.history.plain(),
        "warnings": list(result.dataset.warnings),
    }


def _rules(result: AuditResult) -> list[dict[str, Any]]:
    rules = {rule.id: rule for rule in result.rules}
    found = result.findings.groupby("rule_id")[["systemic", "accepted"]].sum()
    lines = []
    for item in result.rule_results:
        rule = rules[item.rule_id]
        counts = found.loc[item.rule_id] if item.rule_id in found.index else {"systemic": 0, "accepted": 0}
        lines.append(
            {
                "rule_id": rule.id,
                "rule": rule.title,
                "family": str(rule.family),
                "dimension": str(rule.dimension),
                "iso_25012": rule.iso,
                "severity": str(rule.severity),
                "outcome": str(item.outcome),
                "rows_checked": item.rows_checked,
                "findings": item.findings,
                "systemic": counts["systemic"],
                "accepted": counts["accepted"],
                "reason": item.reason,
            }
        )
    return lines


def _causes(result: AuditResult) -> list[dict[str, Any]]:
    """Every handler's errors over all rules, and those rules by which one stands out."""
    table = result.causes
    return _lines(table[(table["rule_id"].eq("") | table["named"]).to_numpy()])


def _lines(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(line) for line in frame.astype(object).to_dict("records")]


def _plain(value: Any) -> Any:
    """The same in types that JSON knows; floats to six decimals."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, pd.DataFrame):
        return _plain(_lines(value))
    if isinstance(value, list | tuple | set | np.ndarray):
        return [_plain(item) for item in (sorted(value) if isinstance(value, set) else value)]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return round(float(value), 6) if isfinite(value) else None
    if value is None or isinstance(value, str):
        return value
    return None if value is pd.NA or value is pd.NaT else str(value)
