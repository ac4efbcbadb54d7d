"""pseudonyms.csv: whom the masked report means, for those who may know."""

from pathlib import Path

import pandas as pd

from audit.result import AuditResult
from audit.schema import TEXT
from reports import masking
from reports.disclosure import Pseudonyms
from reports.outputs.tables import write_table

COLUMNS = ("pseudonym", "kind", "name")


def write_pseudonyms(result: AuditResult, folder: Path) -> list[Path]:
    return [write_table(pseudonym_table(result), folder / "pseudonyms.csv")]


def pseudonym_table(result: AuditResult) -> pd.DataFrame:
    """One line per member of staff and per company that a group of the numbers is named after; columns COLUMNS."""
    coded = Pseudonyms(result.dataset)
    lines = {
        (coded.code(kind, shown), kind, shown)
        for kind, names in (("person", _staff(result)), ("company", _companies(result)))
        for shown in map(masking.plain, names)
        if shown
    }
    return pd.DataFrame(sorted(lines, key=lambda line: (line[1], line[2])), columns=list(COLUMNS), dtype=TEXT)


def _staff(result: AuditResult) -> set[str]:
    found: set[str] = set()
    for entity in result.dataset:
        table = result.dataset[entity]
        for name in sorted(masking.NAMING_FIELDS.intersection(table.frame.columns)):
            found.update(table[name].dropna().unique())
    return {name for name in found if not masking.is_machine(name)}


def _companies(result: AuditResult) -> set[str]:
    metrics = result.metrics
    return set(metrics.loc[metrics["breakdown"].eq("company_name").fillna(False), "group"].dropna())
