"""From findings to cleaned tables: cells fixed, records dropped and merged, links re-pointed, accounts closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from audit.cleaning import held, recompute
from audit.cleaning.accounting import MONEY_LINES, money_accounts, row_accounts
from audit.cleaning.changes import Lines, change_log, changes, own_ids
from audit.cleaning.consent import CONSENT_TYPES, settled
from audit.cleaning.evidence import customers, says_so, with_sales
from audit.cleaning.fixes import apply_cell_fixes, drop_records
from audit.cleaning.policy import Policy, policies
from audit.cleaning.survivorship import Groups, merge
from audit.config import SurvivorshipConfig
from audit.dataset import Dataset, Table
from audit.matching import MatchResult
from audit.rule import Context, FixKind, FixSafety, Rule
from audit.schema import TEXT
from audit.values import text

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


_CONFLICTS: Mapping[str, object] = {"entity": "object", "left": "int64", "right": "int64", "reason": TEXT}


@dataclass(frozen=True)
class Cleaned:
    """Cleaned tables and the account of how they came about.

    `changes` has the columns of `audit.cleaning.changes.CHANGE_TYPES`. `crosswalk` names for every record of a table
    with merges the record it became: entity, source, file, row, old_id, new_id, new_source, record, into. `accounts`,
    `money` and `money_lines` are described in `audit.cleaning.accounting`, `held` in `audit.cleaning.held`, `consent`
    in `audit.cleaning.consent`. `conflicts` are the pairs (entity, left, right, reason) that keep groups from being
    merged until a person decides them.
    """

    dataset: Dataset
    changes: pd.DataFrame
    crosswalk: pd.DataFrame
    accounts: pd.DataFrame
    money: pd.DataFrame
    money_lines: pd.DataFrame = field(default_factory=lambda: empty(MONEY_LINES))
    held: pd.DataFrame = field(default_factory=held.none_held)
    consent: pd.DataFrame = field(default_factory=lambda: empty(CONSENT_TYPES))
    conflicts: pd.DataFrame = field(default_factory=lambda: empty(_CONFLICTS))


def empty(types: Mapping[str, object]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


def clean(
    dataset: Dataset,
    findings: pd.DataFrame,
    rules: Sequence[Rule],
    ctx: Context,
    matches: Mapping[str, MatchResult],
    *,
    families: frozenset[str] | None = None,
    strictness: Strictness = Strictness.NORMAL,
    survivorship: SurvivorshipConfig | None = None,
    joined: Mapping[str, pd.DataFrame] | None = None,
    tables_only: bool = False,
) -> Cleaned:
    """The cleaned tables under `findings`; with `families`, only what findings of these families propose.

    `joined` are the pairs that a person decided to be the same (`joined_by_hand`), by default those of `matches`.
    With `tables_only` the account of how the tables came about stays empty, and nothing is reconciled.

    Raises ReconciliationError if rows or money would be lost without a line in the change log, and ConfigError for
    `survivorship` rules that no field can follow.
    """
    rules_of = policies(survivorship)

    def chosen(proposed: pd.DataFrame) -> pd.DataFrame:
        return proposed[_chosen(proposed, families, strictness)]

    fixes = chosen(findings)
    cell_fixes = fixes[fixes["fix_kind"].isin([FixKind.SET, FixKind.CLEAR])]
    tables, log = apply_cell_fixes(dataset, cell_fixes, {rule.id: rule for rule in rules}, ctx, chosen)
    working, concluded = recompute.conclusions(dataset, dataset.replace(**tables), log)
    log += concluded
    for entity, drops in fixes[fixes["fix_kind"] == FixKind.DROP].groupby("entity", sort=False):
        table, dropped = drop_records(working[str(entity)], drops)
        working = working.replace(**{str(entity): table})
        log.append(dropped)
    merged: dict[str, _Merged] = {}
    by_hand = held.joined_by_hand(matches) if joined is None else joined
    merges = fixes[fixes["fix_kind"] == FixKind.MERGE]
    for entity, joins in merges.groupby("entity", sort=False):
        working, found = _merge(working, str(entity), joins, rules_of[str(entity)], by_hand.get(str(entity)))
        log += found.log
        merged[str(entity)] = found
    into = _into(dataset["contact"], merged.get("contact")) if "contact" in dataset else None
    working, summed = recompute.sums(dataset, working, into, rules_of["contact"])
    if tables_only:
        return Cleaned(working, change_log([]), pd.DataFrame(columns=CROSSWALK_COLUMNS), pd.DataFrame(), pd.DataFrame())
    changed = change_log(log + summed)
    waiting = held.none_held()
    if families is None:
        waiting = _held(dataset, working, findings[~_chosen(findings, None, strictness)], merged, matches)
    money, money_lines = money_accounts(dataset, working, changed)
    crosswalks = [found.crosswalk for found in merged.values()]
    consents = [found.consent for found in merged.values() if len(found.consent)]
    return Cleaned(
        dataset=working,
        changes=changed,
        crosswalk=pd.concat(crosswalks, ignore_index=True) if crosswalks else pd.DataFrame(columns=CROSSWALK_COLUMNS),
        accounts=row_accounts(dataset, working, changed, waiting["entity"].value_counts().to_dict()),
        money=money,
        money_lines=money_lines,
        held=waiting,
        consent=pd.concat(consents, ignore_index=True) if consents else empty(CONSENT_TYPES),
        conflicts=pd.concat(
            [
                empty(_CONFLICTS),
                *(part.conflicts.assign(entity=entity)[list(_CONFLICTS)] for entity, part in merged.items()),
            ],
            ignore_index=True,
        ).astype(dict(_CONFLICTS)),
    )


CROSSWALK_COLUMNS = ["entity", "source", "file", "row", "old_id", "new_id", "new_source", "record", "into"]


def _chosen(findings: pd.DataFrame, families: frozenset[str] | None, strictness: Strictness) -> np.ndarray:
    chosen = findings["fix_kind"].ne(FixKind.NONE) & ~findings["accepted"]
    if families is not None:
        chosen &= findings["family"].isin(families)
    if strictness is not Strictness.LOOSE:
        chosen &= findings["fix_safety"].eq(FixSafety.SAFE)
    if strictness is Strictness.STRICT:
        chosen &= findings["confidence"] >= STRICT_CONFIDENCE
    return chosen.to_numpy(dtype=bool)


@dataclass(frozen=True)
class _Merged:
    """What merging did to one table; `stopped` are the records of groups in conflict: record, label, reason, and
    `conflicts` the pairs that are (held.CONFLICT_TYPES)."""

    log: list[Lines]
    into: pd.Series
    stopped: pd.DataFrame
    crosswalk: pd.DataFrame
    consent: pd.DataFrame
    conflicts: pd.DataFrame


def _merge(
    working: Dataset, entity: str, joins: pd.DataFrame, policy: Policy, by_hand: pd.DataFrame | None
) -> tuple[Dataset, _Merged]:
    """The dataset with one table's groups merged and what pointed to the merged records re-pointed."""
    table = working[entity]
    joins = joins[joins["record"].isin(table.index)]
    label = _labels(table, _groups(table, joins), joins)
    sold = with_sales(working, table)
    buys = sold | says_so(table)
    conflicts = held.conflicts(table, label, policy, buys, by_hand)
    why = conflicts.drop_duplicates(["label", "reason"]).groupby("label", sort=False)["reason"].agg("; ".join)
    stopped = pd.DataFrame({"record": table.index, "label": label.array, "reason": label.map(why).array})
    stopped = stopped[stopped["reason"].notna().to_numpy()]
    label = label.mask(label.isin(why.index))
    groups = Groups(
        label=label,
        rule_id=_of_joins(joins, "rule_id", label),
        confidence=_of_joins(joins, "confidence", label).astype("float64"),
        links=link_counts(working, entity).to_numpy(),
        paying=buys,
        customer=customers(working, table, sold),
    )
    merged, lines, into = merge(table, groups, policy)
    working = working.replace(**{entity: merged})
    old = own_ids(table)
    new = old.loc[into].set_axis(into.index)
    source = table.lineage["source"].astype(TEXT)
    moved = ((into != into.index) & old.notna() & new.notna()).to_numpy()
    targets = pd.DataFrame(
        {"source": source, "old": old, "new": new, "rule_id": groups.rule_id, "cluster": label, "into": into}
    )[moved].drop_duplicates(["source", "old"])
    log = [*lines]
    for child, links in LINKS.items():
        for name, target in links:
            if target == entity and child in working and name in working[child]:
                follower, moves = _repoint(working[child], name, targets)
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
    return working, _Merged(log, into, stopped, crosswalk, settled(table, merged, label, into), conflicts)


def _held(
    raw: Dataset,
    working: Dataset,
    waiting: pd.DataFrame,
    merged: Mapping[str, _Merged],
    matches: Mapping[str, MatchResult],
) -> pd.DataFrame:
    """The records of all tables that wait for a person (columns of audit.cleaning.held.HELD_TYPES).

    `waiting` are the findings whose fixes were not made.
    """
    unsafe = waiting[(waiting["fix_kind"].eq(FixKind.MERGE) & ~waiting["accepted"]).to_numpy(dtype=bool)]
    parts = [
        held.waiting(
            raw[entity],
            _into(raw[entity], merged.get(entity)),
            matches.get(entity),
            merged[entity].stopped if entity in merged else pd.DataFrame(columns=["record", "label", "reason"]),
            held.unsafe(unsafe[unsafe["entity"].eq(entity)]),
            working[entity].index,
        )
        for entity in raw
        if entity in matches or entity in merged or unsafe["entity"].eq(entity).any()
    ]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else held.none_held()


def _into(table: Table, merged: _Merged | None) -> pd.Series:
    """For every record of a table the one it became; dropped ones stay themselves."""
    into = pd.Series(table.index, index=table.index)
    if merged is not None:
        into.loc[merged.into.index] = merged.into
    return into


def _of_joins(joins: pd.DataFrame, name: str, label: pd.Series) -> pd.Series:
    """What the finding behind each record's merge says; of a record that others were to join, that of the first."""
    own = joins.drop_duplicates("record").set_index("record")[name].reindex(label.index)
    return own.fillna(own.groupby(label).transform("first"))


def _labels(table: Table, group: pd.Series, joins: pd.DataFrame) -> pd.Series:
    """The groups by the names that findings give them; by a record's number where they have none, or not one each."""
    named = joins.dropna(subset=["group_id"]).drop_duplicates("record").set_index("record")["group_id"].astype(TEXT)
    first = named.reindex(table.index).groupby(group).first()
    first = first.mask(first.duplicated(keep=False))
    label = group.map(first).astype(TEXT)
    return label.fillna((table.entity + " " + (group + 1).astype(TEXT)).astype(TEXT))


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


def link_counts(dataset: Dataset, entity: str) -> pd.Series:
    """How many records of other tables point to each record of `entity`, by id within one source."""
    table = dataset[entity]
    total = np.zeros(len(table), dtype="int64")
    ids = text.arrow(table.column("source_id"))
    own = table.lineage["source"].astype("category").cat
    for child, links in LINKS.items():
        for name, target in links:
            if target != entity or child not in dataset or name not in dataset[child]:
                continue
            codes, values = dataset[child].distinct(name)
            place = pc.index_in(ids, value_set=text.arrow(values)).fill_null(-1).to_numpy(zero_copy_only=False)
            other = dataset[child].lineage["source"].astype("category").cat
            for code, source in enumerate(own.categories):
                pointing = codes[(other.codes == other.categories.get_indexer([source])[0]).to_numpy() & (codes >= 0)]
                here = (own.codes == code).to_numpy() & (place >= 0)
                if source in other.categories and len(pointing):
                    total[here] += np.bincount(pointing, minlength=len(values))[place[here]]
    return pd.Series(total, index=table.index)


def _repoint(table: Table, field: str, targets: pd.DataFrame) -> tuple[Table, Lines]:
    links = pd.DataFrame({"source": table.lineage["source"].astype(TEXT), "old": table[field]})
    found = links.merge(targets, on=["source", "old"], how="left").set_axis(table.index)
    moved = found["new"].notna().to_numpy(dtype=bool)
    where, to = table.index[moved], found[moved]
    lines = changes(
        table,
        where,
        field=field,
        before=table[field][moved].array,
        after=to["new"].array,
        rule_id=to["rule_id"].fillna("").array,
        kind="repoint",
        cluster=to["cluster"].array,
        origin=to["into"].to_numpy(dtype="int64"),
    )
    column = table[field].mask(moved, found["new"])
    return table.with_columns(**{field: column.astype(TEXT)}), lines
