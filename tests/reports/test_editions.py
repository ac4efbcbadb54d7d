"""The same result for different readers: audiences, brand, order of sections, own templates, budget, PDF, `report`."""

import base64
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from audit.errors import ConfigError, UsageError
from audit.report_config import BrandConfig, ReportConfig
from audit.result import AuditResult
from reports.colour import DARK_GROUND, ENOUGH, LIGHT_GROUND, contrast, readable
from reports.look import Look, look_from, look_of
from reports.outputs import budget
from reports.outputs.html import render, view_of
from reports.prose import prose
from reports.sections import SECTIONS
from reports.sections.audience import DEPTHS, Audience
from reports.sections.blocks import Cell, Column, Details, Paragraph, Section, Table
from reports.wording import words_of

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4" fill="#0a5"/></svg>'


def page_for(result: AuditResult, audience: Audience, look: Look | None = None, *, mask: bool = True) -> str:
    return render(view_of(result, mask=mask, language="en", audience=audience), look)


def sections_of(page: str) -> list[str]:
    return re.findall(r'<section id="([a-z_]+)"', page)


@pytest.fixture(scope="module")
def executive(result: AuditResult) -> str:
    return page_for(result, Audience.EXECUTIVE)


@pytest.fixture(scope="module")
def client(result: AuditResult) -> str:
    return page_for(result, Audience.CLIENT, mask=False)


def test_executives_get_what_matters_and_no_more(executive: str, page: str) -> None:
    assert sections_of(executive) == ["summary", "essentials"]
    assert len(executive) < len(page) / 4
    assert executive.count("<figure") >= 1


def test_operations_get_everything_that_can_be_acted_on(result: AuditResult) -> None:
    found = sections_of(page_for(result, Audience.OPERATIONS))
    assert {"to_do", "findings", "review", "duplicates", "changes", "unchecked"} <= set(found)
    assert not {"method", "essentials", "performance"} & set(found)


def test_a_client_gets_method_and_certificate_and_nobodys_data(client: str) -> None:
    found = sections_of(client)
    assert found[0] == "summary"
    assert found[-2:] == ["method", "sign_off"]
    assert "Masked for sending" in client
    assert "Ratna" not in client
    assert "Signature" in client


def test_audiences_name_sections_that_exist() -> None:
    for depth in DEPTHS.values():
        assert {*(depth.sections or ()), *depth.without} <= set(SECTIONS)


def test_no_link_leads_nowhere(executive: str, client: str) -> None:
    for page in (executive, client):
        ids = set(re.findall(r' id="([^"]+)"', page))
        assert {target for target in re.findall(r'href="#([^"]*)"', page) if target} <= ids


def test_what_is_not_printed_is_said_in_print(client: str, page: str) -> None:
    assert 'data-print="closed"' in client
    assert re.search(
        r'<p class="printed">[\d,]+ items that open on the screen are not printed; findings\.csv has them', client
    )
    assert 'data-print="open"' in page
    assert 'class="printed"' not in page


def test_order_and_choice_of_sections(result: AuditResult) -> None:
    look = Look(sections=("method", "summary", "findings"), leave_out=("findings",))
    assert sections_of(page_for(result, Audience.EVERYTHING, look)) == ["method", "summary"]
    with pytest.raises(UsageError, match=r"no section 'find'.*Did you mean 'findings'"):
        page_for(result, Audience.EVERYTHING, Look(sections=("find",)))
    with pytest.raises(UsageError, match="no section"):
        page_for(result, Audience.EVERYTHING, Look(leave_out=tuple(SECTIONS)))


def test_brand_stands_on_the_page_as_text(result: AuditResult, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(PNG)
    brand = BrandConfig(
        title="Audit <2026>",
        client="Halden & Sons",
        author="Brackwell <i>",
        logo="logo.png",
        colour="#ffcc00",
        intro="Dear **all**,\n\n- one <script>\n- two",
        closing="Yours\nB.",
    )
    look, notes = look_of(ReportConfig(), brand, tmp_path)
    page = page_for(result, Audience.CLIENT, look)
    assert "<h1>Audit &lt;2026&gt;</h1>" in page
    assert "for Halden &amp; Sons, by Brackwell &lt;i&gt;" in page
    assert '<img class="logo" src="data:image/png;base64,' in page
    assert "<p>Dear <strong>all</strong>,</p>" in page
    assert "<li>one &lt;script&gt;</li>" in page
    assert "<p>Yours B.</p>" in page
    assert len(notes) == 1
    assert "#ffcc00 is too pale" in notes[0]
    shades = re.search(r"--link: light-dark\((#\w+), (#\w+)\)", page)
    assert shades is not None
    assert contrast(shades[1], LIGHT_GROUND) >= ENOUGH
    assert contrast(shades[2], DARK_GROUND) >= ENOUGH
    assert look_from(json.loads(json.dumps(look.plain()))) == look


@pytest.mark.parametrize("colour", ["#ffcc00", "#1a5580", "#ffffff", "#000000", "#00ff00", "#7f7f7f", "#102030"])
@pytest.mark.parametrize("ground", [LIGHT_GROUND, DARK_GROUND])
def test_every_colour_becomes_readable(colour: str, ground: str) -> None:
    shade = readable(colour, ground)
    assert contrast(shade, ground) >= ENOUGH
    if contrast(colour, ground) >= ENOUGH:
        assert shade == colour


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a...", "neither PNG nor JPEG nor SVG"),
        (SVG.replace("<rect", "<script>alert(1)</script><rect").encode(), "has <script>"),
        (SVG.replace("<rect", '<rect onload="x()"').encode(), "attribute onload"),
        (SVG.replace("<rect", '<use href="http://x.example/a.svg#b"/><rect').encode(), "attribute href"),
        (SVG.replace("#0a5", "url(http://x.example/a)").encode(), "attribute fill"),
        (SVG.replace("<rect", "<style>@import 'x'</style><rect").encode(), "by its styles"),
        (SVG.replace("<rect", "<foreignObject/><rect").encode(), "has <foreignobject>"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.encode(), "defines entities"),
        (b"<html/>", "neither PNG"),
        (b"<svg", "neither PNG"),
        (PNG + b"0" * 200_000, "200,070 bytes"),
    ],
)
def test_a_logo_that_runs_or_loads_something_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "logo").write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        look_of(ReportConfig(), BrandConfig(logo="logo"), tmp_path)


def test_a_plain_svg_and_a_jpeg_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text(SVG)
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8\xff\xe0rest")
    for name, kind in (("a.svg", "svg+xml"), ("b.jpg", "jpeg")):
        look, _ = look_of(ReportConfig(), BrandConfig(logo=name), tmp_path)
        assert look.logo.startswith(f"data:image/{kind};base64,")
    with pytest.raises(ConfigError, match="cannot be read"):
        look_of(ReportConfig(), BrandConfig(logo="none.png"), tmp_path)


def test_own_templates_come_first_and_see_nothing_of_the_machine(result: AuditResult, tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "section.html").write_text('<section id="{{ section.id }}"><h2>Ours: {{ section.title }}</h2></section>')
    look, _ = look_of(ReportConfig(templates="templates"), BrandConfig(), tmp_path)
    assert "Ours: Method" in page_for(result, Audience.EVERYTHING, look).replace("Ours: How", "Ours: Method")
    (folder / "section.html").write_text("{{ ''.__class__.__mro__[1].__subclasses__() }}")
    hostile, _ = look_of(ReportConfig(templates="templates"), BrandConfig(), tmp_path)
    with pytest.raises(UsageError, match="unsafe"):
        page_for(result, Audience.EVERYTHING, hostile)
    (folder / "section.html").write_text("{% if %}")
    broken, _ = look_of(ReportConfig(templates="templates"), BrandConfig(), tmp_path)
    with pytest.raises(UsageError, match=r"section\.html, line 1"):
        page_for(result, Audience.EVERYTHING, broken)
    with pytest.raises(ConfigError, match="no folder"):
        look_of(ReportConfig(templates="nowhere"), BrandConfig(), tmp_path)


def test_prose_is_paragraphs_points_and_strong_words_only() -> None:
    assert prose("", 100) == ""
    assert prose("a\nb\n\n- c\n- **d** e\n\nf & <g>", 100) == (
        '<p>a b</p>\n<ul class="bullets"><li>c</li><li><strong>d</strong> e</li></ul>\n<p>f &amp; &lt;g&gt;</p>'
    )
    assert "\u202e" not in prose("a\u202eb", 100)


# The budget.


def large(name: str, tables: int, rows: int, items: int) -> Section:
    columns = (Column("A"), Column("B", number=True))
    cells = tuple((Cell("x" * 40), Cell(str(row), sort=float(row))) for row in range(rows))
    table = Table("Numbers", columns, cells)
    return Section(
        name,
        name,
        "",
        (*(table for _ in range(tables)), *(Details(f"item {n}", (table,), id=f"{name}-{n}") for n in range(items))),
    )


def weigh(section: Section) -> int:
    return sum(
        len(block.rows) * 120 + 300 if isinstance(block, Table) else 200 + weigh(replace(section, blocks=block.blocks))
        for block in section.blocks
        if isinstance(block, Table | Details)
    )


@pytest.mark.parametrize(
    "sections",
    [
        [large("findings", 1, 5_000, 200), large("metrics", 1, 100, 20), large("people", 1, 10, 0)],
        [large("findings", 200, 400, 0), large("inventory", 0, 0, 5_000)],
        [large("people", 3, 5, 2)],
    ],
    ids=["deep", "wide", "small"],
)
def test_whatever_is_found_the_sections_stay_within_their_room(sections: list[Section]) -> None:
    from markupsafe import Markup

    parts = budget.fit(sections, lambda section: Markup("x" * weigh(section)), 200_000, words_of("en"))
    assert [part.section.id for part in parts] == [section.id for section in sections]
    assert sum(part.size for part in parts) <= 200_000
    for part, section in zip(parts, sections, strict=True):
        if weigh(section) > 200_000:
            told = " ".join(
                block.note if isinstance(block, Table) else block.text
                for block in part.section.blocks
                if isinstance(block, Table | Paragraph)
            )
            assert budget.file_of(section.id) in told
        elif section.id == "people":
            assert part.section == section


def test_a_page_of_too_much_is_cut_and_says_where_the_rest_is(
    result: AuditResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "limit", lambda contacts: 300_000)
    page = page_for(result, Audience.EVERYTHING)
    assert len(page.encode()) <= 300_000
    assert "To keep this report small" in page
    assert "findings.csv" in page
    ids = set(re.findall(r' id="([^"]+)"', page))
    assert {target for target in re.findall(r'href="#([^"]*)"', page) if target} <= ids


def test_the_budget_grows_with_the_contacts() -> None:
    assert budget.limit(0) == budget.limit(100_000) == 1_000_000
    assert budget.limit(1_000_000) == budget.limit(9_000_000) == 3_000_000
    assert 1_000_000 < budget.limit(500_000) < 3_000_000
