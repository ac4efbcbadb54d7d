"""The report as PDF, printed by a Chromium that is installed; there is none in the package."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from audit.errors import UsageError

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
    "brave-browser",
)
"""Names by which Chromium and its relatives are found in PATH."""
PATIENCE = 180.0
"""Seconds after which a browser is given up."""
_SWITCHES = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--proxy-server=127.0.0.1:9",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)
"""The page brings its own heads and feet; whatever the browser itself would fetch finds no way out."""


def write_pdf(page: str, path: Path) -> None:
    """Prints the page to `path`, whole or not at all. Raises UsageError where there is no browser or it fails."""
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="crm-audit-") as place:
        source, made = Path(place) / "report.html", Path(place) / "report.pdf"
        source.write_text(page, encoding="utf-8", newline="\n")
        command = [browser, *_switches(), f"--user-data-dir={place}/profile", f"--print-to-pdf={made}", source.as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired as error:
            raise UsageError(
                f"{browser} took longer than {PATIENCE:.0f} seconds.", hint="Print report.html from a browser instead."
            ) from error
        except OSError as error:
            raise UsageError(f"{browser} cannot be started ({error.strerror}).", hint="Reinstall Chromium.") from error
        if done.returncode or not _whole(made):
            raise UsageError(
                f"{browser} did not print the report (exit code {done.returncode}).",
                hint="Print report.html from a browser instead.",
            )
        beside = path.with_name(f".{path.name}.part")
        shutil.copyfile(made, beside)
        beside.replace(path)


def find_browser() -> str:
    """The first browser in PATH. Raises UsageError where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise UsageError(
            "A PDF needs an installed Chromium, Chrome or Edge, and none is in PATH.",
            hint="Install one (Debian: apt install chromium), or print report.html from any browser.",
        )
    return found


def _switches() -> tuple[str, ...]:
    # Chromium refuses to sandbox itself for root, as whom containers run.
    root = sys.platform != "win32" and os.geteuid() == 0
    return (*_SWITCHES, "--no-sandbox") if root else _SWITCHES


def _whole(path: Path) -> bool:
    if not path.is_file():
        return False
    data = path.read_bytes()
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-64:]
