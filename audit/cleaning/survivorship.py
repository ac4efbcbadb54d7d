"""Merging: which record of a group survives, and where each of its values comes from.

Defaults: the master is the paying customer, then the one with the best mail, the most links, the most filled fields,
the oldest. A field takes the master's value, else the newest filled one of the others. Consent is the most
restrictive, the create date the oldest, the lifecycle stage the furthest; other mails, phones and tags are united. A
record counts as paying where it shows spend or the stage customer.
"""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from audit.cleaning.changes import Lines, changes
from audit.dataset import Table
from audit.schema import MULTI_SEPARATOR, TEXT, entities
from audit.values import email

OLDEST = ("created_at", "opt_in_at", "customer_since", "converted_at")
NEWEST = (
    "updated_at",
    "last_activity_at",
    "last_contacted_at",
    "last_open_at",
    "last_click_at",
    "last_reply_at",
    "last_login_at",
    "last_purchase_at",
    "confirmed_at",
)
RESTRICTIVE = ("email_opt_out", "do_not_call", "email_bounced", "converted")
STAGES = (
    "subscriber",
    "lead",
    "marketing qualified lead",
    "sales qualified lead",
    "opportunity",
    "customer",
    "evangelist",
)
"""Lifecycle stages from first to furthest, as HubSpot names them; other texts rank below all."""
CANONICAL_STAGES = ("subscriber", "lead", "mql", "sql", "opportunity", "customer")
RECORD_TYPES = ("contact", "lead", "customer", "subscriber")
"""What a merged person counts as, best known first: whom sales knows stays so, whoever else bills or mails them."""
UNITED: Mapping[str, tuple[str, ...]] = {
    "other_emails": ("email", "other_emails"),
    "other_phones": ("phone", "mobile", "other_phones"),
    "tags": ("tags",),
    "other_names": ("name", "other_names"),
}
"""Multi-value fields and the fields whose values they gather; the survivor's own first values are left out."""


def merge(table: Table, group: pd.Series, links: pd.Series, rule_id: pd.Series) -> tuple[Table, list[Lines], pd.Series]:
    """The table with each group merged into one record.

    `group` labels the records to merge (blank: stays alone), `links` counts what points to each record, `rule_id` and
    the confidence come from the findings, per record. Returns the table, the lines of the change log, and for every
    record of the input the record it became.
    """
    into = pd.Series(table.index, index=table.index)
    members = group.dropna().index
    if not len(members):
        return table, [], into
    part = table.take(table.index.isin(members))
    order = _order(part, group.loc[part.index], links.loc[part.index])
    ranked = part.frame.loc[order]
    label = group.loc[order].astype(TEXT)
    master = pd.Series(order, index=order).groupby(label.to_numpy(), sort=False).transform("first")
    survivors = pd.Index(master.unique())
    into.loc[order] = master.to_numpy()

    merged = ranked.groupby(label.to_numpy(), sort=False).first()
    merged.index = survivors
    merged = merged.astype(part.frame.dtypes.to_dict())
    _special_fields(merged, ranked, label, survivors, entities()[table.entity].fields)
    originals = part.text.loc[order].groupby(label.to_numpy(), sort=False).first()
    originals.index = survivors

    lost = order[order != master.to_numpy()]
    log = [
        changes(
            table,
            lost,
            field="",
            before=table.column("source_id").loc[lost].array,
            after=table.column("source_id").loc[into.loc[lost]].array,
            rule_id=rule_id.reindex(lost).fillna("").array,
            kind="merge",
        )
    ]
    frame, text = table.frame.copy(), table.text.copy()
    for name in merged.columns:
        before = table.column(name).loc[survivors]
        differs = ~((before == merged[name]).fillna(False) | (before.isna() & merged[name].isna())).to_numpy(dtype=bool)
        if not differs.any():
            continue
        where = survivors[differs]
        if name not in frame:
            frame[name] = table.column(name)
        frame.loc[where, name] = merged[name][differs].array
        if name in text.columns:
            text.loc[where, name] = originals[name].loc[where].array
        log.append(
            changes(
                table,
                where,
                field=name,
                before=table.original(name).loc[where].array,
                after=merged[name][differs].astype(TEXT).array,
                rule_id=rule_id.reindex(where).fillna("").array,
                kind="survivorship",
            )
        )
    keep = ~table.index.isin(lost)
    result = Table(table.entity, frame[keep], text[keep], table.lineage[keep])
    return result, log, into


def _order(part: Table, group: pd.Series, links: pd.Series) -> np.ndarray:
    """Record numbers by group, the master first and then the newest."""
    created = _time(part, ("created_at", "submitted_at"))
    updated = _time(part, ("updated_at", "submitted_at"))
    ranks = pd.DataFrame(
        {
            "group": group,
            "paying": ~_paying(part),
            "mail": -_mail_rank(part),
            "links": -links,
            "filled": -part.frame.notna().sum(axis=1),
            "created": created.fillna(pd.Timestamp.max.floor("us")),
            "record": part.index,
        },
        index=part.index,
    )
    ranked = ranks.sort_values(list(ranks.columns))
    first = ~ranked.duplicated("group")
    rest = pd.DataFrame(
        {
            "group": ranked["group"],
            "later": ~first,
            "updated": -updated.loc[ranked.index].astype("int64").where(updated.loc[ranked.index].notna(), -(2**62)),
            "record": ranked.index,
        },
        index=ranked.index,
    )
    return rest.sort_values(["group", "later", "updated", "record"]).index.to_numpy()


def _time(part: Table, names: tuple[str, ...]) -> pd.Series:
    """The first of the fields that the table has; all blank where it has none."""
    held = next((part[name] for name in names if name in part), pd.Series(pd.NaT, index=part.index))
    return held.astype("datetime64[us]")


def _paying(part: Table) -> np.ndarray:
    if part.entity != "contact":
        return np.zeros(len(part), dtype=bool)
    stages = (
        part.column(name).str.casefold().eq("customer").fillna(False) for name in ("lifecycle_stage", "lifecycle")
    )
    customer = np.logical_or.reduce([stage.to_numpy(dtype=bool) for stage in stages])
    return (part.column("value").fillna(0) > 0).to_numpy(dtype=bool) | customer


def _mail_rank(part: Table) -> np.ndarray:
    """3 for a business address, 2 free-mail, 1 role, 0 none, malformed or bounced."""
    if "email" not in part:
        return np.zeros(len(part), dtype=int)
    address = part["email"]
    rank = np.full(len(part), 3)
    rank[email.is_free(address)] = 2
    rank[email.is_role(address)] = 1
    dead = ~email.validate(address) | address.isna().to_numpy(dtype=bool)
    if "email_bounced" in part:
        dead |= part["email_bounced"].fillna(False).to_numpy(dtype=bool)
    rank[dead] = 0
    return rank


def _special_fields(
    merged: pd.DataFrame, ranked: pd.DataFrame, label: pd.Series, survivors: pd.Index, known: Collection[str]
) -> None:
    """Overwrites, in `merged`, the fields whose survivor is not simply the first filled value."""
    groups = ranked.groupby(label.to_numpy(), sort=False)
    for names, choose in ((OLDEST, "min"), (NEWEST, "max")):
        for name in names:
            if name in ranked:
                merged[name] = groups[name].agg(choose).set_axis(survivors).astype(ranked[name].dtype)
    for name in RESTRICTIVE:
        if name in ranked:
            merged[name] = groups[name].max().set_axis(survivors).astype(ranked[name].dtype)
    for name, order in (
        ("lifecycle_stage", STAGES),
        ("lifecycle", CANONICAL_STAGES),
        ("record_type", RECORD_TYPES[::-1]),
    ):
        if name in ranked:
            rank = ranked[name].str.casefold().map({value: place for place, value in enumerate(order)}).fillna(-1)
            by_group = rank.groupby(label.to_numpy(), sort=False)
            chosen = ranked[name].loc[by_group.idxmax().to_numpy()].array
            known_rank = (by_group.max() >= 0).to_numpy()
            merged.loc[survivors[known_rank], name] = chosen[known_rank]
    for target, gathered in UNITED.items():
        if gathered[0] in ranked and target in known:
            merged[target] = _united(merged, ranked, label, target, gathered, survivors)


def _united(
    merged: pd.DataFrame,
    ranked: pd.DataFrame,
    label: pd.Series,
    target: str,
    names: tuple[str, ...],
    survivors: pd.Index,
) -> pd.Series:
    """All values of the group in `names`, each once, without those that the survivor holds in a field of its own."""
    parts = []
    for name in names:
        if name in ranked:
            values = ranked[name].str.split(MULTI_SEPARATOR).explode().str.strip()
            parts.append(pd.DataFrame({"value": values, "label": label.loc[values.index].array}))
    held = pd.concat(parts).dropna()
    held = held[held["value"] != ""].drop_duplicates()
    to_survivor = dict(zip(pd.unique(label.to_numpy()), survivors, strict=True))
    held["survivor"] = held["label"].map(to_survivor)
    for name in names:
        if name in merged and name != target:
            held = held[held["value"].to_numpy() != merged[name].reindex(held["survivor"]).fillna("").to_numpy()]
    joined = held.groupby("survivor", sort=False)["value"].agg(MULTI_SEPARATOR.join)
    return joined.reindex(survivors).astype(TEXT)
