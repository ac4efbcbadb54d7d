"""`crm-audit accept`: findings that are known and meant to stay, written into accepted.toml."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audit.cli.options import Day, config_option, report_option
from audit.errors import UsageError

if TYPE_CHECKING:
    from audit.config import AcceptConfig
    from reports.outputs.saved import SavedRun


@click.command()
@click.argument("finding_ids", nargs=-1, metavar="[FINDING_ID]...")
@click.option("--rule", help="A rule's id, or a glob such as 'VAL*'.")
@click.option("--source", help="Only in this source.")
@click.option("--record", "source_id", help="Only of the record with this id in its source.")
@click.option("--field", help="Only in this field.")
@click.option("--value", help="Only of exactly this value.")
@click.option("--pattern", help="Only of values like this glob: '*@kembara.example'.")
@click.option("--reason", required=True, help="Why it may stay.")
@click.option("--owner", default="", help="Who answers for it.")
@click.option("--expires", type=Day(), help="The last day on which it holds; then the findings count again.")
@report_option
@config_option
def accept(
    finding_ids: tuple[str, ...],
    rule: str | None,
    source: str | None,
    source_id: str | None,
    field: str | None,
    value: str | None,
    pattern: str | None,
    reason: str,
    owner: str,
    expires: date | None,
    report: Path,
    config_path: Path | None,
) -> None:
    """Accept findings, one by one or by rule: they are counted apart from the next run on, never hidden.

    The ids are those of findings.csv. What is written stands in accepted.toml beside audit.toml.
    """
    from audit.acceptance import add, named
    from audit.config import ACCEPTED_NAME, AcceptConfig, find_config, load_config
    from audit.pipeline import select_rules
    from reports.outputs.saved import SavedRun

    narrower = {"source": source, "source_id": source_id, "field": field, "value": value, "pattern": pattern}
    if bool(finding_ids) == (rule is not None):
        raise UsageError("Name findings by their ids, or a rule with --rule.", hint="One of the two.")
    if finding_ids and any(given is not None for given in narrower.values()):
        raise UsageError("A finding's id says all.", hint="Leave out --source, --record, --field, --value, --pattern.")
    if not reason.strip():
        raise UsageError("--reason is empty.", hint="Say why it may stay; the report shows it.")
    found = config_path or find_config(())
    if found is None:
        raise UsageError("There is no audit.toml here.", hint="`crm-audit init` writes one; or name it with -c.")
    config = load_config(found)
    wanted: list[dict[str, str | None]]
    if finding_ids:
        saved = SavedRun(report)
        wanted = [_of_finding(saved, finding_id) for finding_id in finding_ids]
    else:
        wanted = [{"rule": rule, **narrower}]
    why = {"reason": reason.strip(), "owner": owner, "expires": expires}
    entries = [AcceptConfig.model_validate({**conditions, **why}) for conditions in wanted]
    select_rules(config.model_copy(update={"accept": tuple(entries)}))
    path = found.with_name(ACCEPTED_NAME)
    add(path, entries, config.accept, date.today())
    for entry in entries:
        click.echo(f"Accepted {named(entry)}{_reach(entry, report)}.")
    click.echo(f"Written to {path}; counted apart from the next run on.")


def _of_finding(saved: "SavedRun", finding_id: str) -> dict[str, str | None]:
    """The conditions that cover a finding; one that stands for a whole source is covered by rule, source and field."""
    from reports.outputs.inquiry import finding_line

    line = finding_line(saved, finding_id)
    if int(line["findings"]) > 1:
        return {name: line[column] for name, column in (("rule", "rule_id"), ("source", "source"), ("field", "field"))}
    return {"rule": line["rule_id"], "finding": line["finding_id"]}


def _reach(entry: "AcceptConfig", report: Path) -> str:
    """How many findings of the last run the entry covers, where one stands there."""
    from reports.outputs.inquiry import covered
    from reports.outputs.saved import SavedRun

    if not (report / "findings.csv").is_file():
        return ""
    count = covered(SavedRun(report), entry)
    return f": {count:,} finding{'' if count == 1 else 's'} of the run in {report}"
