"""audit.toml: what a user may set, checked with the place and the likely meaning of every mistake."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from audit.errors import ConfigError
from audit.figures_config import (
    BusinessConfig,
    CurrencyRatesConfig,
    InvestmentConfig,
    MetricsConfig,
    PricesConfig,
)
from audit.report_config import BrandConfig, ReportConfig
from audit.schema import entities
from audit.score_config import ScoreConfig

FILE_NAME = "audit.toml"
ACCEPTED_NAME = "accepted.toml"
"""Beside audit.toml: further acceptances, those that `crm-audit accept` writes."""
MasterCriterion = Literal["paying", "mail", "links", "complete", "oldest", "most_recent", "sources"]
CHOICES = (
    *("master", "most_recent", "oldest", "most_complete", "longest", "most_common", "min", "max", "sum", "events"),
    *("most_restrictive", "furthest", "union"),
)
"""By what a field of merged records may survive."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileConfig(_Strict):
    """Corrections for one file or a glob of files; a correction always wins over what was detected."""

    file: str
    system: str | None = None
    entity: str | None = None
    sheet: str | None = None
    day_first: bool | None = None
    ignore: bool = False
    columns: dict[str, str] = Field(default_factory=dict)

    @field_validator("entity")
    @classmethod
    def _known_entity(cls, value: str | None) -> str | None:
        if value is not None and value not in entities():
            raise ValueError(f"no such entity; there are {', '.join(entities())}")
        return value


class AcceptConfig(_Strict):
    """Findings that are known and accepted: counted apart, never hidden. All conditions given must hold.

    `rule` and `pattern` are globs (``*`` and ``?``); `pattern` is laid on the value, whatever its capitals.
    """

    rule: str | None = None
    reason: str = Field(min_length=1)
    owner: str = ""
    expires: date | None = None
    added: date | None = None
    source: str | None = None
    field: str | None = None
    source_id: str | None = None
    value: str | None = None
    pattern: str | None = None
    finding: str | None = None

    @model_validator(mode="after")
    def _named(self) -> "AcceptConfig":
        if self.rule is None and self.finding is None:
            raise ValueError("an acceptance names a rule or a finding")
        return self


class OwnRuleConfig(_Strict):
    """A rule of the user's own: a condition in SQL that names the defect, of a row and what other tables say of it."""

    id: str = Field(pattern=r"^[A-Z]{3}\d{3}$")
    title: str
    entity: str
    field: str
    condition: str
    message: str
    severity: Literal["critical", "high", "medium", "low"] = "medium"
    dimension: Literal["completeness", "validity", "uniqueness", "consistency", "timeliness", "accuracy"] = (
        "consistency"
    )
    case: tuple[dict[str, Any], ...] = ()
    """Rows that it must pass and flag, for `crm-audit rules test`."""


class RulesConfig(_Strict):
    """Which rules run, and their settings by rule id."""

    disable: tuple[str, ...] = ()
    systemic_share: float = Field(default=0.5, gt=0, le=1)
    options: dict[str, dict[str, Any]] = Field(default_factory=dict)


class MatchingConfig(_Strict):
    """From which probability a pair is merged, from which a person should look, and what a person decided.

    `decisions` is a file beside audit.toml (see `audit.matching.decisions`); `unique_sources` hold everybody once.
    """

    merge: float | None = Field(default=None, gt=0, le=1)
    review: float | None = Field(default=None, gt=0, le=1)
    decisions: str | None = None
    unique_sources: tuple[str, ...] = ()


class SurvivorshipConfig(BaseModel):
    """How several records become one (see `audit.cleaning.policy`).

    `master` orders the criteria for the record that stays, `sources` the systems by trust, `hold` names per entity what
    must not differ within a source. A table per entity (`[survivorship.contact]`) names a choice per field, or a list
    of sources, the most trusted first.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    master: tuple[MasterCriterion, ...] = ()
    sources: tuple[str, ...] = ()
    hold: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> "SurvivorshipConfig":
        for name in (*(self.model_extra or {}), *self.hold):
            if name not in entities():
                near = difflib.get_close_matches(name, [*type(self).model_fields, *entities()], n=1, cutoff=0.5)
                raise ValueError(f"{name!r} is no entity" + (f"; did you mean {near[0]!r}?" if near else ""))
        for name, rules in self.fields.items():
            for target, choice in rules.items():
                if isinstance(choice, str) and choice not in CHOICES:
                    near = difflib.get_close_matches(choice, CHOICES, n=1, cutoff=0.5)
                    told = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(CHOICES)}"
                    raise ValueError(f"{name}.{target} = {choice!r} is no choice; {told}")
        return self

    @property
    def fields(self) -> dict[str, dict[str, str | tuple[str, ...]]]:
        """Choice or sources by entity and field."""
        adapter = TypeAdapter(dict[str, dict[str, str | tuple[str, ...]]])
        return adapter.validate_python(self.model_extra or {})


class HistoryConfig(_Strict):
    """Where the runs are kept: a file beside audit.toml, or a PostgreSQL URL with ``${NAME}`` for a secret."""

    file: str = "audit-history.sqlite"


class GatesConfig(_Strict):
    """Conditions under which `run` ends with exit code 1 (see `audit.gates`)."""

    fail_on: tuple[str, ...] = ()


class AlertsConfig(_Strict):
    """Whom `run --notify` tells, as Apprise URLs with ``${NAME}`` for every secret, and when."""

    to: tuple[str, ...] = ()
    when: tuple[Literal["gate", "drop", "failure", "always"], ...] = ("gate", "drop", "failure")


class ScheduleConfig(_Strict):
    """How often `run --if-due` audits."""

    every: Literal["month", "week", "day"] = "month"


class LogConfig(_Strict):
    """A log beside audit.toml of what was run when and how it ended; a full one is kept under a number."""

    file: str | None = None
    size: int = Field(default=1_000_000, gt=0)
    keep: int = Field(default=5, ge=0)


class Config(_Strict):
    """The whole of audit.toml. Everything has a default."""

    title: str = "Customer data audit"
    as_of: date | None = None
    default_country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    paths: tuple[str, ...] = ()
    file: tuple[FileConfig, ...] = ()
    accept: tuple[AcceptConfig, ...] = ()
    own_rule: tuple[OwnRuleConfig, ...] = ()
    rules: RulesConfig = RulesConfig()
    matching: MatchingConfig = MatchingConfig()
    survivorship: SurvivorshipConfig = SurvivorshipConfig()
    report: ReportConfig = ReportConfig()
    brand: BrandConfig = BrandConfig()
    score: ScoreConfig = ScoreConfig()
    investment: InvestmentConfig | None = None
    history: HistoryConfig = HistoryConfig()
    gates: GatesConfig = GatesConfig()
    alerts: AlertsConfig = AlertsConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    log: LogConfig = LogConfig()
    metrics: MetricsConfig = MetricsConfig()
    business: BusinessConfig = BusinessConfig()
    prices: PricesConfig = PricesConfig()
    currency_rates: CurrencyRatesConfig | None = None

    @model_validator(mode="after")
    def _rates_have_a_currency(self) -> "Config":
        if self.currency_rates is not None and self.currency is None:
            raise ValueError("[currency_rates] needs the key currency: what the rates convert to")
        return self

    def investment_values(self) -> Mapping[str, Any]:
        return {} if self.investment is None else self.investment.model_dump()


def load_config(path: Path | None) -> Config:
    """The configuration in `path` with the acceptances in accepted.toml beside it; without a path the defaults.

    Raises ConfigError with file, place and what was probably meant.
    """
    if path is None:
        return Config()
    config = _read(path)
    beside = path.with_name(ACCEPTED_NAME)
    return config.model_copy(update={"accept": config.accept + load_accepted(beside)}) if beside.is_file() else config


def load_accepted(path: Path) -> tuple[AcceptConfig, ...]:
    """The acceptances of an accepted.toml. Raises ConfigError where it holds anything else."""
    config = _read(path)
    others = sorted(config.model_fields_set - {"accept"})
    if others:
        raise ConfigError(f"{path}: {others[0]!r} belongs into {FILE_NAME}.", hint="This file holds [[accept]] only.")
    return config.accept


def load_brand(path: Path) -> BrandConfig:
    """The brand in a TOML file with the keys of [brand]. Raises ConfigError with what was probably meant."""
    try:
        return BrandConfig.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).", hint="Check --brand.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}.", hint="It is TOML with the keys of [brand].") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        known = ", ".join(BrandConfig.model_fields)
        raise ConfigError(f"{path}: {key}: {first['msg']}.", hint=f"Known keys: {known}.") from error


def _read(path: Path) -> Config:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({type(error).__name__}).", hint="Check -c.") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}.", hint="Mend that line; `crm-audit init` shows the form.") from error
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        raise ConfigError(_explain(path, text, error)) from error


def find_config(paths: tuple[Path, ...]) -> Path | None:
    """An audit.toml in one of the folders, beside one of the files, or here; the first found."""
    folders = [path if path.is_dir() else path.parent for path in paths]
    return next((folder / FILE_NAME for folder in [*folders, Path()] if (folder / FILE_NAME).is_file()), None)


def _explain(path: Path, text: str, error: ValidationError) -> str:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    key = next((part for part in reversed(place) if not part.isdigit()), "")
    line = _line_of(text, key)
    where = f"{path}, line {line}" if line else str(path)
    name = ".".join(place)
    if first["type"] == "extra_forbidden":
        known = _known_keys(place[:-1])
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(known)}."
        return f"{where}: unknown key {name!r}. {hint}"
    if first["type"] == "missing":
        return f"{where}: {'.'.join(place[:-1])} needs the key {key!r}."
    if isinstance(first["input"], Mapping):
        return f"{where}: {name}: {first['msg'].removeprefix('Value error, ')}."
    return f"{where}: {name}: {first['msg']} (is: {first['input']!r})."


def _known_keys(place: list[str]) -> list[str]:
    model: Any = Config
    for part in place:
        if part.isdigit():
            continue
        annotation = model.model_fields[part].annotation
        options = [annotation, *getattr(annotation, "__args__", ())]
        found = [option for option in options if isinstance(option, type) and issubclass(option, BaseModel)]
        if not found:
            return []
        model = found[0]
    return list(model.model_fields)


def _line_of(text: str, key: str) -> int | None:
    pattern = re.compile(rf"^\s*(?:\[+)?\s*\"?{re.escape(key)}\b")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), None)
