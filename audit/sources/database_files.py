"""Readers of tables in typed files: Parquet, SQLite, DuckDB. Opened read-only; nothing in them is run."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from audit.sources.cells import table_of_arrow, table_of_rows
from audit.sources.raw import RawTable, Unreadable

_BATCH = 50_000
_REACHES_OUT = ("enable_external_access", "autoinstall_known_extensions", "autoload_known_extensions")
_LISTED = (
    "select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' "
    "and sql not like 'create virtual%' order by rowid"
)


def read_parquet(file: str, data: pa.Buffer) -> Iterator[RawTable]:
    """The one table of a Parquet file. Raises Unreadable if it is damaged."""
    from pyarrow import parquet

    try:
        source = parquet.ParquetFile(pa.BufferReader(data))
        yield table_of_arrow(file, "", source.schema_arrow, source.iter_batches(_BATCH))
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(f"the Parquet file is damaged or cut off ({_first_line(error)})") from None


def read_sqlite(file: str, data: pa.Buffer, path: Path | None = None) -> Iterator[RawTable]:
    """All tables of a SQLite database. Raises Unreadable if it is damaged."""
    head = data.slice(0, min(data.size, 100)).to_pybytes()
    page, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
    if data.size < (page if page > 1 else 1 << 16) * pages:  # SQLite reads on, and takes what is gone for blank
        raise Unreadable("the SQLite database is cut off")
    with _on_disk(data, path) as place:
        # Immutable: SQLite then writes no lock beside a customer's file. With a journal beside it, it must read that.
        journal = place.with_name(f"{place.name}-wal")
        mode = "mode=ro" if journal.exists() and journal.stat().st_size else "mode=ro&immutable=1"
        try:
            with contextlib.closing(sqlite3.connect(f"file:{quote(str(place))}?{mode}", uri=True)) as base:
                base.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
                for (table,) in base.execute(_LISTED).fetchall():
                    rows = base.execute(f"select * from {_quoted(table)}")
                    names = [column[0] for column in rows.description]
                    yield table_of_rows(file, table, names, iter(lambda: rows.fetchmany(_BATCH), []))  # noqa: B023
        except sqlite3.Error as error:
            raise Unreadable(f"the SQLite database is damaged or locked ({_first_line(error)})") from None


def read_duckdb(file: str, data: pa.Buffer, path: Path | None = None) -> Iterator[RawTable]:
    """All tables of a DuckDB database. Raises Unreadable if it is damaged."""
    import duckdb

    # A file may hold views that read other files; tables alone are read, and nothing outside of the file is reached.
    closed: dict[str, Any] = dict.fromkeys(_REACHES_OUT, "false")
    with _on_disk(data, path) as place:
        try:
            with duckdb.connect(place, read_only=True, config=closed) as base:
                base.execute("set timezone = 'UTC'")
                base.execute("set enable_progress_bar = false")
                listed = base.execute(
                    "select schema_name, table_name from duckdb_tables() where not internal order by table_oid"
                ).fetchall()
                for schema, table in listed:
                    name = table if schema == "main" else f"{schema}.{table}"
                    rows = base.sql(f"select * from {_quoted(schema)}.{_quoted(table)}").to_arrow_reader(_BATCH)
                    yield table_of_arrow(file, name, rows.schema, rows)
        except (duckdb.Error, pa.ArrowException) as error:
            raise Unreadable(f"the DuckDB database is damaged or locked ({_first_line(error)})") from None


@contextlib.contextmanager
def _on_disk(data: pa.Buffer, path: Path | None) -> Iterator[Path]:
    """A file with this content: the one it came from, or a passing copy of an archive's member."""
    if path is not None:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "database"
        copy.write_bytes(data)
        yield copy


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
