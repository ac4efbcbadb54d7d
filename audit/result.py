"""What an audit returns: plain data, from which every output is made and which nothing downstream computes again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from audit.cleaning import Cleaned
from audit.comparison import Comparison
from audit.dataset import Dataset
from audit.matching import MatchResult
from audit.review import Queue
from audit.rule import Rule, RuleResult
from audit.schema import TEXT
from audit.score import Score
from audit.worth import CARD_TYPES, WORTH_TYPES

SCHEMA_VERSION = "1.0"
"""Of audit.json and the files beside it. Columns may be added within a major version; none is renamed or removed."""

METRIC_TYPES: Mapping[str, object] = {
    "metric_id": TEXT,
    "unit": TEXT,
    "unit_label": TEXT,
    "period": TEXT,
    "breakdown": TEXT,
    "group": TEXT,
    "raw": "float64",
    "cleaned": "float64",
    "low": "float64",
    "high": "float64",
    "verdict": TEXT,
    "reason": TEXT,
    "strict": "float64",
    "loose": "float64",
    "previous": "float64",
    "year_before": "float64",
}
"""The metrics table: one line per metric, period, breakdown and group ("" for the whole).

`low`..`high` is the 90 % interval that the uncertain fixes and merges leave open, for the whole and for groups by what
a fix can change; for groups by time or currency and for metrics without `audit.metric.Terms` it is the range over
`strict`, normal (`cleaned`) and `loose` cleaning. `verdict` is
"reportable", "reportable with care", "do not report" or "not computable", and `reason` says why. `unit_label` is the
currency. `previous` and `year_before` are the cleaned values of the period before and of the same one a year before.
"""

IMPACT_TYPES: Mapping[str, object] = {
    "metric_id": TEXT,
    "period": TEXT,
    "family": TEXT,
    "change": "float64",
}
"""The difference between raw and cleaned by issue family; adds up to cleaned - raw for each metric and period."""


WORKLIST_TYPES: Mapping[str, object] = {
    "rule_id": TEXT,
    "family": TEXT,
    "metric_id": TEXT,
    "unit": TEXT,
    "records": "int64",
    "safe": "int64",
    "before": "float64",
    "after": "float64",
    "change": "float64",
    "share": "float64",
}
"""What to fix first: the `records` that a check flags and that bear on a metric, how many of them have a safe fix, and
the metric before and after they alone are mended; `share` is the change over what it was before."""

MOVER_TYPES: Mapping[str, object] = {
    "metric_id": TEXT,
    "entity": TEXT,
    "record": "int64",
    "rule_id": TEXT,
    "change": "float64",
}
"""The records whose fixes move a metric most, and by how much each alone does."""


def empty(types: Mapping[str, object]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in types.items()})


@dataclass(frozen=True)
class AuditResult:
    """One finished audit.

    `findings` has the columns of `audit.engine.FINDING_TYPES`, `finding_id` and `acceptance` (audit.acceptance).
    `matches` holds the matching of "contact" and "account". `metrics` and `impact` follow METRIC_TYPES and
    IMPACT_TYPES, `inventory`, `overlap` and `causes` what audit.inventory
    and audit.causes say. `settings` is the configuration as used, `inputs`
    the SHA-256 of every file read, `command` repeats the run, `history` compares with the run before where one is kept.
    `worklist` and `movers` follow WORKLIST_TYPES and MOVER_TYPES; `reports` are the standard reports by name. `queue`
    is what a person should judge, `decided` counts what became of decisions about fixes
    (`audit.review.decide_fixes`), `verified` is what a person's check of a sample said last (`audit.verification`),
    None where nobody has checked. `worth` and `fields` follow WORTH_TYPES and CARD_TYPES (audit.worth): what each
    field tells, and a card for each.
    """

    version: str
    as_of: pd.Timestamp
    title: str
    dataset: Dataset
    rules: tuple[Rule, ...]
    rule_results: tuple[RuleResult, ...]
    findings: pd.DataFrame
    matches: Mapping[str, MatchResult]
    score: Score
    cleaned: Cleaned
    metrics: pd.DataFrame
    impact: pd.DataFrame
    inventory: pd.DataFrame
    overlap: pd.DataFrame
    causes: pd.DataFrame
    settings: Mapping[str, Any]
    inputs: Mapping[str, str]
    command: str
    history: Comparison | None = None
    worklist: pd.DataFrame = field(default_factory=lambda: empty(WORKLIST_TYPES))
    movers: pd.DataFrame = field(default_factory=lambda: empty(MOVER_TYPES))
    reports: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    worth: pd.DataFrame = field(default_factory=lambda: empty(WORTH_TYPES))
    fields: pd.DataFrame = field(default_factory=lambda: empty(CARD_TYPES))
    queue: Queue | None = None
    decided: Mapping[str, int] = field(default_factory=dict)
    verified: Mapping[str, Any] | None = None

    def rule(self, rule_id: str) -> Rule:
        return next(rule for rule in self.rules if rule.id == rule_id)
