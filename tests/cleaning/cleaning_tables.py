"""Random tables with random findings, for the properties of cleaning."""

from typing import Any

import numpy as np
import pandas as pd

from audit.dataset import Dataset, table_from_frame
from audit.engine import FINDING_TYPES

TEXTS = [None, "a", " a", "A;b", "=1+1", "'x", "+62 812", "é", "b;c", "NULL", "1", "\u200b", 'say "x"', "two\nlines"]
NUMBERS = [None, 0.0, 1.5, 100.0, 100.01]
DAYS = [None, "2025-01-31", "2026-02-28", "2026-11-01"]
CONTACT = {
    "email": ["x@a.example", None, "y@b.example", " X@A.example"],
    "other_emails": TEXTS,
    "last_name": TEXTS,
    "phone": TEXTS,
    "tags": TEXTS,
    "lifecycle_stage": [None, "Lead", "Customer", "evangelist", "x"],
    "email_opt_out": [None, True, False],
    "marketing_status": [None, "subscribed", "Unsubscribed", "cleaned"],
    "value": NUMBERS,
    "created_at": DAYS,
}
DEAL = {"name": TEXTS, "amount": NUMBERS, "currency": [None, "EUR", "USD"], "close_date": DAYS, "status": ["won", None]}
PAYMENT = {
    "amount": NUMBERS,
    "refunded": NUMBERS,
    "currency": [None, "EUR"],
    "paid_at": DAYS,
    "status": ["paid", "failed"],
}
SAFETY = ["safe", "safe", "needs_review"]
IDS = ["1", "2", "3", "4", None]
CHANGED = {"contact": ("last_name", "phone", "value", "email_opt_out", "created_at"), "deal": ("amount", "close_date")}
AFTER = {
    "value": "7",
    "email_opt_out": "true",
    "created_at": "2024-02-29",
    "amount": "55.5",
    "close_date": "2024-02-29",
}


def finding(**columns: Any) -> dict[str, Any]:
    defaults = {
        "rule_id": "VAL026",
        "family": "structure",
        "severity": "low",
        "entity": "contact",
        "field": "last_name",
        "confidence": 1.0,
        "fix_kind": "set",
        "fix_safety": "safe",
        "systemic": False,
        "accepted": False,
    }
    return {**dict.fromkeys(FINDING_TYPES), **defaults, **columns}


def findings(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(FINDING_TYPES)).astype(FINDING_TYPES)


def merge_into(record: int, into: int, **columns: Any) -> dict[str, Any]:
    told = {"rule_id": "UNQ001", "family": "duplicates", "field": "email", "fix_kind": "merge"}
    return finding(**{**told, "record": record, "into": into, **columns})


def tables(draw: np.random.Generator) -> Dataset:
    """Contacts of two sources, deals and payments that point to them."""
    columns = {"contact": CONTACT, "deal": DEAL, "payment": PAYMENT}
    links: dict[str, dict[str, list]] = {"contact": {}, "deal": {"contact_id": IDS}, "payment": {"customer_id": IDS}}
    built = {}
    for entity, cells in columns.items():
        rows = int(draw.integers(1, 9))
        values = {"source_id": IDS, **cells, **links[entity]}
        frame = pd.DataFrame({name: _some(draw, words, rows) for name, words in values.items()}, dtype=object)
        for name in ("created_at", "close_date", "paid_at"):
            if name in frame:
                frame[name] = pd.to_datetime(frame[name])
        table = table_from_frame(entity, frame, source="A")
        table.lineage["source"] = pd.Categorical(_some(draw, ["A", "B"], rows), categories=["A", "B"])
        built[entity] = table
    return Dataset(built)


def proposals(draw: np.random.Generator, data: Dataset) -> pd.DataFrame:
    """Cells to set and to clear, records to drop and to merge, some of them unsafe."""
    rows = []
    for entity in data:
        for record in range(len(data[entity])):
            for name in CHANGED.get(entity, ()):
                (what,) = _some(draw, ["", "", "set", "clear"], 1)
                if what:
                    told = {"rule_id": {"set": "VAL026", "clear": "VAL021"}[what], "fix_kind": what, "field": name}
                    suggestion = AFTER.get(name, "mended") if what == "set" else None
                    rows.append(
                        finding(
                            **told,
                            entity=entity,
                            record=record,
                            suggestion=suggestion,
                            fix_safety=_some(draw, SAFETY, 1)[0],
                        )
                    )
            (end,) = _some(draw, ["", "", "", "drop", "merge", "merge"], 1)
            if end == "drop":
                rows.append(finding(rule_id="UNQ010", entity=entity, record=record, field="source_id", fix_kind="drop"))
            if end == "merge" and record:
                into = int(draw.integers(0, record))
                told = {"rule_id": _some(draw, ["UNQ001", "UNQ002"], 1)[0], "fix_safety": _some(draw, SAFETY, 1)[0]}
                rows.append(merge_into(record, into, entity=entity, **told))
    return findings(*rows)


def _some(draw: np.random.Generator, words: list, count: int) -> list:
    return [words[at] for at in draw.integers(0, len(words), count)]
