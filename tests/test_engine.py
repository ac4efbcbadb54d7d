"""The engine: shapes, outcomes, denominators, systemic findings, crashes."""

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from audit.dataset import ColumnMapping, Dataset, SourceInfo, table_from_frame
from audit.engine import FINDING_TYPES, run_rules
from audit.findings import identify, record_columns
from audit.rule import (
    ColumnRule,
    Context,
    Dimension,
    Family,
    FieldRule,
    FixKind,
    FixSafety,
    Flags,
    GroupRule,
    Outcome,
    RecordRule,
    Severity,
    VocabularyRule,
)

CTX = Context(pd.Timestamp("2026-11-01"))


class _About:
    family = Family.STRUCTURE
    dimension = Dimension.VALIDITY
    severity = Severity.LOW
    message = "{value}"


class Shouting(_About, FieldRule):
    id = "VAL901"
    title = "Shouting"
    fields: ClassVar = ("contact.first_name", "contact.last_name")
    fix_kind = FixKind.SET
    fix_safety = FixSafety.SAFE

    def check(self, values: pd.Series, ctx: Context) -> Flags:
        return Flags(values.str.isupper().to_numpy(), confidence=0.9, suggestion=values.str.title())


class SameName(_About, RecordRule):
    id = "VAL902"
    title = "Same name twice"
    fields: ClassVar = ("contact.last_name",)
    requires: ClassVar = ("contact.first_name",)

    def check(self, table, ctx: Context) -> Flags:
        return Flags((table["first_name"] == table["last_name"]).fillna(False).to_numpy(dtype=bool))


class Crowd(_About, GroupRule):
    id = "VAL903"
    title = "Crowd at one company"
    fields: ClassVar = ("contact.company_name",)
    keys: ClassVar = {"contact": "company_name"}

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        company = tables["contact"]["company_name"]
        size = company.groupby(company).transform("size").fillna(0).to_numpy()
        return Flags(size >= 3, group=company)


class Rare(_About, VocabularyRule):
    id = "VAL904"
    title = "Rare source"
    fields: ClassVar = ("contact.lead_source",)

    def check(self, counts: pd.Series, ctx: Context) -> Flags:
        return Flags((counts < 2).to_numpy())


class Broken(_About, RecordRule):
    id = "VAL905"
    title = "Broken"
    fields: ClassVar = ("contact.last_name",)

    def check(self, table, ctx: Context) -> Flags:
        raise KeyError("secret value")


@pytest.fixture
def data() -> Dataset:
    rows = pd.DataFrame(
        {
            "first_name": ["ANNA", "Budi", None, "Chan", "ANNA", "Dewi"],
            "last_name": ["Adams", "Budi", "Cole", "CHAN", None, "Dewi"],
            "company_name": ["Acme", "Acme", None, "Acme", None, "Bolt"],
            "lead_source": ["Web", "Web", "Fair", None, "Web", "Web"],
        }
    )
    return Dataset({"contact": table_from_frame("contact", rows)})


def places(findings: pd.DataFrame) -> list[str]:
    return [f"{f.record}.{f.field}" for f in findings.itertuples()]


def test_field_rule_judges_filled_cells_once_and_maps_back(data) -> None:
    findings, (result,) = run_rules([Shouting()], data, CTX)
    assert places(findings) == ["0.first_name", "3.last_name", "4.first_name"]
    assert result.outcome is Outcome.FAILED
    assert result.rows_checked == 10
    assert list(findings["suggestion"]) == ["Anna", "Chan", "Anna"]
    assert set(findings["fix_safety"]) == {"safe"}
    assert list(findings.columns) == list(FINDING_TYPES)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (SameName(), ["1.last_name", "5.last_name"]),
        (Crowd(), ["0.company_name", "1.company_name", "3.company_name"]),
        (Rare(), ["2.lead_source"]),
    ],
)
def test_shapes_find_the_same_in_any_number_of_partitions(data, rule, expected) -> None:
    whole, (result,) = run_rules([rule], data, CTX)
    assert places(whole) == expected
    for partitions in (2, 3, 7):
        parts, (again,) = run_rules([rule], data, CTX, partitions=partitions)
        pd.testing.assert_frame_equal(whole, parts)
        assert again == result


def test_a_missing_column_is_not_a_pass(data) -> None:
    without = Dataset({"contact": table_from_frame("contact", data["contact"].frame[["last_name"]])})
    _, (same, crowd) = run_rules([SameName(), Crowd()], without, CTX)
    assert (same.outcome, same.rows_checked) == (Outcome.NOT_EVALUATED, 0)
    assert "contact.first_name" in same.reason
    assert crowd.outcome is Outcome.NOT_EVALUATED


def test_a_blank_column_is_not_a_pass_either() -> None:
    blank = Dataset({"contact": table_from_frame("contact", pd.DataFrame({"lead_source": [None, None]}))})
    _, (result,) = run_rules([Rare()], blank, CTX)
    assert result.outcome is Outcome.NOT_EVALUATED


def test_a_crash_is_told_without_values_and_the_rest_goes_on(data, caplog) -> None:
    findings, (broken, rare) = run_rules([Broken(), Rare()], data, CTX)
    assert broken.outcome is Outcome.ERRORED
    assert broken.reason.startswith("KeyError at test_engine:")
    assert "secret value" not in broken.reason + caplog.text
    assert rare.outcome is Outcome.FAILED
    assert len(findings) == 1


def test_a_rule_that_hits_most_rows_of_a_source_is_systemic_there_only() -> None:
    rows = pd.DataFrame({"last_name": ["SHOUT"] * 30 + ["SHOUT"] * 3 + ["Quiet"] * 27})
    table = table_from_frame("contact", rows)
    table.lineage["source"] = pd.Categorical(np.repeat(["loud", "calm"], 30))
    findings, _ = run_rules([Shouting()], Dataset({"contact": table}), CTX)
    assert list(findings["systemic"]) == [True] * 30 + [False] * 3


class Wordy(_About, ColumnRule):
    id = "VAL906"
    title = "Long header"
    message = "{column} of {file} has {length} letters"
    args: ClassVar = ("column", "file", "length")

    def check(self, source: SourceInfo, ctx: Context) -> Flags:
        length = pd.Series([len(column.header) for column in source.mapping])
        return Flags((length > 5).to_numpy(), args={"length": length.astype("string")})


def source(name: str, entity: str | None, *headers: str, sheet: str = "") -> SourceInfo:
    mapping = tuple(ColumnMapping(header, None, 0.0, "") for header in headers)
    return SourceInfo(name, f"{name}.xlsx", sheet, "", "", entity, 1.0, "", 6, 6, 0, mapping)


def test_a_column_rule_judges_every_source_and_points_to_no_record(data) -> None:
    sources = (
        source("left out", None, "Customers"),
        source("crm", "contact", "Name", "Shoe size", sheet="All"),
        source("shop", "deal", "No table here"),
        source("list", "contact", "Favourite"),
    )
    whole = Dataset(data.tables, sources)
    findings, (result,) = run_rules([Wordy()], whole, CTX)
    assert places(findings) == ["-2.Shoe size", "-4.Favourite"]
    assert (result.outcome, result.rows_checked, result.findings) == (Outcome.FAILED, 3, 2)
    assert findings["systemic"].all()
    assert findings["arg1"].tolist() == ["Shoe size", "Favourite"]
    assert findings["arg2"].tolist() == ["crm.xlsx (All)", "list.xlsx"]
    assert findings["arg3"].tolist() == ["9", "9"]
    assert findings["value"].isna().all()
    parts, _ = run_rules([Wordy()], whole, CTX, partitions=3)
    pd.testing.assert_frame_equal(findings, parts)
    owner = record_columns(findings, whole)
    assert owner[["source", "file", "row"]].to_numpy().tolist() == [["crm", "crm.xlsx", 0], ["list", "list.xlsx", 0]]
    ids = identify(findings, whole)["finding_id"]
    moved = Dataset(data.tables, sources[::-1])
    again = identify(run_rules([Wordy()], moved, CTX)[0], moved)
    assert sorted(again["finding_id"]) == sorted(ids)
    assert ids.is_unique


def test_a_column_rule_without_columns_is_not_evaluated(data) -> None:
    _, (result,) = run_rules([Wordy()], data, CTX)
    assert (result.outcome, result.reason) == (Outcome.NOT_EVALUATED, "no column could be judged")


def test_empty_dataset_gives_no_findings() -> None:
    findings, results = run_rules([Shouting(), Rare()], Dataset({}), CTX)
    assert findings.empty
    assert {result.outcome for result in results} == {Outcome.NOT_EVALUATED}
