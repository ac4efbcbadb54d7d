"""The command line: parses, calls the pipeline, prints; one file per command. Heavy imports wait until needed."""

import click

from audit import __version__
from audit.cli.accept import accept
from audit.cli.diff import diff
from audit.cli.explain import explain
from audit.cli.failure import AuditGroup
from audit.cli.forget import forget
from audit.cli.history import history
from audit.cli.inspect import init, inspect
from audit.cli.metrics import metrics
from audit.cli.record import record
from audit.cli.report import report
from audit.cli.review import review
from audit.cli.roi import roi
from audit.cli.rules import rules
from audit.cli.run import demo, run
from audit.cli.sample import sample
from audit.cli.schedule import schedule
from audit.cli.schema import schema
from audit.cli.trend import trend
from audit.cli.undo import undo
from audit.cli.verify import verify
from audit.cli.why import why


@click.group(cls=AuditGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="crm-audit")
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
def main(debug: bool) -> None:
    """Audits customer data before anybody reports on it. Everything stays on this machine."""


for command in (
    run,
    demo,
    inspect,
    init,
    rules,
    explain,
    metrics,
    record,
    report,
    accept,
    roi,
    why,
    sample,
    verify,
    review,
    history,
    diff,
    trend,
    schedule,
    schema,
    forget,
    undo,
):
    main.add_command(command)
