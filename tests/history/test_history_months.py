"""Twelve months of a company: the history's stock and flow equals the company's own books, to the finding."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from company_months import ACCEPTED_MONTHS, ACCEPTED_RULE, NAMES, OWN_RULES, RULES, Accounts, Company

from audit.comparison import FLOWS, Comparison
from audit.config import AcceptConfig, Config, OwnRuleConfig
from audit.history import History, entry_of
from audit.history.compare import compare
from audit.pipeline import run_audit, select_rules
from reports.metrics.catalogue import METRICS

COLUMNS = (*FLOWS, "reinfected")


def settings(month: int) -> Config:
    own = tuple(
        OwnRuleConfig(
            id=rule, title=rule, entity="contact", field=name, condition=condition, message="wrong", dimension=dimension
        )
        for rule, name, condition, dimension in OWN_RULES
    )
    unused = tuple(rule.id for rule in select_rules(Config(own_rule=own)) if rule.id not in RULES)
    accepted = (
        (AcceptConfig(rule=ACCEPTED_RULE, reason="the switchboard", expires=date(2026, ACCEPTED_MONTHS[-1], 28)),)
        if month >= ACCEPTED_MONTHS[0]
        else ()
    )
    return Config(rules={"disable": unused}, own_rule=own, accept=accepted)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[Accounts, Comparison]], Company, Path]:
    """Books and comparison of every month, the company as it ended, and the history."""
    folder = tmp_path_factory.mktemp("company")
    company = Company(people=40, seed=7)
    found = []
    for month, day, exports, books in company.months(folder / "exports"):
        with pytest.MonkeyPatch.context() as patch:
            # Which numbers are measured makes no difference to what is found, but to how long it takes.
            patch.setattr("audit.pipeline.METRICS", METRICS[:2])
            result = run_audit([exports], settings(month), pd.Timestamp(day))
        entry = entry_of(result, ran_on=date.fromisoformat(day))
        with History(folder / "history.sqlite", create=True) as history:
            run = history.record(entry)
            found.append((books, compare(history, run, owners=entry.owners)))
            history.finish(run, 0)
    return found, company, folder / "history.sqlite"


def as_counters(flow: pd.DataFrame) -> dict[str, Counter]:
    return {
        str(row["name"]): Counter({name: row[name] for name in COLUMNS if row[name]}) for row in flow.to_dict("records")
    }


def test_the_simulation_has_every_kind_of_movement(year) -> None:
    found, _, _ = year
    seen = Counter()
    for books, _ in found:
        seen.update(books.total)
    assert all(seen[name] > 5 for name in COLUMNS), seen


def test_the_flow_of_every_month_equals_the_books(year) -> None:
    found, _, _ = year
    for month, (books, compared) in enumerate(found, start=1):
        assert {name: compared.total[name] for name in COLUMNS} == {name: books.total[name] for name in COLUMNS}, month
        for kind, table in (("rule", compared.by_rule), ("source", compared.by_source), ("owner", compared.by_owner)):
            told = {name: counts for name, counts in as_counters(table).items() if counts}
            assert told == {name: counts for name, counts in books.by[kind].items() if counts}, (month, kind)


def test_every_line_adds_up_and_the_closing_stock_is_the_next_opening(year) -> None:
    found, _, _ = year
    closing = 0
    for _, compared in found:
        for table in (compared.by_rule, compared.by_source, compared.by_owner):
            entered = table["opening"] + table["new"] + table["returned"]
            assert (entered - table["fixed"] - table["accepted"] - table["unchecked"] == table["closing"]).all()
        assert compared.total["opening"] == closing
        closing = compared.total["closing"]


def test_what_was_fixed_and_came_back_is_counted_per_source(year) -> None:
    found, company, _ = year
    table = found[-1][1].reinfection.set_index("source")
    for source, name in NAMES.items():
        fixed = {key for key in company.ever_fixed if key[1] == source}
        back = {key for key in company.came_back if key[1] == source}
        assert (table.loc[name, "fixed"], table.loc[name, "returned"]) == (len(fixed), len(back))
        assert table.loc[name, "rate"] == pytest.approx(len(back) / len(fixed))


def test_guards_are_told_by_the_rule_that_they_fit(year) -> None:
    found, _, _ = year
    books, compared = found[5]
    measures = {"email": "format_check", "city": "format_check", "first_name": "required_field", "phone": "cross_check"}
    entered = {
        rule: books.by["rule"].get(rule, Counter())["new"] + books.by["rule"].get(rule, Counter())["returned"]
        for rule in RULES
    }
    told = compared.prevention.groupby("field")[["findings"]].sum()["findings"].to_dict()
    assert told == {RULES[rule]: n for rule, n in entered.items() if n}
    assert (
        dict(zip(compared.prevention["field"], compared.prevention["measure"], strict=True)).items() <= measures.items()
    )


def test_ages_count_from_the_month_that_first_saw_the_finding(year) -> None:
    found, _, _ = year
    for books, compared in found:
        bands = compared.ages.drop(columns=["severity", "oldest"])
        assert bands.to_numpy().sum() == books.total["closing"]
        assert len(compared.findings) == books.total["closing"]
    last = found[-1][1]
    assert last.ages["six_months"].sum() + last.ages["one_year"].sum() > 0
    states = last.findings["state"].value_counts()
    assert states["new"] == last.total["new"]
    assert states["returned"] == last.total["returned"]


def test_two_months_apart_are_compared_by_the_same_rule(year) -> None:
    found, _, path = year
    with History(path) as history:
        apart = compare(history, history.number("2026-08-28"), history.number("2026-02-28"))
    assert apart.total["opening"] == found[1][0].total["closing"]
    assert apart.total["closing"] == found[7][0].total["closing"]
    entered = apart.total["new"] + apart.total["returned"]
    left = apart.total["fixed"] + apart.total["accepted"] + apart.total["unchecked"]
    assert apart.total["opening"] + entered - left == apart.total["closing"]


def test_a_mark_stands_where_the_decisions_changed(year) -> None:
    found, _, _ = year
    marks = list(found[-1][1].trend["marks"])
    assert marks == ["decisions" if month == ACCEPTED_MONTHS[0] else "" for month in range(1, 13)]
    assert found[ACCEPTED_MONTHS[0] - 1][1].changed == ("decisions",)


def test_the_history_holds_nobodys_values(year, tell: Callable[[str], None]) -> None:
    _, company, path = year
    content = path.read_bytes()
    searched = {value for person in company.people.values() for value in (person["email"], person["phone"])}
    searched |= {person["owner"] for person in company.people.values()} | {"person7@"}
    assert not [value for value in searched if value.encode() in content]
    tell(f"history of 12 months of {len(company.people)} contacts: {len(content):,} bytes")
