"""Raw against cleaned: every metric on both, what made the difference, and how far each figure can be trusted."""

from reports.impact.affected import Affected
from reports.impact.doubt import open_questions
from reports.impact.measure import Measures, measure
from reports.impact.performance import performance
from reports.impact.verdict import VERDICT_RULES, VerdictRule

__all__ = ["VERDICT_RULES", "Affected", "Measures", "VerdictRule", "measure", "open_questions", "performance"]
