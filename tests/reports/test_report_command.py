"""`crm-audit report`: a saved run rendered again for other readers, on paper too, and per project."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit.cli import main
from audit.config import load_config
from audit.errors import ConfigError, UsageError
from reports.outputs import pdf


def sections_of(page: str) -> list[str]:
    return re.findall(r'<section id="([a-z_]+)"', page)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def run_folder(folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(folder, tmp_path / "audit-report")


def test_without_a_browser_the_next_step_is_said(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    told = invoke("report", str(folder), "--pdf", "-o", str(tmp_path / "a.pdf"))
    assert told.exit_code == 2
    assert "needs an installed Chromium" in told.output
    assert "apt install chromium" in told.output
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    browser = tmp_path / "bin" / "chromium"
    browser.write_text("#!/bin/sh\nexit 3\n")
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "a.pdf").write_text("before")
    with pytest.raises(UsageError, match="exit code 3"):
        pdf.write_pdf("<p>x</p>", tmp_path / "a.pdf")
    browser.write_text(
        '#!/bin/sh\nfor a; do case $a in --print-to-pdf=*) printf "%%PDF-1.7" > "${a#*=}";; esac; done\n'
    )
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    with pytest.raises(UsageError, match="did not print"):
        pdf.write_pdf("<p>x</p>", tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_text() == "before"


@pytest.mark.browser
@pytest.mark.parametrize(("audience", "most"), [("executive", 4), ("client", 25)])
def test_prints_in_as_many_pages_as_its_readers_read(folder: Path, tmp_path: Path, audience: str, most: int) -> None:
    if not any(shutil.which(name) for name in pdf.BROWSERS) or not shutil.which("pdfinfo"):
        pytest.skip("no Chromium or no pdfinfo here")
    path = tmp_path / "report.pdf"
    told = invoke("report", str(folder), "--pdf", "--audience", audience, "-o", str(path))
    assert told.exit_code == 0, told.output
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    pages = re.search(r"Pages:\s+(\d+)", info)
    assert pages is not None
    assert 1 <= int(pages[1]) <= most


def test_report_renders_as_the_run_did(run_folder: Path) -> None:
    before = (run_folder / "report.html").read_bytes()
    (run_folder / "report.html").unlink()
    told = invoke("report", str(run_folder))
    assert told.exit_code == 0, told.output
    assert (run_folder / "report.html").read_bytes() == before


def test_report_takes_audience_mask_brand_and_sections(run_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_text('client = "Halden & Sons"\ncolour = "#ffcc00"\n')
    out = tmp_path / "deep" / "new.html"
    told = invoke(
        "report",
        str(run_folder),
        "-o",
        str(out),
        "--full",
        "--brand",
        str(tmp_path / "brand.toml"),
        "--without",
        "method",
    )
    assert told.exit_code == 0, told.output
    assert "warning: The colour #ffcc00" in told.output
    page = out.read_text("utf-8")
    assert "Ratna Wijaya" in page
    assert "for Halden &amp; Sons" in page
    assert "method" not in sections_of(page)
    assert "certificate.html" not in page
    refused = invoke("report", str(run_folder), "--audience", "client", "--full")
    assert refused.exit_code == 2
    assert "always masked" in refused.output


def test_a_report_inside_the_folder_is_known_to_the_next_run(run_folder: Path) -> None:
    assert (
        invoke("report", str(run_folder), "--audience", "executive", "-o", str(run_folder / "short.html")).exit_code
        == 0
    )
    assert "short.html" in json.loads((run_folder / "audit.json").read_text("utf-8"))["files"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--language", "xx"], "language 'xx'"),
        (["--section", "findigns"], "Did you mean 'findings'"),
        (["--brand", "none.toml"], "none.toml: cannot be read"),
        (["--templates", "nowhere"], "no folder"),
        (["-o", "."], "is a folder"),
        (["--audience", "nobody"], "'nobody' is not one of"),
    ],
)
def test_wrong_use_says_what_to_do(run_folder: Path, arguments: list[str], said: str) -> None:
    before = (run_folder / "report.html").read_bytes()
    told = invoke("report", str(run_folder), *arguments)
    assert told.exit_code == 2
    assert said in told.output
    assert (run_folder / "report.html").read_bytes() == before


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    told = invoke("report", str(tmp_path))
    assert told.exit_code == 2
    assert "holds no audit" in told.output


CONTACTS = "Email,First Name,Last Name\nann@kembara.example,Ann,Abbott\nbob@kembara.example,BOB,Bell\n"


def test_every_project_has_its_own_language_and_brand(tmp_path: Path) -> None:
    languages = {"north": "en", "south": "id"}
    for name, language in languages.items():
        project = tmp_path / "clients" / name
        project.mkdir(parents=True)
        (project / "contacts.csv").write_text(CONTACTS)
        (project / "audit.toml").write_text(
            f'as_of = 2026-11-01\npaths = ["contacts.csv"]\n[report]\nlanguage = "{language}"\n'
            f'audience = "executive"\n[brand]\nclient = "Client {name}"\n'
        )
    told = invoke("run", "--all", str(tmp_path), "-q", "--no-history")
    assert told.exit_code == 0, told.output
    for name, language in languages.items():
        page = (tmp_path / "clients" / name / "audit-report" / "report.html").read_text("utf-8")
        assert f'<html lang="{language}">' in page
        assert f"Client {name}" in page
        assert sections_of(page) == ["summary", "essentials"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('[report]\naudience = "boss"', "audience"),
        ('[brand]\ncolour = "red"', "colour"),
        ('[brand]\nlogos = "a.png"', "Did you mean 'logo'"),
    ],
)
def test_a_mistake_in_audit_toml_is_named(line: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text(line)
    with pytest.raises(ConfigError, match=said):
        load_config(tmp_path / "audit.toml")
