"""One thin layer over the two databases that hold a history: an SQLite file, or PostgreSQL by URL.

Both are given the same SQL, with ``?`` for parameters; only the type of a numbered key differs.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from audit.errors import ConfigError, UsageError

APPLICATION = 0x43524D61
"""Written into the head of every SQLite file of ours, by which it is known whatever its name."""
CACHE_KIB = 128 * 1024
BUSY_SECONDS = 30
"""How long one process waits for another that is writing."""


class Database(Protocol):
    """A connection. Statements outside of `begin` .. `commit` stand by themselves."""

    key_type: str

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs a statement; how many rows it changed."""

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None: ...

    def query(self, sql: str, values: Sequence[Any] = ()) -> pd.DataFrame: ...

    def begin(self) -> None:
        """Opens a transaction that keeps every other writer out."""

    def commit(self) -> None: ...

    def rollback(self) -> None:
        """Ends a transaction without a trace; nothing where there is none."""

    def scrub(self) -> None:
        """Leaves nothing of deleted rows behind on the disk, as far as the database lets us."""

    def close(self) -> None: ...


def is_url(target: Path | str) -> bool:
    return str(target).startswith(("postgresql://", "postgres://"))


def connect(target: Path | str, *, create: bool) -> Database:
    """Opens a history. Raises UsageError where there is none and `create` is False."""
    return PostgreSQL(str(target)) if is_url(target) else SQLite(Path(target), create=create)


class SQLite:
    """A file in WAL mode: readers never wait, a kill at any moment leaves the last committed state."""

    key_type = "INTEGER PRIMARY KEY"

    def __init__(self, path: Path, *, create: bool) -> None:
        if not path.exists() and not create:
            raise UsageError(
                f"There is no history {path}.", hint="`crm-audit run` in a folder with an audit.toml starts one."
            )
        if not path.parent.is_dir():
            raise UsageError(f"There is no folder {path.parent} for the history.", hint="Make it, or name another.")
        self.path = path
        try:
            self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            known = self._connection.execute("PRAGMA application_id").fetchone()[0]
            if not known and not self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
            elif known != APPLICATION:
                raise ConfigError(f"{path} is a database, but no history of crm-audit.", hint="Name another file.")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA secure_delete = ON")
            self._connection.execute("PRAGMA temp_store = MEMORY")
            self._connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        except sqlite3.DatabaseError as error:
            raise ConfigError(
                f"The history {path} cannot be opened ({error}).",
                hint="Put its last copy back, or move it away and begin a new one.",
            ) from error

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        return self._connection.execute(sql, values).rowcount

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        self._connection.executemany(_insert(table, columns, "?"), rows)

    def query(self, sql: str, values: Sequence[Any] = ()) -> pd.DataFrame:
        cursor = self._connection.execute(sql, values)
        return _frame(cursor.fetchall(), [column[0] for column in cursor.description])

    def begin(self) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise UsageError(
                f"The history {self.path} cannot be written ({error}).",
                hint="Another process may be writing to it; start again when that one has ended.",
            ) from error

    def commit(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise UsageError(
                f"The run could not be added to the history {self.path} ({error}).", hint="Its report is complete."
            ) from error

    def rollback(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def scrub(self) -> None:
        self._connection.execute("VACUUM")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._connection.close()


class PostgreSQL:
    """A database, or a schema of one (``?options=-csearch_path=client``), that a team shares."""

    key_type = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"

    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise UsageError(
                "A history in PostgreSQL needs its driver.", hint="pip install 'crm-audit[databases]'"
            ) from error
        try:
            self._connection = psycopg.connect(url, autocommit=True)
        except psycopg.OperationalError as error:
            raise UsageError(
                "The history's database cannot be reached.", hint="Check host, name, and the password in PGPASSWORD."
            ) from error

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        return self._connection.execute(sql.replace("?", "%s"), values).rowcount

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_insert(table, columns, "%s"), list(rows))

    def query(self, sql: str, values: Sequence[Any] = ()) -> pd.DataFrame:
        cursor = self._connection.execute(sql.replace("?", "%s"), values)
        return _frame(cursor.fetchall(), [column.name for column in cursor.description or ()])

    def begin(self) -> None:
        self._connection.execute("BEGIN")
        self._connection.execute("SELECT pg_advisory_xact_lock(?)".replace("?", str(APPLICATION)))

    def commit(self) -> None:
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        self._connection.execute("ROLLBACK")

    def scrub(self) -> None:
        self._connection.execute("VACUUM finding")

    def close(self) -> None:
        self._connection.close()


def _frame(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as they came: a column of whole numbers with blanks among them is not turned into one of floats."""
    frame = pd.DataFrame(rows, columns=list(columns), dtype=object)
    filled = [name for name in frame.columns if frame[name].notna().all()]
    return frame.assign(**{name: frame[name].infer_objects() for name in filled})


def _insert(table: str, columns: Sequence[str], mark: str) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"
