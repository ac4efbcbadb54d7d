"""What rules have flagged, made findings: the table of all findings, and its lines for the flags of one rule."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from audit.dataset import SourceInfo, Table
from audit.rule import Dimension, Family, FixKind, FixSafety, Flags, Rule
from audit.schema import TEXT

MAX_ARGS = 3
FINDING_TYPES = {
    "rule_id": "object",
    "family": "object",
    "severity": "object",
    "entity": "object",
    "record": "int64",
    "field": "object",
    "value": TEXT,
    "confidence": "float64",
    "suggestion": TEXT,
    "fix_kind": "object",
    "fix_safety": "object",
    "group_id": TEXT,
    "into": "Int64",
    **{f"arg{n}": TEXT for n in range(1, MAX_ARGS + 1)},
    "systemic": "bool",
    "accepted": "bool",
}
"""Columns of the findings table, one line per record, field and rule, ordered by rule, entity, record, field.

`systemic` marks findings of a rule that hits most rows of one source: they are told as one finding. `accepted` marks
those that the user has accepted with a reason; they are counted apart. `into` is the record to merge into.

A finding about a column is systemic and has no record: its `record` is a number below zero, for
`audit.dataset.Dataset.source_of`, and its `field` is the header.
"""


@dataclass(frozen=True)
class Hits:
    """What a rule says of one field in one part of a table.

    With `codes` the flags are over values, and each row has its value's place in them, -1 where it is blank.
    """

    table: Table
    field: str
    flags: Flags
    codes: np.ndarray | None = None

    @cached_property
    def mask(self) -> np.ndarray:
        """The rows that are flagged."""
        return self._rows(self.flags.mask)

    def checked(self, rule: Rule) -> np.ndarray:
        """The rows that could be judged."""
        if self.flags.checked is not None:
            return self._rows(self.flags.checked) | self.mask
        if self.codes is not None:
            return self.codes >= 0
        if rule.dimension is Dimension.COMPLETENESS or self.field not in self.table:
            return np.ones(len(self.table), dtype=bool)
        return self.mask | self.table.original(self.field).notna().to_numpy(dtype=bool)

    def sources(self, rows: np.ndarray) -> pd.Series:
        """How many of the rows (a mask) are of each source."""
        source = self.table.lineage["source"].astype("category", copy=False).cat
        held = np.bincount(source.codes.to_numpy()[rows], minlength=len(source.categories))
        return pd.Series(held, index=source.categories.astype(object))

    def findings(self, rule: Rule) -> pd.DataFrame:
        """The lines of the findings table, in the order of the rows."""
        flags, table, places = self.flags, self.table, np.flatnonzero(self.mask)
        # Where in the flags each finding is.
        at = places if self.codes is None else self.codes[places]
        count, size = len(places), len(np.asarray(flags.mask))

        def taken(values: pd.Series | None) -> pd.api.extensions.ExtensionArray:
            return blank if values is None else values.iloc[at].astype(TEXT).array

        def every(value: str) -> np.ndarray:
            return np.full(count, value, dtype=object)

        blank = pd.array([pd.NA], dtype=TEXT).repeat(count)

        suggestion = taken(flags.suggestion)
        safety = every(str(rule.fix_safety))
        if flags.safe is not None:
            safe = np.asarray(flags.safe, dtype=bool)[at]
            safety = np.where(safe, str(FixSafety.SAFE), str(FixSafety.NEEDS_REVIEW)).astype(object)
        kind = every(str(rule.fix_kind))
        if rule.fix_kind is FixKind.SET:
            without = np.asarray(suggestion.isna(), dtype=bool)
            kind[without] = str(FixKind.NONE)
            safety[without] = str(FixSafety.NONE)
        # What should not be kept is located, never repeated.
        hidden = rule.family is Family.SENSITIVE
        columns: dict[str, object] = {
            "rule_id": every(rule.id),
            "family": every(str(rule.family)),
            "severity": every(str(rule.severity)),
            "entity": every(table.entity),
            "record": table.index.to_numpy(dtype="int64")[places],
            "field": every(self.field),
            "value": blank if hidden else table.original(self.field).array.take(places),
            "confidence": np.broadcast_to(np.asarray(flags.confidence, dtype="float64"), (size,))[at],
            "suggestion": suggestion,
            "fix_kind": kind,
            "fix_safety": safety,
            "group_id": taken(flags.group),
            "into": pd.array([pd.NA], dtype="Int64").repeat(count)
            if flags.into is None
            else flags.into.array.take(at).astype("Int64"),
        }
        for number in range(MAX_ARGS):
            name = rule.args[number] if number < len(rule.args) else None
            columns[f"arg{number + 1}"] = taken(flags.args.get(name) if name else None)
        columns["systemic"] = np.zeros(count, dtype=bool)
        columns["accepted"] = np.zeros(count, dtype=bool)
        return pd.DataFrame({name: pd.Series(columns[name], copy=False) for name in FINDING_TYPES}, copy=False)

    def _rows(self, flagged: np.ndarray) -> np.ndarray:
        rows = np.asarray(flagged, dtype=bool)
        return rows if self.codes is None else np.append(rows, False)[self.codes]


def column_findings(rule: Rule, source: SourceInfo, number: int, flags: Flags, mask: np.ndarray) -> pd.DataFrame:
    count = int(mask.sum())
    headers = [column.header for column, flagged in zip(source.mapping, mask, strict=True) if flagged]
    args = {
        "column": headers,
        "file": f"{source.file} ({source.sheet})" if source.sheet else source.file,
        **{name: values.to_numpy()[mask] for name, values in flags.args.items()},
    }
    columns: dict[str, object] = {
        **dict.fromkeys(FINDING_TYPES, pd.NA),
        "rule_id": rule.id,
        "family": str(rule.family),
        "severity": str(rule.severity),
        "entity": source.entity,
        "record": number,
        "field": headers,
        "confidence": np.broadcast_to(np.asarray(flags.confidence, dtype="float64"), mask.shape)[mask],
        "fix_kind": str(FixKind.NONE),
        "fix_safety": str(FixSafety.NONE),
        **{f"arg{number}": args[name] for number, name in enumerate(rule.args, start=1)},
        "systemic": True,
        "accepted": False,
    }
    return pd.DataFrame(columns, index=range(count)).astype(FINDING_TYPES)


def findings_table(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """The frames as one table of findings."""
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in FINDING_TYPES.items()})
    return pd.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0]
