"""set_aside.csv: the rows that could not be read."""

from pathlib import Path

from audit.result import AuditResult
from reports.outputs.tables import write_table

COLUMNS = ["file", "line", "reason", "text"]


def write_set_aside(result: AuditResult, folder: Path) -> list[Path]:
    return [write_table(result.dataset.set_aside[COLUMNS], folder / "set_aside.csv")]
