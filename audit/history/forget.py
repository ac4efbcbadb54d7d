"""Makes what a history holds about one person nobody's: the accounts of past months stay as they were."""

from collections.abc import Collection

import pandas as pd

from audit.history.entry import subject_of
from audit.history.store import History
from audit.schema import TEXT

PERSONS = ("contact", "user")
"""Entities whose own id is that of a person."""


def forget(history: History, addresses: Collection[str], ids: Collection[str]) -> int:
    """Takes key, record and subject from every finding about a person, and gives how many there were.

    The findings remain as a number among the fixed, new and open ones of their months; nothing leads from them to
    anybody any more. Whoever is still in the data comes back with the next run.
    """
    database = history.database
    database.begin()
    numbers = _findings(history, addresses, ids)
    for number in numbers:
        database.execute(
            "UPDATE finding SET finding_key = ?, record = NULL, subject = NULL, owner = NULL WHERE id = ?",
            [f"forgotten-{number}", number],
        )
    database.commit()
    database.scrub()
    return len(numbers)


def remembered(history: History, addresses: Collection[str], ids: Collection[str]) -> int:
    """How many findings the history can still trace to the person."""
    return len(_findings(history, addresses, ids))


def _findings(history: History, addresses: Collection[str], ids: Collection[str]) -> list[int]:
    subjects = subject_of(pd.Series([*addresses, *ids], dtype=TEXT))
    held = history.database.query("SELECT DISTINCT entity, source FROM finding")
    records = [
        f"{entity}\x1f{source}\x1f{name}"
        for entity, source in zip(held["entity"], held["source"], strict=True)
        if entity in PERSONS
        for name in ids
    ]
    found: list[int] = []
    for column, values in (("subject", subjects), ("record", pd.Series(records, dtype=TEXT))):
        for value in history.hashed(values):
            rows = history.database.query(f"SELECT id FROM finding WHERE {column} = ?", [int(value)])
            found += [int(number) for number in rows["id"]]
    return sorted(set(found))
