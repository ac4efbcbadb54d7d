"""What one run leaves in the history: plain data made from an AuditResult, without anybody's values."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.findings import identities, sources, steady_name
from audit.history.prevention import prevention
from audit.result import AuditResult
from audit.rule import Rule
from audit.schema import TEXT, entities

NOT_SETTINGS = frozenset(
    {"title", "as_of", "paths", "accept", "report", "brand", "history", "gates", "alerts", "schedule", "log"}
)
"""Tables of audit.toml that do not change what is found."""
REACHED_BY = ("email", "contact_email", "other_emails", "contact_id")
"""Fields that say whose record it is; the first that is not blank counts."""
OPEN, ACCEPTED, UNCHECKED = 1, 2, 3


@dataclass(frozen=True)
class Entry:
    """One run on its way into the history.

    `run` holds the columns of the table of that name, `findings` finding_key, rule_id, entity, source, field, record,
    subject, owner (three texts that the history keeps as hashes only), state (OPEN or ACCEPTED). `owners` are the names
    of all owners in the data.
    """

    run: Mapping[str, Any]
    parts: pd.DataFrame
    rules: pd.DataFrame
    metrics: pd.DataFrame
    held: pd.DataFrame
    findings: pd.DataFrame
    owners: tuple[str, ...]


def entry_of(result: AuditResult, *, ran_on: date, decisions: Iterable[bytes] = ()) -> Entry:
    """What the history keeps of a result. `decisions` are the contents of the files of earlier decisions."""
    findings = _findings(result)
    score = result.score
    settings = {name: value for name, value in result.settings.items() if name not in NOT_SETTINGS}
    run = {
        "as_of": result.as_of.strftime("%Y-%m-%d"),
        "ran_on": ran_on.isoformat(),
        "version": result.version,
        "score_version": score.version,
        "rules_hash": _digest([_about(rule) for rule in result.rules]),
        "settings_hash": _digest(settings),
        "decisions_hash": _digest([result.settings.get("accept"), *(part.hex() for part in decisions)]),
        "inputs": json.dumps(dict(sorted(result.inputs.items())), ensure_ascii=False),
        "records": sum(len(result.dataset[name]) for name in result.dataset),
        "score": float(score.overall),
        "noise": score_noise(result),
        "after_safe": float(score.after_safe),
        "after_all": float(score.after_all),
        "flawless": float(score.flawless),
        "coverage": float(score.coverage),
        "not_evaluated": int(score.not_evaluated),
    }
    found = findings[["finding_key", "state"]].sort_values("finding_key").astype(str).agg("|".join).tolist()
    same = {name: value for name, value in run.items() if name != "ran_on"}
    return Entry(
        run={**run, "exit_code": 0, "fingerprint": _digest([same, found])},
        parts=_parts(result),
        rules=_rules(result),
        metrics=_metrics(result.metrics),
        held=held_fields(result.dataset),
        findings=findings,
        owners=_owners(result.dataset),
    )


def score_noise(result: AuditResult) -> float:
    """How far the score may move by which records happen to be there: 1.96 standard errors of their mean score."""
    scores = [part.to_numpy(dtype=float) for part in result.score.records.values()]
    each = np.concatenate(scores) if scores else np.empty(0)
    return 1.96 * float(each.std(ddof=1)) / float(np.sqrt(len(each))) if len(each) > 1 else 0.0


def _findings(result: AuditResult) -> pd.DataFrame:
    found = result.findings.reset_index(drop=True)
    source = sources(found, result.dataset)
    record = found["entity"].astype(TEXT) + "\x1f" + source + "\x1f" + identities(found, result.dataset)
    return pd.DataFrame(
        {
            "finding_key": found["finding_id"],
            "rule_id": found["rule_id"],
            "entity": found["entity"],
            "source": source,
            "field": found["field"],
            "record": record,
            "subject": _of_record(found, result.dataset, _subjects),
            "owner": _of_record(found, result.dataset, _owner),
            "state": np.where(found["accepted"].to_numpy(dtype=bool), ACCEPTED, OPEN),
        }
    )


def _of_record(found: pd.DataFrame, dataset: Dataset, about: Any) -> pd.Series:
    """A text per record, spread over its findings; blank for findings about a column."""
    result = np.full(len(found), None, dtype=object)
    for entity, place in found.groupby("entity", sort=False).indices.items():
        result[place] = about(dataset[str(entity)]).reindex(found["record"].to_numpy()[place]).to_numpy(dtype=object)
    return pd.Series(result, index=found.index, dtype=TEXT)


def _subjects(table: Table) -> pd.Series:
    subject = pd.Series(pd.NA, index=table.index, dtype=TEXT)
    for name in REACHED_BY:
        if name in table and table[name].dtype == TEXT:
            subject = subject.fillna(subject_of(table[name]))
    return subject.fillna(subject_of(table.column("source_id"))) if table.entity in ("contact", "user") else subject


def subject_of(values: pd.Series) -> pd.Series:
    """The first address or id of each cell in the form in which it is compared."""
    return values.astype(TEXT).str.split(";").str[0].astype(TEXT).str.strip().str.lower()


def _owner(table: Table) -> pd.Series:
    return (
        table.column("owner").astype(TEXT).str.strip() if "owner" in table else pd.Series(index=table.index, dtype=TEXT)
    )


def _owners(dataset: Dataset) -> tuple[str, ...]:
    names: set[str] = set()
    for entity in dataset:
        names |= set(_owner(dataset[entity]).dropna().unique())
    return tuple(sorted(names))


def _parts(result: AuditResult) -> pd.DataFrame:
    score = result.score
    frames = [
        frame.assign(kind=kind)[["kind", "name", "score", "cells", "records"]]
        for kind, frame in (("dimension", score.by_dimension), ("source", score.by_source), ("entity", score.by_entity))
    ]
    parts = pd.concat(frames, ignore_index=True)
    steady = parts["name"].astype(str).where(parts["kind"] != "source", parts["name"].astype(str).map(steady_name))
    several = pd.DataFrame({"kind": parts["kind"], "name": steady}).duplicated(keep=False)
    return parts.assign(name=steady.where(~several, parts["name"].astype(str)))


def _rules(result: AuditResult) -> pd.DataFrame:
    counts = result.findings.groupby("rule_id")["accepted"].agg(["size", "sum"])
    rules = {rule.id: rule for rule in result.rules}
    rows = [
        (
            item.rule_id,
            rules[item.rule_id].title,
            str(rules[item.rule_id].severity),
            str(rules[item.rule_id].dimension),
            prevention(rules[item.rule_id]),
            str(item.outcome),
            item.rows_checked,
            int(counts["size"].get(item.rule_id, 0)),
            int(counts["sum"].get(item.rule_id, 0)),
        )
        for item in result.rule_results
    ]
    columns = "rule_id title severity dimension prevention outcome rows_checked findings accepted".split()
    return pd.DataFrame(rows, columns=columns)


def _metrics(metrics: pd.DataFrame) -> pd.DataFrame:
    """Each metric once, over its widest period; breakdowns name people and stay out of the history."""
    columns = "metric_id period unit unit_label raw cleaned low high verdict".split()
    whole = metrics[metrics["breakdown"].fillna("").eq("") & metrics["group"].fillna("").eq("")]
    whole = whole.assign(narrow=whole["period"].ne("all")).sort_values("narrow", kind="stable")
    whole = whole.drop_duplicates("metric_id").sort_index()[columns]
    words = {name: whole[name].astype(object).fillna("") for name in ("period", "unit", "unit_label", "verdict")}
    return whole.assign(**words).reset_index(drop=True)


def held_fields(dataset: Dataset) -> pd.DataFrame:
    """Which fields each source gave: a finding that is gone where its field is not held has not been fixed."""
    held: set[tuple[str, str, str]] = set()
    for info in dataset.sources:
        if info.entity is not None:
            for column in info.mapping:
                held |= {
                    (info.entity, steady_name(info.source), name) for name in (column.field, column.header) if name
                }
    for entity in dataset:
        table = dataset[entity]
        lineage = table.lineage["source"].astype(object)
        for name in table.frame.columns:
            if name in entities()[entity].fields:
                filled = lineage[table.original(name).notna().to_numpy(dtype=bool)]
                held |= {(entity, steady_name(str(source)), name) for source in filled.unique()}
    return pd.DataFrame(sorted(held), columns=["entity", "source", "field"])


def _about(rule: Rule) -> list[Any]:
    """What of a rule decides what it finds, as far as it can be told without reading its code."""
    return [rule.id, str(rule.severity), str(rule.dimension), list(rule.fields), getattr(rule, "condition", "")]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
