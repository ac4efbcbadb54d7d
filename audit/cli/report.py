"""`crm-audit report`: the report again from a saved run, for others, in another language, in another name."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audit.cli.options import audience_option, config_option, language_option
from audit.errors import UsageError

if TYPE_CHECKING:
    from reports.look import Look
    from reports.outputs.edition import Edition


@click.command()
@click.argument("folder", metavar="AUDIT_DIR", type=click.Path(path_type=Path), default=Path("audit-report"))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File. Default: report.html in AUDIT_DIR.")
@audience_option
@language_option
@click.option("--full/--masked", "full", default=None, help="Show or mask people's data. Default: as it was.")
@click.option("--brand", type=click.Path(path_type=Path), help="A TOML file with the keys of [brand].")
@click.option("--templates", type=click.Path(path_type=Path), help="A folder with templates of your own.")
@click.option("--section", "sections", multiple=True, help="Show these sections, in this order. Repeatable.")
@click.option("--without", multiple=True, help="Leave this section out. Repeatable.")
@click.option("--pdf", is_flag=True, help="Print it to a PDF with an installed Chromium.")
@config_option
def report(
    folder: Path,
    output: Path | None,
    audience: str | None,
    language: str | None,
    full: bool | None,
    brand: Path | None,
    templates: Path | None,
    sections: tuple[str, ...],
    without: tuple[str, ...],
    pdf: bool,
    config_path: Path | None,
) -> None:
    """Render the report of an earlier run again, without auditing.

    It is made as it was, but for what the options say; with -c as that audit.toml says. Audiences: executive (two
    pages), operations (all that can be acted on), client (masked, with method and certificate), everything.
    """
    from reports.outputs.edition import read_edition
    from reports.outputs.html import render, view_of
    from reports.outputs.reprint import put
    from reports.outputs.saved import SavedRun
    from reports.sections.audience import Audience

    saved = SavedRun(folder)
    path = output or folder / ("report.pdf" if pdf else "report.html")
    if pdf:
        from reports.outputs.pdf import find_browser

        find_browser()
    if path.is_dir():
        raise UsageError(f"{path} is a folder.", hint="Name a file with -o.")
    edition = _configured(config_path) if config_path is not None else read_edition(folder)
    look = _look(edition.look, brand, templates, sections, without)
    chosen = Audience(audience) if audience is not None else edition.audience
    mask = edition.mask if full is None else not full
    if full is None and chosen is not edition.audience and chosen is Audience.CLIENT:
        mask = True
    edition = replace(edition, audience=chosen, language=language or edition.language, mask=mask, look=look)
    edition.check()
    view = view_of(saved.result(), mask=edition.mask, language=edition.language, audience=edition.audience)
    beside = path.resolve().parent == folder.resolve()
    put(render(view, edition.look, beside=beside and not pdf), path, saved.folder, pdf=pdf)
    click.echo(f"Wrote {path}.")


def _configured(config_path: Path) -> "Edition":
    from audit.config import load_config
    from reports.outputs.edition import edition_of

    edition, notes = edition_of(load_config(config_path), config_path.parent)
    _warn(notes)
    return edition


def _look(
    look: "Look", brand: Path | None, templates: Path | None, sections: tuple[str, ...], without: tuple[str, ...]
) -> "Look":
    """The look with what the options replace of it."""
    from audit.config import load_brand
    from audit.report_config import BrandConfig, ReportConfig
    from reports.look import look_of

    if brand is not None:
        branded, notes = look_of(ReportConfig(), load_brand(brand), brand.parent)
        _warn(notes)
        look = replace(branded, sections=look.sections, leave_out=look.leave_out, templates=look.templates)
    if templates is not None:
        own, _ = look_of(ReportConfig(templates=str(templates.resolve())), BrandConfig(), Path())
        look = replace(look, templates=own.templates)
    return replace(look, sections=sections or look.sections, leave_out=without or look.leave_out)


def _warn(notes: tuple[str, ...]) -> None:
    for note in notes:
        click.echo(f"warning: {note}", err=True)
