"""audit.toml: what a user may set, checked with the place and the likely meaning of every mistake."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from audit.errors import ConfigError
from audit.schema import entities

FILE_NAME = "audit.toml"


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
    """Findings that are known and accepted: counted apart, never hidden. Blank conditions match everything."""

    rule: str
    reason: str = Field(min_length=1)
    owner: str = ""
    expires: date | None = None
    source: str | None = None
    field: str | None = None
    source_id: str | None = None
    value: str | None = None


class OwnRuleConfig(_Strict):
    """A rule of the user's own: a condition over one row that names the defect, in SQL."""

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


class RulesConfig(_Strict):
    """Which rules run, and their settings by rule id."""

    disable: tuple[str, ...] = ()
    systemic_share: float = Field(default=0.5, gt=0, le=1)
    options: dict[str, dict[str, Any]] = Field(default_factory=dict)


class MatchingConfig(_Strict):
    """From which probability a pair is merged, and from which a person should look."""

    merge: float | None = Field(default=None, gt=0, le=1)
    review: float | None = Field(default=None, gt=0, le=1)


class InvestmentConfig(BaseModel):
    """Costs and gains of the CRM for the return on it; the keys are those of `crm-audit roi`."""

    model_config = ConfigDict(extra="allow", frozen=True)


class ReportConfig(_Strict):
    """What the report is called, in which language, and whether people's data are masked in it."""

    language: str = "en"
    mask: bool = True


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
    report: ReportConfig = ReportConfig()
    investment: InvestmentConfig | None = None

    def investment_values(self) -> Mapping[str, Any]:
        return {} if self.investment is None else self.investment.model_dump()


def load_config(path: Path | None) -> Config:
    """The configuration in `path`, or the defaults. Raises ConfigError with file, place and what was probably meant."""
    if path is None:
        return Config()
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
