"""What a caller may set; the defaults are meant to be right for every table."""

from dataclasses import dataclass

FLOOR = 0.05
"""Pairs less probable than this are not kept."""


@dataclass(frozen=True)
class MatchOptions:
    """Thresholds are probabilities that two records are the same person or organisation.

    At `merge` and above records join without a person's check, from `review` on they are shown to one. `max_pairs`
    bounds the candidate pairs (0: chosen from the size of the table). `workers` are threads for string comparison.
    `unique_sources` hold everybody once: none of their records join each other. Others are found out from the table.
    """

    merge: float = 0.55
    review: float = 0.5
    workers: int = 2
    seed: int = 0
    max_pairs: int = 0
    unique_sources: tuple[str, ...] = ()

    def budget(self, records: int) -> int:
        """How many candidate pairs a table of this size may have."""
        return self.max_pairs or 500_000 + 3 * records
