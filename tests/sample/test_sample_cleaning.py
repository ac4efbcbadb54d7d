"""Cleaning on the sample company, against the truth of its manifest: how many cells were made right, wrong, or left."""

import numpy as np
import pandas as pd
import pytest

from audit.cleaning import clean
from audit.cleaning.undo import falling, originals, replayed, without
from audit.engine import run_rules
from audit.rule import Context

CELL = ["entity", "file", "row", "field"]
MOST_WRONG = 0.001
FORM_ONLY = frozenset({"VAL021"})
"""Rules whose fix writes the same value in another form: the manifest names no truth for them."""
EMPTIES = frozenset({"VAL011", "VAL027"})
"""Rules about fillers: their fix empties the cell, since the file no longer holds the true value."""


@pytest.fixture(scope="module")
def changed(sample_audit, manifest) -> pd.DataFrame:
    """Every mended cell: before, after, the rules that are true about it, the true value, and the verdict."""
    log = sample_audit.cleaned.changes
    log = log[log["kind"].isin(["set", "clear"])].astype({"row": str})
    last = log.drop_duplicates(CELL, keep="last")
    first = log.drop_duplicates(CELL).set_index(CELL)["before"]
    last = last.assign(before=first.reindex(pd.MultiIndex.from_frame(last[CELL])).array)
    cells = _planted(manifest)
    told = last.merge(cells, on=CELL, how="left")
    told[["rules", "truth"]] = told[["rules", "truth"]].fillna("")
    verdicts = [
        _verdict(line.rule_id, line.before, line.after, line.rules.split(), line.truth.split("\n"))
        for line in told.astype(object).where(told.notna(), "").itertuples()
    ]
    return told.assign(verdict=verdicts)


def _planted(manifest: pd.DataFrame) -> pd.DataFrame:
    defects = manifest[manifest["kind"].eq("defect") & ~manifest["row"].isin(["*", "0"])]
    return defects.groupby(CELL).agg(rules=("rule_id", " ".join), truth=("truth", "\n".join)).reset_index()


def _verdict(rule: str, before: str, after: str, planted: list[str], truths: list[str]) -> str:
    if rule not in planted:
        return "wrong"
    if after in truths:
        return "right"
    if rule in EMPTIES and after == "":
        return "emptied"
    same_digits = _digits(after).endswith(_digits(before).lstrip("0")) and after.startswith("+")
    return "right" if rule in FORM_ONLY and same_digits else "wrong"


def _digits(text: str) -> str:
    return "".join(char for char in text.partition("x")[0] if char.isdigit())


def test_cells_are_made_right(changed, manifest, sample_audit, tell) -> None:
    counts = changed["verdict"].value_counts()
    fixing = {rule.id for rule in sample_audit.rules if rule.fix_kind in ("set", "clear")}
    planted = _planted(manifest)
    mendable = planted[[not fixing.isdisjoint(rules.split()) for rules in planted["rules"]]]
    done = pd.MultiIndex.from_frame(changed[CELL])
    left = int((~pd.MultiIndex.from_frame(mendable[CELL]).isin(done)).sum())
    shares = {name: counts.get(name, 0) / len(changed) for name in ("right", "emptied", "wrong")}
    tell(
        f"Cleaning the sample company: {len(changed):,} cells changed: {shares['right']:.2%} right, "
        f"{shares['emptied']:.2%} emptied of fillers, {shares['wrong']:.2%} wrong; {left:,} of {len(mendable):,} "
        "defects that a rule has a fix for are left to a person"
    )
    wrong = changed[changed["verdict"].eq("wrong")]
    assert shares["wrong"] <= MOST_WRONG, "\n" + wrong[["rule_id", *CELL, "before", "after"]].to_string()
    assert shares["right"] >= 0.9
    assert len(changed) > 1000


def test_records_are_joined_with_their_own(sample_audit, manifest, tell) -> None:
    entity = manifest[manifest["kind"].eq("entity")].set_index(["file", "row"])["truth"]
    crosswalk = sample_audit.cleaned.crosswalk
    crosswalk = crosswalk[crosswalk["entity"].isin(["contact", "account"])]
    place = pd.MultiIndex.from_arrays([crosswalk["file"], crosswalk["row"].astype(str)])
    known = crosswalk.assign(truth=entity.reindex(place).to_numpy())
    survivor = known.set_index(["entity", "record"])["truth"]
    joined = known[known["record"].ne(known["into"])]
    into = survivor.reindex(pd.MultiIndex.from_frame(joined[["entity", "into"]]))
    right = (joined["truth"].to_numpy() == into.to_numpy()).mean()
    tell(f"Cleaning the sample company: {len(joined):,} records joined to others, {right:.2%} of them to their own")
    assert right >= 0.99


def test_the_log_is_whole_and_undoing_all_gives_the_exports(sample_audit) -> None:
    log, raw = sample_audit.cleaned.changes, originals(sample_audit.dataset)
    _same(replayed(raw, log), originals(sample_audit.cleaned.dataset))
    everything = falling(log, np.ones(len(log), dtype=bool))
    _same(without(raw, log, everything), raw)


def _same(left: dict[str, pd.DataFrame], right: dict[str, pd.DataFrame]) -> None:
    assert left.keys() == right.keys()
    for entity, table in right.items():
        assert left[entity].index.equals(table.index)
        for name in table.columns:
            assert left[entity][name].astype(table[name].dtype).equals(table[name]), f"{entity}.{name}"


def test_cleaning_again_changes_nothing(sample_audit) -> None:
    settings = sample_audit.settings
    ctx = Context(sample_audit.as_of, settings["default_country"], settings["rules"]["options"])
    found, _ = run_rules(sample_audit.rules, sample_audit.cleaned.dataset, ctx)
    again = clean(sample_audit.cleaned.dataset, found, sample_audit.rules, ctx, {})
    assert again.changes.empty


def test_every_difference_in_money_is_told_by_its_records(sample_audit) -> None:
    cleaned = sample_audit.cleaned
    keys = ["table", "currency", "month"]
    told = cleaned.money_lines.groupby(keys)["difference"].sum()
    listed = cleaned.money.set_index(keys)["difference"]
    assert len(listed) > 0
    np.testing.assert_allclose(told[told.abs() > 0.005].sort_index(), listed.sort_index(), atol=0.005)
    assert cleaned.money_lines["change_id"].isin(cleaned.changes["change_id"]).all()


def test_held_records_add_up(sample_audit) -> None:
    cleaned = sample_audit.cleaned
    counts = cleaned.held.groupby("entity")["record"].nunique()
    accounts = cleaned.accounts.set_index("table")
    assert (accounts["held"] == counts.reindex(accounts.index).fillna(0)).all()
    assert (accounts["in"] == accounts[["out", "merged", "dropped", "held"]].sum(axis=1)).all()
    assert (cleaned.held["reason"] != "").all()
    assert (cleaned.held.groupby("held_id").size() == cleaned.held.groupby("held_id")["members"].first()).all()
