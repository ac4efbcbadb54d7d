"""Tables of the report in a browser: find, filter, sort, turn pages, choose columns, take along, look a record up."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from browsing import OPEN_ALL, opened

pytestmark = pytest.mark.browser


@pytest.fixture
def overview(browser: Any, folder: Path) -> Any:
    """The table of all problems."""
    page, _, _ = opened(browser, folder)
    return page.locator("#findings .table.tools").first


def numbers(box: Any, column: int) -> list[float]:
    return [float(text.replace(",", "")) for text in box.locator(f"tbody td:nth-child({column})").all_inner_texts()]


def test_search_keeps_the_rows_that_hold_every_word(overview: Any) -> None:
    total = overview.locator("tbody tr").count()
    overview.get_by_role("searchbox").fill("contact duplicate")
    assert overview.locator("tbody tr:visible").count() >= 1
    for text in overview.locator("tbody tr:visible").all_inner_texts():
        assert "contact" in text.lower() and "duplicate" in text.lower()
    shown = overview.locator("tbody tr:visible").count()
    assert overview.get_by_role("status").inner_text() == f"{shown} of {total} rows"
    overview.get_by_role("searchbox").fill("no such thing")
    assert overview.locator("tbody tr:visible").count() == 0
    assert overview.get_by_role("status").inner_text() == "No row matches."


def test_headers_sort_by_the_keyboard_over_all_pages(overview: Any) -> None:
    head = overview.locator("thead th").nth(2)
    head.get_by_role("button").focus()
    overview.page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    counts = numbers(overview, 3)
    assert counts == sorted(counts) and len(set(counts)) > 1
    overview.page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert numbers(overview, 3) == sorted(counts, reverse=True)


def test_pages_show_every_row_once(browser: Any, page: str, tmp_path: Path) -> None:
    before, after = page.split('<section id="findings"', 1)
    head, body, rest = re.split(r"(?<=<tbody>)(.*?)(?=</table>)", after, maxsplit=1, flags=re.DOTALL)
    long = f'{before}<section id="findings"{head}{body * 3}{rest}'
    (tmp_path / "report.html").write_text(long, encoding="utf-8")
    shown, _, _ = opened(browser, tmp_path)
    box = shown.locator("#findings .table.tools").first
    names = box.locator("tbody th a").all_text_contents()
    assert len(names) > 50
    following, seen = box.get_by_role("button", name="Next"), []
    while True:
        seen += box.locator("tbody tr:visible th a").all_text_contents()
        if following.is_disabled():
            break
        following.click()
    assert seen == names
    box.get_by_role("button", name="Show all").click()
    assert box.locator("tbody tr:visible").count() == len(names)


def test_filter_and_columns(overview: Any) -> None:
    opener = overview.get_by_role("button", name="Filter")
    opener.click()
    assert opener.get_attribute("aria-expanded") == "true"
    overview.get_by_label("Severity").first.select_option("Critical")
    shown = overview.locator("tbody tr:visible")
    assert shown.count() >= 1
    assert set(shown.locator("td:nth-child(2)").all_inner_texts()) == {"Critical"}
    overview.get_by_role("checkbox", name="Findings").uncheck()
    assert not overview.locator("thead th").nth(2).is_visible()
    assert overview.locator("thead th").nth(1).is_visible()


def test_csv_holds_what_is_shown_and_no_formula(browser: Any, full_page: str, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(full_page, encoding="utf-8")
    page, requests, errors = opened(browser, tmp_path)
    box = page.locator("#findings .table.tools").first
    # A value as hostile data would bring it: the page's own texts are not in the reader's hands.
    box.locator("tbody th a").first.evaluate("link => { link.textContent = '=cmd|calc!A0 duplicate'; }")
    box.get_by_role("searchbox").fill("duplicate")
    box.get_by_role("button", name="Filter").click()
    box.get_by_role("checkbox", name="Severity").uncheck()
    with page.expect_download() as waiting:
        box.get_by_role("button", name="CSV").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    lines = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    assert lines[0][:2] == ["Problem", "Findings"]
    assert len(lines) == 1 + box.locator("tbody tr:visible").count()
    assert any(line[0].startswith("'=cmd") for line in lines)
    assert not any(cell[:1] in "=@\t" for line in lines for cell in line if cell)
    assert errors == []
    assert [url for url in requests if not url.startswith(("data:", "blob:"))] == [(tmp_path / "report.html").as_uri()]


def test_copy_takes_the_rows_that_are_shown(browser: Any, folder: Path) -> None:
    page, _, _ = opened(browser, folder, permissions=["clipboard-read", "clipboard-write"])
    box = page.locator("#findings .table.tools").first
    box.get_by_role("searchbox").fill("duplicate")
    box.get_by_role("button", name="Copy").click()
    page.wait_for_function("() => document.querySelector('#findings .count').textContent.startsWith('Rows copied')")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert len(lines) == 1 + box.locator("tbody tr:visible").count()
    assert lines[0].startswith("Problem\tSeverity")


def test_number_leads_to_finding_record_and_row(browser: Any, folder: Path) -> None:
    page, _, _ = opened(browser, folder)
    page.locator("#summary .list a").first.click()
    name = page.locator("details[open] th button.open").first
    record = name.inner_text()
    name.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog")
    assert sheet.get_by_role("heading", level=2).inner_text() == f"{record} in this report"
    assert ", row " in sheet.inner_text()
    assert f"crm-audit record {record}" in sheet.inner_text()
    page.keyboard.press("Escape")
    assert not sheet.is_visible()
    assert name.evaluate("node => node === document.activeElement")


def test_everything_is_on_paper_whatever_is_shown(browser: Any, folder: Path) -> None:
    page, _, _ = opened(browser, folder)
    box = page.locator("#findings .table.tools").first
    box.get_by_role("searchbox").fill("no such thing")
    page.evaluate(OPEN_ALL)
    page.emulate_media(media="print")
    assert box.locator("tbody tr:visible").count() == box.locator("tbody tr").count()
    assert not box.get_by_role("searchbox").is_visible()
