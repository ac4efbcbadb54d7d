"""worklist.csv: what to fix first and what it moves; beside it the user's costs and the standard reports."""

from pathlib import Path

from audit.result import AuditResult
from reports.impact.prices import costs
from reports.outputs.tables import pseudonyms, write_table


def write_worklist(result: AuditResult, folder: Path) -> list[Path]:
    titles = {rule.id: rule.title for rule in result.rules}
    told = result.worklist.assign(rule=result.worklist["rule_id"].map(titles))
    movers = result.movers.assign(pseudonym=pseudonyms(result.movers["entity"], result.movers["record"]))
    paths = [write_table(told.round(6), folder / "worklist.csv"), write_table(movers.round(6), folder / "movers.csv")]
    if len(priced := costs(result)):
        paths.append(write_table(priced.round(6), folder / "costs.csv"))
    if result.reports:
        (folder / "reports").mkdir()
    named = {folder / "reports" / f"{name}.csv": table for name, table in result.reports.items()}
    # Six decimals, so that the last bit of a sum does not depend on the machine.
    return paths + [write_table(table.round(6), path) for path, table in named.items()]
