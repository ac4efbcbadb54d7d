"""How a report was made, kept beside the result so that it can be made again like that or otherwise."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from audit.errors import UsageError
from reports.look import Look, look_from, look_of
from reports.outputs.result_store import FOLDER
from reports.sections import SECTIONS
from reports.sections.audience import DEPTHS, Audience, chosen
from reports.wording import words_of

if TYPE_CHECKING:
    from audit.config import Config

NAME = "edition.json"


@dataclass(frozen=True)
class Edition:
    language: str = "en"
    mask: bool = True
    audience: Audience = Audience.EVERYTHING
    look: Look = field(default_factory=Look)

    def check(self) -> None:
        """Raises UsageError for a language or section that does not exist, and for a client's report in full."""
        words_of(self.language)
        chosen(tuple(SECTIONS), self.audience, self.look.sections, self.look.leave_out)
        if DEPTHS[self.audience].always_masked and not self.mask:
            raise UsageError(
                f"A report for the audience {str(self.audience)!r} is always masked.",
                hint="Leave out --full, or take another audience.",
            )


def edition_of(config: "Config", folder: Path) -> tuple[Edition, tuple[str, ...]]:
    """The edition that audit.toml asks for, and what had to be changed; files lie relative to `folder`."""
    look, notes = look_of(config.report, config.brand, folder)
    report = config.report
    return Edition(report.language, report.mask, Audience(report.audience), look), notes


def write_edition(edition: Edition, folder: Path) -> Path:
    path = folder / FOLDER / NAME
    told = {
        "language": edition.language,
        "mask": edition.mask,
        "audience": str(edition.audience),
        "look": edition.look.plain(),
    }
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    return path


def read_edition(folder: Path) -> Edition:
    """The edition in which a saved run was written; the usual one where that cannot be read."""
    try:
        told = json.loads((folder / FOLDER / NAME).read_text("utf-8"))
        return Edition(told["language"], told["mask"], Audience(told["audience"]), look_from(told["look"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Edition()
