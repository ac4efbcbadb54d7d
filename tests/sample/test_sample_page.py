"""Golden pages of the sample company: the executive's markup, and the headings of the whole report.

Pictures, style and script have tests of their own and are left out. After a change that is meant, look at the
difference and write the files anew: GOLDEN=write pytest tests/sample
"""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reports.outputs.html import render, view_of
from reports.sections.audience import Audience

GOLDEN = Path(__file__).parents[1] / "golden"
_LEFT_OUT = r"(?s)<(svg|style|script)\b.*?</\1>"


class Outline(HTMLParser):
    """One line per heading. What stands below depends on the bytes that pictures take, so on the machine's fonts."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h1", "h2", "h3"):
            self.open = tag
            self.lines.append(f"{tag}: ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self.open:
            self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open:
            self.lines[-1] += " ".join(data.split()) + " "


@pytest.fixture(scope="module")
def pages(sample_audit) -> dict[Audience, str]:
    made = {}
    for audience in (Audience.EXECUTIVE, Audience.EVERYTHING):
        page = render(view_of(sample_audit, mask=True, language="en", audience=audience))
        # The policy carries the digest of the script, the foot the version.
        page = re.sub(r"sha256-[\w+/=]+", "sha256", re.sub(_LEFT_OUT, r"<\1/>", page))
        made[audience] = page.replace(sample_audit.version, "VERSION")
    return made


def compare(name: str, found: str) -> None:
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_text(found, "utf-8", newline="\n")
    assert found.splitlines() == path.read_text("utf-8").splitlines()


def test_the_executives_page_is_the_known_one(pages: dict[Audience, str]) -> None:
    compare("sample_executive.html", pages[Audience.EXECUTIVE])


def test_the_headings_of_the_report_is_the_known_one(pages: dict[Audience, str]) -> None:
    outline = Outline()
    outline.feed(pages[Audience.EVERYTHING])
    compare("sample_headings.txt", "\n".join(line.rstrip() for line in outline.lines) + "\n")
