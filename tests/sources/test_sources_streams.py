"""Maildir folders, standard input and the office's own formats."""

import io
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import pytest

from audit.sources import load

LETTER = "From: Ann <ann@x.example>\nTo: me@own.example\nSubject: {}\nDate: Mon, 12 Oct 2026 10:00:00 +0200\n\nHello\n"
CSV = "Contact ID,Full name,Email\n1,Ann Lee,ann@x.example\n2,Bob Ray,bob@x.example\n"
SINGER = (
    '{"type":"SCHEMA","stream":"contacts","schema":{},"key_properties":["id"]}\n'
    '{"type":"RECORD","stream":"contacts","record":{"id":1,"email":"ann@x.example"}}\n'
    '{"type":"STATE","value":{"bookmark":"1"}}\n'
    '{"type":"RECORD","stream":"contacts","record":{"id":2,"email":"bob@x.example"}}\n'
)


def test_a_maildir_is_one_table_of_letters(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "INBOX" / folder).mkdir(parents=True)
    for place, name in enumerate(["cur/1700.M1P2.host:2,S", "cur/1701.M1P3.host:2,RS", "new/1702.M1P4.host.py"]):
        (tmp_path / "INBOX" / name).write_text(LETTER.format(place))
    (tmp_path / "INBOX" / "tmp" / "1703.half").write_text("From: x")
    (tmp_path / "INBOX" / "dovecot-uidlist").write_text("3 V1 N1\n")
    for start in (tmp_path, tmp_path / "INBOX"):
        dataset = load([start])
        assert dataset["activity"]["subject"].tolist() == ["0", "1", "2"]
        assert [(info.file.rsplit("/", 2)[-2:], info.rows_present) for info in dataset.sources] == [
            (["cur", "*"], 2),
            (["new", "1702.M1P4.host.py"], 1),
        ]
        assert dataset.warnings == ()


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("csv", CSV),
        ("tabs", CSV.replace(",", "\t")),
        ("json", '[{"id":1,"email":"ann@x.example"},{"id":2,"email":"bob@x.example"}]'),
        ("json lines", '\ufeff{"id":1,"email":"ann@x.example"}\n{"id":2,"email":"bob@x.example"}\n'),
        ("singer", SINGER),
    ],
)
def test_standard_input_is_known_by_its_content(monkeypatch: pytest.MonkeyPatch, kind: str, content: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
    dataset = load([Path("-")])
    assert dataset["contact"]["email"].tolist() == ["ann@x.example", "bob@x.example"]
    (info,) = dataset.sources
    assert (info.file, info.rows_present) == ("standard input", 2)
    assert info.sheet == ("contacts" if kind == "singer" else "")


def test_an_office_file_made_by_another_program(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("there is no LibreOffice to make the files with")
    (tmp_path / "t.csv").write_text(
        'Contact ID,Name,Note,Since\n1,Ann Lee,x,2024-03-15\n2,Bob,"two\nlines",2024-04-01\n'
    )
    for kind in ("ods", "xls", "xlsx"):
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = [office, "--headless", "--norestore", profile, "--convert-to", kind, "--outdir", str(tmp_path)]
        subprocess.run([*command, str(tmp_path / "t.csv")], check=True, capture_output=True, timeout=120)
        contact = load([tmp_path / f"t.{kind}"])["contact"]
        assert contact["source_id"].tolist() == ["1", "2"], kind
        assert contact["note"].tolist() == ["x", "two\nlines"], kind
        assert contact.original("created_at").isna().all() or contact.text["created_at"].tolist() == [
            "2024-03-15",
            "2024-04-01",
        ], kind


def xlsb(rows: list[list[str | float]], first_row: int = 0) -> bytes:
    """A workbook in Excel's binary form with one sheet; no free program writes it."""

    def record(kind: int, content: bytes = b"") -> bytes:
        number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        assert len(content) < 128
        return number + bytes([len(content)]) + content

    def text(words: str) -> bytes:
        return struct.pack("<I", len(words)) + words.encode("utf-16-le")

    sheet = record(129) + record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, len(rows[0]) - 1)) + record(145)
    for row, cells in enumerate(rows):
        sheet += record(0, struct.pack("<I", row + first_row * (row > 0)) + bytes(13))
        for column, cell in enumerate(cells):
            place = struct.pack("<II", column, 0)
            is_text = isinstance(cell, str)
            sheet += record(6 if is_text else 5, place + (text(cell) if is_text else struct.pack("<d", cell)))  # type: ignore[arg-type]
    sheet += record(146) + record(130)
    book = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + text("rId1") + text("People"))
    book += record(144) + record(132)
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="bin" ContentType="application/'
            'vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        )
        for name, kind, part in (
            ("_rels/.rels", "officeDocument", "xl/workbook.bin"),
            ("xl/_rels/workbook.bin.rels", "worksheet", "worksheets/sheet1.bin"),
        ):
            archive.writestr(
                name,
                f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{kinds}/{kind}" '
                f'Target="{part}"/></Relationships>',
            )
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return target.getvalue()


def test_a_binary_workbook(tmp_path: Path) -> None:
    (tmp_path / "t.xlsb").write_bytes(xlsb([["Contact ID", "Email"], [1.0, "ann@x.example"], [2.0, "bob@x.example"]]))
    dataset = load([tmp_path])
    assert dataset["contact"]["email"].tolist() == ["ann@x.example", "bob@x.example"]
    assert dataset["contact"]["source_id"].tolist() == ["1", "2"]
    assert dataset.sources[0].sheet == "People"


def test_a_binary_workbook_that_claims_a_billion_rows(tmp_path: Path) -> None:
    (tmp_path / "t.xlsb").write_bytes(xlsb([["Contact ID", "Email"], [1.0, "a@x.example"]], first_row=10**9))
    (tmp_path / "good.csv").write_text(CSV)
    (warning,) = load([tmp_path]).warnings
    assert "1,000,000,002 rows" in warning
