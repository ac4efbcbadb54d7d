"""What holds for every rule of the catalogue, whatever it is about."""

import inspect
import re
from string import Formatter

import numpy as np
import pandas as pd
import pytest
from synthetic_records import synthetic_dataset, typed

from audit.dataset import DERIVED_TYPES, Dataset, Table
from audit.engine import MAX_ARGS, run_rules
from audit.rule import ColumnRule, Context, FixKind, FixSafety, GroupRule, Outcome, Rule, RuleResult
from audit.schema import entities
from rules.catalogue import RULES

CTX = Context(
    pd.Timestamp("2026-11-01"),
    country="ID",
    options={"VAL048": {"lists": {"contact.lead_status": ["Google", "Technology", "Mid Market", "Unqualified"]}}},
)
PREFIXES = {
    "CMP": "completeness",
    "VAL": "validity",
    "UNQ": "uniqueness",
    "CON": "consistency",
    "TIM": "timeliness",
    "ACC": "accuracy",
}
HEADINGS = ("What is flagged", "Why it matters", "How to fix", "Example")
FIX_HEADING = "Fix safety"
BY_ORDER = frozenset({"duplicates", "double_submission"})
"""Families that spare the first record of a group, by definition the first in the file."""
ALSO_BY_ORDER = frozenset({"CON042"})
"""Of several equal deals of one day, the first in the file is the one that a payment settles."""
SPREADING = frozenset({"CON043"})
"""An opt-out that reaches a second source shows records of that source which still lack it."""
ON_REQUEST = frozenset({"VAL008"})
"""Asks a name server, and only when told: it has tests of its own."""
MANY_FIELDS = 60

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@pytest.fixture(scope="module")
def all_tables() -> Dataset:
    return synthetic_dataset()


@pytest.fixture(scope="module")
def some_tables(all_tables: Dataset) -> Dataset:
    return Dataset({name: all_tables[name] for name in ("contact", "deal", "activity")}, all_tables.sources)


@pytest.fixture
def data(request: pytest.FixtureRequest, all_tables: Dataset, some_tables: Dataset) -> Dataset:
    """Rules that look at nearly every field get a few tables: they do the same on each."""
    return some_tables if len(request.node.callspec.params["rule"].fields) > MANY_FIELDS else all_tables


@pytest.fixture(scope="module")
def account(all_tables: Dataset, some_tables: Dataset) -> tuple[pd.DataFrame, dict[str, RuleResult]]:
    wide = [rule for rule in RULES if len(rule.fields) > MANY_FIELDS]
    runs = [run_rules(wide, some_tables, CTX), run_rules([rule for rule in RULES if rule not in wide], all_tables, CTX)]
    results = {result.rule_id: result for _, told in runs for result in told}
    return pd.concat([findings for findings, _ in runs], ignore_index=True), results


@pytest.fixture(scope="module")
def found(account: tuple[pd.DataFrame, dict[str, RuleResult]]) -> pd.DataFrame:
    return account[0]


def run(rule: Rule, data: Dataset, partitions: int = 1) -> tuple[pd.DataFrame, RuleResult]:
    findings, (result,) = run_rules([rule], data, CTX, partitions=partitions)
    assert result.outcome is not Outcome.ERRORED, result.reason
    return findings, result


def sections(rule: Rule) -> dict[str, str]:
    parts = re.split(r"^\*\*(.+)\*\*$", inspect.cleandoc(type(rule).__doc__ or ""), flags=re.M)
    return {"": parts[0].strip()} | {title: body.strip() for title, body in zip(parts[1::2], parts[2::2], strict=True)}


# What a rule says about itself


@each_rule
def test_id_place_and_title(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]{3}[0-9]{3}", rule.id)
    assert PREFIXES[rule.id[:3]] == rule.dimension
    assert type(rule).__module__ == f"rules.{rule.dimension}.{rule.slug}"
    assert type(rule).__name__ == rule.slug.title().replace("_", "")
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")


def test_ids_and_texts_are_distinct() -> None:
    for told in (
        [rule.id for rule in RULES],
        [rule.title for rule in RULES],
        [rule.slug for rule in RULES],
        [rule.message for rule in RULES],
        *([sections(rule)[name] for rule in RULES] for name in ("", *HEADINGS)),
    ):
        repeated = pd.Series(told)[pd.Series(told).duplicated()].to_list()
        assert repeated == []


@each_rule
def test_docstring_has_its_headings(rule: Rule) -> None:
    told = sections(rule)
    expected = [*HEADINGS, FIX_HEADING] if rule.fix_kind is not FixKind.NONE else [*HEADINGS]
    assert [name for name in told if name] == expected
    assert all(told.values())
    assert "\n" not in told[""]


@each_rule
def test_fix_kind_and_safety_agree(rule: Rule) -> None:
    assert (rule.fix_kind is FixKind.NONE) == (rule.fix_safety is FixSafety.NONE)


@each_rule
def test_message_uses_known_names(rule: Rule) -> None:
    used = {name for _, name, _, _ in Formatter().parse(rule.message) if name is not None}
    assert used <= {"value", "suggestion", "field", *rule.args}
    assert set(rule.args) <= used
    assert len(rule.args) <= MAX_ARGS
    assert "suggestion" not in used or rule.fix_kind is FixKind.SET


@each_rule
def test_fields_exist(rule: Rule) -> None:
    keys = [f"{entity}.{name}" for entity, name in rule.keys.items()] if isinstance(rule, GroupRule) else []
    assert rule.fields or isinstance(rule, ColumnRule)
    assert len(set(rule.fields)) == len(rule.fields)
    for qualified in (*rule.fields, *rule.requires, *keys):
        entity, _, name = qualified.partition(".")
        assert name in entities()[entity].fields or name in DERIVED_TYPES, qualified


@each_rule
def test_options_can_be_written_in_toml(rule: Rule) -> None:
    for value in rule.options.values():
        assert isinstance(value, str | bool | int | float | tuple | list | dict)


# What a rule does


def test_the_data_set_exercises_every_rule(found: pd.DataFrame) -> None:
    assert sorted({rule.id for rule in RULES} - set(found["rule_id"]) - ON_REQUEST) == []


@each_rule
def test_same_answer_twice_and_input_not_changed(rule: Rule, data: Dataset, found: pd.DataFrame) -> None:
    copied = {name: Table(name, data[name].frame.copy(), data[name].text.copy(), data[name].lineage) for name in data}
    again, _ = run(rule, Dataset(copied, data.sources))
    pd.testing.assert_frame_equal(again, found[found["rule_id"] == rule.id].reset_index(drop=True))
    for name, table in copied.items():
        pd.testing.assert_frame_equal(table.frame, data[name].frame)
        pd.testing.assert_frame_equal(table.text, data[name].text)


@each_rule
def test_partitions_do_not_matter(rule: Rule, data: Dataset, account: tuple[pd.DataFrame, dict]) -> None:
    findings, results = account
    parts, result = run(rule, data, partitions=3)
    pd.testing.assert_frame_equal(parts, findings[findings["rule_id"] == rule.id].reset_index(drop=True))
    assert result == results[rule.id]


@each_rule
def test_order_of_rows_does_not_matter(rule: Rule, data: Dataset, found: pd.DataFrame) -> None:
    shuffled = Dataset({name: reordered(data[name], seed=5) for name in data}, data.sources)
    here = found[found["rule_id"] == rule.id]
    there, _ = run(rule, shuffled)
    if rule.family in BY_ORDER or rule.id in ALSO_BY_ORDER:
        assert len(there) == pytest.approx(len(here), rel=0.25)
        return
    columns = [
        "entity",
        "row",
        "field",
        "value",
        "suggestion",
        "confidence",
        "fix_kind",
        "fix_safety",
        "arg1",
        "systemic",
    ]
    pd.testing.assert_frame_equal(by_row(here, data)[columns], by_row(there, shuffled)[columns])


@each_rule
def test_no_rows(rule: Rule, data: Dataset) -> None:
    assert run(rule, Dataset({}))[1].outcome is Outcome.NOT_EVALUATED
    empty = Dataset({name: data[name].take(np.zeros(len(data[name]), dtype=bool)) for name in data}, data.sources)
    assert run(rule, empty)[1].outcome is Outcome.NOT_EVALUATED


@pytest.mark.parametrize("rule", [rule for rule in RULES if isinstance(rule, GroupRule)], ids=lambda rule: rule.id)
@pytest.mark.parametrize("partitions", [1, 3])
def test_only_its_own_entity(rule: GroupRule, data: Dataset, partitions: int) -> None:
    """The other tables are absent, or there without rows."""
    own = {rule.entity: data[rule.entity]}
    run(rule, Dataset(own), partitions)
    others = {name: data[name].take(np.zeros(len(data[name]), dtype=bool)) for name in data if name not in own}
    run(rule, Dataset({**own, **others}), partitions)


@each_rule
def test_only_the_columns_it_names(rule: Rule, data: Dataset) -> None:
    tables = {}
    for name in data:
        named = [q.partition(".")[2] for q in (*rule.fields, *rule.requires) if q.startswith(f"{name}.")]
        kept = [column for column in data[name].frame if column in named]
        if kept:
            table = data[name]
            text = table.text[[column for column in kept if column in table.text]]
            tables[name] = Table(name, table.frame[kept], text, table.lineage)
    run(rule, Dataset(tables))
    if rule.requires:
        entity, _, name = rule.requires[-1].partition(".")
        table = data[entity]
        without = Table(entity, table.frame.drop(columns=name), table.text, table.lineage)
        if any(rule_field != rule.requires[-1] for rule_field in rule.fields):
            assert run(rule, data.replace(**{entity: without}))[1].outcome is Outcome.NOT_EVALUATED


@each_rule
def test_blank_columns_have_no_findings(rule: Rule, data: Dataset) -> None:
    blank = {}
    for name in data:
        some = data[name].take(np.arange(len(data[name])) < 30)
        frame, text = (part.apply(lambda column: column.mask(column.notna())) for part in (some.frame, some.text))
        blank[name] = Table(name, frame, text, some.lineage)
    findings, _ = run(rule, Dataset(blank))
    assert rule.dimension == "completeness" or len(findings) == 0


@each_rule
def test_findings_are_well_formed(rule: Rule, data: Dataset, found: pd.DataFrame) -> None:
    here = found[found["rule_id"] == rule.id]
    assert here["confidence"].between(0, 1).all()
    assert not here.duplicated(["entity", "record", "field"]).any()
    assert (here["suggestion"].notna() <= (rule.fix_kind is FixKind.SET)).all()
    assert not (here["suggestion"] == here["value"]).fillna(False).any()
    for number, name in enumerate(rule.args, start=1):
        assert here[f"arg{number}"].notna().all(), name
    assert (here["record"] < 0).all() == (isinstance(rule, ColumnRule) or here.empty)
    for entity, records in here[here["record"] >= 0].groupby("entity")["record"]:
        assert records.isin(data[entity].index).all()


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.fix_kind in (FixKind.SET, FixKind.CLEAR)], ids=lambda rule: rule.id
)
def test_a_fix_removes_its_finding_and_adds_none(rule: Rule, data: Dataset, found: pd.DataFrame) -> None:
    here = found[(found["rule_id"] == rule.id) & (found["fix_kind"] != "none")]
    assert len(here)
    fixed = Dataset({name: with_fixes(data[name], here[here["entity"] == name]) for name in data})
    left, _ = run(rule, fixed)
    place = ["entity", "record", "field"]
    before = pd.MultiIndex.from_frame(found.loc[found["rule_id"] == rule.id, place])
    after = pd.MultiIndex.from_frame(left[place])
    assert after.intersection(pd.MultiIndex.from_frame(here[place])).to_list() == []
    assert rule.id in SPREADING or after.difference(before).to_list() == []


def reordered(table: Table, seed: int) -> Table:
    """The same records in another order of the file; `row` still tells which is which."""
    order = np.random.default_rng(seed).permutation(len(table))
    return Table(
        table.entity,
        *(part.iloc[order].reset_index(drop=True) for part in (table.frame, table.text, table.lineage)),
    )


def by_row(findings: pd.DataFrame, data: Dataset) -> pd.DataFrame:
    """The findings with the place in the source in stead of the record number."""
    row = np.zeros(len(findings), dtype="int64")
    for entity in findings["entity"].unique():
        here = (findings["entity"] == entity).to_numpy() & (findings["record"] >= 0).to_numpy()
        row[here] = data[entity].lineage["row"].loc[findings["record"][here]].to_numpy()
    return findings.assign(row=row).sort_values(["entity", "row", "field"]).reset_index(drop=True)


def with_fixes(table: Table, fixes: pd.DataFrame) -> Table:
    names = sorted(fixes["field"].unique())
    text = pd.DataFrame({name: table.original(name) for name in names}, index=table.index)
    for name, cells in fixes.groupby("field"):
        text.loc[cells["record"], name] = cells["suggestion"].to_numpy()
    changed = typed(table.entity, text, table.lineage["source"].to_numpy())
    return Table(
        table.entity,
        table.frame.assign(**{name: changed.frame[name] for name in names}),
        table.text.assign(**{name: changed.text[name] for name in changed.text}),
        table.lineage,
    )
