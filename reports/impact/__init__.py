"""Raw against cleaned: every metric on both, what made the difference, and how far each figure can be trusted."""

from reports.impact.measure import measure
from reports.impact.verdict import VERDICT_RULES, VerdictRule

__all__ = ["VERDICT_RULES", "VerdictRule", "measure"]
