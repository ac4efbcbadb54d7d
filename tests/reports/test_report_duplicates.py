"""The duplicates section and its files: how good the matching is, decisions, groups that are no duplicates."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from audit.config import Config
from audit.matching.decisions import as_decisions, read_decisions
from audit.pipeline import match_tables
from audit.result import AuditResult
from reports.outputs.duplicates_csv import write_duplicates
from reports.sections import duplicates
from reports.sections.blocks import Paragraph, Table
from reports.sections.view import View
from reports.wording import words_of


def texts(result: AuditResult, masked: bool = True) -> str:
    section = duplicates.build(View(result, words_of("en"), masked))
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


@pytest.fixture(scope="module")
def decided(result: AuditResult) -> AuditResult:
    """The same audit with 24 decisions, a contradiction among them, and one about records that are gone."""
    table, pairs = result.dataset["contact"], result.matches["contact"].pairs
    chosen = pairs.sort_values("probability").iloc[:: max(len(pairs) // 20, 1)].head(20)
    word = chosen["probability"].gt(0.5).map({True: "same", False: "different"})
    free = [int(n) for n in table.index if n not in set(pairs[["left", "right"]].to_numpy().ravel())][:3]
    odd = pd.DataFrame({"left": [free[0], free[1], free[0]], "right": [free[1], free[2], free[2]]})
    lines = [
        as_decisions(table, chosen, word),
        as_decisions(table, odd, pd.Series(["same", "same", "different"])),
        as_decisions(table, odd.head(1), "same"),
    ]
    told = pd.concat(lines, ignore_index=True)
    told.loc[len(told) - 1, ["left_key", "left_id"]] = ["k00000000-0000000000000000", "gone"]
    matches = match_tables(result.dataset, Config(), told)
    return replace(result, matches=matches)


def test_how_good_the_matching_is_stands_with_its_interval(result: AuditResult) -> None:
    told = texts(result)
    assert "By its own estimate" in told and "90% interval" in told
    assert "Not joined though true:" in told
    assert "decision" not in told


def test_what_became_of_decisions_is_told(decided: AuditResult) -> None:
    told = texts(decided)
    assert "You made 24 decisions: 23 applied, 1 about records that are gone" in told
    assert "contradict each other" in told


@pytest.fixture(scope="module")
def related(result: AuditResult) -> AuditResult:
    """The same audit, in which three people of different clusters are colleagues."""
    match = result.matches["contact"]
    people = match.clusters.drop_duplicates("cluster").index[:3]
    groups = pd.DataFrame({"kind": pd.Categorical(["colleague"] * 3), "group": 0, "record": people})
    return replace(result, matches={**result.matches, "contact": replace(match, groups=groups)})


def test_groups_are_named_and_masked(related: AuditResult) -> None:
    section = duplicates.build(View(related, words_of("en"), True))
    (table,) = [block for block in section.blocks if isinstance(block, Table) and "hang together" in block.caption]
    shown = [cell.text for cell in table.rows[0]]
    assert shown[:3] == ["Colleagues", "1", "3"]
    records = related.matches["contact"].groups["record"].to_numpy()
    names = related.dataset["contact"].column("last_name").loc[records].dropna()
    assert len(names)
    assert not [name for name in names if name in shown[3]]
    full = duplicates.build(View(related, words_of("en"), False))
    assert names.iloc[0] in str(full.blocks)


def test_a_line_of_pairs_csv_is_a_decision_once_a_word_is_filled_in(result: AuditResult, tmp_path: Path) -> None:
    write_duplicates(result, tmp_path)
    pairs = pd.read_csv(tmp_path / "pairs.csv", dtype=str)
    assert pairs[["left_key", "right_key"]].notna().all().all()
    lines = pairs[pairs["entity"].eq("contact")].head(3).assign(decision="different")
    lines.to_csv(tmp_path / "decisions.csv", index=False)
    again = match_tables(result.dataset, Config(), read_decisions(tmp_path / "decisions.csv"))["contact"]
    assert again.statistics["decisions_stale"] == 0
    assert (again.pairs["decided"] == "different").sum() >= 3


def test_groups_csv_has_a_line_per_member(related: AuditResult, tmp_path: Path) -> None:
    write_duplicates(related, tmp_path)
    table = pd.read_csv(tmp_path / "groups.csv", dtype=str)
    assert list(table.columns) == "entity kind group_id source file row source_id cluster_id record".split()
    assert len(table) == sum(len(match.groups) for match in related.matches.values()) >= 3
    assert table.groupby("group_id")["cluster_id"].nunique().gt(1).all()
