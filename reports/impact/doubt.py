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
from reports.metrics.links import linked

HELD_EITHER_WAY = 0.5
"""A pair held for its contradiction is one record or two: neither is likelier."""

DEAD = frozenset({"TIM001", "ACC002"})
"""Checks that call an address dead: by its age, or since mail to it came back."""
OUTLYING = frozenset({"ACC040"})
"""Checks that call an amount far from the usual: it may be true or a slip, and no check knows the true one."""

UNDECIDED = 0.5
"""The probability of a change for which no finding can be named."""

WHOLE_RECORD = (str(FixKind.MERGE), str(FixKind.DROP))


def open_questions(findings: pd.DataFrame, dataset: Dataset, matches: Mapping[str, MatchResult]) -> pd.DataFrame:
    """The findings with what else is open, as fixes that need review: held pairs merged, stale addresses dead, outlying
    amounts that nobody has confirmed unknown.

    These lines are for measuring alone: loose cleaning makes them, the cleaned tables never do.
    """
    added = [
        _stale(findings, dataset),
        _outlying(findings),
        *(_held(findings, entity, match) for entity, match in matches.items()),
    ]
    added = [frame for frame in added if len(frame)]
    return pd.concat([findings, *added], ignore_index=True) if added else findings


def _stale(findings: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Stale and bounced addresses as dead ones: they count in no list, and nothing else of the record changes."""
    stale = findings[findings["rule_id"].isin(DEAD) & ~findings["accepted"].astype(bool)]
    if not dataset.has("contact.email"):
        return stale.iloc[:0]
    return stale.assign(
        field="email_bounced",
        suggestion="true",
        fix_kind=str(FixKind.SET),
        fix_safety=str(FixSafety.NEEDS_REVIEW),
    )


def _outlying(findings: pd.DataFrame) -> pd.DataFrame:
    """Outlying amounts as blank ones, with the confidence of the check; one that is accepted is confirmed."""
    unfixed = findings["fix_kind"].eq(str(FixKind.NONE)) & ~findings["accepted"].astype(bool)
    return findings[findings["rule_id"].isin(OUTLYING) & unfixed].assign(
        suggestion=pd.NA, fix_kind=str(FixKind.CLEAR), fix_safety=str(FixSafety.NEEDS_REVIEW)
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
        whole, codes, names = self._fields
        mask = whole | np.isin(names, inputs)[codes]
        return np.flatnonzero(mask & ~self._columns["sure"]) if open_only else np.flatnonzero(mask)

    def lines_of(self, entries: pd.DataFrame, inputs: tuple[str, ...], *, open_only: bool) -> np.ndarray:
        """Per entry (entity, record) the number of the line behind its change; -1 where none can be named.

        The line of the record itself, else of the record that merges into it, else of the merged record it links to.
        """
        numbers = self.relevant(inputs, open_only=open_only)
        codes, entities = pd.factorize(entries["entity"])
        records = entries["record"].to_numpy()
        found = np.full(len(entries), -1, dtype=np.int64)
        line_of: dict[str, np.ndarray] = {}

        def first(entity: str, wanted: np.ndarray) -> np.ndarray:
            if entity not in line_of:
                line_of[entity] = self._first_lines(entity, numbers)
            known = line_of[entity]
            place = np.where((wanted >= 0) & (wanted < len(known) - 1), wanted, len(known) - 1)
            return known[place]

        for code, entity in enumerate(entities):
            mine = codes == code
            found[mine] = first(str(entity), records[mine])
            for field, target in LINKS.get(str(entity), ()):
                rows = np.flatnonzero(mine & (found < 0))
                if len(rows):
                    found[rows] = first(target, self._parents(str(entity), field, target, records[rows]))
        return found

    def _first_lines(self, entity: str, numbers: np.ndarray) -> np.ndarray:
        """By record number the first of the lines about it, else about what merges into it; the last place is -1."""
        columns, (codes, names) = self._columns, self._entities
        mine = numbers[codes[numbers] == names.get_indexer([entity])[0]]
        records, into = columns["record"][mine], columns["into"][mine]
        known = np.full(int(max(records.max(initial=-1), into.max(initial=-1))) + 2, -1, dtype=np.int64)
        merging = into >= 0
        # Written from the last to the first, so that the first stays.
        known[into[merging][::-1]] = mine[merging][::-1]
        known[records[::-1]] = mine[::-1]
        return known

    def _parents(self, entity: str, field: str, target: str, records: np.ndarray) -> np.ndarray:
        """The record of `target`, among those that take part in a merge, that each record links to; -1 for none."""
        if not self.raw.has(f"{entity}.{field}") or not self.raw.has(f"{target}.source_id"):
            return np.full(len(records), -1)
        child = self.raw[entity]
        if (entity, field, target) not in self._known_parents:
            parent, columns = self.raw[target], self._columns
            merges = (columns["entity"] == target) & (columns["into"] >= 0)
            members = np.r_[columns["record"][merges], columns["into"][merges]]
            part = parent.take(parent.index.isin(members))
            place = linked(child, field, part)
            self._known_parents[entity, field, target] = np.append(part.index.to_numpy(), -1)[place]
        place = child.index.get_indexer(records)
        return np.where(place >= 0, self._known_parents[entity, field, target][place], -1)

    @cached_property
    def _known_parents(self) -> dict[tuple[str, str, str], np.ndarray]:
        return {}

    @cached_property
    def _columns(self) -> dict[str, np.ndarray]:
        return {str(name): self.lines[name].to_numpy() for name in self.lines}

    @cached_property
    def _entities(self) -> tuple[np.ndarray, pd.Index]:
        """A code of the entity of each line, and the entities."""
        codes, names = pd.factorize(self.lines["entity"])
        return codes, pd.Index(names, dtype=object)

    @cached_property
    def _fields(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Per line whether it is about a whole record, and a code of its field; the fields as ``entity.field``."""
        codes, names = pd.factorize(self.lines["entity"].astype(str) + "." + self.lines["field"].astype(str))
        return self.lines["kind"].isin(WHOLE_RECORD).to_numpy(), codes, np.asarray(names, dtype=str)

    @cached_property
    def units(self) -> np.ndarray:
        """A number per open line, -1 for sure ones: the lines of one record are right or wrong together."""
        units = np.full(len(self.lines), -1, dtype=np.int64)
        open_lines = ~self.lines["sure"].to_numpy(dtype=bool)
        units[open_lines] = self.lines[open_lines].groupby(["entity", "record"], sort=False).ngroup()
        return units

    def probability(self, numbers: np.ndarray, inputs: tuple[str, ...]) -> np.ndarray:
        """How likely each line is right; for -1, what the open lines that the metric reads are likely on average."""
        confidence = self._columns["confidence"]
        mine = self.relevant(inputs, open_only=True)
        usual = float(confidence[mine].mean()) if len(mine) else UNDECIDED
        if not len(confidence):
            return np.full(len(numbers), usual)
        return np.where(numbers >= 0, confidence[np.maximum(numbers, 0)], usual)
