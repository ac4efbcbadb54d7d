"""What each field is worth: what it tells of winning, buying and answering, and whether to keep, fix or stop it."""

from audit.worth.cards import CARD_TYPES, field_cards
from audit.worth.measure import WORTH_TYPES, score_weights, worth
from audit.worth.outcome import Outcome

__all__ = ["CARD_TYPES", "WORTH_TYPES", "Outcome", "field_cards", "score_weights", "worth"]
