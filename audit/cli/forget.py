"""`crm-audit forget`: one person's data out of history, decisions and saved results."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audit.cli.kept import history_option
from audit.cli.options import config_option
from audit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from reports.outputs.erase import Person


@click.command()
@click.argument("who", metavar="EMAIL|ID")
@click.option(
    "--report",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Folder of an earlier run. Repeatable. Default: audit-report.",
)
@history_option
@config_option
def forget(who: str, folders: tuple[Path, ...], target: str | None, config_path: Path | None) -> None:
    """Remove a person's data from history, decisions and saved results, and search for what is left.

    Tables lose the person's lines, the report is deleted, the history keeps its sums. Exports are never written.
    Exit code 1 where something is left that has to be removed by hand.
    """
    from audit.cli.audit_run import history_target
    from audit.config import ACCEPTED_NAME, find_config, load_config
    from audit.history import History, is_url, run_lock
    from audit.history.forget import forget as forget_history
    from audit.history.forget import remembered
    from reports.outputs.audit_json import files_of
    from reports.outputs.erase import Person, erase, erase_lines, perhaps, person_of, places

    who = who.strip()
    if len(who) < 2:
        raise UsageError(f"{who!r} names nobody.", hint="Give an email address or the id of a contact.")
    found = config_path or find_config(())
    config = load_config(found)
    folder = found.parent if found is not None else Path()
    runs = [given for given in folders or (folder / "audit-report",) if files_of(given) is not None]
    if folders and len(runs) < len(folders):
        raise UsageError("One of the folders holds no audit.", hint="Check --report.")
    place = history_target(config, found, target)
    kept = place is not None and (is_url(place) or Path(place).exists())
    if not runs and not kept:
        raise UsageError("There is neither a saved run nor a history here.", hint="Name them: --report, --history.")
    person = Person(frozenset([who]), frozenset()) if "@" in who else Person(frozenset(), frozenset([who]))
    with run_lock(place) if kept and place is not None else nullcontext():
        known = {run: person_of(run, person) for run in runs}
        for one in known.values():
            person = person.joined(one)
        for run, one in known.items():
            for place_of_other in perhaps(run, one):
                click.echo(f"perhaps the same person, and left alone: {place_of_other}", err=True)
            for erased in erase(run, replace(person, records=one.records)):
                click.echo(f"{erased.path}: {erased.what}")
        decisions = folder / config.matching.decisions if config.matching.decisions else None
        if decisions is not None and decisions.is_file() and (removed := erase_lines(decisions, person)):
            click.echo(f"{decisions}: {removed:,} lines removed")
        left = 0
        if kept and place is not None:
            addresses = [text for text in person.texts if "@" in text]
            with History(place) as history:
                made = forget_history(history, addresses, person.ids)
                left += remembered(history, addresses, person.ids)
            click.echo(f"{'the history' if is_url(place) else place}: {made:,} findings are nobody's any more")
    files = {
        path: replace(person, records=one.records)
        for run, one in known.items()
        for path in sorted(run.rglob("*"))
        if path.is_file()
    }
    beside = [found, decisions, folder / ACCEPTED_NAME, *_logs(folder, config.log.file)]
    if kept and place is not None and not is_url(place):
        beside += sorted(Path(place).parent.glob(f"{Path(place).name}*"))
    files |= {path: person for path in beside if path is not None and path.is_file()}
    for path, searched in files.items():
        if count := places(path, searched):
            click.echo(f"{path}: {count:,} places left; remove them by hand.", err=True)
            left += count
    values = len(person.texts) + len(person.ids)
    click.echo(f"Searched {len(files):,} files for {values:,} values: {left:,} places left.")
    _sources(person, folder, config.paths)
    raise SystemExit(int(ExitCode.GATE_FAILED if left else ExitCode.DONE))


def _logs(folder: Path, name: str | None) -> list[Path]:
    return sorted((folder / name).parent.glob(f"{Path(name).name}*")) if name else []


def _sources(person: "Person", folder: Path, paths: tuple[str, ...]) -> None:
    """Says which exports still hold the person: they are never written, and the next run reads them again."""
    from audit.sources.files import data_files
    from reports.outputs.erase import places_in_text

    files: list[Path] = []
    for name in paths or (".",):
        path = folder / name
        if "://" not in name and path.exists():
            files += data_files(path) if path.is_dir() else [path]
    for path in files:
        if count := places_in_text(path, person):
            click.echo(f"{path}: an export, left as it is, with {count:,} places. Remove the person at its source.")
