"""How tests open a report in a browser."""

import os
import shutil
from pathlib import Path
from typing import Any

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
OPEN_ALL = "document.querySelectorAll('details').forEach(item => { item.open = true; })"


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
