"""The rule contract: what a rule says about itself, the shapes a rule can have, and what a run of it returns.

A rule is one class in one file. Its docstring is its page in the catalogue, with the headings
*What is flagged*, *Why it matters*, *How to fix*, *Example* and, where it can fix, *Fix safety*.
The shape decides how fast the rule runs and that it runs the same on any partition of the data:

- `FieldRule`       looks at the distinct values of a field, one by one
- `RecordRule`      looks at the fields of one row
- `GroupRule`       looks at rows that share a key, over one or more tables
- `VocabularyRule`  looks at how often each value of a field occurs
- `ColumnRule`      looks at a whole column of a source

Bodies are vectorised expressions: no ``apply(axis=1)``, no ``iterrows``, no object per finding.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, cast

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Derived, SourceInfo, Table


class Family(StrEnum):
    """What kind of trouble a rule is about; the report groups findings by it."""

    DUPLICATES = "duplicates"
    DEAD_EMAIL = "dead_email"
    MISTAGGED = "mistagged"
    DOUBLE_SUBMISSION = "double_submission"
    AUTOMATION = "automation"
    STRUCTURE = "structure"
    CROSS_SOURCE = "cross_source"
    ACCESS = "access"
    SENSITIVE = "sensitive"
    OWN = "own"


class Dimension(StrEnum):
    """The quality dimensions of DAMA UK (2013)."""

    COMPLETENESS = "completeness"
    VALIDITY = "validity"
    UNIQUENESS = "uniqueness"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    ACCURACY = "accuracy"


ISO_25012: Mapping[Dimension, str] = {
    Dimension.COMPLETENESS: "Completeness",
    Dimension.VALIDITY: "Compliance",
    Dimension.UNIQUENESS: "Consistency",
    Dimension.CONSISTENCY: "Consistency",
    Dimension.TIMELINESS: "Currentness",
    Dimension.ACCURACY: "Accuracy",
}
"""The characteristic of ISO/IEC 25012:2008 nearest to each dimension; a rule may name another."""


class Severity(StrEnum):
    """How much harm a finding does to a report that is built on the record."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class FixSafety(StrEnum):
    """SAFE fixes are applied; the others wait for a person."""

    SAFE = "safe"
    NEEDS_REVIEW = "needs_review"
    NONE = "none"


class FixKind(StrEnum):
    """What a fix does: write the suggestion into the field, clear it, drop the record, or merge it into another."""

    SET = "set"
    CLEAR = "clear"
    DROP = "drop"
    MERGE = "merge"
    NONE = "none"


class Outcome(StrEnum):
    """What came of a rule. NOT_EVALUATED never counts as passed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_EVALUATED = "not_evaluated"
    ERRORED = "errored"


@dataclass(frozen=True)
class Context:
    """What a rule may know besides the rows it is given.

    `as_of` is the day of the audit (there is no other clock). `country` is the two-letter region assumed where a record
    names none. `options` are the settings of all rules from audit.toml, by rule id.
    """

    as_of: pd.Timestamp
    country: str | None = None
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    memo: dict[tuple[Any, ...], tuple[pd.Series, Any]] = field(default_factory=dict, repr=False, compare=False)
    """What `derived` has worked out; the engine empties it when the rules have run."""

    def derived(self, function: Callable[[pd.Series], Derived], values: pd.Series) -> Derived:
        """``function(values)``, worked out once for all rules that are given these values; nobody may write to it."""
        # The values are kept with the answer, so that their id is nobody else's.
        key = (function, id(values))
        if key not in self.memo:
            self.memo[key] = values, function(values)
        return cast(Derived, self.memo[key][1])


@dataclass(frozen=True)
class Flags:
    """Which of the rows (or values) that a rule was given it flags.

    All arrays align with the rows given. `confidence` is 0..1. `suggestion` is the value to write where the rule has a
    fix. `args` fill the rule's message, by the names in `Rule.args`. `group` names findings that belong together;
    `into` is the number of the record that a flagged one should be merged into (FixKind.MERGE). `safe` overrides the
    rule's fix safety per row. `checked` marks the rows that the rule could judge (default: where the field is filled;
    all rows for completeness).
    """

    mask: np.ndarray
    confidence: np.ndarray | float = 1.0
    suggestion: pd.Series | None = None
    args: Mapping[str, pd.Series] = field(default_factory=dict)
    group: pd.Series | None = None
    into: pd.Series | None = None
    safe: np.ndarray | None = None
    checked: np.ndarray | None = None


def mask_of(condition: Any) -> np.ndarray:
    """A boolean array from a nullable condition; unknown is not flagged."""
    if isinstance(condition, pd.Series):
        return condition.fillna(False).to_numpy(dtype=bool)
    return np.asarray(condition, dtype=bool)


class Rule(ABC):
    """What every rule says about itself. All attributes are plain class attributes."""

    id: ClassVar[str]
    """Three letters of the dimension and a number that is never used again: VAL001."""
    title: ClassVar[str]
    """The defect, in a few words: "Malformed email"."""
    family: ClassVar[Family]
    fields: ClassVar[tuple[str, ...]]
    """The fields judged, as ``entity.field``; for Group and Record rules the first is the one a finding points to."""
    requires: ClassVar[tuple[str, ...]] = ()
    """Further fields without which the rule cannot run, as ``entity.field``."""
    dimension: ClassVar[Dimension]
    iso_25012: ClassVar[str] = ""
    """Only where it differs from the dimension's usual characteristic."""
    severity: ClassVar[Severity]
    fix_kind: ClassVar[FixKind] = FixKind.NONE
    fix_safety: ClassVar[FixSafety] = FixSafety.NONE
    message: ClassVar[str]
    """Template of the finding's text; may use {value}, {suggestion}, {field} and the names in `args`."""
    args: ClassVar[tuple[str, ...]] = ()
    """Up to three further names that the message uses."""
    since: ClassVar[str] = "0.1.0"
    options: ClassVar[Mapping[str, Any]] = {}
    """Settings with their defaults; ``[rules.options.ID]`` in audit.toml overrides them."""
    systemic: ClassVar[bool] = True
    """Whether a rule that hits most rows of a table is told as one finding about the table."""

    def option(self, name: str, ctx: Context) -> Any:
        return ctx.options.get(self.id, {}).get(name, self.options[name])

    @property
    def slug(self) -> str:
        return type(self).__module__.rpartition(".")[2]

    @property
    def entity(self) -> str:
        return self.fields[0].partition(".")[0]

    def fields_of(self, table: Table) -> list[str]:
        """The names of this rule's fields that the table has."""
        names = [name.partition(".") for name in self.fields]
        return [name for entity, _, name in names if entity == table.entity and name in table]

    @property
    def iso(self) -> str:
        return self.iso_25012 or ISO_25012[self.dimension]


class FieldRule(Rule):
    """Judges the distinct values of each of its fields; `fields` may span entities."""

    @abstractmethod
    def check(self, values: pd.Series, ctx: Context) -> Flags:
        """Flags over `values`: text, not blank, most of it distinct."""


class RecordRule(Rule):
    """Judges each row by that row's fields alone. Called once per entity that `fields` names."""

    @abstractmethod
    def check(self, table: Table, ctx: Context) -> Flags | Mapping[str, Flags]:
        """Flags over the rows of `table`, or one per field name. Optional fields come from ``table.column(name)``."""


class GroupRule(Rule):
    """Judges rows by what else shares their key, in one or several tables.

    `keys` names, per entity, the column whose equal values bring rows together. The engine hands over whole groups.
    Rows with a blank key share it with nobody.
    """

    keys: ClassVar[Mapping[str, str]]

    def key(self, table: Table) -> pd.Series:
        """The key of each row; override where it is made of several columns."""
        return table.column(self.keys[table.entity])

    @abstractmethod
    def check(self, tables: Dataset, ctx: Context) -> Flags | Mapping[str, Flags]:
        """Flags over the rows of ``tables[self.entity]``, or one per ``entity`` or ``entity.field`` judged."""


class VocabularyRule(Rule):
    """Judges the values of each of its fields by how often they occur."""

    @abstractmethod
    def check(self, counts: pd.Series, ctx: Context) -> Flags:
        """Flags over `counts`: index the distinct values in sorted order, values how many rows hold each."""


class ColumnRule(Rule):
    """Judges each column of each source by what was seen of it when it was read, mapped or not.

    Its findings are about the column, not about a record: each is one finding, has no value and no fix, and takes
    nothing from the score. `fields` names the fields that are judged, none where any column may be.
    """

    fields: ClassVar[tuple[str, ...]] = ()
    args: ClassVar[tuple[str, ...]] = ("column", "file")
    """The engine fills these two: the header and the file; a rule may add one that it fills itself."""

    @abstractmethod
    def check(self, source: SourceInfo, ctx: Context) -> Flags:
        """Flags over ``source.mapping``."""


@dataclass(frozen=True)
class RuleResult:
    """The account of one rule: what came of it, over how many rows (columns, for a ColumnRule), and why not where it
    could not run."""

    rule_id: str
    outcome: Outcome
    rows_checked: int
    findings: int
    reason: str = ""
