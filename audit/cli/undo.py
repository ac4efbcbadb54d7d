"""`crm-audit undo`: the cleaned tables of a run without some of its changes."""

from pathlib import Path

import click

from audit.cli.layout import counted
from audit.errors import UsageError


@click.command()
@click.argument("audit_dir", type=click.Path(path_type=Path))
@click.option("--run", "whole", is_flag=True, help="All changes of the run.")
@click.option("--rule", metavar="ID", help="The changes that a rule proposed: VAL001.")
@click.option("--cluster", metavar="ID", help="One merged group, by its cluster in changes.csv: P000412.")
@click.option("--record", metavar="ID", help="What happened to one record, by its name in the report or its own id.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("audit-undo"),
    show_default=True,
    help="A new folder for the tables, the list of what was taken back, and the import files.",
)
def undo(audit_dir: Path, whole: bool, rule: str | None, cluster: str | None, record: str | None, output: Path) -> None:
    """Take changes of cleaning back: of a whole run, a rule, a merged group or a record.

    AUDIT_DIR is the folder of a run; it is not changed. A cell goes back to the source's own text, a merged group is
    taken apart as a whole, and what cannot stand without a change goes with it. The folder written holds the tables
    as they then are, undone.csv, and files that take the same changes back in the systems.
    """
    from reports.outputs.saved import SavedRun
    from reports.outputs.undo_folder import Run, chosen_lines, write_undone

    if sum((whole, rule is not None, cluster is not None, record is not None)) != 1:
        raise UsageError("Say what to undo.", hint="One of --run, --rule, --cluster and --record.")
    saved = SavedRun(audit_dir)
    run = Run.read(saved)
    undone = write_undone(saved, run, chosen_lines(run, whole=whole, rule=rule, cluster=cluster, record=record), output)
    asked = int(undone["why"].eq("asked for").sum())
    rest = len(undone) - asked
    with_them = f", and {counted(rest, 'change')} with them" if rest else ""
    back = int(undone["kind"].isin(["merge", "drop"]).sum())
    click.echo(f"{counted(asked, 'change')} taken back{with_them}; {counted(back, 'record')} restored: {output}")
