"""The queue: pairs that may be one person or company, and fixes that need a person; what is worth most comes first.

A line is one question with one answer. Pairs are one line each; lines of a rule's fixes that change cells or drop
records are shown together, ROWS to an entry, since they are judged at a glance.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.findings import record_columns
from audit.matching import MatchResult
from audit.matching.decisions import ACCEPT, DIFFERENT, REJECT, SAME, as_decisions
from audit.matching.explain import sentences
from audit.matching.record_key import record_keys
from audit.review.fixes import MATCHED, WHOLE, fix_keys, told
from audit.rule import FieldRule, FixKind, FixSafety, RecordRule, Rule, VocabularyRule
from audit.schema import TEXT
from audit.score import HARM

ROWS = 10
"""Fixes of one rule in one entry."""
RECORD_WORTH = 4.0
"""What a surplus record is worth against a wrong cell: as many cells as it has that anybody reads."""
LINE_TYPES: Mapping[str, object] = {
    "item": "int64",
    "entry": "int64",
    "kind": "object",
    "entity": "object",
    "left": "int64",
    "right": "int64",
    "probability": "float64",
    "pattern": TEXT,
    "reason": TEXT,
    "rule": "object",
    "fix": TEXT,
    "finding": TEXT,
    "place": "int64",
    "records": "int64",
    "worth": "float64",
    "left_key": TEXT,
    "left_source": TEXT,
    "left_id": TEXT,
    "right_key": TEXT,
    "right_source": TEXT,
    "right_id": TEXT,
}
"""Columns of the lines. `kind` is "pair" (decided same or different), "merge" (two records that a rule would merge) or
"fix", both decided accept or reject. `left` and `right` are record numbers, -1 where there is none; of a fix `left` is
the first record it is about, and `place` where its first finding stands in the table of findings. `records` counts
the records. `fix` and `finding` are explained in `audit.review.fixes`, the keys in `audit.matching.decisions`."""


@dataclass(frozen=True)
class Queue:
    """All questions of a run. `run` is the id by which decisions know the run they belong to."""

    run: str
    lines: pd.DataFrame

    def __len__(self) -> int:
        """Entries: what a person sees one after the other."""
        return int(self.lines["entry"].nunique())

    @cached_property
    def answers(self) -> dict[str, tuple[str, str]]:
        """Yes and no by kind of line."""
        return {"pair": (SAME, DIFFERENT), "merge": (ACCEPT, REJECT), "fix": (ACCEPT, REJECT)}


def build_queue(
    dataset: Dataset,
    findings: pd.DataFrame,
    matches: Mapping[str, MatchResult],
    rules: Sequence[Rule],
    as_of: object,
    conflicts: pd.DataFrame | None = None,
) -> Queue:
    """The queue of a run, from the findings with their ids; `conflicts` are those that cleaning stopped before."""
    findings = findings.reset_index(drop=True)
    open_fixes = findings[
        findings["fix_safety"].eq(str(FixSafety.NEEDS_REVIEW))
        & findings["fix_kind"].ne(str(FixKind.NONE))
        & ~findings["accepted"].astype(bool)
    ]
    matched = _of_matching(open_fixes, matches)
    held = {entity: _held(entity, found, conflicts) for entity, found in matches.items()}
    pairs = [_pairs(dataset[entity], found, matched, held[entity]) for entity, found in matches.items()]
    fixes = _fixes(open_fixes[~open_fixes.index.isin(matched.index)], dataset, rules)
    types = {**LINE_TYPES, "entry": "object"}
    parts = [part.assign(item=0).reindex(columns=list(types)).astype(types) for part in [*pairs, fixes] if len(part)]
    blank = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in LINE_TYPES.items()})
    lines = pd.concat(parts, ignore_index=True) if parts else blank
    worth = lines.groupby("entry", sort=False)["worth"].transform("sum")
    order = np.lexsort((np.arange(len(lines)), lines["entry"].astype(str).to_numpy(dtype=object), -worth.to_numpy()))
    lines = lines.iloc[order].reset_index(drop=True)
    lines["entry"] = pd.factorize(lines["entry"])[0] + 1
    lines["item"] = np.arange(1, len(lines) + 1)
    lines = lines.reindex(columns=list(LINE_TYPES)).astype(dict(LINE_TYPES))
    return Queue(_run_id(findings, matches, lines, as_of), lines)


def _run_id(findings: pd.DataFrame, matches: Mapping[str, MatchResult], lines: pd.DataFrame, as_of: object) -> str:
    """Twelve hex digits of what was found and of what is asked: another export or other decisions make another."""
    digest = hashlib.sha256(str(as_of).encode())
    digest.update(json.dumps({name: len(found.clusters) for name, found in matches.items()}, sort_keys=True).encode())
    for column in (findings["finding_id"], findings["fix_safety"], lines["left_key"], lines["right_key"], lines["fix"]):
        digest.update(pd.util.hash_array(column.astype(object).fillna("").to_numpy(), categorize=False).tobytes())
    return digest.hexdigest()[:12]


def _of_matching(open_fixes: pd.DataFrame, matches: Mapping[str, MatchResult]) -> pd.DataFrame:
    """The open merges of records that matching put together: they are asked as pairs."""
    merges = open_fixes[open_fixes["fix_kind"].eq(str(FixKind.MERGE)) & open_fixes["entity"].isin(matches)]
    together = np.zeros(len(merges), dtype=bool)
    for entity, found in matches.items():
        mine = merges["entity"].eq(entity).to_numpy()
        cluster = found.clusters["cluster"]
        one, other = (merges[name][mine].astype("int64") for name in ("record", "into"))
        together[mine] = cluster.reindex(one).to_numpy() == cluster.reindex(other).to_numpy()
    return merges[together]


LOOK_LIKE: Mapping[str, str] = {"contact": "these records look like one person",
                                "account": "these records look like one company"}  # fmt: skip


def _held(entity: str, found: MatchResult, conflicts: pd.DataFrame | None) -> pd.DataFrame:
    """left, right, reason: the pairs that matching keeps apart, and those for which cleaning left a cluster alone."""
    held = found.held[["left", "right", "reason"]].drop_duplicates(["left", "right"]).astype({"reason": object})
    if conflicts is None or not conflicts["entity"].eq(entity).any():
        return held
    mine = conflicts[conflicts["entity"].eq(entity)]
    stopped = pd.DataFrame(
        {
            "left": mine[["left", "right"]].min(axis=1).astype("int64"),
            "right": mine[["left", "right"]].max(axis=1).astype("int64"),
            "reason": mine["reason"].astype(object),
        }
    )
    stopped = stopped.groupby(["left", "right"], sort=False, as_index=False)["reason"].agg("; ".join)
    stopped["reason"] = f"{LOOK_LIKE[entity]}; but " + stopped["reason"]
    return pd.concat([stopped, held], ignore_index=True).drop_duplicates(["left", "right"])


def _pairs(table: Table, found: MatchResult, matched: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """The pairs of one table: those between the thresholds, those held, and those joined but not surely."""
    waiting = found.pairs["decision"].eq("review").to_numpy()
    mine = matched[matched["entity"].eq(table.entity)]
    weak = pd.DataFrame(
        {
            "left": np.minimum(mine["into"].astype("int64"), mine["record"]).to_numpy(dtype="int64"),
            "right": np.maximum(mine["into"].astype("int64"), mine["record"]).to_numpy(dtype="int64"),
            "sure": mine["confidence"].to_numpy(dtype="float64"),
        }
    ).drop_duplicates(["left", "right"])
    asked = pd.concat([found.pairs.loc[waiting, ["left", "right"]], held[["left", "right"]], weak[["left", "right"]]])
    asked = asked.drop_duplicates().astype("int64")
    if asked.empty:
        return asked
    asked = asked[~_settled(found, asked)]
    known = found.pairs[["left", "right", "probability"]].assign(place=np.arange(len(found.pairs)))
    asked = asked.merge(known, on=["left", "right"], how="left").merge(weak, how="left").merge(held, how="left")
    why = np.full(len(asked), "", dtype=object)
    compared = np.flatnonzero(asked["place"].notna())
    why[compared] = sentences(
        found.outcomes.take(asked["place"].to_numpy()[compared].astype("int64")), found.records, found.model
    )
    told_reason = asked["reason"].astype(object)
    probability = asked["probability"].fillna(asked["sure"]).fillna(0.5).to_numpy("float64")
    keys = as_decisions(table, asked)
    lines = pd.DataFrame(
        {
            "entry": [f"p{table.entity}{number:09d}" for number in range(len(asked))],
            "kind": "pair",
            "entity": table.entity,
            "left": asked["left"].to_numpy(),
            "right": asked["right"].to_numpy(),
            "probability": probability,
            "pattern": _pattern(table, asked),
            "reason": np.where(told_reason.notna(), told_reason, why),
            "place": -1,
            "records": 2,
            # The nearer to even, the more a decision changes; a likely one more than an unlikely one.
            "worth": RECORD_WORTH * np.minimum(probability, 0.5 + (1 - probability)),
        }
    )
    return lines.join(keys[[f"{side}_{name}" for side in ("left", "right") for name in ("key", "source", "id")]])


def _settled(found: MatchResult, asked: pd.DataFrame) -> np.ndarray:
    """Which of the pairs a person has decided already."""
    decided = found.pairs[found.pairs["decided"].isin(["same", "different"]).to_numpy(dtype=bool)]
    index = pd.MultiIndex.from_frame(decided[["left", "right"]])
    return pd.MultiIndex.from_frame(asked[["left", "right"]]).isin(index)


AGREEING: Mapping[str, Sequence[str]] = {
    "contact": "first_name last_name full_name email phone mobile company_name city".split(),
    "account": "name domain website phone email city country".split(),
}
"""Fields whose agreement makes the pattern of a pair."""


def _pattern(table: Table, pairs: pd.DataFrame) -> np.ndarray:
    """Which fields agree and which differ, as "+email-phone"; blank ones are left out."""
    pattern = np.full(len(pairs), "", dtype=object)
    for name in AGREEING[table.entity]:
        if name not in table:
            continue
        left, right = (table[name].loc[pairs[side]].str.casefold().str.strip() for side in ("left", "right"))
        both = left.notna().to_numpy() & right.notna().to_numpy()
        same = (left.reset_index(drop=True) == right.reset_index(drop=True)).fillna(False).to_numpy(dtype=bool)
        pattern = pattern + np.where(both, np.where(same, f"+{name}", f"-{name}"), "").astype(object)
    return pattern


def _fixes(open_fixes: pd.DataFrame, dataset: Dataset, rules: Sequence[Rule]) -> pd.DataFrame:
    """The fixes that rules propose, one line per change or record."""
    if open_fixes.empty:
        return open_fixes
    of_values = {rule.id for rule in rules if isinstance(rule, FieldRule | VocabularyRule)}
    of_rows = {rule.id for rule in rules if isinstance(rule, RecordRule)}
    keys = fix_keys(open_fixes)
    cell = ~open_fixes["fix_kind"].isin(WHOLE).to_numpy()
    alone = (keys["change"] == keys["record"]).to_numpy()
    # What a value or a row by itself calls for is one question wherever it stands; else each record is.
    same = open_fixes["rule_id"].isin(of_rows).to_numpy() & alone
    everywhere = cell & (open_fixes["rule_id"].isin(of_values).to_numpy() | same)
    fix = told(keys["change"]).where(everywhere, told(keys["record"]))
    own = open_fixes["record"].astype(TEXT).where(~everywhere, "")
    group = fix + "\x1f" + own.astype(TEXT)
    code, _ = pd.factorize(group)
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(code[order]) > 0))
    first = open_fixes.iloc[order[starts]]
    scoped = everywhere[order[starts]]
    ids = open_fixes["finding_id"].astype(object).to_numpy()[order]
    harm = (open_fixes["confidence"] * open_fixes["severity"].map(HARM).astype("float64")).to_numpy()[order]
    merge = first["fix_kind"].eq(str(FixKind.MERGE)).to_numpy()
    into = first["into"].fillna(-1).to_numpy("int64")
    bearers = open_fixes.groupby(code)["record"].nunique().to_numpy()
    records = np.where(merge, 2, bearers)
    lines = pd.DataFrame(
        {
            "kind": np.where(merge, "merge", "fix"),
            "entity": first["entity"].to_numpy(dtype=object),
            "left": np.where(merge, into, first["record"].to_numpy()),
            "right": np.where(merge, first["record"].to_numpy(), -1),
            "probability": first["confidence"].to_numpy("float64"),
            "rule": first["rule_id"].to_numpy(dtype=object),
            "fix": fix.iloc[order[starts]].array,
            "finding": [
                None if wide else " ".join(part) for wide, part in zip(scoped, np.split(ids, starts[1:]), strict=True)
            ],
            "place": first.index.to_numpy(),
            "records": records,
            "worth": np.add.reduceat(harm, starts) * np.where(cell[order[starts]], 1.0, RECORD_WORTH),
        }
    )
    return _keyed(_entries(lines, first["fix_kind"].to_numpy(dtype=object)), scoped, dataset)


def _entries(lines: pd.DataFrame, fix_kind: np.ndarray) -> pd.DataFrame:
    """The lines with their entry: merges alone, other fixes of one rule in tens, the most frequent first."""
    by = [lines["rule"], lines["entity"], pd.Series(fix_kind, index=lines.index)]
    ranked = lines["records"].groupby(by, sort=False).rank(method="first", ascending=False)
    page = (ranked - 1) // ROWS
    name = "f" + by[0] + by[1] + by[2] + page.astype("int64").astype(str).str.zfill(7)
    alone = lines["kind"].eq("merge")
    number = pd.Series(np.arange(len(lines)), index=lines.index).astype(str).str.zfill(9)
    return lines.assign(entry=name.mask(alone, "m" + number))


def _keyed(lines: pd.DataFrame, scoped: np.ndarray, dataset: Dataset) -> pd.DataFrame:
    """The lines with source, id and, where its entity has keys, the key of the record they are about."""
    about = lines[["entity"]].assign(record=lines["right"].where(lines["kind"].eq("merge"), lines["left"]))
    place = record_columns(about, dataset)
    single = ~scoped & (lines["records"].eq(1) | lines["kind"].eq("merge")).to_numpy()
    key = pd.Series(pd.NA, index=lines.index, dtype=object)
    for entity in MATCHED:
        mine = about["entity"].eq(entity).to_numpy() & single
        if mine.any():
            table, records = dataset[entity], about.loc[mine, "record"].to_numpy()
            key[mine] = record_keys(table.take(table.index.isin(records))).reindex(records).to_numpy(dtype=object)
    return lines.assign(
        left_key=key.array, left_source=place["source"].where(single), left_id=place["source_id"].where(single)
    )
