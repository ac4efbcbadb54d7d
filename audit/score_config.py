"""The table of audit.toml on the score: what counts in it, and how much."""

import difflib
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from audit.schema import entities

DIMENSIONS = frozenset({"completeness", "validity", "uniqueness", "consistency", "timeliness", "accuracy"})


class ScoreSourceConfig(BaseModel):
    """A source that must be there: the records that it lacks count as unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    entity: str
    records: int = Field(ge=1)

    @field_validator("entity")
    @classmethod
    def _known_entity(cls, value: str) -> str:
        if value not in entities():
            raise ValueError(f"no such entity; there are {', '.join(entities())}")
        return value


class ScoreConfig(BaseModel):
    """What counts in the score, and how much (see reports/SCORE.md).

    `weights` are of fields (``entity.field``) and dimensions, or "worth": by what a field tells. `retired` names what
    is gone for good, by globs on ``source`` or ``source:entity.field``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    weights: Literal["worth"] | dict[str, float] = Field(default_factory=dict)
    source: tuple[ScoreSourceConfig, ...] = ()
    retired: tuple[str, ...] = ()

    @field_validator("weights")
    @classmethod
    def _known_names(cls, value: Literal["worth"] | dict[str, float]) -> Literal["worth"] | dict[str, float]:
        known = {spec.qualified for entity in entities().values() for spec in entity.fields.values()} | DIMENSIONS
        for name, weight in value.items() if isinstance(value, dict) else ():
            if name not in known:
                near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
                told = f"; did you mean {near[0]!r}?" if near else ""
                raise ValueError(f"{name!r} is no field and no dimension{told}")
            if not 0 <= weight <= 100:
                raise ValueError(f"the weight of {name} is {weight}; give a number from 0 to 100")
        return value
