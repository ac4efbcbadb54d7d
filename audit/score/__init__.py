"""The accuracy score, as `reports/SCORE.md` defines it."""

from audit.score.counted import Source, counted_fields
from audit.score.ledger import HARM, SYSTEMIC_WEIGHT, UNKNOWN
from audit.score.measure import VERSION, Score, score
from audit.score.vanished import Vanished, hold_back

__all__ = [
    "HARM",
    "SYSTEMIC_WEIGHT",
    "UNKNOWN",
    "VERSION",
    "Score",
    "Source",
    "Vanished",
    "counted_fields",
    "hold_back",
    "score",
]
