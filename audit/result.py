"""What an audit returns: plain data, from which every output is made and which nothing downstream computes again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from audit.cleaning import Cleaned
from audit.dataset import Dataset
from audit.matching import MatchResult
from audit.rule import Rule, RuleResult
from audit.schema import TEXT
from audit.score import Score

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
}
"""The metrics table: one line per metric, period, breakdown and group ("" for the whole).

`low`..`high` is the range that the uncertain fixes and merges leave open; `verdict` is "reportable",
"reportable with care", "do not report" or "not computable", and `reason` says why. `unit_label` is the currency.
"""

IMPACT_TYPES: Mapping[str, object] = {
    "metric_id": TEXT,
    "period": TEXT,
    "family": TEXT,
    "change": "float64",
}
"""The difference between raw and cleaned by issue family; adds up to cleaned - raw for each metric and period."""


@dataclass(frozen=True)
class AuditResult:
    """One finished audit.

    `findings` has the columns of `audit.engine.FINDING_TYPES` and `finding_id`. `matches` holds the matching of
    "contact" and "account". `metrics` and `impact` follow METRIC_TYPES and IMPACT_TYPES, `inventory` and `overlap` what
    audit.inventory says. `settings` is the
    configuration as used, `inputs` the SHA-256 of every file read, `command` repeats the run.
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
    settings: Mapping[str, Any]
    inputs: Mapping[str, str]
    command: str

    def rule(self, rule_id: str) -> Rule:
        return next(rule for rule in self.rules if rule.id == rule_id)
