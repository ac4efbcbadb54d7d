"""Hostile values in every file that an audit writes: nothing runs, nothing loads, nothing steers, everything opens."""

import csv
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from conftest import HOSTILE, audited, contacts
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.dataset import Dataset, table_from_frame
from audit.gates import judge, parse
from reports import masking
from reports.outputs import write

ATTACKS = {
    **HOSTILE,
    "plus": "+cmd|' /C calc'!A0",
    "minus": "-2+3+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "wide": "＝1+1",
    "isolate": "a\u2067b\u200fc\u061cd",
    "noncharacter": "a\uffffb\ufffec\ufdd0d",
    "next line": "a\x85=1\u2028=2\u2029b",
    "closing": "</script></style></textarea>--><svg onload=alert(1)>",
    "cdata": "]]></failure><testcase/>",
    "markdown": "[x](javascript:alert(1)) | ![](http://evil.example/x.png) `rm`",
    "sheet": "[a]:*?/\\'",
    "long": "L" * 1_000_000,
    "combining": "Z" + "\u0301" * 5_000,
}
STEERING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\x00\x1b\x07\uffff\ufffe")
TEXT_FILES = ("report.html", "report-full.html", "certificate.html", "summary.md", "audit.sarif", "junit.xml")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files of an audit of a table in which every text is an attack, from a file and a user that are one too."""
    attacks = list(ATTACKS.values())
    crm = contacts(3 * len(attacks), 11, "hubspot", "H")
    for place, name in enumerate(("last_name", "company_name", "lead_source", "owner", "created_by", "phone")):
        crm[name] = [attacks[(row + place) % len(attacks)] for row in range(len(crm))]
    crm["email"] = [f"{value[:200]}@kembara.example" for value in crm["last_name"]]
    crm["source_id"] = [f"{value[:50]}{row}" for row, value in enumerate(crm["company_name"])]
    table = table_from_frame("contact", crm, source=ATTACKS["script"], file=ATTACKS["formula"])
    aside = pd.DataFrame({"file": attacks, "line": "1", "reason": "x", "text": attacks}, dtype="string[pyarrow]")
    result = audited(Dataset({"contact": table}, (), aside, tuple(attacks)))
    folder = tmp_path_factory.mktemp("hostile") / "audit"
    gates = [parse("source '<script>alert(1)</script>' > 3", rules=(), metrics=())]
    write(result, folder, twins=True, rulings=judge(gates, result))
    return folder


@pytest.mark.parametrize("name", TEXT_FILES)
def test_no_character_steers_or_hides(attacked: Path, name: str) -> None:
    text = (attacked / name).read_text("utf-8")
    assert not STEERING & set(text)
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text)
    assert "L" * 5_000 not in text


@pytest.mark.parametrize("name", ["report.html", "report-full.html", "certificate.html"])
def test_no_markup_of_the_data_gets_into_a_page(attacked: Path, name: str) -> None:
    text = (attacked / name).read_text("utf-8")
    outside = re.sub(r"<(script|style)[ >].*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"<(?:script|img src=x|svg onload|testcase|textarea)|<[a-z][^<>]*\son\w+=", outside)
    assert not re.search(r"(?:href|src)=[\"']?\s*(?:javascript|https?):", outside, re.IGNORECASE)
    assert not re.search(r"<script[^>]*>(?:(?!</script>).)*<svg onload", text, re.DOTALL)


def test_junit_and_sarif_can_be_parsed(attacked: Path) -> None:
    cases = ET.parse(attacked / "junit.xml").getroot().findall("testsuite/testcase")
    assert len(cases) > 100
    log = json.loads((attacked / "audit.sarif").read_text("utf-8"))
    assert all(len(entry["message"]["text"]) <= 400 for entry in log["runs"][0]["results"])
    uris = {entry["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for entry in log["runs"][0]["results"]}
    assert all(re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri) for uri in uris)


def test_no_cell_of_a_csv_runs(attacked: Path) -> None:
    csv.field_size_limit(10_000_000)
    seen = 0
    for path in sorted(attacked.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        assert len({len(row) for row in rows}) == 1, path.name
        for cell in (cell for row in rows for cell in row):
            seen += cell.startswith("'=")
            assert not re.match(r"[=@\t\r\n＝＠]", cell), (path.name, cell[:40])
            assert not re.match(r"[+\-].*[A-Za-z|!]", cell), (path.name, cell[:40])
    assert seen > 10


def test_no_cell_of_a_workbook_runs(attacked: Path) -> None:
    for path in sorted(attacked.rglob("*.xlsx")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                text = archive.read(name).decode("utf-8")
                ET.fromstring(text)
                assert "<f>" not in text, (path.name, name)
                assert not re.search(r'Target="(?:http|javascript|file)', text), (path.name, name)
                assert not STEERING & set(text)
            names = re.findall(r'<sheet name="([^"]*)"', archive.read("xl/workbook.xml").decode())
        assert len({name.lower() for name in names}) == len(names)


def test_parquet_keeps_what_there_was(attacked: Path) -> None:
    values = set(pq.read_table(attacked / "findings.parquet", columns=["value"])["value"].to_pylist())
    assert ATTACKS["formula"] in values


def test_markdown_of_hostile_data_is_short_and_plain(attacked: Path) -> None:
    text = (attacked / "summary.md").read_text("utf-8")
    assert len(text) < 6_000
    assert not re.search(r"(?<!\\)\]\(|<\w|javascript:|http://", text)


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_whatever_is_shown_is_encodable_and_steers_nothing(text: str) -> None:
    shown = masking.plain(text)
    assert shown.encode("utf-8").decode("utf-8") == shown  # lone surrogates are gone
    assert not STEERING & set(shown)
    ET.fromstring(ET.tostring(_element(shown)))
    for mask in _MASKS:
        mask(shown).encode("utf-8")


def _element(text: str) -> ET.Element:
    element = ET.Element("a", name=text)
    element.text = text
    return element


_MASKS: tuple[Callable[[str], str], ...] = (
    masking.mask_text,
    masking.mask_name,
    masking.mask_email,
    masking.mask_phone,
    lambda text: masking.mask_value("contact", "owner", text),
    lambda text: masking.mask_value("deal", "amount", text),
    lambda text: masking.mask_argument("other", text),
)
