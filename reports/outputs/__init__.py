"""Everything an audit writes: the report and the files beside it, all of them or none."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from audit.errors import UsageError
from audit.gates import Ruling
from audit.result import AuditResult
from reports.look import Look
from reports.outputs.audit_json import files_of, write_json
from reports.outputs.certificate import write_certificate
from reports.outputs.cleaning_csv import write_cleaning
from reports.outputs.duplicates_csv import write_duplicates
from reports.outputs.edition import Edition, write_edition
from reports.outputs.fields_csv import write_fields
from reports.outputs.findings_csv import write_findings
from reports.outputs.findings_parquet import write_findings_parquet
from reports.outputs.html import FULL_NAME, write_html
from reports.outputs.import_pack import write_imports
from reports.outputs.junit import write_junit
from reports.outputs.leftovers import keep_foreign, recover
from reports.outputs.markdown import write_markdown
from reports.outputs.metrics_csv import write_metrics
from reports.outputs.pseudonyms_csv import write_pseudonyms
from reports.outputs.result_store import write_result
from reports.outputs.review_xlsx import write_review
from reports.outputs.sarif import write_sarif
from reports.outputs.set_aside_csv import write_set_aside
from reports.outputs.workbook_xlsx import write_workbook
from reports.outputs.worklist_csv import write_worklist
from reports.sections.audience import Audience
from reports.wording import words_of

WRITERS: tuple[Callable[[AuditResult, Path], list[Path]], ...] = (
    write_findings,
    write_findings_parquet,
    write_duplicates,
    write_cleaning,
    write_imports,
    write_metrics,
    write_fields,
    write_set_aside,
    write_result,
    write_worklist,
    write_pseudonyms,
    write_sarif,
    write_review,
)
"""Writers of the files beside the report; audit.json comes last, since it lists the others."""


def write(
    result: AuditResult,
    folder: Path,
    *,
    mask: bool = True,
    twins: bool = False,
    language: str = "en",
    audience: Audience = Audience.EVERYTHING,
    look: Look | None = None,
    rulings: Sequence[Ruling] = (),
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Writes all outputs into `folder` and returns their paths, the report first.

    `audience` and `look` say for whom the report is made and in whose name; `twins` writes it twice, masked and in
    full. `rulings` are what the gates said.

    They are written beside the folder and then put in its place, so that a crash leaves what was there. A folder that
    an earlier run wrote is replaced; files in it that are not ours are kept. Raises UsageError for any other folder
    with something in it, and for a language without a string table.
    """
    edition = Edition(language, mask or twins, audience, look or Look())
    edition.check()
    if twins:
        replace(edition, mask=False).check()
    words = words_of(language)
    folder = folder.resolve()
    recover(folder)
    earlier = _checked(folder)
    say = progress or (lambda _: None)
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    try:
        partial.mkdir(parents=True)
        say("Writing the report")
        paths = [write_html(result, partial, edition)]
        if twins:
            paths.append(write_html(result, partial, replace(edition, mask=False), FULL_NAME))
        for writer in WRITERS:
            say(f"Writing {writer.__name__.removeprefix('write_').replace('_', ' ')}")
            paths.extend(writer(result, partial))
        paths.append(write_edition(edition, partial))
        say("Writing worklists, certificate and summaries")
        paths += write_workbook(result, partial, words) + write_certificate(result, partial, words)
        paths += write_markdown(result, partial, words, rulings) + write_junit(result, partial, rulings)
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
