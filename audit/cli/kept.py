"""What the commands about the history share: how it is found, and how its tables are shown."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit.cli.layout import harmless
from audit.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from audit.history import History

history_option = click.option(
    "--history", "target", help="A file or a PostgreSQL URL. Default: what audit.toml says, beside it."
)


@contextmanager
def opened(target: str | None, config_path: Path | None) -> "Iterator[History]":
    """The history of the project. Raises UsageError where there is none."""
    from audit.cli.audit_run import history_target
    from audit.config import find_config, load_config
    from audit.history import History

    found = config_path or find_config(())
    place = history_target(load_config(found), found, target)
    if place is None:
        raise UsageError("There is no history here.", hint="Name one with --history, or a project with -c.")
    with History(place) as history:
        yield history


def table_text(frame: "pd.DataFrame", columns: Sequence[str]) -> str:
    """Columns under their names; numbers to the right."""
    cells = [[cell_text(value) for value in frame[name]] for name in columns]
    numeric = [all(isinstance(value, int | float) for value in frame[name]) and len(frame) > 0 for name in columns]
    widths = [max(len(name), *map(len, column), 0) for name, column in zip(columns, cells, strict=True)]
    lines = []
    for line in [list(columns), *map(list, zip(*cells, strict=True))]:
        padded = [
            f"{text:>{width}}" if number else f"{text:<{width}}"
            for text, width, number in zip(line, widths, numeric, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def cell_text(value: Any) -> str:
    if value is None or value != value:
        return "-"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else harmless(str(value))


def print_json(content: Any) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, indent=1, default=lambda value: value.item()))
