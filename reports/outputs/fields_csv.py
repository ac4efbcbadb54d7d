"""fields.csv: a card per field and column; worth.csv: what every field tells of every outcome."""

from pathlib import Path

from audit.result import AuditResult
from reports.outputs.tables import write_table


def write_fields(result: AuditResult, folder: Path) -> list[Path]:
    return [write_table(result.fields, folder / "fields.csv"), write_table(result.worth, folder / "worth.csv")]
