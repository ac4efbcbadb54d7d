"""Whose value survives a merge, field by field, where a person chose it.

The column `keep` of a decision says it as "phone:right email:left": of the records named on both sides, that one's
value is what the merged record holds. It is obeyed by writing the value into all records that are merged, so that
whichever survives has it; an address or number that gives way is kept among the others. Consent, times and stages have
rules of their own and cannot be chosen.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from audit.dataset import Dataset, Table
from audit.matching import MatchResult
from audit.matching.decisions import ACCEPT, REJECT, SAME, about_pairs, find
from audit.rule import FixKind, FixSafety
from audit.schema import MULTI_SEPARATOR, TEXT, entities

GIVES_WAY_TO: Mapping[str, str] = {
    "email": "other_emails",
    "phone": "other_phones",
    "mobile": "other_phones",
    "name": "other_names",
}
"""Fields whose value, if it does not survive, is kept in another."""
FIXED = frozenset("email_opt_out do_not_call email_bounced lifecycle_stage lifecycle record_type source_id".split())
"""Text and flags that a merge decides by a rule of its own."""


def choosable(entity: str, field: str) -> bool:
    """Whether a person may choose the surviving value of a field."""
    spec = entities()[entity].fields.get(field)
    return spec is not None and spec.is_text and not spec.is_multi and field not in FIXED


def with_kept_values(
    findings: pd.DataFrame, dataset: Dataset, matches: Mapping[str, MatchResult], decisions: pd.DataFrame | None
) -> pd.DataFrame:
    """The findings with a line for every cell that has to give way to a chosen value; for cleaning alone."""
    if decisions is None or not decisions["keep"].notna().any():
        return findings
    kept = decisions[decisions["keep"].notna().to_numpy(dtype=bool)]
    merges = findings[findings["fix_kind"].eq(str(FixKind.MERGE)) & findings["fix_safety"].eq(str(FixSafety.SAFE))]
    parts = []
    for entity in merges["entity"].unique():
        table, joins = dataset[entity], merges[merges["entity"].eq(entity)]
        clusters = matches[entity].clusters["cluster"] if entity in matches else None
        pairs = _pairs(kept, table, joins)
        parts.append(_lines(pairs, table, joins, clusters))
    added = [part for part in parts if len(part)]
    if not added:
        return findings
    lines = pd.concat(added, ignore_index=True)
    lines = lines.drop_duplicates(["entity", "record", "field"], keep="last")
    blank = {name: pd.NA for name in findings.columns if name not in lines}
    lines = lines.assign(
        **blank,
    ).assign(severity="low", systemic=False, accepted=False, confidence=1.0, fix_safety=str(FixSafety.SAFE))
    family = dict(zip(findings["rule_id"], findings["family"], strict=True))
    lines = lines.assign(family=lines["rule_id"].map(family))[list(findings.columns)].astype(findings.dtypes.to_dict())
    # Where several fixes are for one cell the first is made.
    return pd.concat([lines, findings], ignore_index=True)


def _pairs(kept: pd.DataFrame, table: Table, joins: pd.DataFrame) -> pd.DataFrame:
    """left, right (record numbers), keep: of the lines that are about records of the table."""
    mine = about_pairs(kept, table)
    mine = mine[mine["decision"].eq(SAME).to_numpy(dtype=bool)].reset_index(drop=True)
    found = pd.DataFrame({"left": pd.Series(dtype="int64"), "right": pd.Series(dtype="int64"), "keep": []})
    if len(mine):
        left, right = (side.drop_duplicates("line") for side in find(mine, table))
        both = left.merge(right, on="line", suffixes=("_left", "_right"))
        index = table.index.to_numpy()
        found = pd.DataFrame(
            {
                "left": index[both["row_left"]],
                "right": index[both["row_right"]],
                "keep": mine["keep"].to_numpy(dtype=object)[both["line"]],
            }
        )
    decided = kept["decision"].isin([ACCEPT, REJECT]) & kept["entity"].eq(table.entity)
    fixes = kept[decided.to_numpy(dtype=bool)].drop_duplicates("finding", keep="last")
    fixes = fixes[fixes["decision"].eq(ACCEPT).to_numpy(dtype=bool)][["finding", "keep"]].astype(object)
    by_id = fixes.merge(joins[["finding_id", "record", "into"]].astype({"finding_id": object}), right_on="finding_id",
                        left_on="finding")  # fmt: skip
    told = pd.DataFrame({"left": by_id["into"], "right": by_id["record"], "keep": by_id["keep"]})
    return pd.concat([part for part in (found, told) if len(part)] or [found], ignore_index=True)


def _lines(pairs: pd.DataFrame, table: Table, joins: pd.DataFrame, clusters: pd.Series | None) -> pd.DataFrame:
    """rule_id, entity, record, field, value, suggestion, fix_kind: the cells that give way."""
    chosen = pairs.assign(keep=pairs["keep"].astype(object).str.split()).explode("keep").dropna(subset=["keep"])
    told = chosen["keep"].astype(object).str.partition(":")
    chosen = chosen.assign(field=told[0], side=told[2])
    allowed = [name for name in chosen["field"].unique() if name in table and choosable(table.entity, name)]
    chosen = chosen[chosen["field"].isin(allowed) & chosen["side"].isin(["left", "right"])].reset_index(drop=True)
    if chosen.empty:
        return chosen
    rule_of = pd.concat([joins.set_index("record")["rule_id"], joins.set_index("into")["rule_id"]])
    rule_of = rule_of[~rule_of.index.duplicated()]
    chosen["from"] = np.where(chosen["side"].eq("left"), chosen["left"], chosen["right"]).astype("int64")
    chosen["choice"] = chosen.index
    if clusters is None:
        members = chosen.melt(["choice"], ["left", "right"], value_name="record")[["choice", "record"]]
    else:
        own = clusters.rename("cluster").rename_axis("record").reset_index()
        wanted = chosen[["choice"]].assign(cluster=clusters.loc[chosen["from"]].to_numpy())
        members = wanted.merge(own, on="cluster")[["choice", "record"]]
    cells = members.merge(chosen[["choice", "field", "from"]], on="choice")
    cells = cells[cells["record"].isin(rule_of.index) & (cells["record"] != cells["from"])]
    parts = [_cells(cells[cells["field"].eq(name)], table, name, allowed) for name in allowed]
    lines = pd.concat(parts, ignore_index=True)
    return lines.assign(entity=table.entity, rule_id=lines["record"].map(rule_of))


def _cells(cells: pd.DataFrame, table: Table, name: str, chosen: list[str]) -> pd.DataFrame:
    """Lines for one field, and for the field that takes up what gives way."""
    values = table[name]
    cells = cells.drop_duplicates("record", keep="last")
    record = cells["record"].to_numpy("int64")
    before = values.loc[record].reset_index(drop=True)
    after = values.loc[cells["from"].to_numpy("int64")].reset_index(drop=True)
    differs = ~((before == after).fillna(False) | (before.isna() & after.isna())).to_numpy(dtype=bool)
    lines = [_line(record[differs], name, before[differs], after[differs])]
    beside = GIVES_WAY_TO.get(name)
    if beside in entities()[table.entity].fields and beside not in chosen:
        lost = differs & before.notna().to_numpy(dtype=bool)
        others = table.column(str(beside)).loc[record].reset_index(drop=True)
        joined = (others + MULTI_SEPARATOR).fillna("") + before
        lines.append(_line(record[lost], str(beside), others[lost], joined[lost]))
    return pd.concat(lines, ignore_index=True)


def _line(record: np.ndarray, name: str, before: pd.Series, after: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "record": record,
            "field": name,
            "value": before.astype(TEXT).array,
            "suggestion": after.astype(TEXT).array,
            "fix_kind": np.where(after.isna(), str(FixKind.CLEAR), str(FixKind.SET)),
        }
    )
