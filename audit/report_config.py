"""What audit.toml says about the report: [report] and [brand]."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LONGEST = 4000
"""Characters of a text block."""


class ReportConfig(BaseModel):
    """How the report is made.

    `audience` chooses its depth, `sections` are those to show, in this order (all where none is named), less
    `leave_out`. `templates` is a folder beside audit.toml whose files replace the report's own of the same name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    language: str = "en"
    mask: bool = True
    audience: Literal["everything", "executive", "operations", "client"] = "everything"
    sections: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    templates: str | None = None


class BrandConfig(BaseModel):
    """In whose name the report stands, and for whom it is made.

    `logo` is a file beside audit.toml (PNG, JPEG or SVG), `colour` that of links and of the stripe at the top. `intro`
    and `closing` are texts with blank lines between paragraphs, "- " before points and ``**strong**`` words.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str | None = Field(default=None, max_length=120)
    client: str | None = Field(default=None, max_length=120)
    author: str | None = Field(default=None, max_length=120)
    logo: str | None = None
    colour: str | None = Field(default=None, pattern=r"^#[0-9a-fA-F]{6}$")
    intro: str | None = Field(default=None, max_length=LONGEST)
    closing: str | None = Field(default=None, max_length=LONGEST)
