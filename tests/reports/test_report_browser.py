"""The report in a real Chromium: no request, no error, readable without script, usable by keyboard and on a phone."""

import re
from pathlib import Path
from typing import Any

import pytest
from browsing import OPEN_ALL, opened

pytestmark = pytest.mark.browser


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


def test_link_of_the_first_screen_opens_its_item(browser: Any, folder: Path) -> None:
    page, _, _ = opened(browser, folder)
    link = page.locator("#summary .list a").first
    target = (link.get_attribute("href") or "").removeprefix("#")
    link.click()
    page.wait_for_function("id => document.getElementById(id).open", arg=target)


def test_hostile_values_do_not_run(browser: Any, folder: Path, full_page: str, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(full_page, encoding="utf-8")
    page, requests, errors = opened(browser, tmp_path)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(200)
    assert dialogs == []
    assert errors == []
    assert len([url for url in requests if not url.startswith("data:")]) == 1
    assert page.locator("main img, main iframe, main object, main embed, main script:not([type])").count() == 0
    assert page.evaluate("[...new Set([...document.links].map(link => link.protocol))]") == ["file:"]
    text = page.evaluate("document.querySelector('main').innerText")
    assert "<img src=x onerror=alert(1)>" in text
    assert re.search(r"[\x00-\x08\x1b\u202a-\u202e\u2066-\u2069]", text) is None
    assert max(map(len, text.splitlines())) < 5_000


def test_policy_lets_nothing_in(browser: Any, folder: Path) -> None:
    page, _, _ = opened(browser, folder)
    ran, refused = page.evaluate(
        """async () => {
          const refused = [];
          addEventListener("securitypolicyviolation", event => refused.push(event.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          const image = new Image();
          image.src = "https://example.invalid/a.png";
          document.body.append(image);
          const fetched = await fetch("https://example.invalid/").then(() => true, () => false);
          await new Promise(done => setTimeout(done, 200));
          return [Boolean(window.ran) || fetched, refused];
        }"""
    )
    assert not ran
    assert set(refused) == {"script-src-elem", "img-src", "connect-src"}


def test_prints_with_everything_open(browser: Any, folder: Path, tmp_path: Path) -> None:
    page, _, _ = opened(browser, folder, java_script_enabled=False)
    page.emulate_media(media="print")
    hidden = page.locator("#rule-UNQ001 table").first
    assert hidden.is_visible()
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")
