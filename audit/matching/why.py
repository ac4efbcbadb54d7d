"""Why two records of one table were joined or were not: what was compared, what it weighed, what stood in the way."""

from typing import Any

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.errors import UsageError
from audit.matching.block import candidates
from audit.matching.codes import BLANK
from audit.matching.prepare import Records
from audit.matching.result import MatchResult
from audit.schema import MULTI_SEPARATOR, TEXT

ENTITIES = {"contact": "C", "account": "A"}
"""What can be matched, and the first letter of its records' names in a report."""
_ACROSS = 12
"""Members of a cluster that are compared with those of another, to say what keeps them apart."""
_LEAST = 2
_TOLD = 5


def find_pair(dataset: Dataset, one: str, other: str, entity: str | None = None) -> tuple[Table, tuple[int, int]]:
    """The table in which both names mean one record each, and their record numbers.

    Raises UsageError where a name means none, several, or the same record as the other.
    """
    tables = [dataset[name] for name in ENTITIES if name in dataset and entity in (None, name)]
    found = [(table, find_records(table, one), find_records(table, other)) for table in tables]
    known = [(table, left, right) for table, left, right in found if len(left) and len(right)]
    if not known:
        missing = next((name for at, name in ((1, one), (2, other)) if not any(len(entry[at]) for entry in found)), one)
        raise UsageError(
            f"No contact or account goes by {missing!r}"
            + ("." if any(len(entry[1]) or len(entry[2]) for entry in found) else ", nor by the other name."),
            hint="Give a record's own id, its mail address, FILE:ROW, or its name in the report (C-0412).",
        )
    if len(known) > 1:
        raise UsageError("Contacts and accounts both have these ids.", hint="Say which with --entity.")
    table, left, right = known[0]
    if len(left) == len(right) == 2 and one == other:
        return table, (int(left[0]), int(left[1]))
    for name, records in ((one, left), (other, right)):
        if len(records) > 1:
            raise UsageError(f"{len(records)} records go by {name!r}: {_places(table, records)}.", hint="Use FILE:ROW.")
    if left[0] == right[0]:
        raise UsageError(f"{one!r} and {other!r} are one record.", hint="Name two.")
    return table, (int(left[0]), int(right[0]))


def find_records(table: Table, name: str) -> np.ndarray:
    """The record numbers that a name means: a name in the report, FILE:ROW, an own id, or a mail address."""
    name = name.strip()
    letter, _, number = name.partition("-")
    if letter == ENTITIES[table.entity] and number.isascii() and number.isdigit():
        record = int(number) - 1
        if record in table.index:
            return np.array([record])
    file, _, row = name.rpartition(":")
    if file and row.isascii() and row.isdigit():
        held = table.lineage["file"].astype(TEXT)
        here = (held.eq(file) | held.str.endswith(f"/{file}")) & table.lineage["row"].eq(int(row))
        if here.any():
            return table.index[here.to_numpy(dtype=bool)].to_numpy()
    own = table.column("source_id").eq(name).to_numpy(dtype=bool, na_value=False)
    if own.any():
        return table.index[own].to_numpy()
    wanted = name.casefold()
    mails = table.column("email").str.casefold().eq(wanted).to_numpy(dtype=bool, na_value=False)
    if "other_emails" in table:
        padded = MULTI_SEPARATOR + table["other_emails"].str.casefold() + MULTI_SEPARATOR
        inside = padded.str.contains(MULTI_SEPARATOR + wanted + MULTI_SEPARATOR, regex=False)
        mails |= inside.to_numpy(dtype=bool, na_value=False)
    return table.index[mails].to_numpy()


def account_of(table: Table, match: MatchResult, one: int, other: int) -> dict[str, Any]:
    """Plain data about a pair of record numbers.

    entity, left and right (source, file, row, source_id), joined, probability, decided, relation, reason, before (the
    probability that any two records are the same), fields (field, left, right, level, weight in bits, probability so
    far), keys (shared, missed, unknown).
    """
    left, right = min(one, other), max(one, other)
    pair = match.pairs[match.pairs["left"].eq(left).to_numpy() & match.pairs["right"].eq(right).to_numpy()]
    long = match.explain(pd.DataFrame({"left": [left], "right": [right]}))
    joined = bool(match.clusters["cluster"].loc[left] == match.clusters["cluster"].loc[right])
    before = match.model.prior
    probability = float(long["probability"].iloc[-1]) if len(long) else before
    keys = _keys(match, left, right)
    return {
        "entity": table.entity,
        "left": _place(table, left),
        "right": _place(table, right),
        "joined": joined,
        "probability": probability,
        "decided": str(pair["decided"].iloc[0]) if len(pair) else "",
        "relation": str(pair["relation"].iloc[0]) if len(pair) else "",
        "reason": _reason(table, match, left, right, pair, joined, probability, keys),
        "before": before,
        "fields": [
            {
                "field": line.comparison,
                "left": str(line.left_value),
                "right": str(line.right_value),
                "level": line.level,
                "weight": float(line.weight),
                "probability": float(line.probability),
            }
            for line in long.itertuples()
        ],
        "keys": keys,
    }


def _reason(
    table: Table,
    match: MatchResult,
    left: int,
    right: int,
    pair: pd.DataFrame,
    joined: bool,
    probability: float,
    keys: dict[str, list[str]],
) -> str:
    """In a sentence, what settled it."""
    options = match.options
    decided = str(pair["decided"].iloc[0]) if len(pair) else ""
    told = {
        "same": "A person decided that they are the same.",
        "different": "A person decided that they are different.",
        "left out": "A person left one of them out of its cluster.",
        "contradiction": "Decisions about these records contradict each other, so none of them are joined.",
    }
    if decided:
        return told[decided]
    if joined:
        if probability >= options.merge:
            return f"Likely enough to be joined (from {options.merge:g})."
        return "Below the threshold by themselves; other records of their cluster hold them together."
    held = match.held[match.held["left"].eq(left).to_numpy() & match.held["right"].eq(right).to_numpy()]
    if len(held):
        return f"Held for a person: {held['reason'].iloc[0]}."
    if not _was_candidate(match, left, right):
        common = f" They share {', '.join(keys['shared'])}, but too many records do." if keys["shared"] else ""
        return f"Never compared: no key brought them together.{common}"
    if probability < options.merge:
        review = " It is among the pairs to decide." if probability >= options.review else ""
        related = str(pair["relation"].iloc[0]) if len(pair) else ""
        related = f" Rather {related}." if related not in ("", "same") else ""
        return f"Below the threshold of {options.merge:g}.{review}{related}"
    return (
        f"Likely enough by themselves, but other records speak against joining: {_against(table, match, left, right)}."
    )


def _against(table: Table, match: MatchResult, left: int, right: int) -> str:
    """The pairs across the two clusters that are least likely the same, which cut them apart."""
    cluster = match.clusters["cluster"]
    mine, theirs = (cluster.index[cluster == cluster.loc[record]].to_numpy()[:_ACROSS] for record in (left, right))
    across = pd.MultiIndex.from_product([mine, theirs]).to_frame(index=False, name=["one", "other"])
    pairs = pd.DataFrame({"left": across.min(axis=1), "right": across.max(axis=1)})
    pairs = pairs[(pairs["left"] != left) | (pairs["right"] != right)]
    likely = match.explain(pairs).groupby(["left", "right"], sort=False)["probability"].last()
    least = likely.sort_values(kind="stable").head(_LEAST)
    told = [
        f"{_places(table, np.array([one]))} and {_places(table, np.array([other]))} ({probability:.2g})"
        for (one, other), probability in least.items()
    ]
    return "; ".join(told) or "there is no other pair"


def _was_candidate(match: MatchResult, left: int, right: int) -> bool:
    one, other = _positions(match, left, right)
    if one == other:
        return True
    found = candidates(match.records, match.options)
    low, high = min(one, other), max(one, other)
    return bool(((found.left == low) & (found.right == high)).any())


def _keys(match: MatchResult, left: int, right: int) -> dict[str, list[str]]:
    """Which of the run's blocking keys both records share, which they do not, and which either has not."""
    one, other = _positions(match, left, right)
    result: dict[str, list[str]] = {"shared": [], "missed": [], "unknown": []}
    for key in match.statistics["blocks"]["key"]:
        parts = [part for part in str(key).split("+") if part in match.records]
        if not parts or len(parts) < len(str(key).split("+")):
            continue
        agree = [_agree(match.records, part, one, other) for part in parts]
        kind = "unknown" if None in agree else "shared" if all(agree) else "missed"
        result[kind].append(str(key))
    return result


def _agree(records: Records, name: str, one: int, other: int) -> bool | None:
    """Whether two records have a value of a column in common; None where either has none."""
    slots = records[name].slots
    mine, theirs = slots[one][slots[one] != BLANK], slots[other][slots[other] != BLANK]
    return bool(np.isin(mine, theirs).any()) if len(mine) and len(theirs) else None


def _positions(match: MatchResult, left: int, right: int) -> tuple[int, int]:
    records = match.records
    of_row = np.empty(records.rows, dtype=np.int64)
    of_row[records.members] = np.repeat(np.arange(len(records)), records.counts)
    one, other = of_row[match.clusters.index.get_indexer([left, right])]
    return int(one), int(other)


def _place(table: Table, record: int) -> dict[str, Any]:
    there = table.lineage.loc[record]
    own = table.column("source_id").loc[record]
    place = {name: str(there[name]) for name in ("source", "file")}
    return place | {"row": int(there["row"]), "source_id": None if pd.isna(own) else str(own)}


def _places(table: Table, records: np.ndarray) -> str:
    there = table.lineage.loc[records[:_TOLD]]
    told = [f"{file}:{row}" for file, row in zip(there["file"], there["row"], strict=True)]
    return ", ".join(told) + (", ..." if len(records) > _TOLD else "")
