"""Rules that come from outside: conditions written in audit.toml, and classes of installed packages."""

import re
import string
from collections.abc import Iterable, Sequence
from enum import StrEnum
from importlib.metadata import entry_points
from typing import TypeVar

import pandas as pd
import pyarrow as pa

from audit.config import OwnRuleConfig
from audit.dataset import Dataset, Table
from audit.engine import MAX_ARGS
from audit.errors import ConfigError
from audit.rule import Context, Dimension, Family, Flags, GroupRule, RecordRule, Rule, Severity
from audit.schema import TEXT, entities
from rules.catalogue import RULES
from rules.condition import Columns, Condition, bind, columns_of, one_of, values
from rules.evidence import everything

ENTRY_POINTS = "crm_audit.rules"
_MESSAGE_NAMES = frozenset({"value", "field"})
Kind = TypeVar("Kind", bound=StrEnum)


class _Own(Rule):
    """What a rule of audit.toml says about itself."""

    def __init__(self, spec: OwnRuleConfig, condition: Condition) -> None:
        where = f"own rule {spec.id}"
        columns = columns_of(spec.entity)
        one_of(spec.field, entities()[spec.entity].fields, where, f"field of {spec.entity}")
        self.condition = condition
        self.id = spec.id  # type: ignore[misc]
        self.title = spec.title  # type: ignore[misc]
        self.family = Family.OWN  # type: ignore[misc]
        self.fields = (f"{spec.entity}.{spec.field}",)  # type: ignore[misc]
        self.dimension = _member(Dimension, spec.dimension or "consistency", where)  # type: ignore[misc]
        self.severity = _member(Severity, spec.severity or "medium", where)  # type: ignore[misc]
        self.message = spec.message or spec.title  # type: ignore[misc]
        self.args = _message_columns(self.message, columns, where)  # type: ignore[misc]
        self.__doc__ = _page(spec)

    @property
    def slug(self) -> str:
        return re.sub(r"\W+", "_", self.title.lower()).strip("_")

    def _flags(self, table: Table, holds: pa.ChunkedArray) -> Flags:
        return Flags(
            holds.fill_null(False).to_numpy(),
            args={name: _text(table, name) for name in self.args},
            checked=holds.is_valid().to_numpy(),
        )


class OwnRule(_Own, RecordRule):
    """The records for which a condition over one row holds.

    It sees the canonical columns of its entity, `source`, `file` and `as_of`. Where it gives NULL the row could not be
    judged.
    """

    def check(self, table: Table, ctx: Context) -> Flags:
        return self._flags(table, self.condition.holds({table.entity: table}, ctx.as_of))


class OwnCrossRule(_Own, GroupRule):
    """The records for which a condition with a subquery holds; it sees every canonical table by its name.

    Without the tables it names, or the columns it needs of them, nothing is judged: an export that was not given is no
    evidence.
    """

    def __init__(self, spec: OwnRuleConfig, condition: Condition) -> None:
        super().__init__(spec, condition)
        named = tuple(dict.fromkeys((spec.entity, *condition.others)))
        self.keys = dict.fromkeys(named, "source_id")  # type: ignore[misc]
        self.requires = tuple(  # type: ignore[misc]
            f"{entity}.{name}"
            for entity in named[1:]
            for name in condition.others[entity]
            if name in entities()[entity].fields
        )

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        table = tables[self.entity]
        given = {entity: tables.get(entity) for entity in self.keys}
        holds = self.condition.holds(given, ctx.as_of)
        if not all(len(other) for other in given.values()):
            holds = pa.chunked_array([pa.nulls(len(table), pa.bool_())])
        return self._flags(table, holds)


def own_rule(spec: OwnRuleConfig) -> Rule:
    """The rule that an entry of audit.toml describes. Raises ConfigError where it cannot be understood."""
    where = f"own rule {spec.id}"
    one_of(spec.entity, entities(), where, "entity")
    condition = bind(spec.condition, spec.entity, where)
    return OwnCrossRule(spec, condition) if condition.crosses else OwnRule(spec, condition)


def own_rules(specs: Iterable[OwnRuleConfig]) -> list[Rule]:
    """The rules of audit.toml. Raises ConfigError where one cannot be understood or an id is taken."""
    return _distinct([own_rule(spec) for spec in specs], RULES)


def plugin_rules() -> list[Rule]:
    """The rules that installed packages offer as entry points of the group "crm_audit.rules", by name of entry point.

    An entry point names a class of rule or an instance. Raises ConfigError where it does not, or an id is taken.
    """
    found = []
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: (point.name, point.value)):
        try:
            loaded = point.load()
        except (ImportError, AttributeError) as error:
            raise ConfigError(
                f"The rule {point.name} of an installed package cannot be loaded: {error}.",
                hint=f"Repair or remove the package that offers {point.value}.",
            ) from error
        rule = loaded() if isinstance(loaded, type) and issubclass(loaded, Rule) else loaded
        if not isinstance(rule, Rule):
            raise ConfigError(
                f"The entry point {point.name} names {point.value}, which is no rule.",
                hint="It should name a subclass of audit.rule.FieldRule, RecordRule, GroupRule or VocabularyRule.",
            )
        found.append(rule)
    return _distinct(found, RULES)


def all_rules(specs: Iterable[OwnRuleConfig] = ()) -> tuple[Rule, ...]:
    """Shipped rules, rules of installed packages and the rules of audit.toml, in this order."""
    offered = [*RULES, *plugin_rules()]
    return (*offered, *_distinct(own_rules(specs), offered))


def _distinct(rules: list[Rule], before: Sequence[Rule]) -> list[Rule]:
    taken = {rule.id: rule for rule in before}
    for rule in rules:
        if rule.id in taken:
            raise ConfigError(
                f'The id {rule.id} of the rule "{rule.title}" is already that of "{taken[rule.id].title}".',
                hint="Give it an id of its own, such as OWN001.",
            )
        taken[rule.id] = rule
    return rules


def _text(table: Table, name: str) -> pd.Series:
    told = values(table, name)
    return told if told.dtype == TEXT else table.original(name)


def _message_columns(message: str, columns: Columns, where: str) -> tuple[str, ...]:
    """The columns that the message shows."""
    try:
        parts = [name for _, name, _, _ in string.Formatter().parse(message) if name is not None]
    except ValueError as error:
        raise ConfigError(f"{where}: the message cannot be read: {error}.", hint="Write {{ for a brace.") from error
    names = tuple(dict.fromkeys(name for name in parts if name not in _MESSAGE_NAMES))
    for name in names:
        one_of(name, [name for name in columns if name != "as_of"], where, "column for the message")
    if len(names) > MAX_ARGS:
        raise ConfigError(f"{where}: the message names {len(names)} columns; at most {MAX_ARGS} can be shown.")
    return names


def _member(kind: type[Kind], name: str, where: str) -> Kind:
    one_of(name, [str(member) for member in kind], where, kind.__name__.lower())
    return kind(name)


def _page(spec: OwnRuleConfig) -> str:
    return "\n".join(
        [
            f"{spec.title}: a rule of your own.",
            "",
            "**What is flagged**",
            f"Records of {spec.entity} for which this holds: ``{' '.join(spec.condition.split())}``",
            "",
            "**Why it matters**",
            "It is written in audit.toml, so it matters to you.",
            "",
            "**How to fix**",
            f"Correct {spec.field}, or the condition if it flags what is right.",
            "",
            "**Example**",
            spec.message or spec.title,
        ]
    )
