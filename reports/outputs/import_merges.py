"""Merges inside one system: what we propose, and what the system's own merge would keep and lose instead."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.cleaning.clean import link_counts
from audit.cleaning.evidence import customers, says_so, with_sales
from audit.cleaning.fixes import with_values
from audit.cleaning.policy import Policy, policies
from audit.cleaning.survivorship import Groups, joined_texts, merge
from audit.config import SurvivorshipConfig
from audit.dataset import Table
from audit.result import AuditResult
from audit.schema import MULTI_SEPARATOR, TEXT, entities
from reports.outputs.import_lines import Records

MERGED = ("account", "contact", "deal")


@dataclass(frozen=True)
class Native:
    """How a system merges by itself: the choice of each field, and whether the chosen record's blanks are filled."""

    policy: Policy
    fills: bool
    told: str


_LISTS = {"other_emails": "union", "other_phones": "union"}
NATIVE: Mapping[str, Native] = {
    "hubspot": Native(
        Policy(
            master=("paying",),
            choices={
                "other_emails": "union",
                "lifecycle_stage": "furthest",
                "created_at": "min",
                "lead_source": "oldest",
                "lead_source_detail": "oldest",
            },
        ),
        True,
        "HubSpot keeps the primary record's latest values and fills its blanks from the other; the mail of "
        "the primary, the lifecycle stage furthest down the funnel, the earliest create date and the original"
        " source of the older record survive. The result gets a new record ID, and nothing undoes it. "
        "(HubSpot developer changelog: updated merge functionality; HubSpot knowledge base: merging two "
        "contacts; create date and source: third party)",
    ),
    "salesforce": Native(
        Policy(master=("paying",)),
        False,
        "Salesforce's merge() takes up to three records and keeps the master's values alone: what the others hold is "
        "lost unless it is written to the master first. What hangs on them is re-parented. (Salesforce developer docs)",
    ),
    "pipedrive": Native(
        Policy(master=("paying",), choices=_LISTS),
        True,
        "Pipedrive lets the record chosen as primary win every conflict (support.pipedrive.com, merge duplicates); all "
        "mails and phones stay, and by a third party's account the lowest ID does (dedupe.ly).",
    ),
    "zoho": Native(
        Policy(master=("paying",)),
        False,
        "Zoho CRM merges up to three records at a time; the master's values are final unless a person ticks others, "
        "field by field, and the merged records are deleted for good. (help.zoho.com, merging duplicate records)",
    ),
    "activecampaign": Native(
        Policy(master=("paying",)),
        False,
        "ActiveCampaign merges the open contact into the one that is chosen, which keeps its values; counters that add "
        "up have to be added by hand. (third party: wolfpack)",
    ),
}
"""Zoho's and ActiveCampaign's lines say what is lost if nobody ticks anything."""
NO_MERGE = {
    "mailchimp": "Mailchimp has no merge: a contact is its address. Archive the others after their tags are copied; "
    "their activity stays with them."
}
NATIVE_COLUMNS = ("object", "cluster", "keep", "merge", "field", "header", "ours", "native", "same", "lost")


@dataclass(frozen=True)
class SystemMerges:
    """The merges inside the tables of sources.

    `members`: entity, record, place, cluster, into (the record that stays in that system). `edits` set the values that
    survive, as `EDIT_COLUMNS`. `native` has NATIVE_COLUMNS but keep, merge and header, with the `place`, one line per
    group and field that is disputed.
    """

    members: pd.DataFrame
    edits: pd.DataFrame
    native: pd.DataFrame


def system_merges(result: AuditResult, records: Records) -> SystemMerges:
    """What of the run's merges happens inside one kind of table of one system."""
    rules = policies(SurvivorshipConfig.model_validate(result.settings.get("survivorship") or {}))
    members, edits, native = [], [], []
    for entity in MERGED:
        if entity not in result.dataset or entity not in records.texts:
            continue
        groups = _groups(result, records, entity)
        if groups.empty:
            continue
        table = _mended(result, entity, groups.index)
        sold = with_sales(result.dataset, table)
        links = link_counts(result.dataset, entity).reindex(table.index).to_numpy()
        rule = pd.Series("", index=table.index)
        told = Groups(groups, rule, links, sold | says_so(table), customers(result.dataset, table, sold))
        proposal, lines, into = merge(table, told, rules[entity])
        places = records.places(entity)
        members.append(
            pd.DataFrame(
                {
                    "entity": entity,
                    "record": table.index,
                    "place": places.loc[table.index].to_numpy(),
                    "cluster": groups.array,
                    "into": into.to_numpy(),
                }
            )
        )
        edits += [
            pd.DataFrame({name: line[name] for name in ("entity", "record", "field", "before", "after", "kind")})
            for line in lines
            if len(line["record"]) and line["kind"][0] == "survivorship"
        ]
        native.append(_native(records, table, groups, into, proposal, places))
    return SystemMerges(
        _stacked(members, ["entity", "record", "place", "cluster", "into"]),
        _stacked(edits, ["entity", "record", "field", "before", "after", "kind"]),
        _stacked(native, ["place", "entity", *NATIVE_COLUMNS]),
    )


def _groups(result: AuditResult, records: Records, entity: str) -> pd.Series:
    """The name of the group inside one system, by record, for records that have others with them there."""
    crosswalk = result.cleaned.crosswalk
    mine = crosswalk[crosswalk["entity"].eq(entity).to_numpy(dtype=bool)].set_index("record")
    places = records.places(entity)
    kind = pd.Series([f"{file.system} {file.object} {file.source}" for file in records.files], dtype=object)
    gone = result.cleaned.changes
    gone = gone.loc[gone["kind"].eq("drop") & gone["entity"].eq(entity), "record"]
    mine = mine[~mine.index.isin(gone) & places.reindex(mine.index).ge(0).to_numpy()]
    home = kind.iloc[places.loc[mine.index].to_numpy()].to_numpy()
    several = pd.Series(mine["into"].to_numpy()).groupby([mine["into"].to_numpy(), home]).transform("size").gt(1)
    chosen = mine[several.to_numpy()]
    clusters = result.cleaned.changes
    clusters = clusters[clusters["kind"].eq("merge") & clusters["entity"].eq(entity)].drop_duplicates("origin")
    name = (
        clusters.set_index("origin")["cluster"].reindex(chosen["into"].to_numpy()).astype(object).fillna("").to_numpy()
    )
    objects = pd.Series(home[several.to_numpy()], dtype=object)
    # A group with members in two systems is a group in each.
    first = pd.Series(name).groupby([name, objects.to_numpy()]).ngroup().groupby(name).rank("dense").astype(int)
    label = pd.Series(name, dtype=object) + np.where(first.gt(1), "/" + first.astype(str), "")
    return pd.Series(label.to_numpy(), index=chosen.index, dtype=TEXT).sort_index()


def _mended(result: AuditResult, entity: str, records: pd.Index) -> Table:
    """The records with their own cells mended, before anything was merged."""
    raw = result.dataset[entity]
    table = raw.take(raw.index.isin(records))
    log = result.cleaned.changes
    log = log[(log["entity"].eq(entity) & log["kind"].isin(["set", "clear"])).to_numpy(dtype=bool)]
    log = log[log["record"].isin(table.index).to_numpy()].drop_duplicates(["record", "field"], keep="last")
    for name, lines in log.groupby("field", sort=False):
        spec = entities()[entity].fields[str(name)]
        table = with_values(table, spec, lines["record"].to_numpy(), lines["after"].astype(TEXT))
    return table


def _native(
    records: Records, table: Table, groups: pd.Series, into: pd.Series, proposal: Table, places: pd.Series
) -> pd.DataFrame:
    """Field by field, where members differ or the two merges do."""
    parts = []
    system = pd.Series([file.system for file in records.files], dtype=object).iloc[places.loc[table.index]].to_numpy()
    kept = (into == into.index).to_numpy()
    for name, native in NATIVE.items():
        mine = system == name
        if not mine.any():
            continue
        part = table.take(mine)
        label = groups[mine]
        # The record that stays is the one we propose: only it "pays", so it is the master.
        given = Groups(label, pd.Series("", index=part.index), np.zeros(len(part), dtype="int64"), kept[mine])
        theirs = merge(part, given, native.policy)[0] if native.fills else part.take(kept[mine])
        parts.append(_compared(part, label, into[mine], proposal, theirs, places))
    return _stacked(parts, ["place", "entity", *NATIVE_COLUMNS])


def _compared(
    part: Table, label: pd.Series, into: pd.Series, ours: Table, theirs: Table, places: pd.Series
) -> pd.DataFrame:
    lines = []
    masters = into.unique()
    cluster = label.loc[masters]
    for name in theirs.frame.columns:
        spec = entities()[part.entity].fields.get(name)
        if spec is None or name == "source_id":
            continue
        text = part.original(name)
        mine, native = ours.original(name).reindex(masters), theirs.original(name).reindex(masters)
        values = pd.DataFrame({"master": into.to_numpy(), "value": text.array}).dropna()
        if spec.is_multi:
            values = values.assign(value=values["value"].str.split(MULTI_SEPARATOR)).explode("value")
        values = values.drop_duplicates()
        kept = native.reindex(values["master"].to_numpy())
        inside = (
            [value in held.split(MULTI_SEPARATOR) for value, held in zip(values["value"], kept.fillna(""), strict=True)]
            if spec.is_multi
            else values["value"].eq(kept.array).fillna(False)
        )
        gone = joined_texts(values[~np.asarray(inside, dtype=bool)], "master", " | ")
        same = (mine.eq(native).fillna(False) | (mine.isna() & native.isna())).to_numpy(dtype=bool)
        told = ~same | np.isin(masters, gone.index)
        if not told.any():
            continue
        lines.append(
            pd.DataFrame(
                {
                    "place": places.loc[masters[told]].to_numpy(),
                    "entity": part.entity,
                    "cluster": cluster[told].array,
                    "keep": masters[told],
                    "field": name,
                    "ours": mine[told].astype(TEXT).array,
                    "native": native[told].astype(TEXT).array,
                    "same": same[told],
                    "lost": gone.reindex(masters[told]).astype(TEXT).array,
                }
            )
        )
    found = _stacked(lines, ["place", "entity", *NATIVE_COLUMNS])
    return found.sort_values(["keep", "field"], kind="stable")


def _stacked(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
