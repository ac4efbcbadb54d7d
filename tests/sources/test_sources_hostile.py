"""Whatever bytes a file holds: one clear line, bounded memory, no traceback, and no row unaccounted for."""

import gzip
import io
import os
import random
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from audit.errors import NothingReadable
from audit.sources import load

GOOD = "id,email\n1,a@x.example\n"
ROWS = [("1", "Ann", "ann@x.example"), ("2", "Bob", "bob@x.example"), ("3", "Cid", "cid@x.example")]
HEADERS = ("Contact ID", "Full name", "Email")
CSV = "\n".join(",".join(row) for row in (HEADERS, *ROWS)) + "\n"
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:{}\nEMAIL:{}\nEND:VCARD\n"
LETTER = "From {1} Sat Jan  5 09:14:16 2008\nFrom: {0} <{1}>\nTo: me@own.example\nSubject: Hi\n\nHello\n\n"


def workbook() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate((HEADERS, *ROWS)):
            sheet.write_row(place, 0, row)
    return target.getvalue()


def repacked(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for item in before.infolist():
            text = before.read(item)
            assert item.filename != part or old in text
            after.writestr(item, text.replace(old, new, 1) if item.filename == part else text)
    return target.getvalue()


def zipped(**members: bytes | str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("DOT", "."), content)
    return target.getvalue()


def database(folder: Path, kind: str) -> bytes:
    path = folder / "made"
    if kind == "sqlite":
        base = sqlite3.connect(path)
        base.execute("create table contacts (contact_id, full_name, email)")
        base.executemany("insert into contacts values (?, ?, ?)", ROWS)
        base.commit()
        base.close()
    elif kind == "duckdb":
        with duckdb.connect(path) as base:
            base.execute("create table contacts (contact_id text, full_name text, email text)")
            base.executemany("insert into contacts values (?, ?, ?)", ROWS)
    else:
        parquet.write_table(pa.table([list(cells) for cells in zip(*ROWS, strict=True)], names=list(HEADERS)), path)
    content = path.read_bytes()
    path.unlink()
    return content


# Every format with the same three records: name of the file -> its bytes.
def good_files(folder: Path) -> dict[str, bytes]:
    records = [dict(zip(HEADERS, row, strict=True)) for row in ROWS]
    lines = "\n".join(str(record).replace("'", '"') for record in records)
    return {
        "t.csv": CSV.encode(),
        "t.tsv": CSV.replace(",", "\t").encode("utf-16"),
        "t.json": f"[{lines.replace(chr(10), ',')}]".encode(),
        "t.jsonl": lines.encode(),
        "t.xlsx": workbook(),
        "t.vcf": "".join(CARD.format(name, email) for _, name, email in ROWS).encode(),
        "t.mbox": "".join(LETTER.format(name, email) for _, name, email in ROWS).encode(),
        "t.parquet": database(folder, "parquet"),
        "t.db": database(folder, "sqlite"),
        "t.duckdb": database(folder, "duckdb"),
        "t.zip": zipped(innerDOTcsv=CSV),
        "t.csv.gz": gzip.compress(CSV.encode()),
    }


def test_every_reader_accounts_for_every_row(tmp_path: Path) -> None:
    for name, content in good_files(tmp_path).items():
        (tmp_path / name).write_bytes(content)
        dataset = load([tmp_path / name])
        (info,) = dataset.sources
        assert (info.rows_present, info.rows_read, info.rows_set_aside) == (3, 3, 0), name
        table = dataset["activity" if name == "t.mbox" else "contact"]
        address = table["contact_email" if name == "t.mbox" else "email"]
        assert address.tolist() == [email for _, _, email in ROWS], name
        filled = {column.field: (column.filled, column.distinct) for column in info.mapping}
        assert filled["contact_email" if name == "t.mbox" else "email"] == (3, 3), name


def test_counts_are_of_all_rows_and_all_columns(tmp_path: Path) -> None:
    rows = "".join(f"{n},p{n % 7}@x.example,{'x' if n % 2 else ''},\n" for n in range(10_000))
    (tmp_path / "t.csv").write_text(f"id,email,odd thing,blank\n{rows}")
    (info,) = load([tmp_path]).sources
    counts = {column.header: (column.filled, column.distinct) for column in info.mapping}
    assert counts == {"id": (10_000, 10_000), "email": (10_000, 7), "odd thing": (5_000, 1), "blank": (0, 0)}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=4)), min_size=1, max_size=300), st.integers(0, 5))
def test_counting_in_parts_counts_the_same(values: list[str | None], start: int) -> None:
    import pandas as pd

    from audit.schema import TEXT
    from audit.sources import profile

    column = pd.concat([pd.Series(values, dtype=TEXT), pd.Series(values[start:], dtype=TEXT)])[start:]
    before = profile._LARGE
    profile._LARGE = 8
    try:
        assert profile.counted(column) == (int(column.notna().sum()), column.nunique())
    finally:
        profile._LARGE = before


def bad_files(folder: Path) -> dict[str, tuple[bytes, str]]:
    """name -> bytes, and what the one line about it says."""
    good = good_files(folder)
    sheet = "xl/worksheets/sheet1.xml"
    locked = bytearray(good["t.zip"])
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + offset] |= 1
    garbage = random.Random(7).randbytes(5_000)
    return {
        "empty.csv": (b"", "empty"),
        "blank.csv": (b" \n\n ", "empty"),
        "garbage.csv": (garbage, "not a text file"),
        "garbage.xlsx": (garbage, "not a workbook"),
        "garbage.db": (garbage, "not a database"),
        "garbage.parquet": (b"PAR1" + garbage, "damaged"),
        "garbage.vcf": (garbage, "no vCard"),
        "garbage.json": (garbage, "JSON"),
        "garbage.gz": (garbage, "gzip file is damaged"),
        "garbage.zip": (garbage, "zip file is damaged"),
        "cut.xlsx": (good["t.xlsx"][:3_000], "damaged or cut off"),
        "cut.parquet": (good["t.parquet"][:-20], "damaged or cut off"),
        "cut.db": (good["t.db"][:5_000], "cut off"),
        "cut.duckdb": (good["t.duckdb"][:6_000], "damaged"),
        "cut.csv.gz": (good["t.csv.gz"][:-12], "damaged or cut off"),
        "cut.zip": (good["t.zip"][:-30], "damaged or cut off"),
        "locked.zip": (bytes(locked), "password"),
        "locked.xlsx": (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        "escape.zip": (zipped(DOTDOT__evilDOTcsv=GOOD), "leads out"),
        "nested.zip": (zipped(innerDOTzip=good["t.zip"]), "archive within an archive"),
        "bomb.zip": (zipped(bombDOTcsv=b"0" * (600 << 20)), "zip bomb"),
        "bomb.csv.gz": (gzip.compress(b"0" * (600 << 20), 9), "zip bomb"),
        "bomb.xlsx": (repacked(good["t.xlsx"], "xl/styles.xml", b"<?xml", b" " * (600 << 20) + b"<?xml"), "zip bomb"),
        "billion.xlsx": (
            repacked(good["t.xlsx"], sheet, b'r="A4"', b'r="A1000000000"'),
            "1,000,000,000 rows",
        ),
        "deep.json": (b"[" * 100_000, "nested too deeply"),
        "page.xls": (b"<html><table><tr><td>x</td></tr></table></html>", "web page"),
    }


@pytest.mark.slow
def test_bad_files_among_good_ones_are_one_clear_line_each(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    bad = bad_files(tmp_path)
    for name, (content, _) in bad.items():
        (tmp_path / "in" / name).write_bytes(content)
    (tmp_path / "in" / "good.csv").write_text(GOOD)
    dataset = load([tmp_path / "in"])
    assert [info.file for info in dataset.sources if info.entity] == ["good.csv"]
    said = {warning.split(":")[0].split("/")[0]: warning for warning in dataset.warnings}
    for name, (_, words) in bad.items():
        warning = said[name.removesuffix(".gz") if name.endswith(".gz") else name]
        assert words in warning, (name, warning)
        assert "\n" not in warning and len(warning) < 400
    assert len(dataset.warnings) == len(bad)
    assert all(info.rows_present == info.rows_read + info.rows_set_aside for info in dataset.sources)
    assert capfd.readouterr() == ("", "")


def test_a_declared_billion_rows_is_only_a_declaration(tmp_path: Path) -> None:
    content = repacked(
        workbook(), "xl/worksheets/sheet1.xml", b'<dimension ref="A1:C4"/>', b'<dimension ref="A1:XFD1000000000"/>'
    )
    (tmp_path / "t.xlsx").write_bytes(content)
    assert len(load([tmp_path])["contact"]) == 3


def test_an_enormous_cell_costs_no_other_row(tmp_path: Path) -> None:
    huge = "x" * (40 << 20)
    (tmp_path / "t.csv").write_text(f'id,email,note\n1,a@x.example,hi\n2,b@x.example,"{huge}"\n3,c@x.example,yo\n')
    (info,) = load([tmp_path]).sources
    assert (info.rows_present, info.rows_read + info.rows_set_aside) == (3, 3)
    assert info.rows_read >= 2


def test_links_that_go_round_or_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "good.csv").write_text(GOOD)
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "self").symlink_to("self")
    (tmp_path / "a" / "lost.csv").symlink_to(tmp_path / "nowhere.csv")
    dataset = load([tmp_path / "a"])
    assert len(dataset["contact"]) == 1
    assert all("leads nowhere" in warning for warning in dataset.warnings)
    assert len(dataset.warnings) == 2


def test_what_the_system_refuses_to_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "good.csv").write_text(GOOD)
    (tmp_path / "secret.csv").write_text(GOOD)
    (tmp_path / "secret.csv.gz").write_bytes(gzip.compress(GOOD.encode()))
    (tmp_path / "locked").mkdir()
    opened, listed = Path.open, Path.iterdir

    def refuse(method: Callable[..., object]) -> Callable[..., object]:
        def tried(path: Path, *options: object, **more: object) -> object:
            if "secret" in path.name or path.name == "locked":
                raise PermissionError(13, "Permission denied")
            return method(path, *options, **more)

        return tried

    # The tests may run as a user whom nothing is refused to.
    monkeypatch.setattr(Path, "open", refuse(opened))
    monkeypatch.setattr(Path, "iterdir", refuse(listed))
    dataset = load([tmp_path])
    assert len(dataset["contact"]) == 1
    assert len(dataset.warnings) == 3
    assert all("Permission denied" in warning for warning in dataset.warnings)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_in_a_folder_does_not_hang(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(GOOD)
    os.mkfifo(tmp_path / "pipe.csv")
    assert len(load([tmp_path])["contact"]) == 1
    with pytest.raises(NothingReadable, match="not a regular file"):
        load([tmp_path / "pipe.csv"])


@pytest.mark.parametrize("place", range(12))
def test_bytes_changed_at_random_never_raise(tmp_path: Path, place: int) -> None:
    name, content = list(good_files(tmp_path).items())[place]
    luck = random.Random(place)
    (tmp_path / "good.csv").write_text(GOOD)
    for _ in range(12):
        broken = bytearray(content)
        for _ in range(luck.choice([1, 5, 30])):
            broken[luck.randrange(len(broken))] = luck.randrange(256)
        (tmp_path / name).write_bytes(broken[: luck.choice([len(broken), luck.randrange(1, len(broken))])])
        dataset = load([tmp_path])
        assert all(info.rows_present == info.rows_read + info.rows_set_aside for info in dataset.sources)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell a process's peak there")
def test_memory_stays_bounded(tmp_path: Path) -> None:
    """A process of its own, as a process's peak never falls."""
    bad = bad_files(tmp_path)
    for name in ("bomb.zip", "bomb.csv.gz", "bomb.xlsx", "billion.xlsx"):
        (tmp_path / name).write_bytes(bad[name][0])
    (tmp_path / "good.csv").write_text(GOOD)
    # Not getrusage: its peak takes over that of the process before, which made the bombs.
    code = (
        "import sys; from pathlib import Path; from audit.sources import load\n"
        "print(len(load([Path(sys.argv[1])]).warnings))\n"
        "print(next(line for line in Path('/proc/self/status').read_text().splitlines() if line.startswith('VmHWM')))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True)
    warnings, peak = map(int, re.findall(r"\d+", done.stdout))
    assert warnings == 4
    assert peak < 1_000 << 10, "kB"
    assert not done.stderr
