"""Groups of records that wait for a person: in conflict, or too uncertain to be merged."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from audit.cleaning.changes import own_ids
from audit.cleaning.policy import Policy
from audit.dataset import Table
from audit.matching import MatchResult
from audit.schema import TEXT, entities

HELD_TYPES: Mapping[str, object] = {
    "held_id": TEXT,
    "entity": "object",
    "members": "int64",
    "reason": TEXT,
    "source": TEXT,
    "file": TEXT,
    "row": "int64",
    "source_id": TEXT,
    "record": "int64",
    "cluster": TEXT,
}
"""Columns of the held records: one line per record, those of a group together. `held_id` names the group, `members`
counts it, `reason` says why it waits, `cluster` is the group of duplicates that it would have been merged into."""


CONFLICT_TYPES: Mapping[str, object] = {"label": TEXT, "left": "int64", "right": "int64", "reason": TEXT}
"""Columns of conflicts: two records of a group that must not be merged, and what speaks against it."""


def conflicts(
    table: Table, label: pd.Series, policy: Policy, paying: np.ndarray, joined: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Why groups must not be merged: what the policy holds differs between members of one source (CONFLICT_TYPES).

    Of the records that share a value one stands for all. Records that a person joined (`joined`: left, right) are one,
    whatever they differ in.
    """
    member = label.notna().to_numpy()
    found = [pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in CONFLICT_TYPES.items()})]
    if not member.any():
        return found[0]
    members = pd.DataFrame(
        {
            "record": table.index[member],
            "label": label[member].astype(object).to_numpy(),
            "source": table.lineage["source"].astype(object).to_numpy()[member],
        }
    )
    for name in policy.hold:
        if name == "paying":
            value = pd.Series(np.where(paying[member], np.arange(member.sum()), -1)).astype("Int64").replace(-1, pd.NA)
            told = "several records with sales of their own in one source"
        elif name == "consent":
            value = table.column("email_opt_out")[member].astype("Int64")
            told = "opposite consent in one source"
        elif name in table:
            value = table.original(name)[member].str.strip().str.casefold()
            told = f"two different values of {entities()[table.entity][name].title.lower()} in one source"
        else:
            continue
        apart = _apart(members.assign(value=value.array), joined)
        found.append(apart.assign(reason=told).astype(dict(CONFLICT_TYPES)))
    return pd.concat(found, ignore_index=True)


def _apart(members: pd.DataFrame, joined: pd.DataFrame | None) -> pd.DataFrame:
    """label, left, right: the first record of each group and source, with one for every other value."""
    by = ["label", "source"]
    filled = members.dropna(subset=["value"])
    filled = filled[(filled.groupby(by, sort=False)["value"].transform("nunique") > 1).to_numpy(dtype=bool)]
    if len(filled):
        filled = filled.assign(one=_as_one(filled, joined)).drop_duplicates([*by, "one"])
    left = filled.groupby(by, sort=False)["record"].transform("first")
    pairs = pd.DataFrame({"label": filled["label"], "left": left, "right": filled["record"]})
    return pairs[pairs["left"].ne(pairs["right"]).to_numpy(dtype=bool)]


def _as_one(filled: pd.DataFrame, joined: pd.DataFrame | None) -> np.ndarray:
    """A number per record, equal where the value is or where a person joined them, over others too."""
    pairs = np.zeros((0, 2), np.int64) if joined is None else joined[["left", "right"]].to_numpy("int64")
    records = pd.Index(np.union1d(filled["record"].to_numpy("int64"), pairs))
    value = filled.groupby(["label", "source", "value"], sort=False).ngroup().to_numpy() + len(records)
    own = records.get_indexer(filled["record"])
    left = np.append(own, records.get_indexer(pairs[:, 0]))
    right = np.append(value, records.get_indexer(pairs[:, 1]))
    size = int(max(right.max(initial=0), len(records))) + 1
    edges = coo_matrix((np.ones(len(left)), (left, right)), shape=(size, size))
    return connected_components(edges, directed=False)[1][own]


def joined_by_hand(matches: Mapping[str, MatchResult]) -> dict[str, pd.DataFrame]:
    """By entity the pairs (left, right) that a person decided to be the same."""
    return {
        entity: match.pairs.loc[match.pairs["decided"].eq("same").to_numpy(dtype=bool), ["left", "right"]]
        for entity, match in matches.items()
    }


def waiting(
    table: Table,
    into: pd.Series,
    match: MatchResult | None,
    stopped: pd.DataFrame,
    unsure: pd.DataFrame,
    survivors: pd.Index,
) -> pd.DataFrame:
    """The records of the cleaned table that wait for a person (columns of HELD_TYPES).

    A record waits that is in conflict with another, or in a pair that a person should look at, where both still stand
    after cleaning. `into` names for every record of `table` the one it became; `stopped` are records of groups that
    were not merged (record, label, reason), `unsure` merges that are not safe (see `unsafe`).
    """
    pairs = [_chain(stopped), unsure]
    if match is not None:
        held = match.held[["left", "right", "reason"]].assign(certain=2.0)
        review = match.pairs[match.pairs["decision"].eq("review").to_numpy()]
        told = "as likely as " + (review["probability"].astype("float64") * 100).round().astype("int64").astype(str)
        pairs += [
            held.astype({"reason": object}),
            review[["left", "right"]].assign(reason=told + " % to be the same", certain=review["probability"]),
        ]
    filled = [part for part in pairs if len(part)]
    if not filled:
        return none_held()
    open_pairs = pd.concat(filled, ignore_index=True)
    for side in ("left", "right"):
        open_pairs[side] = into.reindex(open_pairs[side].to_numpy()).to_numpy()
    stand = open_pairs["left"].isin(survivors) & open_pairs["right"].isin(survivors)
    open_pairs = open_pairs[(stand & open_pairs["left"].ne(open_pairs["right"])).to_numpy(dtype=bool)]
    if open_pairs.empty:
        return none_held()
    records, codes = np.unique(open_pairs[["left", "right"]].to_numpy(dtype="int64"), return_inverse=True)
    codes = codes.reshape(-1, 2)
    edges = coo_matrix((np.ones(len(codes)), (codes[:, 0], codes[:, 1])), shape=(len(records),) * 2)
    group = connected_components(edges, directed=False)[1]
    reason = _reasons(open_pairs.assign(group=group[codes[:, 0]]))
    place = table.index.get_indexer(records)
    size = np.bincount(group, minlength=1)
    first = pd.Series(records).groupby(group).transform("min").to_numpy()
    order = np.lexsort((records, first))
    number = pd.Series(pd.factorize(first[order])[0] + 1).astype(str).str.zfill(5)
    label = {"contact": "person", "account": "organisation"}.get(table.entity, "")
    cluster = table[label].array if label in table else pd.array([pd.NA] * len(table), dtype=TEXT)
    return pd.DataFrame(
        {
            "held_id": ("H" + table.entity[0].upper() + number).to_numpy(),
            "entity": table.entity,
            "members": size[group][order],
            "reason": reason.reindex(group[order]).to_numpy(),
            "source": table.lineage["source"].astype(object).to_numpy()[place][order],
            "file": table.lineage["file"].astype(object).to_numpy()[place][order],
            "row": table.lineage["row"].to_numpy()[place][order],
            "source_id": own_ids(table).array.take(place[order]),
            "record": records[order],
            "cluster": cluster.take(place[order]),
        }
    ).astype(HELD_TYPES)


def none_held() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in HELD_TYPES.items()})


def unsafe(merges: pd.DataFrame) -> pd.DataFrame:
    """Proposed merges that are not safe, as pairs: left, right, reason, certain."""
    percent = np.floor(merges["confidence"] * 100 + 1e-9).astype("int64").astype(str)
    return pd.DataFrame(
        {
            "left": merges["record"].to_numpy(),
            "right": merges["into"].astype("Int64").to_numpy(dtype="int64", na_value=-1),
            "reason": (
                merges["rule_id"].astype(object) + " proposes it at " + percent + " % and leaves it to a person"
            ).to_numpy(),
            "certain": merges["confidence"].to_numpy(),
        }
    )


def _chain(stopped: pd.DataFrame) -> pd.DataFrame:
    """The records of each stopped group as pairs with the first of it."""
    first = stopped.groupby("label", sort=False)["record"].transform("first")
    pairs = pd.DataFrame({"left": first, "right": stopped["record"], "reason": stopped["reason"], "certain": 2.0})
    return pairs[pairs["left"].ne(pairs["right"]).to_numpy(dtype=bool)]


def _reasons(pairs: pd.DataFrame) -> pd.Series:
    """Per group why it waits: every conflict, and of uncertain pairs the likeliest."""
    ranked = pairs.sort_values(["group", "certain", "reason"], ascending=[True, False, True], kind="stable")
    conflict = ranked["certain"].gt(1.0)
    kept = ranked[conflict | ~ranked["group"].duplicated()].drop_duplicates(["group", "reason"])
    return kept.groupby("group", sort=True)["reason"].agg("; ".join)
