"""From findings to cleaned tables: cells fixed, records dropped and merged, links re-pointed, accounts closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from audit.cleaning.accounting import held_rows, money_accounts, row_accounts
from audit.cleaning.changes import Lines, change_log, changes
from audit.cleaning.fixes import apply_cell_fixes, drop_records
from audit.cleaning.survivorship import merge
from audit.dataset import Dataset, Table
from audit.matching import MatchResult
from audit.rule import Context, FixKind, FixSafety, Rule
from audit.schema import TEXT

STRICT_CONFIDENCE = 0.99
LINKS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "contact": (("company_id", "account"),),
    "account": (("parent_id", "account"),),
    "deal": (("company_id", "account"), ("contact_id", "contact")),
    "activity": (("company_id", "account"), ("contact_id", "contact"), ("deal_id", "deal")),
    "ticket": (("company_id", "account"), ("contact_id", "contact")),
    "payment": (("customer_id", "contact"),),
    "campaign_member": (("contact_id", "contact"), ("lead_id", "contact")),
    "form_submission": (("contact_id", "contact"),),
}
"""Fields that hold the id of a record of another table."""


class Strictness(StrEnum):
    """Which fixes are made.

    STRICT: safe ones of which we are all but sure. NORMAL: all safe ones; these are the cleaned tables. LOOSE: also
    those that wait for review. The range between strict and loose says how far a metric depends on the open questions.
    """

    STRICT = "strict"
    NORMAL = "normal"
    LOOSE = "loose"


@dataclass(frozen=True)
class Cleaned:
    """Cleaned tables and the account of how they came about.

    `changes` has the columns of `audit.cleaning.changes.CHANGE_TYPES`. `crosswalk` names for every record of a table
    with merges the record it became: entity, source, file, row, old_id, new_id, new_source, record, into. `accounts`
    and `money` are described in `audit.cleaning.accounting`.
    """

    dataset: Dataset
    changes: pd.DataFrame
    crosswalk: pd.DataFrame
    accounts: pd.DataFrame
    money: pd.DataFrame


def clean(
    dataset: Dataset,
    findings: pd.DataFrame,
    rules: Sequence[Rule],
    ctx: Context,
    matches: Mapping[str, MatchResult],
    *,
    families: frozenset[str] | None = None,
    strictness: Strictness = Strictness.NORMAL,
) -> Cleaned:
    """The cleaned tables under `findings`; with `families`, only what findings of these families propose.

    Raises ReconciliationError if rows or money would be lost without a line in the change log.
    """

    def chosen(proposed: pd.DataFrame) -> pd.DataFrame:
        return _chosen(proposed, families, strictness)

    fixes = chosen(findings)
    cell_fixes = fixes[fixes["fix_kind"].isin([FixKind.SET, FixKind.CLEAR])]
    tables, log = apply_cell_fixes(dataset, cell_fixes, {rule.id: rule for rule in rules}, ctx, chosen)
    working = dataset.replace(**tables)
    for entity, drops in fixes[fixes["fix_kind"] == FixKind.DROP].groupby("entity", sort=False):
        table, dropped = drop_records(working[str(entity)], drops)
        working = working.replace(**{str(entity): table})
        log.append(dropped)
    crosswalks = []
    merges = fixes[fixes["fix_kind"] == FixKind.MERGE]
    for entity, joins in merges.groupby("entity", sort=False):
        working, joined, crosswalk = _merge(working, str(entity), joins)
        log += joined
        crosswalks.append(crosswalk)
    changed = change_log(log)
    return Cleaned(
        dataset=working,
        changes=changed,
        crosswalk=pd.concat(crosswalks, ignore_index=True) if crosswalks else pd.DataFrame(columns=CROSSWALK_COLUMNS),
        accounts=row_accounts(dataset, working, changed, held_rows(matches)),
        money=money_accounts(dataset, working, changed),
    )


CROSSWALK_COLUMNS = ["entity", "source", "file", "row", "old_id", "new_id", "new_source", "record", "into"]


def _chosen(findings: pd.DataFrame, families: frozenset[str] | None, strictness: Strictness) -> pd.DataFrame:
    chosen = findings["fix_kind"].ne(FixKind.NONE) & ~findings["accepted"]
    if families is not None:
        chosen &= findings["family"].isin(families)
    if strictness is not Strictness.LOOSE:
        chosen &= findings["fix_safety"].eq(FixSafety.SAFE)
    if strictness is Strictness.STRICT:
        chosen &= findings["confidence"] >= STRICT_CONFIDENCE
    return findings[chosen]


def _merge(working: Dataset, entity: str, joins: pd.DataFrame) -> tuple[Dataset, list[Lines], pd.DataFrame]:
    """The dataset with one table's groups merged and what pointed to the merged records re-pointed."""
    table = working[entity]
    joins = joins[joins["record"].isin(table.index)]
    group = _groups(table, joins)
    rule_id = joins.drop_duplicates("record").set_index("record")["rule_id"]
    merged, lines, into = merge(table, group, _link_counts(working, entity), rule_id)
    log = [*lines]
    working = working.replace(**{entity: merged})
    old = table.column("source_id")
    new = old.loc[into].set_axis(into.index)
    source = table.lineage["source"].astype(TEXT)
    moved = (into != into.index) & old.notna() & new.notna()
    targets = pd.DataFrame({"source": source, "old": old, "new": new})[moved.to_numpy()].drop_duplicates(
        ["source", "old"]
    )
    for child, links in LINKS.items():
        for field, target in links:
            if target == entity and child in working and field in working[child]:
                follower, moves = _repoint(working[child], field, targets)
                working = working.replace(**{child: follower})
                log.append(moves)
    crosswalk = pd.DataFrame(
        {
            "entity": entity,
            "source": source.array,
            "file": table.lineage["file"].astype(TEXT).array,
            "row": table.lineage["row"].array,
            "old_id": old.array,
            "new_id": new.array,
            "new_source": source.loc[into].array,
            "record": table.index,
            "into": into.array,
        }
    )
    return working, log, crosswalk


def _groups(table: Table, joins: pd.DataFrame) -> pd.Series:
    """A label per record to merge: the record that its chain of merges ends in."""
    joins = joins[joins["into"].isin(table.index).to_numpy(dtype=bool)].drop_duplicates("record")
    links = pd.Series(joins["into"].to_numpy(dtype="int64"), index=joins["record"].to_numpy())
    root = links.copy()
    while True:
        onward = root.map(links)
        if onward.isna().all():
            break
        root = onward.fillna(root).astype("int64")
    group = pd.Series(pd.NA, index=table.index, dtype="Int64")
    group.loc[root.index] = root.to_numpy()
    group.loc[pd.unique(root)] = pd.unique(root)
    return group


def _link_counts(dataset: Dataset, entity: str) -> pd.Series:
    """How many records of other tables point to each record of `entity`, by id within one source."""
    table = dataset[entity]
    total = np.zeros(len(table), dtype="int64")
    keys = pd.MultiIndex.from_arrays([table.lineage["source"].astype(object), table.column("source_id").astype(object)])
    for child, links in LINKS.items():
        for field, target in links:
            if target == entity and child in dataset and field in dataset[child]:
                other = dataset[child]
                pointing = pd.MultiIndex.from_arrays(
                    [other.lineage["source"].astype(object), other[field].astype(object)]
                )
                counts = pd.Series(1, index=pointing).groupby(level=[0, 1]).sum()
                total += counts.reindex(keys).fillna(0).to_numpy(dtype="int64")
    return pd.Series(total, index=table.index)


def _repoint(table: Table, field: str, targets: pd.DataFrame) -> tuple[Table, Lines]:
    links = pd.DataFrame({"source": table.lineage["source"].astype(TEXT), "old": table[field]})
    found = links.merge(targets, on=["source", "old"], how="left")["new"].set_axis(table.index)
    moved = found.notna().to_numpy(dtype=bool)
    where = table.index[moved]
    lines = changes(
        table,
        where,
        field=field,
        before=table[field][moved].array,
        after=found[moved].array,
        rule_id="",
        kind="repoint",
    )
    column = table[field].mask(moved, found)
    return table.with_columns(**{field: column.astype(TEXT)}), lines
