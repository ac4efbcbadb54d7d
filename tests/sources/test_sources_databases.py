# ruff: noqa: E501 - statements stand as a person writes them
"""Tables of database files and servers come back as they are, read-only, with no password kept."""

import sqlite3
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import psycopg
import pyarrow as pa
import pytest
from pyarrow import parquet

from audit.errors import NothingReadable, SourceError
from audit.sources import describe, load
from audit.sources.databases import display_name, is_url

PEOPLE = [(1, "Ann Müller", "ann@x.example", "2024-03-01 09:00:00"), (2, None, "bob@x.example", None)]


def connection(url: str) -> psycopg.Connection:
    parts = dict(pair.split("=") for pair in url.split("?")[1].split("&"))
    return psycopg.connect(host=parts["host"], port=parts["port"], user="auditor", dbname="crm", autocommit=True)


@pytest.fixture(scope="module")
def crm(postgres: str) -> str:
    with connection(postgres) as base:
        base.execute(
            'create table contacts ("Contact ID" int, full_name text, email text, created_at timestamptz, tags text[], '
            "subscribed boolean, spent numeric(10,2), born date, extra jsonb)"
        )
        base.execute(
            "insert into contacts values (1, 'Ann Müller', 'ann@x.example', '2024-03-01 09:00+02', '{a,b}', true, 12.50, "
            "'0044-03-15 BC', '{\"a\": 1}'), (2, null, 'bob@x.example', 'infinity', null, null, null, null, null)"
        )
        base.execute(
            "create schema sales; create table sales.deals (deal_id int, deal_name text, amount float, stage text)"
        )
        base.execute(
            "insert into sales.deals select n, 'Deal ' || n, n * 10, 'Closed won' from generate_series(1, 50000) n"
        )
        base.execute("create view everything as select * from contacts")
    return postgres


def test_postgresql_tables(crm: str) -> None:
    dataset = load([crm])
    assert dataset["contact"]["email"].tolist() == ["ann@x.example", "bob@x.example"]
    assert dataset["contact"]["created_at"].iloc[0] == pd.Timestamp("2024-03-01 07:00")
    assert dataset["contact"].text["created_at"].tolist() == ["2024-03-01 07:00:00+00", "infinity"]
    assert len(dataset["deal"]) == 50_000
    assert {(info.sheet, info.rows_present) for info in dataset.sources} == {("contacts", 2), ("sales.deals", 50_000)}
    assert {info.file for info in dataset.sources} == {"postgresql://localhost/crm"}


def test_postgresql_chosen_tables_and_query(crm: str) -> None:
    assert [info.sheet for info in load([f"{crm}&table=everything,contacts"]).sources] == ["everything", "contacts"]
    query = "select deal_id, deal_name, stage, amount from sales.deals where deal_name like 'Deal 1%25' limit 3"
    dataset = load([f"{crm}&query={query.replace(' ', '+')}"])
    assert len(dataset["deal"]) == 3


def test_postgresql_is_only_read(crm: str) -> None:
    with pytest.raises(NothingReadable, match="database refuses"):
        load([f"{crm}&query=delete+from+contacts+returning+*"])
    with connection(crm) as base:
        assert base.execute("select count(*) from contacts").fetchone() == (2,)


def test_a_refusing_server_among_good_files_is_a_warning(crm: str, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("id,email\n1,a@x.example\n")
    dataset = load([f"{crm}&table=nowhere", tmp_path])
    assert len(dataset["contact"]) == 1
    (warning,) = dataset.warnings
    assert "nowhere" in warning and "\n" not in warning


def test_no_password_is_taken_from_an_address_or_kept(crm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError) as error:
        load(["postgresql://me:s3cret@db.example/crm"])
    assert "s3cret" not in str(error.value)
    assert "PGPASSWORD" in error.value.hint
    monkeypatch.setenv("PGPASSWORD", "s3cret")
    dataset = load([crm])
    assert "s3cret" not in repr(dataset.sources) + repr(describe(dataset))
    assert "auditor" not in repr(dataset.sources)
    assert not any("s3cret" in str(table.lineage.to_dict()) for table in map(dataset.get, dataset))


@pytest.mark.parametrize("address", ["oracle://me@db/crm", "postgresql://", "mysql://me@host", "postgresql+x://me@h/d"])
def test_wrong_addresses(address: str) -> None:
    with pytest.raises(SourceError) as error:
        load([address])
    assert "postgresql://" in error.value.hint


def test_what_is_a_url() -> None:
    assert is_url("mysql://me@host/db")
    assert not is_url(Path("postgresql:/x"))
    assert not is_url("folder/file.csv")
    assert display_name("mysql://me@host:3307/db?table=a") == "mysql://host:3307/db"


@pytest.mark.parametrize("kind", ["postgresql", "mysql", "mariadb"])
def test_an_unreachable_server(kind: str) -> None:
    with pytest.raises(NothingReadable, match="database refuses") as error:
        load([f"{kind}://me@127.0.0.1:1/crm"])
    assert "\n" not in error.value.message


def write_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as base:
        base.execute("create table contacts (id integer, full_name text, email text, created_at text)")
        base.executemany("insert into contacts values (?, ?, ?, ?)", PEOPLE)
        base.execute("create table blobs (id integer, content blob)")
        base.execute("insert into blobs values (1, ?)", (b"\xff\x00\x01",))
        base.execute("create view all_contacts as select * from contacts")
    base.close()


def write_duckdb(path: Path) -> None:
    with duckdb.connect(path) as base:
        base.execute("create table contacts (id integer, full_name text, email text, created_at timestamp)")
        base.executemany("insert into contacts values (?, ?, ?, ?)", PEOPLE)
        base.execute(f"create view leak as select * from read_text('{__file__}')")


def write_parquet(path: Path) -> None:
    names = ["id", "full_name", "email", "created_at"]
    columns = [list(column) for column in zip(*PEOPLE, strict=True)]
    table = pa.table(columns, names=names)
    stamp = table["created_at"].cast(pa.timestamp("ns"))
    parquet.write_table(table.set_column(3, "created_at", stamp), path)


@pytest.mark.parametrize(
    ("name", "write"), [("t.db", write_sqlite), ("t.duckdb", write_duckdb), ("t.parquet", write_parquet)]
)
def test_database_files(tmp_path: Path, name: str, write: object) -> None:
    write(tmp_path / name)  # type: ignore[operator]
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    dataset = load([tmp_path])
    contact = dataset["contact"]
    assert contact["email"].tolist() == ["ann@x.example", "bob@x.example"]
    assert contact["full_name"].fillna("").tolist() == ["Ann Müller", ""]
    assert contact.text["created_at"].fillna("").tolist() == ["2024-03-01 09:00:00", ""]
    assert contact["source_id"].tolist() == ["1", "2"]
    assert before == {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert "leak" not in {info.sheet for info in dataset.sources}


def test_database_files_within_an_archive(tmp_path: Path) -> None:
    import zipfile

    write_sqlite(tmp_path / "t.db")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "t.db", "inner/t.db")
    assert len(load([tmp_path / "all.zip"])["contact"]) == 2


def test_a_sqlite_database_in_use_gives_its_journal_too(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "t.db")
    base.execute("pragma journal_mode = wal")
    base.execute("create table contacts (id integer, email text)")
    base.execute("insert into contacts values (1, 'a@x.example')")
    base.commit()
    assert len(load([tmp_path])["contact"]) == 1
    base.close()


def test_nested_and_odd_cells_of_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1.0, 2.5, float("nan"), 1e20]),
            "email": pa.array(["a@x.example"] * 4).dictionary_encode(),
            "tags": pa.array([["a", "b"], [], None, ["c"]]),
            "address": pa.array([{"city": "Köln", "zip": 1}] * 4),
            "flag": pa.array([True, False, None, True]),
            "spent": pa.array([Decimal("1.50")] * 4),
            "nothing": pa.nulls(4),
            "raw": pa.array([b"\xff", b"abc", None, b""]),
        }
    )
    parquet.write_table(table, tmp_path / "people.parquet")
    (info,) = load([tmp_path]).sources
    assert [column.header for column in info.mapping] == [
        "id", "email", "tags", "address.city", "address.zip", "flag", "spent", "nothing", "raw",
    ]  # fmt: skip
    from audit.sources import files

    (raw,) = files.read(files.find([tmp_path])[0])  # type: ignore[arg-type]
    cells = raw.frame.astype(object).where(raw.frame.notna(), None)
    assert cells["id"].tolist() == ["1", "2.5", None, "100000000000000000000"]
    assert cells["tags"].tolist() == ["a;b", None, None, "c"]
    assert cells["address.city"].tolist() == ["Köln"] * 4
    assert cells["flag"].tolist() == ["true", "false", None, "true"]
    assert cells["raw"].tolist() == ["0xff", "abc", None, None]


@pytest.mark.parametrize("magic", [b"PAR1", b"SQLite format 3\0", b"\0" * 8 + b"DUCK"])
@pytest.mark.parametrize("rest", [b"", bytes(range(256)) * 40])
def test_damaged_database_files(tmp_path: Path, magic: bytes, rest: bytes) -> None:
    (tmp_path / "t.db").write_bytes(magic + rest)
    with pytest.raises(NothingReadable, match=r"t\.db"):
        load([tmp_path / "t.db"])
