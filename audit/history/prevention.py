"""Which guard at the door would have kept a finding out."""

from audit.rule import Dimension, Family, Rule, VocabularyRule
from audit.schema import entities

MEASURES = ("required_field", "closed_list", "unique_key", "format_check", "cross_check", "change_guard")
"""In the order in which they are told; "" is what no guard at entry stops, such as age."""
LISTED_TYPES = frozenset({"choice", "country", "currency", "tags"})
_NO_GUARD = frozenset({Family.ACCESS, Family.CROSS_SOURCE, Family.DEAD_EMAIL})
"""What comes about after a record was entered, or between systems."""


def prevention(rule: Rule) -> str:
    """The guard that stops what a rule finds, by the rule's family, dimension and shape."""
    if rule.family is Family.AUTOMATION:
        return "change_guard"
    if rule.dimension is Dimension.UNIQUENESS:
        return "unique_key"
    if rule.dimension is Dimension.COMPLETENESS:
        return "required_field"
    if isinstance(rule, VocabularyRule):
        return "closed_list"
    if rule.dimension is Dimension.VALIDITY:
        return "format_check"
    if rule.family in _NO_GUARD or rule.dimension is Dimension.TIMELINESS:
        return ""
    return "cross_check" if rule.dimension is Dimension.CONSISTENCY else ""


def guard(measure: str, entity: str, field: str) -> str:
    """The same for one field: a field of listed values is guarded by its list rather than by a check of the form."""
    spec = entities()[entity].fields.get(field) if entity in entities() else None
    return "closed_list" if measure == "format_check" and spec and spec.type in LISTED_TYPES else measure
