"""Rules that come from outside: conditions written in audit.toml, and classes of installed packages."""

import difflib
import json
import re
import string
from collections.abc import Iterable, Sequence
from enum import StrEnum
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from audit.config import OwnRuleConfig
from audit.dataset import DERIVED_TYPES, Table
from audit.engine import MAX_ARGS
from audit.errors import ConfigError
from audit.rule import Context, Dimension, Family, Flags, RecordRule, Rule, Severity
from audit.schema import TEXT, entities
from rules.catalogue import RULES

if TYPE_CHECKING:
    import duckdb

ENTRY_POINTS = "crm_audit.rules"
_LINEAGE = ("source", "file")
_MESSAGE_NAMES = frozenset({"value", "field"})
Kind = TypeVar("Kind", bound=StrEnum)


class OwnRule(RecordRule):
    """A rule of the user: the records for which a condition in SQL holds.

    The condition sees the canonical columns of its entity, `source`, `file` and `as_of`, one row at a time. Where it
    gives NULL the row could not be judged.
    """

    def __init__(self, spec: OwnRuleConfig) -> None:
        where = f"own rule {spec.id}"
        _one_of(spec.entity, entities(), where, "entity")
        self.condition = spec.condition
        self.columns = _columns(spec.entity)
        _one_of(spec.field, entities()[spec.entity].fields, where, f"field of {spec.entity}")
        self.used = _bound(spec.condition, spec.entity, self.columns, where)
        self.id = spec.id  # type: ignore[misc]
        self.title = spec.title  # type: ignore[misc]
        self.family = Family.OWN  # type: ignore[misc]
        self.fields = (f"{spec.entity}.{spec.field}",)  # type: ignore[misc]
        self.dimension = _member(Dimension, spec.dimension or "consistency", where)  # type: ignore[misc]
        self.severity = _member(Severity, spec.severity or "medium", where)  # type: ignore[misc]
        self.message = spec.message or spec.title  # type: ignore[misc]
        self.args = _message_columns(self.message, self.columns, where)  # type: ignore[misc]
        self.__doc__ = _page(spec)

    @property
    def slug(self) -> str:
        return re.sub(r"\W+", "_", self.title.lower()).strip("_")

    def check(self, table: Table, ctx: Context) -> Flags:
        rows = _arrow(table, self.used, ctx.as_of)
        with _database(rows) as connection:
            query = f"SELECT (\n{self.condition}\n) AS holds FROM records ORDER BY number"
            holds = connection.sql(query).to_arrow_table().column("holds")
        return Flags(
            holds.fill_null(False).to_numpy(),
            args={name: _text(table, name) for name in self.args},
            checked=holds.is_valid().to_numpy(),
        )


def own_rules(specs: Iterable[OwnRuleConfig]) -> list[Rule]:
    """The rules of audit.toml. Raises ConfigError where one cannot be understood or an id is taken."""
    return _distinct([OwnRule(spec) for spec in specs], RULES)


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


def _columns(entity: str) -> dict[str, pa.DataType]:
    """The columns that a condition may use, with their types."""
    types = {name: pa.large_string() for name in _LINEAGE}
    types["as_of"] = pa.timestamp("us")
    types |= {name: pa.float64() if kind == "number" else pa.large_string() for name, kind in DERIVED_TYPES.items()}
    return types | {name: _arrow_type(field.dtype) for name, field in entities()[entity].fields.items()}


def _arrow_type(dtype: object) -> pa.DataType:
    if dtype == TEXT:
        return pa.large_string()
    return {"float64": pa.float64(), "boolean": pa.bool_(), "datetime64[us]": pa.timestamp("us")}[str(dtype)]


def _arrow(table: Table, names: Sequence[str], as_of: pd.Timestamp) -> pa.Table:
    """The columns `names` of the table, those of no source blank, with a `number` for each row."""
    types = _columns(table.entity)
    arrays = {"number": pa.array(np.arange(len(table)))}
    for name in names:
        if name == "as_of":
            arrays[name] = pa.repeat(pa.scalar(as_of.to_pydatetime(), types[name]), len(table))
        else:
            arrays[name] = pa.Array.from_pandas(_values(table, name), type=types[name])
    return pa.table(arrays)


def _values(table: Table, name: str) -> pd.Series:
    if name in _LINEAGE and name not in entities()[table.entity].fields:
        return table.lineage[name].astype(TEXT)
    return table.column(name)


def _text(table: Table, name: str) -> pd.Series:
    values = _values(table, name)
    return values if values.dtype == TEXT else table.original(name)


def _database(records: pa.Table) -> "duckdb.DuckDBPyConnection":
    """A data base in memory with one table and no way out of it."""
    import duckdb

    connection = duckdb.connect(config={"enable_external_access": "false"})
    connection.register("records", records)
    connection.execute("SET lock_configuration = true")
    return connection


def _bound(condition: str, entity: str, columns: dict[str, pa.DataType], where: str) -> tuple[str, ...]:
    """The columns that the condition uses, after binding it to a table of the entity with one blank row."""
    import duckdb

    blank = pa.table({name: pa.nulls(1, kind) for name, kind in columns.items()})
    if not condition.strip():
        raise ConfigError(f"{where}: the condition cannot be read: it is empty.")
    query = f"SELECT 1 FROM records WHERE (\n{condition}\n)"
    with _database(blank) as connection:
        try:
            tree = json.loads(connection.execute("SELECT json_serialize_sql(?)", [query]).fetchall()[0][0])
            if tree["error"]:
                raise ConfigError(f"{where}: the condition cannot be read: {tree['error_message']}.")
            nodes = list(_nodes(tree))
            used = [node["column_names"][-1].lower() for node in nodes if node.get("class") == "COLUMN_REF"]
            called = [node["function_name"].lower() for node in nodes if node.get("class") == "FUNCTION"]
            _by_row_alone(connection, nodes, {*used, *called} - set(columns), where)
            for name in used:
                _one_of(name, columns, where, f"column of {entity}")
            kind = connection.execute(f"DESCRIBE SELECT (\n{condition}\n) FROM records").fetchall()[0][1]
            connection.execute(query)
        except duckdb.Error as error:
            said = str(error).partition("\n")[0].partition(": ")[2] or str(error)
            raise ConfigError(f"{where}: the condition cannot be used: {said}") from error
    if kind != "BOOLEAN":
        raise ConfigError(
            f"{where}: the condition is of type {kind}, not true or false.", hint="Compare it with something."
        )
    return tuple(dict.fromkeys(used))


def _nodes(tree: Any) -> Iterable[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from _nodes(branch)


def _by_row_alone(
    connection: "duckdb.DuckDBPyConnection", nodes: list[dict[str, Any]], names: set[str], where: str
) -> None:
    """Refuses what would make the answer depend on other rows, on the clock or on chance."""
    if any(node.get("class") in ("SUBQUERY", "STAR", "WINDOW") for node in nodes):
        raise ConfigError(f"{where}: the condition may look at the columns of one row only.")
    changing = connection.execute("SELECT function_name FROM duckdb_functions() WHERE stability <> 'CONSISTENT'")
    unstable = sorted(names & {name for (name,) in changing.fetchall()})
    if unstable:
        raise ConfigError(
            f"{where}: {unstable[0]} gives another answer each time.", hint="The day of the audit is the column as_of."
        )


def _message_columns(message: str, columns: dict[str, pa.DataType], where: str) -> tuple[str, ...]:
    """The columns that the message shows."""
    try:
        parts = [name for _, name, _, _ in string.Formatter().parse(message) if name is not None]
    except ValueError as error:
        raise ConfigError(f"{where}: the message cannot be read: {error}.", hint="Write {{ for a brace.") from error
    names = tuple(dict.fromkeys(name for name in parts if name not in _MESSAGE_NAMES))
    for name in names:
        _one_of(name, [name for name in columns if name != "as_of"], where, "column for the message")
    if len(names) > MAX_ARGS:
        raise ConfigError(f"{where}: the message names {len(names)} columns; at most {MAX_ARGS} can be shown.")
    return names


def _one_of(name: str, known: Iterable[str], where: str, what: str) -> None:
    choices = sorted(known)
    if name not in choices:
        meant = difflib.get_close_matches(name.lower(), choices, n=1)
        hint = f"Did you mean {meant[0]!r}?" if meant else f"Known are {', '.join(choices)}."
        raise ConfigError(f"{where}: there is no {what} named {name!r}.", hint=hint)


def _member(kind: type[Kind], name: str, where: str) -> Kind:
    _one_of(name, [str(member) for member in kind], where, kind.__name__.lower())
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
