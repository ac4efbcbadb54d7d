"""Decisions about fixes: found again by what they change, and obeyed.

A line of a decisions file about fixes has the decision "accept" (the fix is made as a safe one) or "reject" (it is not
made), and the columns

    rule      the rule that proposes it
    fix       "f" and sixteen hex digits of what is changed into what: `fix_keys`
    finding   ids of the findings it is about, separated by blanks; blank: wherever the rule proposes this very change
    value     what is right, where it is not what the rule proposes; of a fix that changes one field
    left_key  the key of the record, where a finding's id is not found again (see audit.matching.record_key)

A fix that would now change something else is not the one that was decided: the line is stale.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from audit.cleaning.fixes import typed
from audit.dataset import Dataset
from audit.matching.decisions import ACCEPT, REJECT
from audit.matching.record_key import record_keys
from audit.rule import FixKind, FixSafety
from audit.schema import TEXT, entities

WHOLE = (str(FixKind.MERGE), str(FixKind.DROP))
"""Fixes that take a record away: known by the finding, not by a value."""
MATCHED = ("contact", "account")
"""Entities whose records have keys."""


def fix_keys(findings: pd.DataFrame) -> pd.DataFrame:
    """Two keys per finding, as numbers: `change` of what it alone changes, `record` of all its rule changes there."""
    cell = ~findings["fix_kind"].isin(WHOLE)
    parts = [
        findings["rule_id"].astype(TEXT),
        findings["entity"].astype(TEXT),
        findings["field"].astype(TEXT),
        findings["fix_kind"].astype(TEXT),
        findings["value"].astype(TEXT).str.strip().where(cell),
        findings["suggestion"].astype(TEXT).where(cell),
    ]
    text = parts[0].fillna("")
    for part in parts[1:]:
        text = text + "\x1f" + part.fillna("\x1e")
    codes, distinct = pd.factorize(text)
    change = pd.util.hash_array(np.asarray(distinct, dtype=object), categorize=False)[codes]
    frame = pd.DataFrame({"change": change}, index=findings.index)
    by = [findings["rule_id"], findings["entity"], findings["record"]]
    return frame.assign(record=frame.groupby(by, sort=False)["change"].transform("sum"))


def told(keys: pd.Series) -> pd.Series:
    """The keys as decisions files write them."""
    distinct = keys.drop_duplicates()
    written = {key: f"f{key:016x}" for key in distinct.tolist()}
    return keys.map(written).astype(TEXT)


def decide_fixes(
    findings: pd.DataFrame,
    dataset: Dataset,
    decisions: pd.DataFrame | None,
    joined: Mapping[str, pd.DataFrame] | None = None,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The findings as decided: an accepted fix is safe and sure, a rejected one is no fix; and how many of each.

    So are the merges of records that a person joined (`audit.cleaning.held.joined_by_hand`), whatever their rule
    thinks of them. Counts are `accepted` and `rejected` findings and `stale` lines. `findings` have their ids.
    """
    if decisions is None:
        return findings, {}
    findings = _merged_by_hand(findings, joined or {})
    lines = decisions[decisions["decision"].isin([ACCEPT, REJECT]).to_numpy(dtype=bool)].reset_index(drop=True)
    if lines.empty:
        return findings, {}
    proposed = findings[findings["fix_kind"].ne(str(FixKind.NONE)) & findings["rule_id"].isin(lines["rule"].dropna())]
    hits = _found(lines, proposed, dataset)
    hits = hits[~hits["line"].isin(_unfitting(lines, hits, proposed))]
    last = hits.sort_values("line").drop_duplicates("finding", keep="last")
    word = lines["decision"].to_numpy(dtype=object)[last["line"]]
    yes, no = (last["finding"][word == which].to_numpy() for which in (ACCEPT, REJECT))
    own = last.assign(value=lines["value"].to_numpy(dtype=object)[last["line"]])[word == ACCEPT].dropna(subset="value")
    decided = findings.copy()
    decided.loc[yes, "fix_safety"] = str(FixSafety.SAFE)
    decided.loc[yes, "confidence"] = 1.0
    decided.loc[own["finding"], "suggestion"] = own["value"].astype(TEXT).array
    decided.loc[own["finding"], "fix_kind"] = str(FixKind.SET)
    decided.loc[no, "fix_safety"] = str(FixSafety.NONE)
    decided.loc[no, "fix_kind"] = str(FixKind.NONE)
    decided.loc[no, "suggestion"] = pd.NA
    decided.loc[no, "into"] = pd.NA
    stale = len(lines) - hits["line"].nunique()
    return decided, {"accepted": len(yes), "rejected": len(no), "stale": stale}


def _merged_by_hand(findings: pd.DataFrame, joined: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The findings with the merges of pairs that a person joined safe and sure."""
    merges = findings[findings["fix_kind"].eq(str(FixKind.MERGE)) & findings["entity"].isin(list(joined))]
    ends = pd.DataFrame({"one": merges["record"], "other": merges["into"].astype("Int64").fillna(-1)}).astype("int64")
    pairs = pd.DataFrame(
        {"entity": merges["entity"].astype(object), "left": ends.min(axis=1), "right": ends.max(axis=1)}
    )
    decided = [found.assign(entity=entity)[["entity", "left", "right"]] for entity, found in joined.items()]
    if merges.empty or not sum(map(len, decided)):
        return findings
    known = pd.MultiIndex.from_frame(pd.concat([part for part in decided if len(part)]))
    yes = merges.index[pd.MultiIndex.from_frame(pairs).isin(known)]
    findings = findings.copy()
    findings.loc[yes, "fix_safety"] = str(FixSafety.SAFE)
    findings.loc[yes, "confidence"] = 1.0
    return findings


def _unfitting(lines: pd.DataFrame, hits: pd.DataFrame, proposed: pd.DataFrame) -> np.ndarray:
    """The lines whose own value cannot be written: for several fields, for no cell, or none of the field's type."""
    given = lines["value"].notna().to_numpy(dtype=bool) & lines["decision"].eq(ACCEPT).to_numpy(dtype=bool)
    told = hits[given[hits["line"]]]
    about = proposed.loc[told["finding"], ["entity", "field", "fix_kind"]].assign(line=told["line"].to_numpy())
    several = about.groupby("line")["field"].nunique() > 1
    wrong = [about["line"][about["fix_kind"].isin(WHOLE)].to_numpy(), several.index[several].to_numpy()]
    for (entity, name), part in about.groupby(["entity", "field"]):
        numbers = part["line"].unique()
        read = typed(entities()[entity][name], lines["value"].iloc[numbers].astype(TEXT).reset_index(drop=True))
        wrong.append(numbers[read.isna().to_numpy(dtype=bool)])
    return np.concatenate(wrong)


def _found(lines: pd.DataFrame, proposed: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Which findings (labels) each line means: columns line, finding."""
    keys = fix_keys(proposed)
    known = pd.DataFrame(
        {
            "finding": proposed.index,
            "rule": proposed["rule_id"].astype(object).to_numpy(),
            "id": proposed["finding_id"].astype(object).to_numpy(),
            "change": told(keys["change"]).astype(object).to_numpy(),
            "record": told(keys["record"]).astype(object).to_numpy(),
        }
    )
    asked = pd.DataFrame(
        {
            "line": np.arange(len(lines)),
            "rule": lines["rule"].astype(object),
            "fix": lines["fix"].astype(object),
            "id": lines["finding"].astype(object).str.split(),
            "key": lines["left_key"].astype(object),
        }
    ).dropna(subset=["rule", "fix"])
    everywhere = asked[asked["id"].isna() & asked["key"].isna()]
    parts = [everywhere[["line", "rule", "fix"]].merge(known, left_on=["rule", "fix"], right_on=["rule", "change"])]
    single = asked[asked["id"].notna()][["line", "rule", "fix", "id"]].explode("id")
    by_id = single.merge(known, on=["rule", "id"])
    parts.append(by_id[by_id["fix"].eq(by_id["change"]) | by_id["fix"].eq(by_id["record"])])
    lost = asked[asked["key"].notna() & ~asked["line"].isin(parts[-1]["line"])]
    if len(lost):
        parts.append(_by_record(lost, known, proposed, dataset))
    return pd.concat([part[["line", "finding"]] for part in parts], ignore_index=True).astype("int64")


def _by_record(lost: pd.DataFrame, known: pd.DataFrame, proposed: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """What lines mean whose findings have other ids by now: the same change in a record that says the same."""
    keyed = known.assign(key=pd.Series(pd.NA, index=known.index, dtype=object))
    records = proposed["record"].to_numpy()
    for entity in MATCHED:
        mine = proposed["entity"].eq(entity).to_numpy() & known["rule"].isin(lost["rule"]).to_numpy()
        if mine.any():
            table = dataset[entity]
            keys = record_keys(table.take(table.index.isin(records[mine])))
            keyed.loc[mine, "key"] = keys.reindex(records[mine]).to_numpy(dtype=object)
    near = lost[["line", "rule", "fix", "key"]].merge(keyed.dropna(subset=["key"]), on=["rule", "key"])
    return near[near["fix"].eq(near["change"]) | near["fix"].eq(near["record"])]


def summary(counts: Mapping[str, int]) -> str:
    """The counts of `decide_fixes` in words."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
