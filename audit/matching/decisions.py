"""What a person decided about pairs of records: read, written, and found again in the records of a later export.

decisions.csv has one line per decision:

    entity       "contact" or "account"
    decision     "same": one person or company. "different": two. "leave_out": `left` is none of its cluster, of which
                 `right` is a member (or blank: of any). Blank: not decided yet, the line is skipped
    left_key, right_key        keys of both records, as `audit.matching.record_key` makes them from their content
    left_source, right_source  systems the records came from  } tell apart records that say the same, and find a record
    left_id, right_id          their own ids there            } again whose name stayed while other values changed
    decided_on, decided_by, note   for people; nothing is made of them
    keep         with "same": whose value survives, as "phone:right email:left" (see audit.review.survivors)
    value        with "accept": what to write instead of what the rule proposes (see audit.review.fixes)
    run, item    which question of which run the line answers

Lines about fixes have the decision "accept" or "reject" and the columns rule, fix, finding (see audit.review.fixes).
"unsure" decides nothing. Other columns are ignored.

For one pair the last line counts. A key that several records share means all of them, up to ten; of copies that nothing
tells apart, `leave_out` takes one, and so does "different" with one key on both sides. What names no record any more is
counted as stale. Contradictions (A = B, B = C, A ≠ C) are pointed out; of the records in one, none are joined.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from audit.dataset import Table
from audit.errors import UsageError
from audit.matching.cluster import components, pairs_within
from audit.matching.record_key import record_keys
from audit.schema import TEXT
from audit.values.text import squeeze, substitute

SAME, DIFFERENT, LEAVE_OUT = "same", "different", "leave_out"
ACCEPT, REJECT = "accept", "reject"
UNSURE = "unsure"
COLUMNS = (
    "entity decision left_key right_key left_source left_id right_source right_id decided_on decided_by note".split()
)
MORE_COLUMNS = "keep rule field fix finding value run item".split()
"""Columns that only the lines of a review have."""
_NEEDED = ("entity", "decision", "left_key", "right_key")
_MOST_ALIKE = 10
"""More records than this with one key are too many to mean all of them."""
_CLOSED = 60
"""In groups decided the same of up to this many records, every pair counts as decided."""
_TOLD = 5
_STAGES = (
    ("key", "source", "id"),
    ("key", "id"),
    ("key", "source"),
    ("key",),
    ("name", "source", "id"),
    ("name", "id"),
)
"""What a record is found by, the first that finds any."""


@dataclass(frozen=True)
class Rulings:
    """Decisions about one table, by positions of its rows: pairs (k, 2) and single rows.

    `different` holds also what a member left out is apart from, `contradictory` the pairs that no decision may join.
    `counts` are those found, stale and ambiguous; `warnings` point out what a person should look at.
    """

    same: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    different: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    left_out: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    contradictory: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    counts: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def rows(self) -> np.ndarray:
        """All rows that a decision is about."""
        pairs = (self.same, self.different, self.contradictory)
        return np.unique(np.concatenate([*(part.ravel() for part in pairs), self.left_out]))


def read_decisions(path: Path) -> pd.DataFrame:
    """The decided lines of a decisions file, with COLUMNS and MORE_COLUMNS as text.

    Raises UsageError where it cannot be read, lacks a column, or holds a word that is no decision.
    """
    try:
        content = path.read_text("utf-8-sig")
        first = content.split("\n", 1)[0]
        separator = max(",;\t", key=first.count)
        raw = pd.read_csv(path, sep=separator, dtype=TEXT, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path}: cannot be read ({type(error).__name__}).", hint="It is a CSV of decisions."
        ) from error
    raw.columns = [str(name).strip().lower() for name in raw.columns]
    missing = [name for name in _NEEDED if name not in raw]
    if missing:
        raise UsageError(
            f"{path}: the column {', '.join(missing)} is missing.",
            hint="`crm-audit sample` writes such a file; its columns are in the README.",
        )
    return checked(raw, path)


def checked(raw: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The decided lines of a table of text that was read from `path`."""
    columns = [*COLUMNS, *MORE_COLUMNS]
    frame = pd.DataFrame({name: raw.get(name, pd.NA) for name in columns}, index=raw.index).astype(TEXT)
    frame = frame.apply(lambda column: substitute(squeeze(column), r"^'([=+\-@])", r"\1"))
    frame["decision"] = frame["decision"].str.lower().str.replace(r"[ -]+", "_", regex=True)
    frame = frame[frame["decision"].notna()]
    wrong = frame[~frame["decision"].isin([SAME, DIFFERENT, LEAVE_OUT, ACCEPT, REJECT, UNSURE])]
    if len(wrong):
        raise UsageError(
            f"{path}, line {wrong.index[0] + 2}: {wrong['decision'].iloc[0]!r} is no decision.",
            hint=f"Write {SAME}, {DIFFERENT} or {LEAVE_OUT}; of a fix {ACCEPT} or {REJECT}.",
        )
    return frame[frame["decision"] != UNSURE].reset_index(drop=True)


def write_decisions(decisions: pd.DataFrame, path: Path) -> None:
    """Writes decisions whole: COLUMNS first, then whatever else the frame has. No cell runs in a spreadsheet."""
    ordered = [*COLUMNS, *(name for name in decisions.columns if name not in COLUMNS)]
    frame = decisions.reindex(columns=ordered).astype(TEXT)
    frame = frame.apply(lambda column: substitute(column, r"^([=+\-@\t\r])", r"'\1"))
    beside = path.with_name(path.name + ".part")
    frame.to_csv(beside, index=False, lineterminator="\n", encoding="utf-8", quoting=csv.QUOTE_MINIMAL)
    beside.replace(path)


def as_decisions(table: Table, pairs: pd.DataFrame, decision: pd.Series | str | None = None) -> pd.DataFrame:
    """Lines of a decisions file for pairs of record numbers (`left`, `right`), still without date and author."""
    records = pd.unique(pairs[["left", "right"]].to_numpy().ravel())
    part = table.take(table.index.isin(records))
    told = pd.DataFrame(
        {
            "key": record_keys(part),
            "source": part.lineage["source"].astype(TEXT),
            "id": part.column("source_id"),
        },
        index=part.index,
    )
    frame = pd.DataFrame({"entity": table.entity, "decision": decision}, index=pairs.index)
    for side in ("left", "right"):
        for name in told.columns:
            frame[f"{side}_{name}"] = told[name].loc[pairs[side].to_numpy()].array
    return frame.reindex(columns=COLUMNS).astype(TEXT)


def resolve(decisions: pd.DataFrame | None, table: Table) -> Rulings:
    """The decisions about a table by the rows that they are about."""
    if decisions is None:
        return Rulings()
    mine = about_pairs(decisions, table)
    if mine.empty:
        return Rulings()
    left, right = find(mine, table)
    word = mine["decision"].to_numpy(dtype=object)
    out = np.unique(left.drop_duplicates("line")[lambda side: word[side["line"]] == LEAVE_OUT]["row"])
    pairs = left.merge(right, on="line", suffixes=("_left", "_right"))
    pairs = pairs[pairs["row_left"] != pairs["row_right"]]
    low, high = pairs[["row_left", "row_right"]].min(axis=1), pairs[["row_left", "row_right"]].max(axis=1)
    pairs = pd.DataFrame({"line": pairs["line"], "low": low, "high": high, "word": word[pairs["line"]]})
    one_of = (mine["left_key"] == mine["right_key"]).to_numpy(dtype=bool, na_value=False) | (word == LEAVE_OUT)
    lonely = left.loc[np.isin(left["line"], np.flatnonzero(word == LEAVE_OUT)), "line"]
    found = np.union1d(pairs["line"], lonely)
    single = one_of[pairs["line"]]
    pairs = pd.concat([pairs[single].drop_duplicates("line"), pairs[~single]]).sort_values(["line", "low", "high"])
    pairs = pairs.drop_duplicates(["low", "high"], keep="last")
    is_same = pairs["word"].eq(SAME).to_numpy()
    same, different = (pairs.loc[mask, ["low", "high"]].to_numpy(np.int64) for mask in (is_same, ~is_same))
    same, contradictory, warnings = _contradictions(same, different, table)
    several = np.union1d(left["line"][left.duplicated("line")], right["line"][right.duplicated("line")])
    counts = {
        "decisions": len(mine),
        "decisions_stale": len(mine) - len(found),
        "decisions_ambiguous": len(np.intersect1d(several, found)),
        "decisions_contradicting": len(warnings),
    }
    return Rulings(same, different, out, contradictory, counts, tuple(warnings))


def about_pairs(decisions: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The lines that are about records of the table being the same or not."""
    mine = decisions["entity"].eq(table.entity) & decisions["decision"].isin([SAME, DIFFERENT, LEAVE_OUT])
    return decisions[mine.to_numpy(dtype=bool)].reset_index(drop=True)


def find(decisions: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows (`line`, `row`: positions) that the left and the right side of each decision mean."""
    known = _known(table)
    return _found(decisions, "left", known), _found(decisions, "right", known)


def _known(table: Table) -> pd.DataFrame:
    keys = record_keys(table)
    return pd.DataFrame(
        {
            "key": keys.astype(object),
            "name": keys.str.slice(0, 9).astype(object),
            "source": table.lineage["source"].astype(object),
            "id": table.column("source_id").astype(object),
            "row": np.arange(len(table)),
        }
    )


def _found(decisions: pd.DataFrame, side: str, known: pd.DataFrame) -> pd.DataFrame:
    """The rows (`line`, `row`) that one side of each decision means; none for what is gone or stands for too many."""
    wanted = pd.DataFrame(
        {
            "line": np.arange(len(decisions)),
            "key": decisions[f"{side}_key"].astype(object),
            "name": decisions[f"{side}_key"].str.slice(0, 9).astype(object),
            "source": decisions[f"{side}_source"].astype(object),
            "id": decisions[f"{side}_id"].astype(object),
        }
    )
    parts = [pd.DataFrame({"line": np.zeros(0, np.int64), "row": np.zeros(0, np.int64)})]
    for stage in _STAGES:
        columns = list(stage)
        asked = wanted.dropna(subset=columns)
        near = known[known[columns[0]].isin(asked[columns[0]])].dropna(subset=columns)
        size = near.groupby(columns)["row"].transform("size")
        hits = asked[["line", *columns]].merge(near.assign(size=size)[["row", "size", *columns]], on=columns)
        parts.append(hits.loc[hits["size"] <= _MOST_ALIKE, ["line", "row"]])
        wanted = wanted[~wanted["line"].isin(hits["line"])]
    return pd.concat(parts, ignore_index=True).astype(np.int64).sort_values(["line", "row"], ignore_index=True)


def _contradictions(same: np.ndarray, different: np.ndarray, table: Table) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """The pairs decided the same that stand, the pairs that may not join because decisions about them contradict."""
    label = components(same[:, 0], same[:, 1], len(table))
    against = different[label[different[:, 0]] == label[different[:, 1]]]
    broken = np.unique(label[against[:, 0]])
    held = np.isin(label[same[:, 0]], broken)
    kept = same[~held]
    closed = np.stack(pairs_within(components(kept[:, 0], kept[:, 1], len(table)), _CLOSED), axis=1)
    apart = np.where(np.isin(label, broken), label, -1 - np.arange(len(label)))
    whole = np.stack(pairs_within(pd.factorize(apart)[0], _CLOSED), axis=1)
    warnings = []
    for one in broken:
        members = np.unique(np.append(same[held & (label[same[:, 0]] == one)], against[label[against[:, 0]] == one]))
        split = against[label[against[:, 0]] == one][0]
        warnings.append(
            f"Decisions about {table.entity}s contradict each other: {_places(table, members)} are said to be the "
            f"same, but {_places(table, split)} different. None of them were joined."
        )
    return (
        np.unique(np.concatenate([kept, closed]), axis=0),
        np.unique(np.concatenate([same[held], against, whole]), axis=0),
        warnings,
    )


def _places(table: Table, rows: np.ndarray) -> str:
    there = table.lineage.iloc[rows[:_TOLD]]
    told = [f"{file} row {row}" for file, row in zip(there["file"], there["row"], strict=True)]
    return ", ".join(told) + (f" and {len(rows) - _TOLD} more" if len(rows) > _TOLD else "")
