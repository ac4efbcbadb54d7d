"""The report as one HTML file: no request leaves it, and it can be read whole without its script."""

import hashlib
import re
from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from audit.result import AuditResult
from reports import masking
from reports.sections import SECTIONS, View
from reports.wording import words_of

TEMPLATES = Path(__file__).parents[1] / "templates"
TEXT_LIMIT = 4000
"""No single text of the report is longer, whatever a cell holds."""
PAGE_FONT = "font: 7.5pt system-ui, sans-serif; color: #55616e;"
_CODE = re.compile(r"``(.+?)``")


def render(view: View) -> str:
    """The whole page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.filters["inline"] = _inline
    style, script = (_asset(environment, name) for name in ("style.css", "script.js"))
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("report.html").render(
        words=view.words,
        language=view.words.language,
        title=view.text(view.result.title, 120),
        kicker="" if view.result.title == view.words("page.kicker") else view.words("page.kicker"),
        as_of=view.words.date(view.result.as_of),
        version=view.result.version,
        page_head=_css_string(view.text(view.result.title, 120)),
        page_date=_css_string(view.words("page.as_of", date=view.words.date(view.result.as_of))),
        page_badge=_css_string(view.words("page.masked_badge" if view.masked else "page.full_badge")),
        page_font=Markup(PAGE_FONT),
        masked=view.masked,
        sections=[build(view) for build in SECTIONS],
        style=Markup(style),
        script=Markup(script),
        script_hash=f"sha256-{digest}",
    )


def write_html(result: AuditResult, folder: Path, *, mask: bool, language: str) -> Path:
    path = folder / "report.html"
    view = View(result, words_of(language), mask)
    path.write_text(render(view), encoding="utf-8", newline="\n")
    return path


def _asset(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0].strip()


def _harmless(value: object) -> object:
    """The last guard for every expression of a template: text loses control and direction characters."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return masking.harmless(value, TEXT_LIMIT)
    return value


def _css_string(text: str) -> Markup:
    """Text as a CSS string of which every character but plain letters and digits is escaped."""
    return Markup('"' + "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in text) + '"')


def _inline(text: str) -> Markup:
    """Text whose ``code`` is set as code."""
    parts = _CODE.split(masking.harmless(text, TEXT_LIMIT))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )
