"""Everything an audit writes: the report and the files beside it, all of them or none."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from audit.errors import UsageError
from audit.result import AuditResult
from reports.outputs.audit_json import files_of, write_json
from reports.outputs.cleaning_csv import write_cleaning
from reports.outputs.duplicates_csv import write_duplicates
from reports.outputs.findings_csv import write_findings
from reports.outputs.html import write_html
from reports.outputs.leftovers import keep_foreign, recover
from reports.outputs.metrics_csv import write_metrics
from reports.outputs.records_parquet import write_records
from reports.outputs.set_aside_csv import write_set_aside
from reports.outputs.worklist_csv import write_worklist
from reports.wording import words_of

WRITERS: tuple[Callable[[AuditResult, Path], list[Path]], ...] = (
    write_findings,
    write_duplicates,
    write_cleaning,
    write_metrics,
    write_set_aside,
    write_records,
    write_worklist,
)
"""Writers of the files beside the report; audit.json comes last, since it lists the others."""


def write(
    result: AuditResult,
    folder: Path,
    *,
    mask: bool = True,
    language: str = "en",
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Writes all outputs into `folder` and returns their paths, the report first.

    They are written beside the folder and then put in its place, so that a crash leaves what was there. A folder that
    an earlier run wrote is replaced; files in it that are not ours are kept. Raises UsageError for any other folder
    with something in it, and for a language without a string table.
    """
    words_of(language)
    folder = folder.resolve()
    recover(folder)
    earlier = _checked(folder)
    say = progress or (lambda _: None)
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    try:
        partial.mkdir(parents=True)
        say("Writing the report")
        paths = [write_html(result, partial, mask=mask, language=language)]
        for writer in WRITERS:
            say(f"Writing {writer.__name__.removeprefix('write_').replace('_', ' ')}")
            paths.extend(writer(result, partial))
        names = [path.relative_to(partial).as_posix() for path in paths]
        paths.append(write_json(result, partial, names))
        _put_in_place(partial, folder, earlier)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return [folder / path.relative_to(partial) for path in paths]


def _checked(folder: Path) -> list[str]:
    """The names of the files that an earlier run wrote into the folder."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, not a folder.", hint="Name another folder with -o.")
    if not folder.exists() or not any(folder.iterdir()):
        return []
    names = files_of(folder)
    if names is None:
        raise UsageError(
            f"{folder} holds files that no audit wrote; nothing was written.",
            hint="Name a new or empty folder with -o.",
        )
    return names


def _put_in_place(partial: Path, folder: Path, earlier: list[str]) -> None:
    """Renames `partial` to `folder`; what stood there goes, except for files that are not ours."""
    if not folder.exists():
        partial.rename(folder)
        return
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    folder.rename(old)
    try:
        partial.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    keep_foreign(old, folder, earlier)
    shutil.rmtree(old)
