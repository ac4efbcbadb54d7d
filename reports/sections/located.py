"""Findings with where their record came from and what they say: the form in which every output tells them."""

from string import Formatter

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.findings import record_columns
from audit.result import AuditResult
from audit.rule import Rule
from audit.schema import TEXT
from audit.values.text import arrow, text_series
from reports.wording import Words

MESSAGE_VALUE = 120
"""Characters of a value that a message quotes."""


def located(result: AuditResult) -> pd.DataFrame:
    """The findings with source, file, row and source_id of their record."""
    findings = result.findings.reset_index(drop=True)
    return findings.join(record_columns(findings, result.dataset)[["source", "file", "row", "source_id"]])


def messages(rules: tuple[Rule, ...], findings: pd.DataFrame, words: Words | None = None) -> pd.Series:
    """What each finding says, in English or in the language of `words`; one expression per rule, aligned."""
    by_id = {rule.id: rule for rule in rules}
    parts = [_messages_of(by_id[str(rule)], part, words) for rule, part in findings.groupby("rule_id", sort=False)]
    if not parts:
        return pd.Series("", index=findings.index, dtype=TEXT)
    return pd.concat(parts).reindex(findings.index).fillna("")


def _messages_of(rule: Rule, findings: pd.DataFrame, words: Words | None) -> pd.Series:
    template = words.of("rule", rule.id, "message", rule.message) if words else rule.message
    args = {name: f"arg{number}" for number, name in enumerate(rule.args, start=1)}
    pieces: list[pa.Array | pa.Scalar] = []
    for literal, name, _, _ in Formatter().parse(template):
        if literal:
            pieces.append(pa.scalar(literal, pa.large_string()))
        if name == "field":
            pieces.append(arrow(_field_names(findings, words)))
        elif name is not None:
            text = pc.utf8_slice_codeunits(arrow(findings[args.get(name, name)]), 0, MESSAGE_VALUE)
            pieces.append(pc.fill_null(text, ""))
    joined = pc.binary_join_element_wise(*pieces, pa.scalar("", pa.large_string()))
    if isinstance(joined, pa.Scalar):
        return pd.Series(joined.as_py(), index=findings.index, dtype=TEXT)
    return text_series(joined, findings.index)


def _field_names(findings: pd.DataFrame, words: Words | None) -> pd.Series:
    plain = findings["field"].astype(TEXT).str.replace("_", " ", regex=False)
    if words is None or "field" not in words.table:
        return plain
    entity = findings["entity"]
    titles = [words.field(*names).lower() for names in zip(entity, findings["field"], plain, strict=True)]
    return pd.Series(titles, index=findings.index, dtype=TEXT)
