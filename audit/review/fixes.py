"""Decisions about fixes: found again by what they change, and obeyed.

A line of a decisions file about fixes has the decision "accept" (the fix is made as a safe one) or "reject" (it is not
made), and the columns

    rule      the rule that proposes it
    fix       "f" and sixteen hex digits of what is changed into what: `fix_keys`
    finding   ids of the findings it is about, separated by blanks; blank: wherever the rule proposes this very change
    left_key  the key of the record, where a finding's id is not found again (see audit.matching.record_key)

A fix that would now change something else is not the one that was decided: the line is stale.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from audit.dataset import Dataset
from audit.matching.decisions import ACCEPT, REJECT
from audit.matching.record_key import record_keys
from audit.rule import FixKind, FixSafety
from audit.schema import TEXT

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
    findings: pd.DataFrame, dataset: Dataset, decisions: pd.DataFrame | None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """The findings as decided: an accepted fix is safe and sure, a rejected one is no fix; and how many of each.

    Counts are `accepted` and `rejected` findings and `stale` lines. `findings` have their ids.
    """
    if decisions is None:
        return findings, {}
    lines = decisions[decisions["decision"].isin([ACCEPT, REJECT]).to_numpy(dtype=bool)].reset_index(drop=True)
    if lines.empty:
        return findings, {}
    proposed = findings[findings["fix_kind"].ne(str(FixKind.NONE)) & findings["rule_id"].isin(lines["rule"].dropna())]
    hits = _found(lines, proposed, dataset)
    last = hits.sort_values("line").drop_duplicates("finding", keep="last")
    word = lines["decision"].to_numpy(dtype=object)[last["line"]]
    yes, no = (last["finding"][word == which].to_numpy() for which in (ACCEPT, REJECT))
    decided = findings.copy()
    decided.loc[yes, "fix_safety"] = str(FixSafety.SAFE)
    decided.loc[yes, "confidence"] = 1.0
    decided.loc[no, "fix_safety"] = str(FixSafety.NONE)
    decided.loc[no, "fix_kind"] = str(FixKind.NONE)
    decided.loc[no, "suggestion"] = pd.NA
    decided.loc[no, "into"] = pd.NA
    stale = len(lines) - hits["line"].nunique()
    return decided, {"accepted": len(yes), "rejected": len(no), "stale": stale}


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
