"""How the sample's report behaves in a real Chromium: how large it is, how fast it opens, how fluid it stays."""

from pathlib import Path
from typing import Any

import pytest

from audit.result import AuditResult
from reports.outputs.html import render, view_of
from reports.sections.audience import Audience

pytestmark = pytest.mark.browser

TRIES = 4
"""The fastest counts: a busy machine slows a page, it never makes one faster."""
OPENING, ANSWER = 1000.0, 200.0
"""Milliseconds that the page's thread works until it is loaded (a clock would count what else the machine does),
and until it has answered what its reader does."""
FILTER = """
word => {
  const box = document.querySelector("#findings .table.tools"), input = box.querySelector("input[type=search]");
  const start = performance.now();
  input.value = word;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  box.getBoundingClientRect();
  return performance.now() - start;
}
"""
SCROLL = """
async () => {
  let longest = 0;
  const height = document.documentElement.scrollHeight;
  for (let place = 0; place < height; place += Math.ceil(height / 40)) {
    const start = performance.now();
    scrollTo({ top: place, behavior: "instant" });
    document.documentElement.getBoundingClientRect();
    longest = Math.max(longest, performance.now() - start);
    await new Promise(requestAnimationFrame);
  }
  return longest;
}
"""


@pytest.fixture(scope="module")
def page_file(sample_audit: AuditResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("load") / "report.html"
    view = view_of(sample_audit, mask=True, language="en", audience=Audience.EVERYTHING)
    path.write_text(render(view), encoding="utf-8")
    return path


def test_the_sample_stays_within_its_size(page_file: Path) -> None:
    assert page_file.stat().st_size <= 1_000_000


def test_opens_within_a_second(browser: Any, page_file: Path, tell: Any) -> None:
    worked, loaded = [], []
    for _ in range(TRIES):
        page = browser.new_page()
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(page_file.as_uri())
        told = {entry["name"]: entry["value"] for entry in devtools.send("Performance.getMetrics")["metrics"]}
        worked.append(1000 * told["TaskDuration"])
        loaded.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
        page.close()
    tell(
        f"the sample's report of {page_file.stat().st_size:,} bytes opens in {min(loaded):.0f} ms, "
        f"{min(worked):.0f} ms of them work"
    )
    assert min(worked) < OPENING


def test_stays_fluid(browser: Any, page_file: Path, tell: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(page_file.as_uri())
    filtering = min(page.evaluate(FILTER, word) for word in ("duplicate", "mail", "date", ""))
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    scrolling = min(page.evaluate(SCROLL) for _ in range(TRIES))
    tell(f"it filters in {filtering:.0f} ms and scrolls, all open, in steps of at most {scrolling:.0f} ms")
    assert filtering < ANSWER
    assert scrolling < ANSWER
