"""Findings that the user knows and accepts: counted apart with reason, owner and expiry, never hidden."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from audit.config import AcceptConfig, load_accepted
from audit.dataset import Dataset
from audit.errors import UsageError
from audit.findings import record_columns, steady_name
from audit.toml_text import append_table, table
from audit.values.text import matches

CONDITIONS = ("rule", "finding", "source", "source_id", "field", "value", "pattern")
"""The keys of an acceptance that say what it covers; the others say why, who and how long."""
HEADER = "# Findings that are known and accepted: counted apart until they expire. Written by crm-audit accept.\n"


def accept(
    findings: pd.DataFrame, dataset: Dataset, entries: Sequence[AcceptConfig], as_of: pd.Timestamp
) -> tuple[pd.DataFrame, list[str]]:
    """The findings with `accepted`, and in `acceptance` the number of the entry that covers them (from 1, else NA).

    Where several cover a finding the first counts. An entry that has expired covers nothing and gives a warning, unless
    another with the same conditions still holds. `findings` have their ids.
    """
    number = np.zeros(len(findings), dtype="int64")
    owner = record_columns(findings, dataset) if entries else pd.DataFrame()
    living = [conditions(entry) for entry in entries if not expired(entry, as_of)]
    warnings = []
    for position, entry in enumerate(entries, start=1):
        if not expired(entry, as_of):
            number = np.where((number == 0) & _covered(entry, findings, owner), position, number)
        elif conditions(entry) not in living:
            warnings.append(f"The acceptance of {named(entry)} expired on {entry.expires}; its findings count again.")
    acceptance = pd.array(number, dtype="Int64")
    acceptance[number == 0] = pd.NA
    return findings.assign(accepted=number > 0, acceptance=acceptance), warnings


def tally(findings: pd.DataFrame, entries: Sequence[Mapping[str, Any]], as_of: pd.Timestamp) -> list[dict[str, Any]]:
    """Every acceptance of the settings with its `number`, what it `covers` in words, and how many `findings`."""
    counts = findings["acceptance"].value_counts()
    lines = []
    for number, entry in enumerate(entries, start=1):
        read = AcceptConfig.model_validate(entry)
        given = {name: value for name, value in entry.items() if value not in (None, "")}
        told = {"covers": named(read), "findings": int(counts.get(number, 0)), "expired": expired(read, as_of)}
        lines.append({"number": number, **given, **told})
    return lines


def expired(entry: AcceptConfig, as_of: pd.Timestamp) -> bool:
    return entry.expires is not None and pd.Timestamp(entry.expires) < as_of


def conditions(entry: AcceptConfig) -> dict[str, str]:
    """What the entry covers, by the names of CONDITIONS."""
    return {name: value for name in CONDITIONS if (value := getattr(entry, name)) is not None}


def named(entry: AcceptConfig) -> str:
    """What the entry covers in words, without anybody's values: "VAL003 for source HubSpot"."""
    told = entry.rule or ""
    if entry.finding is not None:
        told = f"{told} finding {entry.finding}".strip()
    if entry.source is not None:
        told += f" for source {entry.source}"
    if entry.field is not None:
        told += f" in {entry.field}"
    narrower = [name for name in ("source_id", "value", "pattern") if getattr(entry, name) is not None]
    return f"{told} by {' and '.join(narrower).replace('source_id', 'record')}" if narrower else told


def add(path: Path, entries: Sequence[AcceptConfig], known: Sequence[AcceptConfig], today: date) -> None:
    """Appends the entries to an accepted.toml, whole or not at all.

    Raises UsageError where one has expired already, or one of the `known` entries has the same conditions and still
    holds.
    """
    now = pd.Timestamp(today)
    texts = []
    for entry in entries:
        if expired(entry, now):
            raise UsageError(f"{entry.expires} is past.", hint="Give a later --expires, or none.")
        same = [other for other in known if conditions(other) == conditions(entry) and not expired(other, now)]
        if same:
            raise UsageError(
                f"{named(entry)} is accepted already: {same[0].reason!r}.", hint="Change that entry by hand."
            )
        values = {**conditions(entry), "reason": entry.reason, "owner": entry.owner, "expires": entry.expires}
        texts.append(table("accept", {**values, "added": today}))
    append_table(path, "\n".join(texts), load_accepted, header=HEADER)


def _covered(entry: AcceptConfig, findings: pd.DataFrame, owner: pd.DataFrame) -> np.ndarray:
    hit = np.ones(len(findings), dtype=bool)
    if entry.rule is not None:
        hit &= glob_matches(findings["rule_id"], entry.rule)
    if entry.finding is not None:
        hit &= findings["finding_id"].eq(entry.finding).to_numpy(dtype=bool)
    if entry.source is not None:
        # An export that carries its date in its name is the same source next month.
        steady = {name: steady_name(name) for name in owner["source"].dropna().unique()}
        same = [name for name, told in steady.items() if name == entry.source or told == steady_name(entry.source)]
        hit &= owner["source"].isin(same).to_numpy(dtype=bool)
    if entry.source_id is not None:
        hit &= owner["source_id"].eq(entry.source_id).fillna(False).to_numpy(dtype=bool)
    for column, wanted in (("field", entry.field), ("value", entry.value)):
        if wanted is not None:
            hit &= findings[column].eq(wanted).fillna(False).to_numpy(dtype=bool)
    if entry.pattern is not None:
        hit &= glob_matches(findings["value"], entry.pattern)
    return hit


def glob_matches(values: pd.Series, pattern: str) -> np.ndarray:
    """Where the whole text is like the glob, whatever its capitals; ``*`` and ``?`` alone are special."""
    parts = re.split(r"([*?])", pattern)
    special = {"*": ".*", "?": "."}
    return matches(values, r"(?is)\A" + "".join(special.get(part) or re.escape(part) for part in parts) + r"\z")
