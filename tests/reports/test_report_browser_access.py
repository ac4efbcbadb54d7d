"""The report for everyone: WCAG 2.2 AA by axe-core, the keyboard alone, every width, dark and light."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from browsing import OPEN_ALL, opened

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """async ([where, tags]) => {
  const found = await axe.run(where, { runOnly: tags, resultTypes: ["violations"] });
  const told = nodes => nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ");
  return found.violations.map(one => `${one.id}: ${told(one.nodes)}`);
}"""
A_FEW_OF_EACH = """() => {
  const beyond = (nodes, kept) => [...nodes].slice(kept).forEach(node => node.remove());
  document.querySelectorAll("main > section").forEach(section => beyond(section.querySelectorAll("details.item"), 3));
  document.querySelectorAll("tbody").forEach(body => beyond(body.rows, 4));
}"""
"""Lines and rows of a section come from one template, and axe takes minutes for thousands of them."""


def violations(page: Any, where: str = "html") -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and its own best practice."""
    page.evaluate(AXE)
    return list(page.evaluate(VIOLATIONS, [where, RULES]))


@pytest.mark.parametrize("width", [1440, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_breaks_no_rule_of_wcag(browser: Any, folder: Path, scheme: str, width: int) -> None:
    # The page lets no script run but its own; axe is not a part of it.
    page, _, _ = opened(browser, folder, color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    page.evaluate(OPEN_ALL)
    page.wait_for_function("() => !document.querySelector('.table:not(.ready)')")
    page.evaluate("document.querySelectorAll('.finder [aria-expanded]').forEach(button => button.click())")
    page.evaluate(A_FEW_OF_EACH)
    assert page.locator("main > section").count() > 10
    assert violations(page) == []
    page.locator("th button.open").first.click()
    assert violations(page, "dialog[open]") == []


def test_axe_would_tell(browser: Any, folder: Path) -> None:
    page, _, _ = opened(browser, folder, bypass_csp=True)
    page.evaluate(
        "document.querySelector('#summary').innerHTML = '<p style=\"color: #ccc\">pale</p><img src=\"data:,\">'"
    )
    assert {told.split(":")[0] for told in violations(page, "#summary")} >= {"color-contrast", "image-alt"}


CONTROLS = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
    .filter(node => node.checkVisibility() && !node.disabled && node.className !== "skip");
  return new Set(all.map(node => node.type === "radio" ? node.name : node)).size;
}"""
"""How many stops there are; radio buttons of one question are one."""
STOPS = """() => {
  const node = document.activeElement, box = node.getBoundingClientRect(), style = getComputedStyle(node);
  return { name: node.tagName, shown: box.width > 0 && box.height > 0, outline: style.outlineStyle !== "none" };
}"""


def test_keyboard_reaches_every_control_and_shows_where_it_is(browser: Any, folder: Path) -> None:
    page, _, _ = opened(browser, folder)
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    wanted = page.evaluate(CONTROLS)
    stops = []
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOPS)
        if stop["name"] == "BODY":
            break
        stops.append(stop)
    assert len(stops) == wanted + 1
    assert [stop for stop in stops if not (stop["shown"] and stop["outline"])] == []


def test_first_tab_reaches_the_skip_link(browser: Any, folder: Path) -> None:
    page, _, _ = opened(browser, folder)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"


@pytest.mark.parametrize("width", [320, 400, 768, 1440, 3840])
def test_page_never_scrolls_sideways(browser: Any, folder: Path, width: int) -> None:
    page, _, _ = opened(browser, folder, viewport={"width": width, "height": 900})
    page.evaluate(OPEN_ALL)
    page.evaluate("document.querySelectorAll('.finder [aria-expanded]').forEach(button => button.click())")
    scroll, client = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert scroll <= client


def test_reader_chooses_dark_or_light_and_finds_it_again(browser: Any, folder: Path) -> None:
    page, _, errors = opened(browser, folder, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.get_by_label("Appearance").select_option("Dark")
    assert page.evaluate(ground) == "rgb(18, 24, 30)"
    page.reload()
    assert page.evaluate(ground) == "rgb(18, 24, 30)"
    page.emulate_media(media="print")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    page.get_by_label("Appearance").select_option("As the device")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ground) == "rgb(18, 24, 30)"
    assert errors == []
