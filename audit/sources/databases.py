"""Reader of database servers by URL: PostgreSQL, MySQL and MariaDB, in one read-only transaction."""

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from audit.errors import SourceError
from audit.sources.cells import table_of_rows
from audit.sources.raw import RawTable, Unreadable

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, CursorResult

_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_FORM = "Write it as postgresql://user@host/database?table=contacts,deals (or mysql://...)."
_BATCH = 20_000
_TIMEOUT = 15


def is_url(path: object) -> bool:
    """Whether a path given by the user is the address of a database server."""
    return isinstance(path, str) and "://" in path


def read_database(address: str) -> Iterator[RawTable]:
    """All tables of a database, or those of `?table=a,b`, or the rows of `?query=select ...`.

    The password comes from PGPASSWORD or MYSQL_PWD (or the driver's own files), never from the address. Raises
    SourceError for a wrong address, Unreadable where the server refuses.
    """
    url = _parsed(address)
    name = display_name(address)
    tables = [table for part in _listed(url, "table") for table in part.split(",") if table]
    queries = _listed(url, "query")
    try:
        from sqlalchemy import create_engine, exc

        engine = create_engine(_for_driver(url), connect_args=_connect_args(url))
    except ImportError:
        raise SourceError(
            "Reading a database server needs its driver.", hint="Install it with: pip install 'crm-audit[databases]'"
        ) from None
    try:
        with engine.connect() as connection:
            _read_only(connection)
            for place, query in enumerate(queries, 1):
                yield _table(name, "query" if len(queries) == 1 else f"query {place}", connection, query)
            for table in tables or ([] if queries else _all_tables(connection)):
                quoted = ".".join(connection.dialect.identifier_preparer.quote(part) for part in table.split("."))
                yield _table(name, table, connection, f"select * from {quoted}")
    except exc.SQLAlchemyError as error:
        raise Unreadable(f"the database refuses ({_said(error)})") from None
    finally:
        engine.dispose()


def display_name(address: str) -> str:
    """The address without user, password and query, as it may be shown and kept."""
    url = _parsed(address)
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{url.host or 'localhost'}{port}/{url.database}"


def _parsed(address: str) -> "URL":
    try:
        from sqlalchemy import exc, make_url
    except ImportError:
        raise SourceError(
            "Reading a database server needs SQLAlchemy.", hint="Install it with: pip install 'crm-audit[databases]'"
        ) from None
    try:
        url = make_url(address)
    except (exc.ArgumentError, ValueError):
        raise SourceError("A database address cannot be read.", hint=_FORM) from None
    if url.drivername not in _DRIVERS:
        raise SourceError(f"Databases of the kind {url.drivername}:// are not read.", hint=_FORM)
    if url.password is not None:
        raise SourceError(
            "A database address holds a password; it would end in logs.",
            hint="Leave it out and set PGPASSWORD or MYSQL_PWD in the environment.",
        )
    if not url.database:
        raise SourceError("A database address names no database.", hint=_FORM)
    return url


def _listed(url: "URL", key: str) -> Sequence[str]:
    value = url.query.get(key, ())
    return (value,) if isinstance(value, str) else tuple(value)


def _for_driver(url: "URL") -> "URL":
    url = url.set(drivername=_DRIVERS[url.drivername]).difference_update_query(["table", "query"])
    is_mysql = "pymysql" in url.drivername
    return url.set(password=os.environ.get("MYSQL_PWD")) if is_mysql else url


def _connect_args(url: "URL") -> dict[str, Any]:
    if "mysql" in _DRIVERS[url.drivername]:
        return {"connect_timeout": _TIMEOUT, "charset": "utf8mb4", "init_command": "set session transaction read only"}
    return {"connect_timeout": _TIMEOUT, "options": "-c default_transaction_read_only=on -c timezone=UTC"}


def _read_only(connection: "Connection") -> None:
    """One snapshot for all tables; dates as the server writes them, for those that Python has no year for."""
    if connection.dialect.name != "postgresql":
        return
    from psycopg.types.string import TextLoader

    driver: Any = connection.connection.driver_connection
    for kind in ("date", "timestamp", "timestamptz", "json", "jsonb", "interval", "uuid"):
        driver.adapters.register_loader(kind, TextLoader)
    connection.exec_driver_sql("set transaction isolation level repeatable read, read only")


def _all_tables(connection: "Connection") -> list[str]:
    """The tables of the database, those outside of the default schema with its name."""
    from sqlalchemy import inspect

    inspector = inspect(connection)
    found = sorted(inspector.get_table_names())
    if connection.dialect.name == "postgresql":
        default = inspector.default_schema_name
        for schema in sorted(inspector.get_schema_names()):
            if schema != default and schema != "information_schema":
                found += [f"{schema}.{table}" for table in sorted(inspector.get_table_names(schema))]
    if not found:
        raise Unreadable("the database holds no table that this user may see")
    return found


def _table(name: str, sheet: str, connection: "Connection", query: str) -> RawTable:
    rows: CursorResult[Any] = connection.execution_options(
        stream_results=True, max_row_buffer=_BATCH, no_parameters=True
    ).exec_driver_sql(query)
    with rows:
        if not rows.returns_rows:
            raise Unreadable("the query gives no rows")
        return table_of_rows(name, sheet, list(rows.keys()), rows.partitions(_BATCH))


def _said(error: Exception) -> str:
    """What the server said, without the statement that SQLAlchemy adds."""
    origin = getattr(error, "orig", None) or error
    words = origin.args[-1] if origin.args else ""
    return (str(words).strip().splitlines() or [type(origin).__name__])[0][:200]
