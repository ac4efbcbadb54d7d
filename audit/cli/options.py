"""The arguments and options that several commands share, and what they stand for."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from audit.config import Config


class Day(click.ParamType):
    """A day as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is not a day; write it as 2026-10-31.", param, ctx)


class Source(click.ParamType):
    """A file, a folder, an archive, "-" for standard input, or the URL of a database."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "Path | str":
        return value if isinstance(value, Path) or value == "-" or "://" in value else Path(value)


paths_argument = click.argument("paths", nargs=-1, type=Source())
config_option = click.option(
    "-c",
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    help="Project file; audit.toml is found by itself.",
)
report_option = click.option(
    "--report",
    type=click.Path(path_type=Path),
    default=Path("audit-report"),
    show_default=True,
    help="Folder of an earlier run.",
)
audience_option = click.option(
    "--audience",
    type=click.Choice(["everything", "executive", "operations", "client"]),
    help="For whom the report is made. Default: audit.toml, everything.",
)
language_option = click.option("--language", help="Language of the report, such as en or id. Default: audit.toml, en.")
masked_option = click.option("--masked", is_flag=True, help="Mask people's data, as the report does.")
form_option = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


decisions_option = click.option(
    "--decisions",
    "decisions_path",
    type=click.Path(path_type=Path),
    help="What a person decided about pairs. Default: the file that audit.toml names.",
)


def given(paths: tuple[Path | str, ...]) -> tuple[Path | str, ...]:
    for path in paths:
        if isinstance(path, Path) and not path.exists():
            raise UsageError(f"There is no file or folder {path}.", hint="Check the path.")
    return paths or (Path(),)


def configured(paths: tuple[Path | str, ...], config_path: Path | None) -> tuple["Config", tuple[Path | str, ...]]:
    """The configuration, and the paths given or those it names."""
    from audit.config import find_config, load_config

    present = given(paths)
    found = config_path or find_config(tuple(path for path in present if isinstance(path, Path)))
    config = load_config(found)
    if not paths and config.paths and found is not None:
        named = (path if "://" in path else found.parent / path for path in config.paths)
        return config, given(tuple(named))
    return config, present


def decided(
    config: "Config", paths: tuple[Path | str, ...], config_path: Path | None, decisions_path: Path | None
) -> tuple["Config", "pd.DataFrame | None"]:
    """The decisions in the file given, or beside audit.toml in the one that it names, and the configuration with it.

    A file that audit.toml names may still be missing: nothing has been decided yet.
    """
    from audit.config import find_config
    from audit.matching.decisions import read_decisions

    if decisions_path is not None:
        matching = config.matching.model_copy(update={"decisions": decisions_path.name})
        return config.model_copy(update={"matching": matching}), read_decisions(decisions_path)
    found = config_path or find_config(tuple(path for path in given(paths) if isinstance(path, Path)))
    if config.matching.decisions is None or found is None:
        return config, None
    beside = found.parent / config.matching.decisions
    return config, read_decisions(beside) if beside.is_file() else None
