"""The rules of a saved result: those at hand by their id, and for one that is gone what it said about itself."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from audit.config import OwnRuleConfig
from audit.errors import ConfigError
from audit.rule import Dimension, Family, FixKind, FixSafety, Rule, Severity
from rules.catalogue import RULES
from rules.own import own_rule, plugin_rules


class GoneRule(Rule):
    """A rule that no package offers any more: it can be shown and not be run."""

    def __init__(self, rule_id: str, told: Mapping[str, Any]) -> None:
        self.id = rule_id  # type: ignore[misc]
        self.title = told["title"]  # type: ignore[misc]
        self.family = Family(told["family"])  # type: ignore[misc]
        self.fields = tuple(told["fields"])  # type: ignore[misc]
        self.dimension = Dimension(told["dimension"])  # type: ignore[misc]
        self.iso_25012 = told["iso"]  # type: ignore[misc]
        self.severity = Severity(told["severity"])  # type: ignore[misc]
        self.fix_kind = FixKind(told["fix_kind"])  # type: ignore[misc]
        self.fix_safety = FixSafety(told["fix_safety"])  # type: ignore[misc]
        self.message = told["message"]  # type: ignore[misc]
        self.args = tuple(told["args"])  # type: ignore[misc]
        self.__doc__ = told["page"]


def card(rule: Rule) -> dict[str, Any]:
    """What a report says of a rule, in types that JSON knows."""
    return {
        "title": rule.title,
        "family": str(rule.family),
        "fields": list(rule.fields),
        "dimension": str(rule.dimension),
        "iso": rule.iso,
        "severity": str(rule.severity),
        "fix_kind": str(rule.fix_kind),
        "fix_safety": str(rule.fix_safety),
        "message": rule.message,
        "args": list(rule.args),
        "page": rule.__doc__ or "",
    }


def at_hand(own: Iterable[Mapping[str, Any]]) -> Mapping[str, Rule]:
    """Shipped and plugged-in rules and the `own` ones of the settings, by id; without those that no longer load."""
    found: list[Rule] = list(RULES)
    # A package that is broken today is no reason not to show what it found then.
    with suppress(ConfigError):
        found += plugin_rules()
    for spec in own:
        with suppress(ConfigError, ValueError):
            found.append(own_rule(OwnRuleConfig.model_validate(dict(spec))))
    return {rule.id: rule for rule in found}


def rule_of(rule_id: str, told: Mapping[str, Any], rules: Mapping[str, Rule]) -> Rule:
    """The rule at hand, unless it is gone or says other things of itself than when it ran."""
    rule = rules.get(rule_id)
    if rule is not None and card(rule).items() <= told.items():
        return rule
    return GoneRule(rule_id, told)
