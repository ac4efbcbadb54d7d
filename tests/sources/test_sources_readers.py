# ruff: noqa: E501 - lines of exports and mails stand as their systems write them
"""Every reader gives the same cells, numbers its rows and loses none."""

import gzip
import json
import mmap
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.schema import TEXT
from audit.sources.delimited import read_delimited
from audit.sources.files import Item, find
from audit.sources.files import read as read_item
from audit.sources.raw import RawTable, unique_names

HEADERS = ["Id", "Name", "Note", "Zip"]
ROWS = [
    ["1", "Müller, Ann", 'says "hi"', "01234"],
    ["2", "Śliwa; Jan", "two\nlines", "00501"],
    ["3", "Budi", "", "12923"],
]


def read(path: Path) -> list[RawTable]:
    tables = []
    for item in find([path]):
        assert isinstance(item, Item)
        tables += read_item(item)
    return tables


def csv_text(delimiter: str = ",") -> str:
    lines = [HEADERS, *ROWS]
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line] for line in lines]
    return "\r\n".join(delimiter.join(line) for line in quoted) + "\r\n"


def write(path: Path, kind: str) -> Path:
    if kind == "xlsx":
        target = path / "t.xlsx"
        with xlsxwriter.Workbook(target) as book:
            sheet = book.add_worksheet("People")
            for row, cells in enumerate([HEADERS, *ROWS]):
                for column, cell in enumerate(cells):
                    sheet.write_string(row, column, cell)
        return target
    if kind == "json":
        target = path / "t.json"
        target.write_text(json.dumps({"results": [dict(zip(HEADERS, row, strict=True)) for row in ROWS]}), "utf-8")
        return target
    if kind == "jsonl":
        target = path / "t.jsonl"
        target.write_text("\n".join(json.dumps(dict(zip(HEADERS, row, strict=True))) for row in ROWS), "utf-8")
        return target
    if kind == "gz":
        target = path / "t.csv.gz"
        target.write_bytes(gzip.compress(csv_text().encode()))
        return target
    if kind == "zip":
        target = path / "t.zip"
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("inner/t.csv", csv_text())
            archive.writestr("__MACOSX/._t.csv", "rubbish")
        return target
    target = path / "t.csv"
    delimiter, encoding = {
        "comma": (",", "utf-8"),
        "bom": (",", "utf-8-sig"),
        "semicolon": (";", "utf-8"),
        "tab utf-16": ("\t", "utf-16"),
        "pipe": ("|", "utf-8"),
        "cp1250": (",", "utf-8"),
    }[kind]
    target.write_bytes(csv_text(delimiter).encode(encoding))
    return target


@pytest.mark.parametrize(
    "kind", ["comma", "bom", "semicolon", "tab utf-16", "pipe", "xlsx", "json", "jsonl", "gz", "zip"]
)
def test_same_cells_from_every_format(tmp_path: Path, kind: str) -> None:
    (table,) = read(write(tmp_path, kind))
    assert table.headers == tuple(HEADERS)
    assert all(dtype == TEXT for dtype in table.frame.dtypes)
    cells = table.frame.astype(object).where(table.frame.notna(), "").to_numpy().tolist()
    assert cells == ROWS
    assert table.rows.tolist() == [1, 2, 3]
    assert table.rows_present == len(table.frame) + len(table.set_aside) == 3


def table_of(text: str | bytes) -> RawTable:
    data = text.encode() if isinstance(text, str) else text
    (table,) = read_delimited("t.csv", pa.py_buffer(data))
    return table


def test_ragged_rows_are_set_aside_with_line_and_reason() -> None:
    table = table_of('a,b,c\n1,2,3\n4,5\n"6\nx",7,8\n9,10,11,12\n13,14,15\n')
    assert table.frame["a"].tolist() == ["1", "6\nx", "13"]
    assert table.rows.tolist() == [1, 3, 5]
    assert [(row.line, row.reason) for row in table.set_aside] == [
        (3, "2 cells where the header has 3"),
        (6, "4 cells where the header has 3"),
    ]
    assert table.rows_present == 5


def test_a_quote_that_is_not_closed_costs_one_line() -> None:
    table = table_of('a,b\n1,"x\n2,y\n3,z\n')
    assert table.frame["a"].tolist() == ["2", "3"]
    assert [(row.line, row.reason) for row in table.set_aside] == [(2, "a quote is not closed")]


def test_preamble_and_totals_of_an_ads_report() -> None:
    table = table_of(
        'Campaign performance\n"July 1, 2026 - July 31, 2026"\nCampaign,Day,Cost\nBrand | UK,2026-07-01,"1,834.56"\n'
        'Search,2026-07-02,12.00\nTotal: Campaigns, --,"1,846.56"\n'
    )
    assert table.headers == ("Campaign", "Day", "Cost")
    assert table.frame["Campaign"].tolist() == ["Brand | UK", "Search"]
    assert [row.reason for row in table.set_aside] == ["a row of totals"]
    assert table.notes == ("2 lines above the header were left out",)


def test_footer_of_a_salesforce_report() -> None:
    rows = "\n".join(f'"00Q{n:012d}","Lee","Acme, Inc."' for n in range(30))
    footer = (
        '\n"All leads"\n"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
        '"Confidential Information - Do Not Distribute"\n"Generated By:  A B  3/15/2024 2:30 PM"\n'
    )
    table = table_of(f'"Lead ID","Last Name","Company / Account"\n{rows}\n{footer}')
    assert len(table.frame) == 30
    assert len(table.set_aside) == 4
    assert {row.reason for row in table.set_aside} == {"a line below the data, not a record"}


def test_duplicate_and_nameless_headers_survive() -> None:
    table = table_of("Email,Email,,x\na@b.example,c@d.example,1,2\n")
    assert table.headers == ("Email", "Email", "", "x")
    assert list(table.frame.columns) == ["Email", "Email (2)", "column 3", "x"]
    assert unique_names(["a", "a", "a (2)"]) == ["a", "a (2)", "a (2) (2)"]


def test_rows_of_commas_and_repeated_header_lines_are_counted_not_read() -> None:
    table = table_of("a,b\n1,2\n,\na,b\n3,4\n,\n")
    assert table.frame["a"].tolist() == ["1", "3"]
    assert sorted(row.reason for row in table.set_aside) == [
        "every cell is empty",
        "every cell is empty",
        "the header line again",
    ]
    assert table.rows.tolist() == [1, 4]


def test_a_file_without_header_line_gets_numbered_columns() -> None:
    table = table_of("ann@x.example,2024-01-01,12\nbob@x.example,2024-01-02,13\ncid@x.example,2024-01-03,14\n")
    assert table.headers == ("column 1", "column 2", "column 3")
    assert len(table.frame) == 3


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16-le"])
def test_legacy_encodings(encoding: str) -> None:
    table = table_of("Name;Ort\nJürgen Weiß;Köln\nGaëlle;Nîmes\n".encode(encoding))
    assert table.frame["Name"].tolist() == ["Jürgen Weiß", "Gaëlle"]


def test_single_wrong_bytes_do_not_turn_utf8_into_something_else() -> None:
    good = "".join(f"Zoë {n};Łódź\n" for n in range(50))
    table = table_of(f"Name;Ort\n{good}".encode() + b"J\xfcrgen;Ulm\n")
    assert table.frame["Name"].iloc[-1] == "Jürgen"
    assert table.frame["Ort"].iloc[0] == "Łódź"


def test_nul_bytes_are_dropped_and_said() -> None:
    table = table_of(b"a,b\n1\0,2\n")
    assert table.frame["a"].tolist() == ["1"]
    assert "NUL bytes were dropped" in table.notes


def test_numbers_and_dates_of_a_workbook(tmp_path: Path) -> None:
    target = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(target) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Call list")
        sheet.write_row(0, 0, ["Export of the sales team"])
        sheet.write_row(2, 0, ["Phone", "Amount", "Since", "Active", "Name"])
        sheet.write_row(3, 0, [7066950392, 12.5])
        sheet.write_datetime(3, 2, pd.Timestamp("2024-03-15").to_pydatetime(), day)
        sheet.write_boolean(3, 3, True)
        sheet.write_string(3, 4, "Ann")
        book.add_worksheet("Empty")
    (table,) = read(target)
    assert table.sheet == "Call list"
    assert table.frame.iloc[0].tolist() == ["7066950392", "12.5", "2024-03-15", "true", "Ann"]
    assert table.rows.tolist() == [1]


def test_nested_json_is_flattened_with_its_path(tmp_path: Path) -> None:
    target = tmp_path / "t.json"
    target.write_text(
        json.dumps(
            [
                {
                    "id": 1,
                    "properties": {"firstname": "Ann"},
                    "tags": ["a", "b"],
                    "answers": [{"name": "Role", "value": "CEO"}],
                }
            ]
        )
    )
    (table,) = read(target)
    assert table.headers == ("id", "properties.firstname", "tags", "answers.Role")
    assert table.frame.iloc[0].tolist() == ["1", "Ann", "a;b", "CEO"]


def test_json_lines_set_bad_lines_aside_and_singer_streams_part(tmp_path: Path) -> None:
    target = tmp_path / "t.jsonl"
    target.write_text(
        '{"type":"SCHEMA","stream":"contacts","schema":{},"key_properties":["id"]}\n'
        '{"type":"RECORD","stream":"contacts","record":{"id":1}}\n{broken\n'
        '{"type":"RECORD","stream":"deals","record":{"id":7}}\n'
    )
    tables = read(target)
    assert [(table.sheet, len(table.frame)) for table in tables] == [("contacts", 1), ("deals", 1)]
    assert [row.line for row in tables[0].set_aside] == [3]


def test_vcards_of_three_versions(tmp_path: Path) -> None:
    target = tmp_path / "t.vcf"
    target.write_text(
        "BEGIN:VCARD\nVERSION:2.1\nN:Doe;Jane\nEMAIL;INTERNET:jane@x.example\nTEL;CELL:+1 555\n"
        "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:caf=C3=A9=\n bar\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nitem1.EMAIL;type=pref:ann@x.example\nEMAIL:a2@x.example\nORG:Acme\\, Inc.;Sales\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Friends\nEND:VCARD\n"
    )
    (table,) = read(target)
    assert table.frame["EMAIL"].tolist() == ["jane@x.example", "ann@x.example"]
    assert table.frame["N.given"].iloc[0] == "Jane"
    assert table.frame["NOTE"].iloc[0] == "café bar"
    assert table.frame["ORG"].iloc[1] == "Acme, Inc."
    assert table.frame["EMAIL.other"].iloc[1] == "a2@x.example"
    assert table.rows_present == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("preamble", ["", "Report\n\n"])
def test_a_file_is_streamed_as_its_bytes_are_read(tmp_path: Path, encoding: str, preamble: str) -> None:
    rows = "".join(f'{n},"Zoë, {n}",{"x" * (n % 5)},{n % 3}\n' if n % 40 else f"{n},too short\n" for n in range(1, 400))
    content = f"{preamble}Id,Name,Note,Group\n{rows}".encode(encoding)
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    (streamed,) = read(path)
    held = table_of(content)
    pd.testing.assert_frame_equal(streamed.frame, held.frame)
    assert streamed.rows.tolist() == held.rows.tolist()
    assert streamed.set_aside == held.set_aside
    assert [row.line for row in held.set_aside] == [40 * n + 1 + preamble.count("\n") for n in range(1, 10)]
    assert held.rows_present == 399


class StuckPages(mmap.mmap):
    """Memory on a system that cannot move pages."""

    def resize(self, newsize: int) -> None:
        raise SystemError("mmap: resizing not available")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=6)), max_size=20), max_size=6), st.booleans())
def test_a_column_grown_in_pieces_is_the_whole_column(pieces: list[list[str | None]], stuck: bool) -> None:
    from audit.sources import growing

    pages = SimpleNamespace(mmap=StuckPages if stuck else mmap.mmap)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(growing, "_FIRST", mmap.PAGESIZE)
        patch.setattr(growing, "mmap", pages)
        column, kept = growing.GrowingColumn(), []
        for cells in [*pieces, ["x" * 10_000, None]]:
            array = pa.array([None, *cells], pa.large_string())
            column.append(array[1:])
        whole = column.finish(kept)
    whole.validate(full=True)
    assert whole.to_pylist() == [*(cell for cells in pieces for cell in cells), "x" * 10_000, None]
