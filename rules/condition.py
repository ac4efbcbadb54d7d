"""Conditions in SQL: what one may look at, how it is bound to the canonical tables, and the data base it runs in.

A condition over the columns of one row can run on any part of a table; one with a subquery sees all tables by name.
DuckDB parses and runs it, in memory, without a way to files, network or the variables of this program.
"""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from audit.dataset import DERIVED_TYPES, Table
from audit.errors import ConfigError
from audit.schema import TEXT, entities

if TYPE_CHECKING:
    import duckdb

LINEAGE = ("source", "file")
ROW = "row number"
"""The column by which answers are put back to their rows."""
ONE_VALUE = "It is one expression over a row that is true where the defect is."
Columns = Mapping[str, pa.DataType]


@dataclass(frozen=True)
class Condition:
    """A condition that was read and bound. `used` are the columns of its entity that it looks at, in order.

    `others` are, for one with a subquery, the columns that it needs of each table it names (its own entity's included).
    """

    text: str
    entity: str
    used: tuple[str, ...]
    others: Mapping[str, tuple[str, ...]]

    @property
    def crosses(self) -> bool:
        """Whether it looks at more than one row."""
        return bool(self.others)

    def holds(self, tables: Mapping[str, Table], as_of: pd.Timestamp) -> pa.ChunkedArray:
        """Per row of ``tables[self.entity]`` true, false, or null where it cannot be said."""
        rows = {entity: arrow(tables[entity], tuple(columns_of(entity)), as_of) for entity in self.others}
        rows[self.entity] = arrow(tables[self.entity], self._own(), as_of)
        with database(rows) as connection:
            query = f'SELECT (\n{self.text}\n) AS holds FROM "{self.entity}" ORDER BY "{ROW}"'
            return connection.sql(query).to_arrow_table().column("holds")

    def _own(self) -> tuple[str, ...]:
        return tuple(columns_of(self.entity)) if self.entity in self.others else self.used


def columns_of(entity: str) -> dict[str, pa.DataType]:
    """The columns that a condition may use of a table, with their types."""
    types = {name: pa.large_string() for name in LINEAGE}
    types["as_of"] = pa.timestamp("us")
    types |= {name: pa.float64() if kind == "number" else pa.large_string() for name, kind in DERIVED_TYPES.items()}
    return types | {name: _arrow_type(field.dtype) for name, field in entities()[entity].fields.items()}


def bind(text: str, entity: str, where: str) -> Condition:
    """The condition, read and bound to blank tables. Raises ConfigError, which begins with `where`, if it cannot be."""
    import duckdb

    if not text.strip():
        raise ConfigError(f"{where}: the condition cannot be read: it is empty.")
    blank = {
        name: pa.table({column: pa.nulls(1, kind) for column, kind in columns_of(name).items()}) for name in entities()
    }
    with database(blank) as connection:
        try:
            tree = _parsed(connection, text, where)
            _refuse(connection, tree, where)
            used, others = _Names(entity, where).of(tree)
            kind = connection.execute(f'DESCRIBE SELECT (\n{text}\n) FROM "{entity}"').fetchall()[0][1]
            # An aggregate over the whole table has no place in a WHERE.
            connection.execute(f'SELECT 1 FROM "{entity}" WHERE (\n{text}\n)')
        except duckdb.Error as error:
            raise ConfigError(f"{where}: the condition cannot be used: {_said(error)}") from error
    if kind != "BOOLEAN":
        raise ConfigError(
            f"{where}: the condition is of type {kind}, not true or false.", hint="Compare it with something."
        )
    return Condition(text, entity, used, others)


def arrow(table: Table, names: Sequence[str], as_of: pd.Timestamp) -> pa.Table:
    """The columns `names` of the table, those of no source blank, with a number for each row."""
    types = columns_of(table.entity)
    arrays = {ROW: pa.array(np.arange(len(table)))}
    for name in names:
        if name == "as_of":
            arrays[name] = pa.repeat(pa.scalar(as_of.to_pydatetime(), types[name]), len(table))
        elif name not in table and name not in LINEAGE:
            arrays[name] = pa.nulls(len(table), types[name])
        else:
            arrays[name] = pa.Array.from_pandas(values(table, name), type=types[name])
    return pa.table(arrays)


def values(table: Table, name: str) -> pd.Series:
    """A column as a condition sees it."""
    if name in LINEAGE and name not in entities()[table.entity].fields:
        return table.lineage[name].astype(TEXT)
    return table.column(name)


def database(tables: Mapping[str, pa.Table]) -> "duckdb.DuckDBPyConnection":
    """A data base in memory with these tables and no way out of it; one thread, so that sums come out the same."""
    import duckdb

    connection = duckdb.connect(
        config={"enable_external_access": "false", "python_enable_replacements": "false", "threads": "1"}
    )
    for name, rows in tables.items():
        connection.register(name, rows)
    # What takes long would draw a bar on the terminal.
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET lock_configuration = true")
    return connection


def one_of(name: str, known: Iterable[str], where: str, what: str) -> None:
    """Raises ConfigError with what was probably meant where `name` is not known."""
    choices = sorted(known)
    if name not in choices:
        meant = difflib.get_close_matches(name.lower(), choices, n=1)
        hint = f"Did you mean {meant[0]!r}?" if meant else f"Known are {', '.join(choices)}."
        raise ConfigError(f"{where}: there is no {what} named {name!r}.", hint=hint)


def _arrow_type(dtype: object) -> pa.DataType:
    if dtype == TEXT:
        return pa.large_string()
    return {"float64": pa.float64(), "boolean": pa.bool_(), "datetime64[us]": pa.timestamp("us")}[str(dtype)]


def _parsed(connection: "duckdb.DuckDBPyConnection", text: str, where: str) -> dict[str, Any]:
    """The syntax tree of the one expression."""
    told = connection.execute("SELECT json_serialize_sql(?)", [f"SELECT (\n{text}\n)"]).fetchall()[0][0]
    tree = json.loads(told)
    if tree["error"]:
        raise ConfigError(f"{where}: the condition cannot be read: {tree['error_message']}.", hint=ONE_VALUE)
    nodes = [statement["node"] for statement in tree["statements"]]
    node = nodes[0]
    alone = (
        len(nodes) == 1
        and node["type"] == "SELECT_NODE"
        and len(node["select_list"]) == 1
        and node["from_table"]["type"] == "EMPTY"
        and not any(node[part] for part in ("modifiers", "where_clause", "group_expressions", "having", "qualify"))
    )
    if not alone:
        raise ConfigError(f"{where}: the condition cannot be read: it is more than one expression.", hint=ONE_VALUE)
    return node["select_list"][0]


def nodes_of(tree: Any) -> Iterable[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from nodes_of(branch)


def _refuse(connection: "duckdb.DuckDBPyConnection", tree: dict[str, Any], where: str) -> None:
    """Refuses what would make the answer depend on the order of rows, on the clock, on chance, or always be unknown."""
    nodes = list(nodes_of(tree))
    for node in nodes:
        if node.get("class") == "WINDOW":
            raise ConfigError(
                f"{where}: the condition may look at the columns of one row only, outside a subquery.",
                hint="Instead of OVER: x IN (SELECT x FROM table GROUP BY x HAVING count(*) > 1).",
            )
        if node.get("class") == "STAR" and node.get("columns"):
            raise ConfigError(f"{where}: the condition may look at the columns of one row only.", hint="Name them.")
        if node.get("type") == "TABLE_FUNCTION":
            name = node["function"]["function_name"]
            raise ConfigError(f"{where}: {name}(...) is no table.", hint=f"There are {', '.join(entities())}.")
        if node.get("type") == "OPERATOR_NOT" and _never_true(node["children"][0]):
            raise ConfigError(
                f"{where}: NOT IN (SELECT ...) is unknown for every row as soon as one selected value is blank.",
                hint="Write NOT EXISTS (SELECT 1 FROM ... WHERE ...), or select only WHERE ... IS NOT NULL.",
            )
    names = {node["function_name"].lower() for node in nodes if node.get("class") == "FUNCTION"}
    names |= {node["column_names"][-1].lower() for node in nodes if node.get("class") == "COLUMN_REF"}
    names -= {name for entity in entities() for name in columns_of(entity)}
    changing = connection.execute("SELECT function_name FROM duckdb_functions() WHERE stability <> 'CONSISTENT'")
    unstable = sorted(names & {name for (name,) in changing.fetchall()})
    if unstable:
        raise ConfigError(
            f"{where}: {unstable[0]} gives another answer each time.", hint="The day of the audit is the column as_of."
        )


def _never_true(node: dict[str, Any]) -> bool:
    """Whether this is `x IN (SELECT ...)` whose selection may be blank."""
    if node.get("class") != "SUBQUERY" or node.get("subquery_type") != "ANY":
        return False
    return not any(part.get("type") == "OPERATOR_IS_NOT_NULL" for part in nodes_of(node["subquery"]))


def _said(error: Exception) -> str:
    """The first line of a message of DuckDB and what it thinks was meant."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith("LINE ")]
    first = lines[0].partition(": ")[2] or lines[0]
    meant = next((line for line in lines[1:] if line.startswith(("Did you mean", "Candidate"))), "")
    return " ".join(part for part in (first, re.sub(r"\s*\^\s*$", "", meant)) if part)


@dataclass
class _Scope:
    """What one SELECT brings into sight: the entity behind each alias (None: a derived table), and names it gives."""

    tables: dict[str, str | None]
    given: frozenset[str] = frozenset()


class _Names:
    """Which columns of which tables a tree names: as in SQL, a name is first sought in the innermost SELECT."""

    def __init__(self, entity: str, where: str) -> None:
        self.entity, self.where = entity, where
        self.used: dict[str, None] = {}
        self.others: dict[str, dict[str, None]] = {}

    def of(self, tree: dict[str, Any]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
        self._walk(tree, [_Scope({self.entity: self.entity})], frozenset())
        return tuple(self.used), {name: tuple(columns) for name, columns in self.others.items()}

    def _walk(self, tree: Any, scopes: list[_Scope], named: frozenset[str]) -> None:
        """`scopes` are those of the SELECTs around, outermost first; `named` the tables given names by WITH."""
        if isinstance(tree, list):
            for branch in tree:
                self._walk(branch, scopes, named)
            return
        if not isinstance(tree, dict):
            return
        if tree.get("type") == "SELECT_NODE":
            named |= {entry["key"].lower() for entry in tree["cte_map"]["map"]}
            given = frozenset(item["alias"].lower() for item in tree["select_list"] if item.get("alias"))
            scopes = [*scopes, _Scope(self._tables(tree["from_table"], named), given)]
        elif tree.get("class") == "COLUMN_REF":
            self._column([name.lower() for name in tree["column_names"]], scopes)
        for branch in tree.values():
            self._walk(branch, scopes, named)

    def _tables(self, tree: dict[str, Any], named: frozenset[str]) -> dict[str, str | None]:
        if tree["type"] == "EMPTY":
            return {}
        if tree["type"] == "JOIN":
            return self._tables(tree["left"], named) | self._tables(tree["right"], named)
        if tree["type"] != "BASE_TABLE":
            return {(tree["alias"] or "derived table").lower(): None}
        name = tree["table_name"].lower()
        if name in named:
            return {(tree["alias"] or name).lower(): None}
        one_of(name, entities(), self.where, "table")
        self.others.setdefault(name, {})
        return {(tree["alias"] or name).lower(): name}

    def _column(self, parts: list[str], scopes: list[_Scope]) -> None:
        name, inward = parts[-1], list(reversed(scopes))
        if len(parts) > 1:
            scope = next((scope for scope in inward if parts[0] in scope.tables), None)
            if scope is None:
                one_of(parts[0], [alias for scope in scopes for alias in scope.tables], self.where, "table in sight")
            elif (entity := scope.tables[parts[0]]) is not None:
                one_of(name, columns_of(entity), self.where, f"column of {entity}")
                self._note(entity, name, outermost=scope is scopes[0])
            return
        for scope in inward:
            entity = next((entity for entity in scope.tables.values() if entity and name in columns_of(entity)), None)
            if entity is not None:
                self._note(entity, name, outermost=scope is scopes[0])
                return
            if name in scope.given or None in scope.tables.values():
                return
        seen = list(dict.fromkeys(entity for scope in inward for entity in scope.tables.values() if entity))
        known = [column for entity in seen for column in columns_of(entity)]
        one_of(name, known, self.where, f"column of {' or '.join(seen)}")

    def _note(self, entity: str, name: str, *, outermost: bool) -> None:
        if outermost:
            self.used[name] = None
        else:
            self.others[entity][name] = None
