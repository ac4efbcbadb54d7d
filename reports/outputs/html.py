"""The report as one HTML file: no request leaves it, and it can be read whole without its script."""

import hashlib
import re
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

from jinja2 import DictLoader, Environment, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.loaders import BaseLoader, ChoiceLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from audit.errors import UsageError
from audit.result import AuditResult
from reports import masking
from reports.disclosure import screened
from reports.look import Look
from reports.outputs import budget
from reports.outputs.edition import Edition
from reports.prose import prose
from reports.sections import SECTIONS, Section, View
from reports.sections.audience import DEPTHS, Audience, chosen, shortened
from reports.sections.blocks import Block, Details, Paragraph, Table
from reports.wording import words_of

TEMPLATES = Path(__file__).parents[1] / "templates"
NAME = "report.html"
FULL_NAME = "report-full.html"
"""The full twin of a masked report."""
OF_SECTIONS = ("review",)
"""Sections with a style sheet and a script of their own."""
PRINTED_ROWS = 25
"""Lines of a table on paper, for readers who get no lines that open."""
TEXT_LIMIT = 4000
"""No single text of the report is longer, whatever a cell holds."""
PAGE_FONT = "font: 7.5pt system-ui, sans-serif; color: #55616e;"
_CODE = re.compile(r"``(.+?)``")
_SECTION = '{% import "blocks.html" as blocks with context %}{% include section.template %}'
_IMPLIED = re.compile(r"</(?:td|th|tr|li|dt|dd|tbody|thead)>")
"""End tags that HTML lets go without saying."""
_BETWEEN = re.compile(r">\s*\n\s*<")
_ID = re.compile(r'<[a-z][^>]*? id="([^"]+)"')
_HINT_LINK = re.compile(r'<p class="hint"><a href="#([^"]*)">.*?</a></p>')
_LINK = re.compile(r'<a href="#([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def render(view: View, look: Look | None = None, *, beside: bool = True) -> str:
    """The whole page; `beside` says whether the other files of the audit lie beside it.

    Raises UsageError for a section that does not exist, and for a template of the user's own that cannot be used.
    """
    look = look or Look()
    try:
        return screened(view, lambda view: _page(view, look, beside))
    except TemplateError as error:
        if not look.templates:
            raise
        line = getattr(error, "lineno", None)
        place = f", line {line}" if line else ""
        name = getattr(error, "name", None) or "a template"
        raise UsageError(f"{name}{place}: {error}.", hint="Mend your own template, or leave it out.") from error


def write_html(result: AuditResult, folder: Path, edition: Edition, name: str = NAME) -> Path:
    path = folder / name
    view = view_of(result, mask=edition.mask, language=edition.language, audience=edition.audience)
    path.write_text(render(view, edition.look), encoding="utf-8", newline="\n")
    return path


def view_of(result: AuditResult, *, mask: bool, language: str, audience: Audience) -> View:
    """What a report shows; some audiences never see people's data."""
    return View(result, words_of(language), mask or DEPTHS[audience].always_masked, audience)


def _page(view: View, look: Look, beside: bool) -> str:
    environment = _environment(look)
    words, depth = view.words, DEPTHS[view.audience]
    names = chosen(tuple(SECTIONS), view.audience, look.sections, look.leave_out)
    own = [name for name in OF_SECTIONS if name in names]
    style = "\n".join(_asset(environment, f"{name}.css") for name in ("style", *own))
    script = "\n".join(_asset(environment, f"{name}.js") for name in ("script", *own))
    title = masking.plain(look.title or view.result.title, 120)
    told = {
        "words": words,
        "language": words.language,
        "title": title,
        "kicker": "" if title == words("page.kicker") else words("page.kicker"),
        "as_of": words.date(view.result.as_of),
        "version": view.result.version,
        "page_head": _css_string(title),
        "page_date": _css_string(words("page.as_of", date=words.date(view.result.as_of))),
        "page_badge": _css_string(_badge(view, look)),
        "page_font": Markup(PAGE_FONT),
        "masked": view.masked,
        "beside": beside,
        "look": look,
        "brand_style": _brand_style(look),
        "intro": prose(look.intro, TEXT_LIMIT),
        "closing": prose(look.closing, TEXT_LIMIT),
        "printed_open": depth.printed_open,
        "printed_rows": PRINTED_ROWS,
        "audience": str(view.audience),
        "style": Markup(style),
        "script": Markup(script),
        "script_hash": f"sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
    }
    page = environment.get_template("report.html")
    one = environment.from_string(_SECTION)

    def body(section: Section) -> Markup:
        return Markup(_lean(one.render({**told, "section": section})))

    sections = [_for_audience(SECTIONS[name](view), view) for name in names]
    frame = len(page.render({**told, "sections": sections, "bodies": []}).encode())
    room = budget.limit(len(view.result.dataset.get("contact"))) - frame
    parts = budget.fit(sections, body, room, words)
    shown = {"sections": [part.section for part in parts], "bodies": [part.body for part in parts]}
    return _without_dead_links(page.render({**told, **shown}))


def _environment(look: Look) -> Environment:
    """Templates of the user's own run in a sandbox: they see the report's data and nothing of the machine."""
    loaders: list[BaseLoader] = [FileSystemLoader(TEMPLATES)]
    kind: type[Environment] = Environment
    if look.templates:
        kind = ImmutableSandboxedEnvironment
        loaders.insert(0, DictLoader(look.templates))
    environment = kind(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.filters |= {"inline": _inline, "key": _key}
    return environment


def _for_audience(section: Section, view: View) -> Section:
    """The section as deep as its readers want it; in print it says what stays closed."""
    depth, words = DEPTHS[view.audience], view.words
    file = budget.file_of(section.id)
    section = shortened(
        section, depth.rows, lambda shown, total: words("frame.shortened", shown=shown, n=total, file=file)
    )
    if depth.printed_open:
        return section
    blocks: list[Block] = []
    for block in section.blocks:
        blocks.append(block)
        if isinstance(block, Table) and len(block.rows) > PRINTED_ROWS:
            text = words("frame.shortened", shown=PRINTED_ROWS, n=len(block.rows), file=file)
            blocks.append(Paragraph(text, tone="printed"))
    closed = sum(isinstance(block, Details) for block in section.blocks)
    if closed:
        blocks.append(Paragraph(words("frame.not_printed", n=closed, file=file), tone="printed"))
    return replace(section, blocks=tuple(blocks))


def _badge(view: View, look: Look) -> str:
    masked = view.words("page.masked_badge" if view.masked else "page.full_badge")
    return f"{masked} · {masking.plain(look.author, 120)}" if look.author else masked


def _brand_style(look: Look) -> Markup:
    if not look.colour:
        return Markup("")
    return Markup(
        f":root {{ --link: light-dark({look.link}, {look.link_dark}); }} "
        f"body {{ border-top: 6px solid {look.colour}; }}"
    )


def _asset(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0].strip()


def _lean(html: str) -> str:
    """The same elements in fewer bytes."""
    return _BETWEEN.sub(">\n<", _IMPLIED.sub("", html)).strip() + "\n"


def _without_dead_links(page: str) -> str:
    """The page with every link whose target it does not have as plain text."""
    ids = frozenset(_ID.findall(page))
    page = _HINT_LINK.sub(lambda found: found[0] if found[1] in ids else "", page)
    return _LINK.sub(lambda found: found[0] if found[1] in ids else found[2], page)


def _harmless(value: object) -> object:
    """The last guard for every expression of a template: text loses control and direction characters."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return masking.harmless(value, TEXT_LIMIT)
    return value


def _css_string(text: str) -> Markup:
    """Text as a CSS string of which every character but plain letters and digits is escaped."""
    return Markup('"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text) + '"')


def _key(value: float | str) -> str:
    """What a cell is sorted by, as short as the order allows."""
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def _inline(text: str) -> Markup:
    """Text whose ``code`` is set as code."""
    parts = _CODE.split(masking.harmless(text, TEXT_LIMIT))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )
