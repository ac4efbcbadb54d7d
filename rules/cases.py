"""Cases of a rule: rows that it must pass and rows that it must flag, run through the engine, whole and in parts.

A case in a file of its own (`[[pass]]`, `[[fail]]`) holds tables by entity, with the places that must be flagged in
`found` ("contact.0.email"), and where they matter `suggestion`, `fix_safety` and `message` by place, `outcome`,
`as_of`, `country` and `options`. A case in audit.toml (`[[own_rule.case]]`) holds the rows of the rule's entity in
`pass` and `fail`, and further tables by entity.
"""

import inspect
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from audit.config import OwnRuleConfig
from audit.dataset import DERIVED_TYPES, ColumnMapping, Dataset, SourceInfo, table_from_frame
from audit.engine import run_rules
from audit.errors import ConfigError
from audit.rule import Context, Outcome, Rule, RuleResult
from audit.schema import TEXT, entities
from audit.values import boolean, date, money
from rules.condition import one_of

AS_OF = "2026-11-01"
"""The day of a case that names none."""
PARTS = 3
SETTINGS = ("name", "as_of", "country", "options", "outcome", "found", "column")
EXPECTED = ("suggestion", "fix_safety", "message")
Messages = Callable[[tuple[Rule, ...], pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Case:
    """Tables as rows of cells, and what the rule must make of them.

    `found` are the places that must be flagged, all others must not be. `places` names places for a reader. `column`
    describes the columns of a source, for rules about columns; the table then says only how many `rows` it has.
    """

    name: str
    tables: Mapping[str, Any]
    found: tuple[str, ...] = ()
    outcome: str | None = None
    expected: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    as_of: str = AS_OF
    country: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    column: Sequence[Mapping[str, Any]] = ()
    places: Mapping[str, str] = field(default_factory=dict)

    def data(self) -> Dataset:
        return _columns(self.tables, self.column) if self.column else _dataset(self.tables)


@dataclass(frozen=True)
class Verdict:
    """What a rule made of a case, and what of that is wrong, in words; nothing where the case holds."""

    case: Case
    findings: pd.DataFrame
    result: RuleResult
    problems: tuple[str, ...]

    @property
    def found(self) -> tuple[str, ...]:
        """The places flagged, by the names of the case."""
        places = (f"{f.entity}.{f.record}.{f.field}" for f in self.findings.itertuples())
        return tuple(self.case.places.get(place, place) for place in places)

    @property
    def wanted(self) -> tuple[str, ...]:
        return tuple(self.case.places.get(place, place) for place in self.case.found)


def run_case(rule: Rule, case: Case, messages: Messages) -> Verdict:
    """The verdict over one case; `messages` says what findings say (reports.sections.located)."""
    data = case.data()
    ctx = Context(pd.Timestamp(case.as_of), case.country, {rule.id: case.options} if case.options else {})
    findings, (result,) = run_rules([rule], data, ctx)
    found = [f"{f.entity}.{f.record}.{f.field}" for f in findings.itertuples()]
    problems = _outcome(case, result) + _places(case, found)
    told = {"message": messages((rule,), findings)} if "message" in case.expected else {}
    for name, wanted in case.expected.items():
        values = dict(zip(found, told[name] if name in told else findings[name], strict=True))
        for place, value in wanted.items():
            given = values.get(place)
            if given is None or pd.isna(given) or given != value:
                shown = "none" if given is None or pd.isna(given) else repr(given)
                problems.append(f"{name.replace('_', ' ')} of {place}: expected {value!r}, is {shown}")
    by_parts, _ = run_rules([rule], data, ctx, partitions=PARTS)
    if not findings.equals(by_parts):
        problems.append(f"in {PARTS} parts of the data it finds something else than on the whole")
    return Verdict(case, findings, result, tuple(problems))


def read_cases(content: Mapping[str, Any], where: str) -> list[Case]:
    """The cases of a file with `[[pass]]` and `[[fail]]`. Raises ConfigError for a wrong key."""
    for key in content:
        one_of(key, ("pass", "fail"), where, "kind of case")
    return [
        _case(f"{kind}: {entry.get('name', number)}", entry, where, tuple(entry.get("found", ())))
        for kind in ("pass", "fail")
        for number, entry in enumerate(content.get(kind, ()), start=1)
    ]


def own_cases(spec: OwnRuleConfig) -> list[Case]:
    """The cases of a rule of audit.toml. Raises ConfigError where one cannot be read."""
    cases = []
    for number, entry in enumerate(spec.case, start=1):
        where = f"own rule {spec.id}, case {entry.get('name', number)}"
        kinds = {kind: entry.get(kind, []) for kind in ("pass", "fail")}
        # A row that leaves out the rule's own field has it blank.
        rows = [{spec.field: "", **row} for kind in kinds.values() for row in kind]
        if not rows or spec.entity in entry:
            raise ConfigError(f"{where}: the rows of {spec.entity} go into pass and fail.", hint="pass = [{ ... }]")
        labels = [f"{kind} row {place}" for kind, rows in kinds.items() for place in range(1, len(rows) + 1)]
        places = {f"{spec.entity}.{row}.{spec.field}": label for row, label in enumerate(labels)}
        found = tuple(place for place, label in places.items() if label.startswith("fail"))
        others = {key: value for key, value in entry.items() if key not in kinds}
        case = _case(str(entry.get("name", number)), {**others, spec.entity: rows}, where, found)
        cases.append(Case(**{**vars(case), "places": places}))
    return cases


def cases_of(rule: Rule) -> list[Case]:
    """The cases that a rule of an installed package brings: its attribute `cases`, else cases/<ID>.toml beside it.

    Raises ConfigError where they cannot be read.
    """
    content = getattr(rule, "cases", None)
    path = Path(inspect.getfile(type(rule))).parent / "cases" / f"{rule.id}.toml"
    if content is None and path.is_file():
        try:
            content = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"The cases of rule {rule.id} cannot be read: {error}.", hint=f"Mend {path}.") from error
    return read_cases(content or {}, f"cases of rule {rule.id}")


def _case(name: str, entry: Mapping[str, Any], where: str, found: tuple[str, ...]) -> Case:
    for key in entry:
        one_of(key, (*SETTINGS, *EXPECTED, *entities()), where, "key")
    tables = {key: rows for key, rows in entry.items() if key in entities()}
    for entity, rows in tables.items():
        for row in rows if "column" not in entry else ():
            for key in row:
                one_of(key, (*entities()[entity].fields, *DERIVED_TYPES, "source"), where, f"field of {entity}")
    return Case(
        name=name,
        tables=tables,
        found=found,
        outcome=entry.get("outcome"),
        expected={key: entry[key] for key in EXPECTED if key in entry},
        as_of=str(entry.get("as_of", AS_OF)),
        country=entry.get("country"),
        options=entry.get("options", {}),
        column=entry.get("column", ()),
    )


def _outcome(case: Case, result: RuleResult) -> list[str]:
    if case.outcome:
        wanted = case.outcome
    else:
        wanted = str(Outcome.FAILED if case.found else Outcome.PASSED)
    # A case that says which places are flagged needs no word on the outcome beyond them.
    if result.outcome == wanted or (not case.outcome and result.outcome in (Outcome.PASSED, Outcome.FAILED)):
        return []
    reason = f" ({result.reason})" if result.reason else ""
    return [f"expected to be {wanted.replace('_', ' ')}, is {str(result.outcome).replace('_', ' ')}{reason}"]


def _places(case: Case, found: list[str]) -> list[str]:
    if case.outcome and not case.found:
        return []
    told = case.places
    missed = [told.get(place, place) for place in case.found if place not in found]
    surplus = [told.get(place, place) for place in found if place not in case.found]
    problems = [f"not flagged: {', '.join(missed)}"] if missed else []
    return [*problems, f"flagged, but should not be: {', '.join(surplus)}"] if surplus else problems


def _dataset(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Dataset:
    """Tables from the rows of a case: cells are text as a source would hold it, typed the way sources type them."""
    built = {}
    for entity, rows in tables.items():
        cells = [dict(row) for row in rows]
        sources = [str(row.pop("source", "test")) for row in cells]
        text = pd.DataFrame(cells, index=range(len(cells))).astype(TEXT).replace("", pd.NA)
        typed = text.copy()
        for name in text.columns:
            kind = entities()[entity].fields[name].type if name in entities()[entity].fields else "text"
            if kind in ("date", "datetime"):
                typed[name] = date.parse(text[name])[0]
            elif kind in ("money", "number"):
                typed[name] = money.number(text[name])[0]
            elif kind == "percent":
                typed[name] = money.percent(text[name])
            elif kind == "boolean":
                typed[name] = boolean.parse(text[name])
        table = table_from_frame(entity, typed, text=text[[c for c in text if typed[c].dtype != TEXT]])
        table.lineage["source"] = pd.Categorical(sources)
        built[entity] = table
    return Dataset(built)


def _columns(tables: Mapping[str, Any], described: Sequence[Mapping[str, Any]]) -> Dataset:
    """A source of so many rows, of which all that is told is what was seen of its columns."""
    ((entity, size),) = tables.items()
    rows = size["rows"]
    mapping = tuple(ColumnMapping(**{"field": None, "confidence": 1.0, "reason": "", **column}) for column in described)
    source = SourceInfo("crm", "crm.csv", "", "", "", entity, 1.0, "", rows, rows, 0, mapping)
    table = table_from_frame(entity, pd.DataFrame({"source_id": [str(number) for number in range(rows)]}))
    return Dataset({entity: table}, (source,))
