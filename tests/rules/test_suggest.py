"""Suggested rules: what holds on nearly all rows and says something is found, what is trivial is not."""

import tomllib
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.cli import main
from audit.config import OwnRuleConfig, load_config
from audit.dataset import Dataset, table_from_frame
from audit.engine import run_rules
from audit.rule import Context
from rules.own import own_rule
from rules.suggest import Bar, Suggestion, suggest
from rules.suggest.suggestion import column, literal, lower_bound

AS_OF = pd.Timestamp("2026-11-01")
N = 1000


def found(entity: str, **columns: object) -> list[Suggestion]:
    """The suggestions, each of which is run as an own rule: it must find just the exceptions that were counted."""
    data = Dataset({entity: table_from_frame(entity, pd.DataFrame(columns))})
    suggestions = suggest(data, AS_OF)
    for item in suggestions:
        rule = own_rule(
            OwnRuleConfig(
                id="OWN001",
                title=item.title,
                entity=item.entity,
                field=item.field,
                condition=item.condition,
                message=item.message,
                severity=item.severity,
                dimension=item.dimension,
            )
        )
        findings, (result,) = run_rules([rule], data, Context(AS_OF))
        assert (result.findings, len(findings)) == (item.exceptions, item.exceptions), item
        assert Bar(0.99).passes(item.rows, item.exceptions)
    return list(suggestions)


def kinds(suggestions: list[Suggestion]) -> list[tuple[str, str]]:
    return [(item.kind, item.field) for item in suggestions]


draw = np.random.default_rng(7)
STAGES = draw.choice(["Open", "Won", "Lost"], N)


def with_few(values: np.ndarray, other: object, n: int = 5) -> np.ndarray:
    """The same with `n` values replaced."""
    changed = values.astype(object).copy()
    changed[:n] = other
    return changed


def test_closed_lists_with_rare_others() -> None:
    (item,) = found("deal", stage=with_few(STAGES, "Wonn"))
    assert item.condition == "stage NOT IN ('Lost', 'Open', 'Won')"
    assert (item.kind, item.rows, item.exceptions, item.examples) == ("closed list", N, 5, ("Wonn",))


def test_other_spellings_of_a_listed_value_are_not_on_the_list() -> None:
    (item,) = found("deal", stage=with_few(STAGES, "OPEN", 9))
    assert "OPEN" not in item.condition


@pytest.mark.parametrize(
    "values",
    [
        np.concatenate([[f"Other {n}" for n in range(30)], STAGES[30:]]),
        np.full(N, "Open"),
        draw.choice([f"Stage {n}" for n in range(40)], N),
        STAGES[:40],
    ],
    ids=["too many others", "constant", "too long", "too few rows"],
)
def test_no_closed_list(values: np.ndarray) -> None:
    assert kinds(found("deal", stage=values)) == []


def test_patterns_of_codes() -> None:
    codes = np.array([f"CUST-{n:05d}" for n in draw.integers(0, 99999, N)])
    (item,) = [item for item in found("contact", customer_id=with_few(codes, "cust 7")) if item.kind == "pattern"]
    assert item.condition == r"NOT regexp_full_match(customer_id, 'CUST-\d{5}')"
    assert (item.exceptions, item.examples) == (5, ("cust 7",))


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        ([f"A{n}-{n % 7}" for n in range(N)], r"A\d+-\d+"),
        ([f"{chr(65 + n % 26)}.{n:04d}" for n in range(N)], r"[A-Z]\.\d{4}"),
        ([f"ch_{n * 7919 % 16**6:06x}Zz" for n in range(N)], r"ch_[0-9A-Za-z]{8}"),
    ],
)
def test_patterns_of_other_forms(values: list[str], pattern: str) -> None:
    told = [item.condition for item in found("contact", customer_id=values) if item.kind == "pattern"]
    assert told == [f"NOT regexp_full_match(customer_id, '{pattern}')"]


@pytest.mark.parametrize(
    "values",
    [
        [str(10000 + n) for n in range(N)],
        [f"{n}.0" for n in range(10000, 10000 + N)],
        [f"word{'x' * (n % 5)}" for n in range(N)],
        [f"{n:x}" for n in range(N)],
    ],
    ids=["running number", "decimals", "words", "mixed"],
)
def test_no_pattern(values: list[str]) -> None:
    assert "pattern" not in [item.kind for item in found("contact", customer_id=values)]


def test_a_pattern_of_one_source_is_of_that_source() -> None:
    tables = [
        table_from_frame("deal", pd.DataFrame({"company_id": values}), source=source)
        for source, values in (("a 'b'", [f"K-{n:04d}" for n in range(N)]), ("c", [f"{n}" for n in range(N)]))
    ]
    table = tables[0].__class__(
        "deal",
        *(
            pd.concat([getattr(table, part).astype(object) for table in tables], ignore_index=True)
            for part in ("frame", "text", "lineage")
        ),
    )
    table = table.__class__("deal", table.frame.astype("string[pyarrow]"), table.text, table.lineage)
    (item,) = suggest(Dataset({"deal": table}), AS_OF)
    assert item.condition.startswith("source = 'a ''b''' AND NOT regexp_full_match(company_id, 'K-")
    assert item.rows == N


DAYS = pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 700, N), unit="D")


def test_order_of_dates() -> None:
    won = pd.Series(DAYS) + pd.to_timedelta(draw.integers(0, 60, N), unit="D")
    won[:4] = pd.Series(DAYS)[:4] - pd.Timedelta(days=3)
    (item,) = found("deal", created_at=DAYS, won_at=won)
    assert (item.kind, item.field, item.exceptions) == ("order of dates", "won_at", 4)
    assert item.condition == "CAST(won_at AS DATE) < CAST(created_at AS DATE)"


def test_what_two_orders_imply_is_not_said() -> None:
    steps = [pd.Series(DAYS) + pd.to_timedelta(draw.integers(n * 5, n * 5 + 40, N), unit="D") for n in range(3)]
    steps = list(np.sort(np.array(steps, dtype="datetime64[us]"), axis=0))
    told = found("contact", opt_in_at=steps[0], last_open_at=steps[1], last_click_at=steps[2])
    assert [item.condition for item in told] == [
        "CAST(last_click_at AS DATE) < CAST(last_open_at AS DATE)",
        "CAST(last_open_at AS DATE) < CAST(opt_in_at AS DATE)",
    ]


def test_no_order_where_it_says_nothing() -> None:
    birth = pd.Timestamp("1970-01-01") + pd.to_timedelta(draw.integers(0, 9000, N), unit="D")
    assert found("contact", date_of_birth=birth, opt_in_at=DAYS) == []
    assert "order of dates" not in [item.kind for item in found("deal", created_at=DAYS, won_at=DAYS)]
    # A shipped rule says it already.
    assert found("deal", created_at=DAYS, close_date=pd.Series(DAYS) + pd.Timedelta(days=9), status=None) == []


def test_required_if() -> None:
    reply = np.where(STAGES == "Won", "thanks", None)
    lost = np.flatnonzero(STAGES == "Lost")
    reply[lost[: len(lost) // 3]] = "sorry"
    told = [item for item in found("ticket", status=STAGES, resolution=reply) if item.kind == "required if"]
    assert [item.condition for item in told] == ["status = 'Won' AND resolution IS NULL"]
    assert told[0].rows == (STAGES == "Won").sum()


def test_not_required_where_it_is_filled_anyway() -> None:
    reply = np.where(draw.random(N) < 0.9, "x", None)
    reply[STAGES == "Won"] = "x"
    assert "required if" not in [item.kind for item in found("ticket", status=STAGES, resolution=reply)]
    # A shipped rule asks for the reason of a loss.
    told = found("deal", status=STAGES, lost_reason=np.where(STAGES == "Lost", "price", None))
    assert "required if" not in [item.kind for item in told]


def test_unique_fields() -> None:
    domains = np.array([f"d{n}.com" for n in range(N)], dtype=object)
    domains[:4] = "same.com"
    told = [item for item in found("user", email=[f"a@{domain}" for domain in domains]) if item.kind == "unique"]
    assert [(item.field, item.exceptions) for item in told] == [("email", 4)]
    # Of contacts a shipped rule says it.
    assert "unique" not in [item.kind for item in found("contact", email=[f"a@{domain}" for domain in domains])]


def test_number_ranges() -> None:
    sizes = draw.lognormal(3, 0.5, N).round()
    assert ("range", "employees") not in kinds(found("account", employees=sizes))
    sizes[:3] = 9_999_999
    (item,) = found("account", employees=sizes)
    assert (item.kind, item.exceptions) == ("range", 3)
    (item,) = found("contact", score=with_few(draw.integers(1, 6, N), 99).astype(float))
    assert item.condition == "score NOT BETWEEN 1 AND 5"
    (item,) = found("payment", fee=with_few(draw.lognormal(1, 2, N), -3.0).astype(float))
    assert item.condition == "fee < 0"


def test_equal_fields() -> None:
    other = np.array([f"c{n % 90}" for n in range(N)], dtype=object)
    told = found("activity", contact_id=other, owner_id=None, company_id=with_few(other, "x", 3))
    assert [(item.kind, item.condition, item.exceptions) for item in told if item.kind == "equal"] == [
        ("equal", "contact_id <> company_id", 3)
    ]
    constant = with_few(np.full(N, "same"), "x", 3)
    assert found("activity", contact_id=constant, company_id=constant) == []


def test_hostile_values_are_only_data() -> None:
    nasty = ["'; DROP TABLE deal; --", "{value}", '"', "\\", "ü\u202e", "%", "a\nb"]
    told = found("deal", stage=draw.choice(nasty, N), source_id=[f"{{'-{n}" for n in range(N)])
    assert ("pattern", "source_id") in kinds(told)


def test_the_order_of_rows_does_not_matter() -> None:
    frame = pd.DataFrame({"stage": with_few(STAGES, "Wonn"), "source_id": [f"K-{n:04d}" for n in range(N)]})
    frame["won_at"], frame["created_at"] = DAYS + pd.Timedelta(days=3), DAYS - pd.Timedelta(days=20)
    mixed = frame.sample(frac=1, random_state=3)
    told = [
        [(item.kind, item.condition, item.rows, item.exceptions) for item in suggest(Dataset({"deal": table}), AS_OF)]
        for table in (table_from_frame("deal", frame), table_from_frame("deal", mixed))
    ]
    assert told[0] == told[1] != []


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 5000), st.integers(0, 5000))
def test_wilsons_bound_solves_its_equation(rows: int, exceptions: int) -> None:
    exceptions = min(exceptions, rows)
    share, low = 1 - exceptions / rows, lower_bound(rows, exceptions)
    assert -1e-12 <= low <= share + 1e-12
    assert abs(share - low) == pytest.approx(1.959964 * sqrt(max(low * (1 - low), 0) / rows), abs=1e-6)


def test_names_and_texts_as_sql_reads_them() -> None:
    assert (column("stage"), column("order")) == ("stage", '"order"')
    assert literal("O'Neil") == "'O''Neil'"


@pytest.fixture
def project(tmp_path: Path, monkeypatch) -> Path:
    frame = pd.DataFrame({"Deal ID": [f"K-{n:05d}" for n in range(N)], "Deal Stage": with_few(STAGES, "Wonn")})
    frame["Deal Name"], frame["Amount"] = [f"Deal {n}" for n in range(N)], 5
    frame.to_csv(tmp_path / "deals.csv", index=False)
    (tmp_path / "audit.toml").write_text('as_of = 2026-11-01\npaths = ["deals.csv"]\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*args: str) -> str:
    return CliRunner().invoke(main, ["rules", "suggest", *args], catch_exceptions=False).output


def test_the_command_writes_a_file_that_audit_toml_understands(project) -> None:
    text = call()
    rules = tomllib.loads(text)["own_rule"]
    assert [rule["field"] for rule in rules] == ["stage", "source_id"]
    assert [rule["id"] for rule in rules] == ["OWN001", "OWN002"]
    assert "5 exceptions, e.g. Wonn" in text
    (project / "whole.toml").write_text(text, "utf-8")
    assert len(load_config(project / "whole.toml").own_rule) == 2


def test_dismissed_ones_stay_dismissed(project) -> None:
    assert "2 suggestions in s.toml" in call("-o", "s.toml")
    lines = (project / "s.toml").read_text("utf-8").splitlines()
    start = lines.index("[[own_rule]]")
    edited = [f"# {line}" if start <= n <= start + 8 and line else line for n, line in enumerate(lines)]
    (project / "s.toml").write_text("\n".join(edited), "utf-8")
    call("-o", "s.toml")
    (rule,) = tomllib.loads((project / "s.toml").read_text("utf-8"))["own_rule"]
    assert rule["field"] == "source_id"


def test_pinned_ones_run_and_keep_their_numbers(project) -> None:
    assert "OWN001" in call("--pin", "2")
    (rule,) = load_config(project / "audit.toml").own_rule
    assert rule.field == "source_id"
    assert "# 2. OWN001 in audit.toml already" in call()
    before = (project / "audit.toml").read_text("utf-8")
    assert "already, as OWN001" in call("--pin", "1", "--pin", "2")
    assert "There is no suggestion 3" in call("--pin", "3")
    assert (project / "audit.toml").read_text("utf-8") == before
    assert "OWN002" in call("--pin", "1")
    assert before.startswith('as_of = 2026-11-01\npaths = ["deals.csv"]\n')


def test_values_of_people_are_masked_in_the_file(project) -> None:
    frame = pd.read_csv("deals.csv")
    frame.loc[:4, "Deal ID"] = "jane.doe@acme.com"
    frame.to_csv("deals.csv", index=False)
    text = call()
    assert "5 exceptions" in text
    assert "jane.doe" not in text
