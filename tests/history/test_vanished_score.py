"""A column or a source that an earlier run had and this one lacks never raises the score."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from audit.config import Config
from audit.history import History, entry_of
from audit.history.compare import compare
from audit.history.vanished import held_back
from audit.pipeline import run_audit, select_rules
from audit.result import AuditResult

RULES = frozenset({"VAL001", "CMP001", "VAL010", "VAL020"})
N = 40


def exports(folder: Path, *, without: tuple[str, ...] = (), sources: tuple[str, ...] = ("crm", "shop")) -> Path:
    """Two systems' contacts: those of the shop are worse, and worst in all is the Fax column."""
    folder.mkdir()
    for name in sources:
        bad = name == "shop"
        frame = pd.DataFrame(
            {
                "Customer No": [f"{name}{number}" for number in range(N)],
                "First Name": [f"{'Anna' if number % 2 else 'Bert'}" for number in range(N)],
                "Last Name": [f"Surname{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(N)],
                "Email": [
                    f"{name}{number}(at)tan.example" if bad and number % 2 else f"{name}{number}@tan.example"
                    for number in range(N)
                ],
                "Country": "Singapore",
                "City": ["Bandung", "Brno"] * (N // 2),
            }
        )
        frame.drop(columns=list(without)).to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> dict[str, AuditResult]:
    """Six months: everything; without a column; without a source; the same with it retired; all again."""
    folder = tmp_path_factory.mktemp("months")
    unused = tuple(rule.id for rule in select_rules(Config()) if rule.id not in RULES)
    plain = Config(rules={"disable": unused})
    retired = Config(rules={"disable": unused}, score={"retired": ["shop"]})
    steps = (
        ("all", exports(folder / "1"), plain),
        ("column", exports(folder / "2", without=("City",)), plain),
        ("later", exports(folder / "3", without=("City",)), plain),
        ("source", exports(folder / "4", sources=("crm",)), plain),
        ("retired", exports(folder / "5", sources=("crm",)), retired),
        ("again", exports(folder / "6"), plain),
    )
    found = {}
    for month, (name, path, config) in enumerate(steps, start=1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("audit.pipeline.METRICS", ())
            result = run_audit([path], config, pd.Timestamp(2026, month, 28))
        with History(folder / "history.sqlite", create=True) as history:
            result = held_back(history, result)
            entry = entry_of(result, ran_on=date(2026, month, 28))
            run = history.record(entry)
            found[name] = replace(result, history=compare(history, run))
            history.finish(run, 0)
    return found


def test_a_missing_column_holds_the_score_for_as_long_as_it_is_missing(months: dict[str, AuditResult]) -> None:
    for name in ("column", "later"):
        score = months[name].score
        assert score.overall <= months["all"].score.overall
        assert score.vanished[["source", "field", "since"]].values.tolist() == [
            ["crm", "city", "2026-01-28"],
            ["shop", "city", "2026-01-28"],
        ]
        assert any("crm: contact.city" in text for text in months[name].dataset.warnings)


def test_a_missing_source_counts_as_unknown_and_never_raises_the_score(months: dict[str, AuditResult]) -> None:
    score, before = months["source"].score, months["all"].score
    assert score.unheld > before.overall, "without the shop the rest is better"
    assert score.overall <= min(before.overall, months["later"].score.overall)
    assert set(score.vanished["source"]) == {"shop"}


def test_what_is_retired_holds_nothing(months: dict[str, AuditResult]) -> None:
    score = months["retired"].score
    assert score.overall == score.unheld == pytest.approx(months["source"].score.unheld)
    assert score.vanished.empty


def test_what_is_back_holds_nothing(months: dict[str, AuditResult]) -> None:
    assert months["again"].score.overall == pytest.approx(months["all"].score.overall)
    assert months["again"].score.vanished.empty


def test_runs_of_another_score_version_hold_nothing_and_are_not_compared(tmp_path: Path) -> None:
    unused = tuple(rule.id for rule in select_rules(Config()) if rule.id not in RULES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("audit.pipeline.METRICS", ())
        whole = run_audit([exports(tmp_path / "1")], Config(rules={"disable": unused}), pd.Timestamp(2026, 1, 28))
        result = run_audit(
            [exports(tmp_path / "2", sources=("crm",))], Config(rules={"disable": unused}), pd.Timestamp(2026, 2, 28)
        )
    old = replace(whole, score=replace(whole.score, version="1"))
    with History(tmp_path / "history.sqlite", create=True) as history:
        history.finish(history.record(entry_of(old, ran_on=date(2026, 1, 28))), 0)
        held = held_back(history, result)
        assert held.score.overall == held.score.unheld
        compared = compare(history, history.record(entry_of(held, ran_on=date(2026, 2, 28))))
    assert "score version" in compared.changed
    assert compared.score_change is None
    assert compared.trend["marks"].str.contains("score version").tolist() == [False, True]
