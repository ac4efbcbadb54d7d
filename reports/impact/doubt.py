"""What is open about the data: which fixes may be right or wrong, each with its probability."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from audit.cleaning.clean import LINKS, STRICT_CONFIDENCE
from audit.dataset import Dataset
from audit.matching import MatchResult
from audit.rule import FixKind, FixSafety

HELD_EITHER_WAY = 0.5
"""A pair held for its contradiction is one record or two: neither is likelier."""

STALE_RULE = "TIM001"
UNDECIDED = 0.5
"""The probability of a change for which no finding can be named."""

WHOLE_RECORD = (str(FixKind.MERGE), str(FixKind.DROP))


def open_questions(findings: pd.DataFrame, dataset: Dataset, matches: Mapping[str, MatchResult]) -> pd.DataFrame:
    """The findings with what else is open, as fixes that need review: held pairs merged, stale addresses dead.

    These lines are for measuring alone: loose cleaning makes them, the cleaned tables never do.
    """
    added = [_stale(findings, dataset), *(_held(findings, entity, match) for entity, match in matches.items())]
    added = [frame for frame in added if len(frame)]
    return pd.concat([findings, *added], ignore_index=True) if added else findings


def _stale(findings: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Stale addresses as bounced ones: they count in no list, and nothing else of the record changes."""
    stale = findings[(findings["rule_id"] == STALE_RULE) & ~findings["accepted"]]
    if not dataset.has("contact.email"):
        return stale.iloc[:0]
    return stale.assign(
        field="email_bounced",
        suggestion="true",
        fix_kind=str(FixKind.SET),
        fix_safety=str(FixSafety.NEEDS_REVIEW),
    )


def _held(findings: pd.DataFrame, entity: str, match: MatchResult) -> pd.DataFrame:
    """Held pairs as merges into the earlier record, but for records that are merged anyway."""
    held = match.held
    if not len(held):
        return findings.iloc[:0]
    left, right = (held[side].to_numpy(dtype="int64") for side in ("left", "right"))
    merged = findings[(findings["entity"] == entity) & (findings["fix_kind"] == str(FixKind.MERGE))]
    # A chain of merges must not come back to where it began: such records are left out.
    upward = merged[(merged["into"] > merged["record"]).fillna(False).to_numpy(dtype=bool)]
    apart = np.isin(right, merged["record"]) | np.isin(left, upward["record"]) | np.isin(right, upward["into"])
    apart |= left >= right
    pairs = pd.DataFrame({"record": right, "into": left})[~apart].drop_duplicates("record")
    lines = pd.DataFrame(index=range(len(pairs)), columns=findings.columns)
    lines = lines.assign(
        rule_id="UNQ001" if entity == "contact" else "UNQ003",
        family="duplicates",
        severity="low",
        entity=entity,
        record=pairs["record"].to_numpy(),
        field="source_id",
        confidence=HELD_EITHER_WAY,
        fix_kind=str(FixKind.MERGE),
        fix_safety=str(FixSafety.NEEDS_REVIEW),
        into=pairs["into"].to_numpy(),
        systemic=False,
        accepted=False,
    )
    return lines.astype(findings.dtypes.to_dict())


@dataclass(frozen=True)
class Proposals:
    """All fixes that findings propose: `lines` has rule_id, entity, record, field, kind, confidence, sure, into."""

    lines: pd.DataFrame
    raw: Dataset

    @classmethod
    def of(cls, findings: pd.DataFrame, raw: Dataset) -> "Proposals":
        proposed = findings[findings["fix_kind"].ne(str(FixKind.NONE)) & ~findings["accepted"].astype(bool)]
        confidence = proposed["confidence"].to_numpy(dtype="float64")
        safe = proposed["fix_safety"].eq(str(FixSafety.SAFE)).to_numpy()
        lines = pd.DataFrame(
            {
                "rule_id": proposed["rule_id"].to_numpy(dtype=object),
                "family": proposed["family"].to_numpy(dtype=object),
                "entity": proposed["entity"].to_numpy(dtype=object),
                "record": proposed["record"].to_numpy(dtype="int64"),
                "field": proposed["field"].to_numpy(dtype=object),
                "kind": proposed["fix_kind"].to_numpy(dtype=object),
                "confidence": confidence,
                "safe": safe,
                "sure": safe & (confidence >= STRICT_CONFIDENCE),
                "into": proposed["into"].astype("Int64").fillna(-1).to_numpy(dtype="int64"),
            }
        )
        whole = lines["kind"].isin(WHOLE_RECORD)
        # Merges and drops take a record's cell fixes along; among equals the likelier comes first.
        order = np.lexsort((-lines["confidence"], ~whole))
        return cls(lines.iloc[order].reset_index(drop=True), raw)

    def relevant(self, inputs: tuple[str, ...], *, open_only: bool) -> np.ndarray:
        """The numbers of the lines that can change what a metric reads."""
        lines = self.lines
        mask = lines["kind"].isin(WHOLE_RECORD) | self._fields.isin(inputs)
        return np.flatnonzero(mask & ~lines["sure"]) if open_only else np.flatnonzero(mask)

    def lines_of(self, entries: pd.DataFrame, inputs: tuple[str, ...], *, open_only: bool) -> np.ndarray:
        """Per entry (entity, record) the number of the line behind its change; -1 where none can be named.

        The line of the record itself, else of the record that merges into it, else of the merged record it links to.
        """
        numbers = self.relevant(inputs, open_only=open_only)
        lines = self.lines.iloc[numbers]
        own = _first(lines["entity"], lines["record"], numbers)
        merging = lines["into"].to_numpy() >= 0
        into = _first(lines["entity"][merging], lines["into"][merging], numbers[merging])
        keys = pd.MultiIndex.from_arrays([entries["entity"].astype(object), entries["record"]])
        found = own.reindex(keys).fillna(-1).to_numpy(dtype="int64")
        left = found < 0
        found[left] = into.reindex(keys[left]).fillna(-1).to_numpy(dtype="int64")
        for entity in pd.unique(entries["entity"][found < 0]):
            for field, target in LINKS.get(str(entity), ()):
                rows = np.flatnonzero((found < 0) & (entries["entity"] == entity).to_numpy())
                if len(rows):
                    parents = self._parents(str(entity), field, target, entries["record"].to_numpy()[rows])
                    near = pd.MultiIndex.from_arrays([np.full(len(rows), target, dtype=object), parents])
                    mine, merged = own.reindex(near).to_numpy(), into.reindex(near).to_numpy()
                    found[rows] = np.nan_to_num(np.where(np.isnan(mine), merged, mine), nan=-1.0).astype("int64")
        return found

    def _parents(self, entity: str, field: str, target: str, records: np.ndarray) -> np.ndarray:
        """The record of `target` that each record links to, within its source; -1 for none."""
        if not self.raw.has(f"{entity}.{field}") or not self.raw.has(f"{target}.source_id"):
            return np.full(len(records), -1)
        child, parent = self.raw[entity], self.raw[target]
        place = child.index.get_indexer(records)
        known = place >= 0
        links = pd.Series(pd.NA, index=range(len(records)), dtype=object)
        ids = child[field].astype(object).to_numpy()
        sources = child.lineage["source"].astype(object).to_numpy()
        links[known] = [
            f"{source}\t{name}" if isinstance(name, str) else None
            for source, name in zip(sources[place[known]], ids[place[known]], strict=True)
        ]
        index = self._ids[target] if target in self._ids else self._index(parent.entity)
        return index.reindex(links).fillna(-1).to_numpy(dtype="int64")

    def _index(self, target: str) -> pd.Series:
        """Record numbers of the records of `target` that take part in a merge, by source and id."""
        table, lines = self.raw[target], self.lines
        merges = lines[(lines["entity"] == target) & (lines["into"] >= 0)]
        wanted = np.unique(np.r_[merges["record"].to_numpy(), merges["into"].to_numpy()])
        place = table.index.get_indexer(wanted)
        wanted, place = wanted[place >= 0], place[place >= 0]
        ids = table["source_id"].astype(object).to_numpy()[place]
        sources = table.lineage["source"].astype(object).to_numpy()[place]
        keys = [f"{source}\t{name}" for source, name in zip(sources, ids, strict=True)]
        found = pd.Series(wanted, index=pd.Index(keys, dtype=object))
        self._ids[target] = found[~found.index.duplicated()]
        return self._ids[target]

    @cached_property
    def _ids(self) -> dict[str, pd.Series]:
        return {}

    @cached_property
    def _fields(self) -> pd.Series:
        return self.lines["entity"].astype(str) + "." + self.lines["field"].astype(str)

    @cached_property
    def units(self) -> np.ndarray:
        """A number per open line, -1 for sure ones: the lines of one record are right or wrong together."""
        units = np.full(len(self.lines), -1, dtype=np.int64)
        open_lines = ~self.lines["sure"].to_numpy(dtype=bool)
        units[open_lines] = self.lines[open_lines].groupby(["entity", "record"], sort=False).ngroup()
        return units

    def probability(self, numbers: np.ndarray, inputs: tuple[str, ...]) -> np.ndarray:
        """How likely each line is right; for -1, what the open lines that the metric reads are likely on average."""
        confidence = self.lines["confidence"].to_numpy()
        mine = self.relevant(inputs, open_only=True)
        usual = float(confidence[mine].mean()) if len(mine) else UNDECIDED
        if not len(confidence):
            return np.full(len(numbers), usual)
        return np.where(numbers >= 0, confidence[np.maximum(numbers, 0)], usual)


def _first(entity: pd.Series, record: pd.Series, numbers: np.ndarray) -> pd.Series:
    """The first line number by entity and record."""
    index = pd.MultiIndex.from_arrays([entity.astype(object), record])
    found = pd.Series(numbers.astype("float64"), index=index)
    return found[~index.duplicated()]
