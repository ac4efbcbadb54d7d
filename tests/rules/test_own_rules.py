"""Rules of the user: conditions of audit.toml, and classes of installed packages."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint

import pandas as pd
import pytest

from audit.dataset import Dataset, Table, table_from_frame
from audit.engine import run_rules
from audit.errors import ConfigError
from audit.rule import Context, Dimension, Family, Outcome, Rule, Severity
from audit.schema import entities
from rules import own
from rules.catalogue import RULES
from rules.own import all_rules, own_rules, plugin_rules
from rules.pages import catalogue_markdown

AS_OF = Context(pd.Timestamp("2026-11-01"))


@dataclass(frozen=True)
class Spec:
    condition: str
    id: str = "OWN001"
    title: str = "Large deal without a next step"
    entity: str = "deal"
    field: str = "next_step"
    message: str = "worth {amount}, and nothing planned"
    severity: str = "high"
    dimension: str = "consistency"


def deals(**columns: list) -> Table:
    return table_from_frame("deal", pd.DataFrame(columns))


def found(spec: Spec, table: Table, partitions: int = 1) -> tuple[list[int], Outcome, int]:
    (rule,) = own_rules([spec])
    findings, (result,) = run_rules([rule], Dataset({table.entity: table}), AS_OF, partitions=partitions)
    return findings["record"].tolist(), result.outcome, result.rows_checked


def test_a_condition_becomes_a_rule() -> None:
    (rule,) = own_rules([Spec("amount > 10000 AND next_step IS NULL")])
    assert (rule.id, rule.fields, rule.entity) == ("OWN001", ("deal.next_step",), "deal")
    assert (rule.family, rule.severity, rule.dimension) == (Family.OWN, Severity.HIGH, Dimension.CONSISTENCY)
    assert rule.slug == "large_deal_without_a_next_step"
    assert rule.args == ("amount",)


@pytest.mark.parametrize("partitions", [1, 3])
def test_rows_for_which_it_holds_are_flagged(partitions: int) -> None:
    table = deals(amount=[20000, 20000, 500, None], next_step=[None, "call", None, None], status=["open"] * 4)
    assert found(Spec("amount > 10000 AND next_step IS NULL"), table, partitions) == ([0], Outcome.FAILED, 3)


def test_the_message_can_show_columns_of_the_row() -> None:
    (rule,) = own_rules([Spec("amount > 100", message="{value}: {amount} by {owner} from {file}")])
    table = deals(amount=[120.5], owner=["Ayu"], next_step=["call"])
    findings, _ = run_rules([rule], Dataset({"deal": table}), AS_OF)
    assert findings[["value", "arg1", "arg2", "arg3"]].iloc[0].tolist() == ["call", "120.5", "Ayu", "test.csv"]


def test_not_a_number_is_blank_and_not_large() -> None:
    table = deals(amount=[None, 5.0], next_step=["a", "b"])
    assert found(Spec("amount > 1", message="large"), table) == ([1], Outcome.FAILED, 1)


@pytest.mark.parametrize(
    ("condition", "flagged"),
    [
        ("close_date < as_of AND is_closed = false", [0]),
        ("close_date < '2026-06-30'", [0]),
        ("source = 'test' AND file LIKE '%.csv' AND row_is_fine IS NULL", None),
        ("owner ILIKE 'ayu%' -- and a remark", [0]),
        ("regexp_matches(owner, '^[A-Z]') AND organisation IS NULL AND person_confidence IS NULL", [0, 1]),
        ("\"owner\" IN ('Budi')", [1]),
        ("OWNER = 'Budi'", [1]),
        ("date_diff('day', close_date, as_of) BETWEEN 200 AND 400", [0]),
    ],
)
def test_types_are_those_of_the_fields(condition: str, flagged: list[int] | None) -> None:
    table = deals(
        next_step=["a", "b"],
        close_date=pd.to_datetime(["2026-03-31", "2026-12-31"]),
        is_closed=[False, False],
        owner=["Ayu", "Budi"],
    )
    if flagged is None:
        with pytest.raises(ConfigError, match="row_is_fine"):
            own_rules([Spec(condition, message="m")])
    else:
        assert found(Spec(condition, message="m"), table)[0] == flagged


def test_columns_that_no_source_has_are_blank() -> None:
    table = deals(next_step=["a", "b"])
    spec = Spec("probability > 0.5 OR lost_reason = 'price' OR is_won OR lost_at > as_of", message="m")
    assert found(spec, table) == ([], Outcome.NOT_EVALUATED, 0)
    assert found(Spec("lost_reason IS NULL", message="m"), table) == ([0, 1], Outcome.FAILED, 2)


def test_without_its_field_the_rule_is_not_evaluated() -> None:
    assert found(Spec("amount > 1"), deals(amount=[5.0]))[1] is Outcome.NOT_EVALUATED


def test_a_column_called_as_a_lineage_column_is_the_column() -> None:
    visits = table_from_frame("web_visit", pd.DataFrame({"source": ["google", "bing"], "page": ["/a", "/b"]}))
    spec = Spec("source = 'bing'", entity="web_visit", field="page", message="m")
    assert found(spec, visits)[0] == [1]


@pytest.mark.parametrize("entity", entities())
def test_a_condition_can_use_every_field_of_an_entity(entity: str) -> None:
    names = list(entities()[entity].fields)
    condition = " OR ".join(f'"{name}" IS NULL' for name in names)
    (rule,) = own_rules([Spec(condition, entity=entity, field=names[0], message="m")])
    assert rule.condition.used == tuple(names)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (Spec("amuont > 1"), "no column of deal named 'amuont'.*Did you mean 'amount'"),
        (Spec("amount > 1", entity="deals"), "no entity named 'deals'.*Did you mean 'deal'"),
        (Spec("amount > 1", field="nextstep"), "no field of deal named 'nextstep'.*'next_step'"),
        (Spec("amount > 1", severity="hihg"), "no severity named 'hihg'.*'high'"),
        (Spec("amount > 1", dimension="accurate"), "no dimension named 'accurate'.*'accuracy'"),
        (Spec("amount > 1", message="{amont}"), "no column for the message named 'amont'.*'amount'"),
        (Spec("amount > 1", message="{amount"), "message cannot be read"),
        (Spec("amount > 1", message="{amount}{owner}{stage}{name}"), "at most 3"),
        (Spec("amount >"), "cannot be read"),
        (Spec(" "), "it is empty"),
        (Spec("amount > 1); DROP TABLE records; SELECT (1"), "cannot be read"),
        (Spec("amount"), "type DOUBLE"),
        (Spec("amount = 'large'"), "cannot be used"),
        (Spec("flor(amount) = 1"), "cannot be used.*flor"),
        (Spec("close_date < now()"), "now gives another answer"),
        (Spec("close_date < current_date"), "current_date gives another answer"),
        (Spec("random() > 0.5"), "random gives another answer"),
        (Spec("amount > (SELECT avg(amount) FROM records)"), "no table named 'records'"),
        (Spec("amount > (SELECT avg(amount) FROM deals)"), "no table named 'deals'.*Did you mean 'deal'"),
        (
            Spec("EXISTS (SELECT 1 FROM account a WHERE a.nmae = deal.company_name)"),
            "no column of account named 'nmae'",
        ),
        (Spec("EXISTS (SELECT 1 FROM account a WHERE b.name = deal.company_name)"), "no table in sight named 'b'"),
        (
            Spec("EXISTS (SELECT 1 FROM account WHERE name = compny_name)"),
            "no column of account or deal.*'company_name'",
        ),
        (Spec("company_id NOT IN (SELECT source_id FROM account)"), "unknown for every row.*NOT EXISTS"),
        (Spec("amount > (SELECT max(x) FROM range(5) t(x))"), "range.* is no table"),
        (Spec("amount IN (SELECT amount, owner FROM deal)"), "cannot be used"),
        (Spec("true) UNION SELECT (true"), "more than one expression"),
        (Spec("true) ORDER BY (1"), "more than one expression"),
        (Spec("true) FROM deal WHERE (true"), "more than one expression"),
        (Spec("true), (true"), "more than one expression"),
        (Spec("amount > (SELECT sum(amount) FROM deal WHERE created_at < now())"), "now gives another answer"),
        (Spec("count(*) > 1"), "cannot be used.*aggregates"),
        (Spec("row_number() OVER () > 1"), "one row only"),
        (Spec("COLUMNS(*) IS NULL"), "one row only"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_what_was_meant(spec: Spec, said: str) -> None:
    with pytest.raises(ConfigError, match=f"(?s)OWN001.*{said}"):
        own_rules([spec])


def test_files_cannot_be_reached(tmp_path) -> None:
    (tmp_path / "secret.txt").write_text("s3cret")
    with pytest.raises(ConfigError):
        own_rules([Spec(f"EXISTS (SELECT * FROM read_text('{tmp_path}/secret.txt'))", message="m")])


def test_ids_are_given_once() -> None:
    spec = Spec("amount > 1")
    with pytest.raises(ConfigError, match="OWN001"):
        own_rules([spec, spec])
    with pytest.raises(ConfigError, match=r"VAL001.*Malformed email"):
        own_rules([Spec("amount > 1", id="VAL001")])


def test_hostile_text_is_only_data() -> None:
    table = deals(next_step=["'; DROP TABLE records; --", "{value}", "\x00", "💥"])
    assert found(Spec("next_step LIKE '%DROP%'", message="m"), table)[0] == [0]


def test_an_own_rule_has_a_page() -> None:
    (rule,) = own_rules([Spec("amount > 10000\n  AND next_step IS NULL")])
    assert "``amount > 10000 AND next_step IS NULL``" in catalogue_markdown([rule])


class Plugged(type(RULES[0])):
    """A rule of another package."""

    id = "EXT001"


plugged_instance = Plugged()
not_a_rule = "no rule"


class Clashing(Plugged):
    id = "VAL001"


def offer(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    points = [EntryPoint(f"p{n}", f"{__name__}:{name}", own.ENTRY_POINTS) for n, name in enumerate(names)]
    here = {f"{__name__}:{name}": globals().get(name) for name in names}

    def load(point: EntryPoint) -> object:
        if here[point.value] is None:
            raise AttributeError(f"no attribute {point.value}")
        return here[point.value]

    monkeypatch.setattr(EntryPoint, "load", load)
    monkeypatch.setattr(own, "entry_points", lambda group: points if group == own.ENTRY_POINTS else [])


@pytest.mark.parametrize("name", ["Plugged", "plugged_instance"])
def test_rules_of_packages_are_found(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    offer(monkeypatch, name)
    (rule,) = plugin_rules()
    assert isinstance(rule, Rule)
    assert rule.id == "EXT001"
    assert [rule.id for rule in all_rules([Spec("amount > 1")])][-2:] == ["EXT001", "OWN001"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("Plugged", "plugged_instance"), "EXT001"),
        (("Clashing",), "VAL001"),
        (("not_a_rule",), "no rule"),
        (("absent",), "cannot be loaded"),
    ],
)
def test_packages_with_clashing_or_broken_rules_are_refused(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], said: str
) -> None:
    offer(monkeypatch, *names)
    with pytest.raises(ConfigError, match=said):
        plugin_rules()


def test_an_own_rule_may_not_take_the_id_of_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "Plugged")
    with pytest.raises(ConfigError, match="EXT001"):
        all_rules([Spec("amount > 1", id="EXT001")])


def test_without_packages_there_are_only_shipped_rules() -> None:
    assert all_rules() == RULES


def across(condition: str, **more: Table) -> tuple[list[int], Outcome, int]:
    accounts = table_from_frame(
        "account", pd.DataFrame({"source_id": ["1", "2", "3", None], "name": ["Kembara", "Halden", "Kembara", "Nord"]})
    )
    spec = Spec(condition, entity="account", field="name", message="m")
    (rule,) = own_rules([spec])
    data = Dataset({"account": accounts, **more})
    findings, (result,) = run_rules([rule], data, AS_OF)
    by_parts, _ = run_rules([rule], data, AS_OF, partitions=3)
    pd.testing.assert_frame_equal(findings, by_parts)
    return findings["record"].tolist(), result.outcome, result.rows_checked


DEALS = deals(company_id=["1", "1", "3", None], amount=[10.0, 20.0, 500.0, None], status=["won", "lost", "open", "won"])


@pytest.mark.parametrize(
    ("condition", "flagged"),
    [
        ("NOT EXISTS (SELECT 1 FROM deal d WHERE d.company_id = account.source_id)", [1, 3]),
        ("source_id IN (SELECT company_id FROM deal WHERE amount > 15)", [0, 2]),
        ("source_id NOT IN (SELECT company_id FROM deal WHERE company_id IS NOT NULL)", [1]),
        ("(SELECT sum(amount) FROM deal WHERE company_id = account.source_id) > 100", [2]),
        ("name IN (SELECT name FROM account GROUP BY name HAVING count(*) > 1)", [0, 2]),
        ("EXISTS (FROM deal d JOIN account a ON d.company_id = a.source_id WHERE a.name = account.name)", [0, 2]),
        (
            "EXISTS (WITH w AS (SELECT company_id AS id FROM deal) SELECT id FROM w WHERE id = account.source_id)",
            [0, 2],
        ),
        ("EXISTS (SELECT 1 FROM (SELECT company_id AS id FROM deal) s WHERE s.id = account.source_id)", [0, 2]),
        (
            "source_id = '2' AND "
            "EXISTS (SELECT 1 FROM deal WHERE deal.source = account.source AND as_of > '2026-01-01')",
            [1],
        ),
    ],
)
def test_a_condition_can_look_into_other_tables(condition: str, flagged: list[int]) -> None:
    assert across(condition, deal=DEALS)[0] == flagged


def test_a_table_that_was_not_given_is_no_evidence() -> None:
    condition = "NOT EXISTS (SELECT 1 FROM deal d WHERE d.company_id = account.source_id)"
    assert across(condition)[1:] == (Outcome.NOT_EVALUATED, 0)
    assert across(condition, deal=deals(amount=[1.0]))[1] is Outcome.NOT_EVALUATED
    assert across("(SELECT count(*) FROM deal) = 0")[1:] == (Outcome.NOT_EVALUATED, 0)


def test_columns_needed_of_other_tables_are_required() -> None:
    spec = Spec('EXISTS (SELECT 1 FROM "user" u WHERE u.full_name = owner AND NOT active)', message="m")
    (rule,) = own_rules([spec])
    assert (rule.condition.used, rule.requires) == (("owner",), ("user.full_name", "user.active"))
    assert rule.key(DEALS).nunique() == 1


def test_variables_of_the_program_cannot_be_reached() -> None:
    secrets = pd.DataFrame({"key": ["s3cret"]})
    with pytest.raises(ConfigError, match="no table named 'secrets'"):
        own_rules([Spec("EXISTS (SELECT 1 FROM secrets WHERE key LIKE 's%')", message="m")])
    assert len(secrets) == 1
