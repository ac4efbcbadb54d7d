"""Cell fixes and dropped records: what the findings propose, applied to the tables."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from audit.cleaning.changes import Lines, changes, own_ids
from audit.dataset import Dataset, Table
from audit.engine import run_rules
from audit.rule import Context, FieldRule, FixKind, RecordRule, Rule
from audit.schema import TEXT, Field, entities
from audit.values import boolean, date, money

MAX_ROUNDS = 5
"""How often a cell with several defects is looked at again; each round mends one."""


def apply_cell_fixes(
    dataset: Dataset,
    fixes: pd.DataFrame,
    rules: Mapping[str, Rule],
    ctx: Context,
    chosen: Callable[[pd.DataFrame], pd.DataFrame],
) -> tuple[dict[str, Table], list[Lines]]:
    """The tables with SET and CLEAR fixes written, and the lines of the change log.

    Where several rules would write one cell, the first in the catalogue's order does; the others then judge the new
    value, so that "  MÃ¼ller " loses its damage and its blanks both. `chosen` picks the fixes to apply among those
    that the other rules then propose.
    """
    tables = {}
    log: list[Lines] = []
    for entity in fixes["entity"].unique():
        table = dataset[entity]
        waiting = fixes[fixes["entity"] == entity]
        for _ in range(MAX_ROUNDS):
            first = waiting.drop_duplicates(["record", "field"])
            if first.empty:
                break
            for name in first["field"].unique():
                table, lines = _write(table, str(name), first[first["field"] == name])
                log += lines
            rest = waiting.drop(first.index)
            waiting = _again(table, rest, rules, ctx, chosen)
        tables[entity] = table
    return tables, log


def _write(table: Table, name: str, fixes: pd.DataFrame) -> tuple[Table, list[Lines]]:
    spec = entities()[table.entity].fields[name]
    records = fixes["record"].to_numpy()
    cleared = fixes["fix_kind"].eq(FixKind.CLEAR).to_numpy()
    after = fixes["suggestion"].mask(cleared, pd.NA).astype(TEXT)
    before = table.original(name).loc[records]
    lines = [
        changes(
            table,
            records[kind],
            field=name,
            before=before[kind].array,
            after=after[kind].array,
            rule_id=fixes["rule_id"][kind].array,
            kind=label,
            confidence=fixes["confidence"][kind].array,
        )
        for kind, label in ((~cleared, "set"), (cleared, "clear"))
        if kind.any()
    ]
    return with_values(table, spec, records, after), lines


def with_values(table: Table, spec: Field, records: np.ndarray, text: pd.Series) -> Table:
    """The table with `text` written to one field of `records`, in the field's type."""
    column = table.column(spec.name).copy()
    column.loc[records] = typed(spec, text.reset_index(drop=True)).array
    written = table.with_columns(**{spec.name: column})
    if spec.is_text and spec.name not in table.text:
        return written
    original = table.original(spec.name).copy()
    original.loc[records] = text.array
    return Table(table.entity, written.frame, table.text.assign(**{spec.name: original}), table.lineage)


def typed(spec: Field, text: pd.Series) -> pd.Series:
    """Text as the field's type; what cannot be read becomes blank."""
    if spec.is_text:
        return text
    if spec.type == "boolean":
        return boolean.parse(text)
    if spec.type in ("date", "datetime"):
        return date.parse(text)[0]
    if spec.type == "percent":
        return money.percent(text)
    return money.number(text)[0]


def _again(
    table: Table,
    rest: pd.DataFrame,
    rules: Mapping[str, Rule],
    ctx: Context,
    chosen: Callable[[pd.DataFrame], pd.DataFrame],
) -> pd.DataFrame:
    """What the rules that had to wait now propose for the cells they flagged, given the values written meanwhile."""
    waiting = [rules[rule_id] for rule_id in rest["rule_id"].unique()]
    able: Sequence[Rule] = [rule for rule in waiting if isinstance(rule, FieldRule | RecordRule)]
    if not able:
        return rest.iloc[:0]
    part = Dataset({table.entity: table.take(table.index.isin(rest["record"]))})
    found, _ = run_rules(able, part, ctx)
    cells = pd.MultiIndex.from_frame(rest[["rule_id", "record", "field"]])
    same = pd.MultiIndex.from_frame(found[["rule_id", "record", "field"]]).isin(cells)
    return chosen(found[same])


def drop_records(table: Table, fixes: pd.DataFrame) -> tuple[Table, Lines]:
    """The table without the records that the fixes drop, and the lines of the change log."""
    first = fixes.drop_duplicates("record")
    records = first["record"].to_numpy()
    lines = changes(
        table,
        records,
        field="",
        before=own_ids(table).loc[records].array,
        after=[pd.NA] * len(records),
        rule_id=first["rule_id"].array,
        kind="drop",
        confidence=first["confidence"].array,
    )
    return table.take(~table.index.isin(records)), lines
