"""What changed since the run before, as plain data: the stock of findings and its flow, their age, scores, metrics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from audit.schema import TEXT

FLOWS = ("opening", "new", "returned", "fixed", "accepted", "unchecked", "closing")
"""opening + new + returned - fixed - accepted - unchecked = closing."""
FLOW_TYPES: Mapping[str, object] = {"name": TEXT, **dict.fromkeys((*FLOWS, "reinfected"), "int64")}
"""One line per rule, source or owner.

`opening` and `closing` count the findings that were open at the run before and are open now. `returned` were seen
before and were not open at the run before: `reinfected` of them had been fixed, the others had been accepted or could
not be checked. `unchecked` could not be judged this time because their rule, source or field was not there.
"""

AGE_BANDS = (("one_month", 31), ("three_months", 92), ("six_months", 183), ("one_year", 366), ("older", 1 << 30))
"""Bands of age with their upper bound in days, exclusive."""


@dataclass(frozen=True)
class Comparison:
    """This run against the one before it in the history; `previous` is None for the first one.

    total          the flow over all findings, by the names of FLOW_TYPES
    by_rule, by_source, by_owner   columns of FLOW_TYPES; owners by the name they have now, "" where it is unknown
    ages           severity, and how many open findings are in each of AGE_BANDS, and `oldest`, a day
    reinfection    source, fixed (findings ever fixed), returned (those of them that came back), rate
    prevention     measure, entity, field, source, findings: the new and returned ones that it would have stopped
    scores         kind ("overall", "dimension", "source", "entity"), name, before, now
    metrics        metric_id, unit, unit_label, before, now (both cleaned), verdict_before, verdict
    trend          run, as_of, score, open, new, returned, fixed, accepted, marks: one line per run, the last this one;
                   `marks` says what else than the data changed, blank where nothing did
    metric_trend   run, as_of, metric_id, raw, cleaned, verdict
    findings       finding_id, state ("new", "returned", "open"), reinfected, since (a day): those that are open now
    changed        what else than the data changed since the run before: "score version", "version", "rules",
                   "settings", "decisions"
    noise          how far the score may move without meaning anything
    """

    previous: pd.Timestamp | None
    total: Mapping[str, int]
    by_rule: pd.DataFrame
    by_source: pd.DataFrame
    by_owner: pd.DataFrame
    ages: pd.DataFrame
    reinfection: pd.DataFrame
    prevention: pd.DataFrame
    scores: pd.DataFrame
    metrics: pd.DataFrame
    trend: pd.DataFrame
    metric_trend: pd.DataFrame
    findings: pd.DataFrame
    changed: tuple[str, ...]
    noise: float

    @property
    def score_change(self) -> float | None:
        """Points that the score has gained since the run before; None where that one was of another score version."""
        if self.previous is None or "score version" in self.changed:
            return None
        overall = self.scores[self.scores["kind"].eq("overall")].iloc[0]
        return float(overall["now"] - overall["before"])

    def plain(self) -> dict[str, Any]:
        """All but the findings and trends, in types that JSON knows; unknown figures are None."""
        tables = "by_rule by_source by_owner ages reinfection prevention scores metrics".split()
        return {
            "previous": None if self.previous is None else f"{self.previous:%Y-%m-%d}",
            "score_change": self.score_change,
            "noise": self.noise,
            "changed": list(self.changed),
            "total": dict(self.total),
            **{name: lines(getattr(self, name)) for name in tables},
        }


def lines(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The lines of a table in plain types; blanks and NaN are None."""
    plain = frame.astype(object)
    return [dict(line) for line in plain.where(plain.notna(), None).to_dict("records")]
