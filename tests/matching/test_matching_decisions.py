"""What a person decided: found again by content, obeyed by matching, learned from; contradictions pointed out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dedupe_sets import FOLDER, cluster_scores, load
from generate_customers import as_table, generate
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.dataset import Table, table_from_frame
from audit.errors import UsageError
from audit.matching import MatchResult, match
from audit.matching.decisions import COLUMNS, MORE_COLUMNS, as_decisions, read_decisions, resolve, write_decisions
from audit.matching.record_key import record_keys
from audit.schema import TEXT


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    records = generate(1000, seed=11)
    return records.assign(source_id=[f"id{number}" for number in range(len(records))])


@pytest.fixture(scope="module")
def result(customers: pd.DataFrame) -> MatchResult:
    return match(as_table(customers))


def decide(table: Table, *lines: tuple[str, int, int]) -> pd.DataFrame:
    """Decisions about pairs of record numbers of a table."""
    pairs = pd.DataFrame(lines, columns=["word", "left", "right"])
    return as_decisions(table, pairs, pairs["word"])


def joined(result: MatchResult, *records: int) -> bool:
    return result.clusters["cluster"].loc[list(records)].nunique() == 1


def contacts(**columns: object) -> Table:
    return table_from_frame("contact", pd.DataFrame(columns))


def four() -> Table:
    return contacts(
        first_name=["Ann", "Ann", "Bob", "Carla"],
        last_name=["Lee", "Lee", "Ray", "Diaz"],
        email=["ann@acme.example", "ann@acme.example", "bob@bolt.example", "carla@dia.example"],
        phone=["+1 555 123 4567", None, None, "+1 555 765 4321"],
        source_id=["1", "2", "3", "4"],
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"first_name": "Ann", "last_name": "Lee"}, {"full_name": "LEE,  ann"}),
        ({"email": "Ann@Acme.example"}, {"email": "ann@acme.example "}),
        ({"phone": "+62 812 3456 7890"}, {"mobile": "0812-3456-7890"}),
        ({"email": "a@x.co", "other_emails": "b@x.co"}, {"other_emails": "a@x.co;b@x.co"}),
        ({"company_name": "PT Maju Jaya"}, {"company_name": "Maju Jaya"}),
        ({"first_name": "Ann", "city": None}, {"first_name": "Ann"}),
    ],
)
def test_one_record_written_in_two_ways_has_one_key(one: dict, other: dict) -> None:
    keys = [record_keys(table_from_frame("contact", pd.DataFrame([record]))).iloc[0] for record in (one, other)]
    assert keys[0] == keys[1]


def test_different_records_have_different_keys(customers: pd.DataFrame) -> None:
    table = as_table(customers)
    keys = record_keys(table)
    assert keys.notna().all()
    content = customers.drop(columns=["source", "source_id", "entity", "job_title", "country"])
    assert keys.nunique() > 0.98 * len(content.drop_duplicates())


def test_a_record_without_content_has_the_key_of_its_id_or_none() -> None:
    keys = record_keys(contacts(first_name=[None, None, None], source_id=["1", "2", None]))
    assert keys.iloc[0] != keys.iloc[1]
    assert pd.isna(keys.iloc[2])


def test_keys_hold_no_personal_data() -> None:
    told = as_decisions(four(), pd.DataFrame({"left": [0], "right": [1]}), "same")
    assert not told.astype(object).map(lambda cell: "ann" in str(cell).lower()).to_numpy().any()


def test_same_joins_what_the_model_keeps_apart() -> None:
    table = four()
    assert not joined(match(table), 2, 3)
    result = match(table, decisions=decide(table, ("same", 2, 3)))
    assert joined(result, 2, 3)
    assert (result.clusters.loc[[2, 3], "confidence"] == 1).all()
    assert result.statistics["decisions"] == 1


def test_different_keeps_apart_what_the_model_joins() -> None:
    table = four()
    assert joined(match(table), 0, 1)
    result = match(table, decisions=decide(table, ("different", 0, 1)))
    assert not joined(result, 0, 1)
    line = result.pairs[result.pairs["left"].eq(0) & result.pairs["right"].eq(1)].iloc[0]
    assert (line["probability"], line["decision"], line["decided"]) == (0.0, "leave", "different")


def test_same_row_twice_can_be_told_apart_by_hand() -> None:
    table = contacts(
        first_name=["Ann"] * 3, last_name=["Lee"] * 3, email=["ann@acme.example"] * 3, source_id=["1", "2", "3"]
    )
    assert joined(match(table), 0, 1, 2)
    result = match(table, decisions=decide(table, ("different", 0, 2)))
    assert not joined(result, 0, 2)
    out = match(table, decisions=decide(table, ("leave_out", 1, 0)))
    assert joined(out, 0, 2)
    assert not joined(out, 0, 1)


def test_copies_that_nothing_tells_apart() -> None:
    table = contacts(first_name=["Ann"] * 3, last_name=["Lee"] * 3, email=["ann@acme.example"] * 3)
    result = match(table, decisions=decide(table, ("different", 0, 1)))
    assert sorted(result.clusters["size"]) == [1, 2, 2]
    assert result.statistics["decisions_ambiguous"] == 1


def test_too_many_of_one_key_are_not_all_meant() -> None:
    names = pd.DataFrame({"email": ["test@test.com"] * 500 + ["bob@bolt.example"]})
    table = table_from_frame("contact", names)
    result = match(table, decisions=decide(table, ("same", 0, 500)))
    assert result.clusters["size"].max() == 1
    assert result.statistics["decisions_stale"] == 1


def test_different_cuts_a_cluster_at_its_weakest_link(result: MatchResult, customers: pd.DataFrame) -> None:
    clusters = result.clusters[result.clusters["size"] >= 3]
    table = as_table(customers)
    for _, members in list(clusters.groupby("cluster"))[:3]:
        first, last = members.index[0], members.index[-1]
        again = match(table, decisions=decide(table, ("different", first, last)))
        assert not joined(again, first, last)
        sizes = again.clusters.loc[members.index].groupby("cluster").size()
        assert len(sizes) == 2, "the others stay with one of the two"


def test_leave_out_leaves_the_others_together(result: MatchResult, customers: pd.DataFrame) -> None:
    clusters = result.clusters[result.clusters["size"] >= 3]
    table = as_table(customers)
    for _, members in list(clusters.groupby("cluster"))[:3]:
        out, *others = members.index
        again = match(table, decisions=decide(table, ("leave_out", out, others[0])))
        assert again.clusters.loc[out, "size"] == 1
        assert not again.pairs.loc[again.pairs["decision"].eq("review"), ["left", "right"]].eq(out).to_numpy().any()


def test_a_contradiction_is_pointed_out_and_joins_nothing() -> None:
    table = four()
    decisions = decide(table, ("same", 0, 1), ("same", 1, 2), ("different", 0, 2))
    result = match(table, decisions=decisions)
    assert (result.clusters["size"] == 1).all()
    assert result.statistics["decisions_contradicting"] == 1
    assert "test.csv row 1" in result.warnings[0] and "test.csv row 3" in result.warnings[0]
    assert result.held["reason"].str.contains("contradict").sum() == 3


def test_the_last_word_about_a_pair_counts() -> None:
    table = four()
    result = match(table, decisions=decide(table, ("same", 0, 1), ("different", 1, 0)))
    assert not joined(result, 0, 1)
    assert result.statistics["decisions_contradicting"] == 0


def test_same_is_passed_on_and_different_is_too() -> None:
    table = four()
    result = match(table, decisions=decide(table, ("same", 0, 2), ("same", 2, 3), ("different", 3, 1)))
    assert joined(result, 0, 2, 3)
    assert not joined(result, 0, 1)


def test_decisions_replay_on_a_later_export(customers: pd.DataFrame, result: MatchResult) -> None:
    table = as_table(customers)
    pairs = result.pairs.sample(60, random_state=1)
    wrong = np.where(pairs["decision"].eq("merge"), "different", "same")
    decisions = as_decisions(table, pairs, pd.Series(wrong, index=pairs.index))
    order = np.random.default_rng(2).permutation(len(customers))
    later = customers.iloc[order].reset_index(drop=True)
    later["first_name"] = later["first_name"].str.upper()
    later["phone"] = later["phone"].str.replace(" ", "-")
    new = generate(200, seed=12).assign(source_id=[f"new{number}" for number in range(200)])
    table = as_table(pd.concat([later, new], ignore_index=True))
    table = replace(
        table, lineage=table.lineage.assign(file=pd.Categorical(["later.csv"] * len(table)), row=table.index + 1000)
    )
    again = match(table, decisions=decisions)
    assert again.statistics["decisions_stale"] == 0
    place = np.argsort(order)
    left, right = place[pairs["left"]], place[pairs["right"]]
    told = again.clusters["cluster"].to_numpy()
    assert ((told[left] == told[right]) == (wrong == "same")).all()


def test_an_edited_record_is_found_by_its_id_and_name() -> None:
    table = four()
    decisions = decide(table, ("same", 2, 3))
    edited = table.with_columns(phone=pd.Series("+1 555 999 8888", index=table.index, dtype=TEXT))
    assert joined(match(edited, decisions=decisions), 2, 3)
    reused = edited.with_columns(last_name=pd.Series("Other", index=table.index, dtype=TEXT))
    assert match(reused, decisions=decisions).statistics["decisions_stale"] == 1


def test_records_gone_are_counted_not_missed() -> None:
    decisions = decide(four(), ("same", 2, 3), ("leave_out", 0, 1))
    rulings = resolve(decisions, contacts(first_name=["Zoe"], last_name=["Other"]))
    assert rulings.counts["decisions_stale"] == 2
    assert not len(rulings.rows)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["same", "different", "leave_out"]), st.integers(0, 7), st.integers(0, 7)),
        max_size=14,
    )
)
def test_any_decisions_are_obeyed_or_called_contradictory(lines: list[tuple[str, int, int]]) -> None:
    names = ["Ann", "Anne", "Bob", "Rob", "Cora", "Dan", "Eve", "Finn"]
    table = contacts(
        first_name=names,
        last_name=["Lee"] * 8,
        email=[f"{name}@x.example" for name in names],
        phone=["555 123 4567"] * 8,
    )
    lines = [line for line in lines if line[1] != line[2]]
    decisions = decide(table, *lines) if lines else None
    result = match(table, decisions=decisions)
    last = {frozenset(line[1:]): line[0] for line in lines}
    for pair in result.pairs.itertuples():
        together = joined(result, pair.left, pair.right)
        word = last.get(frozenset((pair.left, pair.right)))
        if word in ("different", "leave_out") or pair.decided == "contradiction":
            assert not together
        elif word == "same":
            assert together
    if decisions is not None and not result.warnings:
        for pair, word in last.items():
            assert joined(result, *pair) == (word == "same")


def test_the_file_comes_back_as_it_was_written(tmp_path) -> None:
    decisions = decide(four(), ("same", 2, 3), ("leave_out", 0, 1)).assign(source="ignored")
    decisions["note"] = pd.Series(["=1+1", "- maybe"], dtype=TEXT)
    path = tmp_path / "decisions.csv"
    write_decisions(decisions, path)
    assert "'=1+1" in path.read_text("utf-8")
    back = read_decisions(path)
    assert list(back.columns) == [*COLUMNS, *MORE_COLUMNS]
    pd.testing.assert_frame_equal(back[COLUMNS], decisions[COLUMNS])
    # A spreadsheet may write semicolons, a byte order mark and words of its own.
    text = path.read_text("utf-8").replace(",", ";").replace("leave_out", "Leave out")
    path.write_text("\ufeff" + text, "utf-8")
    assert list(read_decisions(path)["decision"]) == ["same", "leave_out"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("entity,decision,left_key\ncontact,same,k1\n", "right_key"),
        ("entity,decision,left_key,right_key\ncontact,maybe,k1,k2\n", "line 2: 'maybe'"),
        ("", "cannot be read"),
    ],
)
def test_a_wrong_file_is_told(tmp_path, text: str, told: str) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=told):
        read_decisions(path)


def test_undecided_lines_are_skipped(tmp_path) -> None:
    path = tmp_path / "decisions.csv"
    write_decisions(as_decisions(four(), pd.DataFrame({"left": [0], "right": [1]})), path)
    assert read_decisions(path).empty


def labelled(
    customers: pd.DataFrame, result: MatchResult, count: int, seed: int, table: Table | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs drawn where the model is in doubt, and the right decisions about them."""
    pairs = result.pairs
    truth = customers["entity"].to_numpy()
    doubt = pairs["probability"] * (1 - pairs["probability"]) + 1e-3
    chosen = pairs.sample(count, weights=doubt, random_state=seed)
    same = truth[chosen["left"]] == truth[chosen["right"]]
    word = pd.Series(np.where(same, "same", "different"), index=chosen.index)
    return chosen, as_decisions(as_table(customers) if table is None else table, chosen, word)


def log_loss(result: MatchResult, truth: np.ndarray, skipped: pd.DataFrame) -> float:
    """Of the pairs that nobody decided."""
    pairs = result.pairs[result.pairs["probability"] >= 0.05].merge(
        skipped[["left", "right"]], how="left", indicator=True
    )
    pairs = pairs[pairs["_merge"].eq("left_only")]
    same = truth[pairs["left"]] == truth[pairs["right"]]
    said = np.where(same, pairs["probability"], 1 - pairs["probability"])
    return float(-np.log(np.clip(said, 1e-6, 1)).mean())


def test_decisions_teach_the_model() -> None:
    """Forty decisions never make the probabilities of the other pairs or the clusters of other records worse."""
    loss, gained = np.zeros(2), []
    for seed in (20, 21, 22):
        customers = generate(1500, seed=seed).drop(columns=["email", "phone"])
        truth, table = customers["entity"].to_numpy(), as_table(customers)
        before = match(table)
        chosen, decisions = labelled(customers, before, 40, seed)
        after = match(table, decisions=decisions)
        rest = ~np.isin(np.arange(len(customers)), chosen[["left", "right"]].to_numpy())
        f1 = [cluster_scores(run.clusters["cluster"].to_numpy()[rest], truth[rest])[2] for run in (before, after)]
        gained.append(f1[1] - f1[0])
        loss += [log_loss(run, truth, chosen) for run in (before, after)]
    print(f"log loss of the others {loss[0] / 3:.4f} -> {loss[1] / 3:.4f}, F1 by {np.round(gained, 4)}")
    assert loss[1] < loss[0] + 0.01
    assert np.mean(gained) > -0.001
    assert min(gained) > -0.005


@pytest.mark.shared
@pytest.mark.skipif(not FOLDER.exists(), reason="the labelled reference tables are not at ../shared")
@pytest.mark.parametrize("name", ["chicago_sites", "senzing", "census"])
def test_decisions_teach_the_model_on_labelled_tables(name: str) -> None:
    """Over four draws: the smallest table has some 70 true pairs left, of which each counts for more than a percent."""
    table, truth = load(name)
    before = match(table)
    gained = []
    for seed in range(4):
        chosen, decisions = labelled(pd.DataFrame({"entity": truth}), before, 30, seed, table)
        after = match(table, decisions=decisions)
        rest = ~np.isin(np.arange(len(truth)), chosen[["left", "right"]].to_numpy())
        f1 = [cluster_scores(run.clusters["cluster"].to_numpy()[rest], truth[rest])[2] for run in (before, after)]
        print(f"{name}: F1 of the others {f1[0]:.4f} -> {f1[1]:.4f}")
        gained.append(f1[1] - f1[0])
    assert np.mean(gained) > -0.003


def test_few_or_one_sided_decisions_teach_nothing(customers: pd.DataFrame, result: MatchResult) -> None:
    table = as_table(customers)
    _, few = labelled(customers, result, 12, 1)
    assert not match(table, decisions=few).statistics["taught"]
    merged = result.pairs[result.pairs["decision"].eq("merge")].head(40)
    one_sided = as_decisions(table, merged, "different")
    assert not match(table, decisions=one_sided).statistics["taught"]


def test_explanations_end_with_the_decision() -> None:
    table = four()
    result = match(table, decisions=decide(table, ("different", 0, 1)))
    long = result.explain(pd.DataFrame({"left": [0, 2], "right": [1, 3]}))
    last = long[long["left"].eq(0)].iloc[-1]
    assert (last["comparison"], last["level"], last["probability"]) == ("decision", "different", 0.0)
    assert "decided by a person: different" in " ".join(result.explanation())
