"""What became of records: the thing that a field may tell of."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

YES, NO, UNDECIDED = 1, 0, -1

STATED: Mapping[tuple[str, str], frozenset[str]] = {
    ("deal", "won"): frozenset(
        "status stage is_closed is_won won_at lost_at lost_reason probability expected_revenue forecast_category "
        "close_date stage_changed_at".split()
    ),
    ("account", "won"): frozenset("lifecycle_stage type customer_since last_purchase_at total_revenue value".split()),
    ("contact", "bought"): frozenset(
        "lifecycle_stage lifecycle customer_since last_purchase_at value converted converted_at record_type "
        "lead_status".split()
    ),
    ("contact", "answered"): frozenset(
        "last_reply_at last_click_at last_open_at last_activity_at last_contacted_at score rating".split()
    ),
}
"""Fields that state an outcome themselves or are derived from it."""


@dataclass(frozen=True)
class Outcome:
    """What became of each record of an entity: `label` is YES, NO or UNDECIDED, `at` when (NaT where not known).

    Records with the same number in `unit` had one outcome together, as the contacts of a company that buys have; of
    each, one record is looked at. None: every record has its own.
    """

    entity: str
    name: str
    label: np.ndarray
    at: np.ndarray
    unit: np.ndarray | None = None

    @property
    def stated_by(self) -> frozenset[str]:
        return STATED.get((self.entity, self.name), frozenset())
