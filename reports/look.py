"""How a report looks and in whose name it stands: logo, colour, texts, order of sections, own templates."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

from audit.errors import ConfigError
from audit.report_config import BrandConfig, ReportConfig
from reports.colour import DARK_GROUND, LIGHT_GROUND, contrast, readable

LARGEST_LOGO = 120_000
"""Bytes; it is part of the page and of its budget."""
LARGEST_TEMPLATE = 400_000
TEMPLATE_KINDS = (".html", ".css", ".js")
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_LOADING = frozenset(
    "script foreignobject iframe image a animate animatemotion animatetransform set handler audio video link object "
    "embed feimage".split()
)
"""Elements that run or load something, or could be made to."""
_OUTWARD = re.compile(r"(?i)javascript:|data:|@import|url\(\s*['\"]?(?!#)")


@dataclass(frozen=True)
class Look:
    """`logo` is a data URI, `link` and `link_dark` are shades of `colour` that can be read; "" where none is given.

    `templates` holds the texts of the user's own templates by name.
    """

    title: str = ""
    client: str = ""
    author: str = ""
    logo: str = ""
    colour: str = ""
    link: str = ""
    link_dark: str = ""
    intro: str = ""
    closing: str = ""
    sections: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """In types that JSON knows."""
        told = {item.name: getattr(self, item.name) for item in fields(self)}
        listed = {"sections": list(self.sections), "leave_out": list(self.leave_out)}
        return told | listed | {"templates": dict(self.templates)}


def look_from(told: Mapping[str, Any]) -> Look:
    """The look that `Look.plain` gave."""
    known = {item.name for item in fields(Look)}
    held: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.items() if name in known
    }
    return Look(**held)


def look_of(report: ReportConfig, brand: BrandConfig, folder: Path) -> tuple[Look, tuple[str, ...]]:
    """The look that a project asks for, and what had to be changed; file names are relative to `folder`.

    Raises ConfigError for a logo or template that cannot be used.
    """
    notes = []
    link = link_dark = ""
    if brand.colour is not None:
        link, link_dark = readable(brand.colour, LIGHT_GROUND), readable(brand.colour, DARK_GROUND)
        if link != brand.colour.lower():
            share = contrast(brand.colour, LIGHT_GROUND)
            notes.append(
                f"The colour {brand.colour} is too pale for text on white ({share:.1f} : 1); links take {link} instead."
            )
    look = Look(
        title=brand.title or "",
        client=brand.client or "",
        author=brand.author or "",
        logo=_logo(folder / brand.logo) if brand.logo else "",
        colour=(brand.colour or "").lower(),
        link=link,
        link_dark=link_dark,
        intro=brand.intro or "",
        closing=brand.closing or "",
        sections=report.sections,
        leave_out=report.leave_out,
        templates=MappingProxyType(_templates(folder / report.templates)) if report.templates else {},
    )
    return look, tuple(notes)


def _logo(path: Path) -> str:
    """The picture as a data URI. Raises ConfigError where it is none, too large, or would load or run something."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"The logo {path} cannot be read ({error.strerror}).", hint="Check [brand] logo.") from error
    if len(data) > LARGEST_LOGO:
        raise ConfigError(
            f"The logo {path} has {len(data):,} bytes.", hint=f"Take a smaller picture: at most {LARGEST_LOGO:,} bytes."
        )
    if data.startswith(_PNG):
        kind = "png"
    elif data.startswith(_JPEG):
        kind = "jpeg"
    else:
        _check_svg(path, data)
        kind = "svg+xml"
    return f"data:image/{kind};base64,{b64encode(data).decode()}"


def _check_svg(path: Path, data: bytes) -> None:
    wrong = ConfigError(f"The logo {path} is neither PNG nor JPEG nor SVG.", hint="Export it in one of these formats.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise wrong from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ConfigError(f"The logo {path} defines entities.", hint="Export it as plain SVG, or as PNG.")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        raise wrong from None
    if _local(root.tag) != "svg":
        raise wrong
    for node in root.iter():
        name = _local(node.tag)
        reason = ""
        if name in _LOADING:
            reason = f"has <{name}>"
        elif name == "style" and _OUTWARD.search(node.text or ""):
            reason = "loads something by its styles"
        for key, value in node.attrib.items():
            key = _local(key)
            if key.startswith("on") or (key == "href" and not value.startswith("#")) or _OUTWARD.search(value):
                reason = f"has the attribute {key} that runs or loads something"
        if reason:
            raise ConfigError(f"The logo {path} {reason}.", hint="Export it as plain SVG, or as PNG.")


def _local(name: object) -> str:
    return str(name).rpartition("}")[2].lower()


def _templates(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise ConfigError(f"There is no folder {folder} with templates.", hint="Check [report] templates.")
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix not in TEMPLATE_KINDS or not path.is_file():
            continue
        if path.stat().st_size > LARGEST_TEMPLATE:
            raise ConfigError(f"The template {path} has more than {LARGEST_TEMPLATE:,} bytes.")
        try:
            found[path.name] = path.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(f"The template {path} is not UTF-8.") from error
    if not found:
        raise ConfigError(f"{folder} holds no templates.", hint=f"They end in {', '.join(TEMPLATE_KINDS)}.")
    return found
