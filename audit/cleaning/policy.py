"""Survivorship as rules: which record of a group is the master, and by which choice each field survives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from audit.config import SurvivorshipConfig
from audit.errors import ConfigError
from audit.schema import Field, entities

MASTER = ("paying", "mail", "links", "complete", "oldest")
"""The default order of criteria: paying customer, best mail, most links, most complete, oldest."""

_OLDEST = ("created_at", "opt_in_at", "customer_since", "converted_at")
_NEWEST = (
    "updated_at",
    "last_activity_at",
    "last_contacted_at",
    "last_open_at",
    "last_click_at",
    "last_reply_at",
    "last_login_at",
    "last_purchase_at",
    "confirmed_at",
    "unsubscribed_at",
)
CONSENT = ("email_opt_out", "do_not_call", "marketing_status")
"""Fields that say whether somebody may be written to or called."""
_STAGES = ("lifecycle_stage", "lifecycle", "record_type")
_SUMS = ("value", "payment_count")
_UNITED = ("other_emails", "other_phones", "tags", "other_names")

_FOR_TYPES: Mapping[str, frozenset[str]] = {
    "min": frozenset(("date", "datetime", "money", "number", "percent")),
    "max": frozenset(("date", "datetime", "money", "number", "percent")),
    "sum": frozenset(("money", "number")),
    "events": frozenset(("money", "number")),
    "most_restrictive": frozenset(("boolean", "choice")),
    "furthest": frozenset(("choice",)),
    "union": frozenset(("emails", "phones", "tags", "company")),
}
"""Choices that make sense for some types of fields only."""
_FOR_FIELDS: Mapping[str, tuple[str, ...]] = {"events": _SUMS, "furthest": _STAGES}
_HOLDING = ("paying", "consent")
"""What may hold a merge besides fields: several members with sales of their own; opposite consent."""


@dataclass(frozen=True)
class Policy:
    """The survivorship rules of one entity.

    `choices` names a choice per field, or a tuple of sources, the most trusted first; fields that it does not name
    follow the master. `hold` names what must not differ between members of one source.
    """

    master: tuple[str, ...] = MASTER
    sources: tuple[str, ...] = ()
    choices: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    hold: tuple[str, ...] = ()

    def choice(self, name: str) -> str | tuple[str, ...]:
        return self.choices.get(name, "master")


def policies(config: SurvivorshipConfig | None = None) -> Mapping[str, Policy]:
    """The rules of every entity: the shipped ones, with those of audit.toml in their place.

    Raises ConfigError for a field that does not exist or that cannot survive by the choice named.
    """
    config = config or SurvivorshipConfig()
    own = config.fields
    for name, rules in own.items():
        for where in (*rules, *config.hold.get(name, ())):
            _known(name, where, hold=where not in rules)
        for target, choice in rules.items():
            _fits(entities()[name][target], choice)
    for name, fields in config.hold.items():
        for where in fields:
            _known(name, where, hold=True)
    return MappingProxyType(
        {
            name: Policy(
                master=config.master or MASTER,
                sources=config.sources,
                choices={**_shipped(entity.fields), **own.get(name, {})},
                hold=config.hold.get(name, _HOLD.get(name, ())),
            )
            for name, entity in entities().items()
        }
    )


_HOLD: Mapping[str, tuple[str, ...]] = {"contact": ("national_id",), "account": ("tax_id",)}


def _shipped(fields: Mapping[str, Field]) -> dict[str, str | tuple[str, ...]]:
    chosen: dict[str, str | tuple[str, ...]] = {}
    for names, choice in (
        (_OLDEST, "min"),
        (_NEWEST, "max"),
        ((*CONSENT, "email_bounced", "converted"), "most_restrictive"),
        (_STAGES, "furthest"),
        (_UNITED, "union"),
        (_SUMS, "events"),
    ):
        chosen.update({name: choice for name in names if name in fields})
    return chosen


def _known(entity: str, name: str, *, hold: bool) -> None:
    if name not in entities()[entity].fields and not (hold and name in _HOLDING):
        raise ConfigError(
            f"[survivorship]: {entity} has no field {name!r}.",
            hint=f"Its fields: {', '.join(list(entities()[entity].fields)[:12])}, ...",
        )


def _fits(spec: Field, choice: str | tuple[str, ...]) -> None:
    if not isinstance(choice, str):
        return
    types = _FOR_TYPES.get(choice)
    fields = _FOR_FIELDS.get(choice)
    if (types is not None and spec.type not in types) or (fields is not None and spec.name not in fields):
        able = ", ".join(fields or sorted(types or ()))
        raise ConfigError(
            f"[survivorship.{spec.entity}]: {spec.name} is a {spec.type} and cannot survive by {choice!r}.",
            hint=f"{choice!r} is for {able}.",
        )
