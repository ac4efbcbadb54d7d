"""The report in a real Chromium: no request, no error, readable without script, usable by keyboard and on a phone."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM:
        reason = "no Chromium here; set CHROMIUM to its path"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


def opened(browser: Any, folder: Path, **options: Any) -> tuple[Any, list[str], list[str]]:
    """A page showing the report, the requests it made and the errors it logged."""
    page = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}).new_page()
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((folder / "report.html").as_uri())
    return page, requests, errors


def test_makes_no_request_and_logs_no_error(browser: Any, folder: Path) -> None:
    page, requests, errors = opened(browser, folder)
    page.get_by_role("button", name="Open all").first.click()
    page.mouse.wheel(0, 50_000)
    page.wait_for_timeout(200)
    assert [url for url in requests if not url.startswith("data:")] == [(folder / "report.html").as_uri()]
    assert errors == []


def test_is_whole_without_script(browser: Any, folder: Path) -> None:
    page, _, errors = opened(browser, folder, java_script_enabled=False)
    assert errors == []
    assert page.get_by_role("heading", level=2).count() >= 10
    assert page.locator("summary").count() > 20
    line = page.locator("#rule-UNQ001")
    assert not line.locator("table").first.is_visible()
    line.locator("summary").first.click()
    assert line.locator("table").first.is_visible()
    assert page.locator(".finder").count() == 0


def test_tables_search_and_sort(browser: Any, folder: Path) -> None:
    page, _, _ = opened(browser, folder)
    box = page.locator("#findings .table.tools").first
    rows = box.locator("tbody tr:visible")
    before = rows.count()
    box.get_by_role("searchbox").fill("duplicate contact")
    assert rows.count() == 1
    assert box.get_by_role("status").inner_text() == f"1 of {before} rows"
    box.get_by_role("searchbox").fill("no such thing")
    assert rows.count() == 0
    box.get_by_role("searchbox").fill("")
    assert rows.count() == before
    head = box.locator("thead th").nth(2)
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    counts = [int(text.replace(",", "")) for text in box.locator("tbody td:nth-child(3)").all_inner_texts()]
    assert counts == sorted(counts)
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"


def test_link_of_the_first_screen_opens_its_item(browser: Any, folder: Path) -> None:
    page, _, _ = opened(browser, folder)
    link = page.locator("#summary .list a").first
    target = (link.get_attribute("href") or "").removeprefix("#")
    link.click()
    page.wait_for_function("id => document.getElementById(id).open", arg=target)


def test_first_tab_reaches_the_skip_link(browser: Any, folder: Path) -> None:
    page, _, _ = opened(browser, folder)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"


@pytest.mark.parametrize("width", [320, 400, 768, 1440, 3840])
def test_page_never_scrolls_sideways(browser: Any, folder: Path, width: int) -> None:
    page, _, _ = opened(browser, folder, viewport={"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    scroll, client = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert scroll <= client


def test_hostile_values_do_not_run(browser: Any, folder: Path, full_page: str, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(full_page, encoding="utf-8")
    page, requests, errors = opened(browser, tmp_path)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    page.wait_for_timeout(200)
    assert dialogs == []
    assert errors == []
    assert len([url for url in requests if not url.startswith("data:")]) == 1


CONTRAST = """
() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = node => {
    for (let up = node; up; up = up.parentElement) {
      const colour = parse(getComputedStyle(up).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const poor = new Set();
  for (const node of document.querySelectorAll("main *, header *, footer *, nav *")) {
    if (node.closest("svg") || ![...node.childNodes].some(c => c.nodeType === 3 && c.textContent.trim())) continue;
    if (!node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(parse(style.color)), light(ground(node))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < (large ? 3 : 4.5)) poor.add(`${contrast.toFixed(2)} ${node.textContent.trim().slice(0, 30)}`);
  }
  return [...poor];
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser: Any, folder: Path, scheme: str) -> None:
    page, _, _ = opened(browser, folder, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    assert page.evaluate(CONTRAST) == []


def test_prints_with_everything_open(browser: Any, folder: Path, tmp_path: Path) -> None:
    page, _, _ = opened(browser, folder, java_script_enabled=False)
    page.emulate_media(media="print")
    hidden = page.locator("#rule-UNQ001 table").first
    assert hidden.is_visible()
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")
