"""worklist.csv: what to fix first and what it moves; beside it the standard reports, attribution and forecast."""

from pathlib import Path

from audit.result import AuditResult
from reports.outputs.tables import pseudonyms, write_table


def write_worklist(result: AuditResult, folder: Path) -> list[Path]:
    titles = {rule.id: rule.title for rule in result.rules}
    told = result.worklist.assign(rule=result.worklist["rule_id"].map(titles))
    movers = result.movers.assign(pseudonym=pseudonyms(result.movers["entity"], result.movers["record"]))
    paths = [write_table(told, folder / "worklist.csv"), write_table(movers, folder / "movers.csv")]
    if result.reports:
        (folder / "reports").mkdir()
    return paths + [write_table(table, folder / "reports" / f"{name}.csv") for name, table in result.reports.items()]
