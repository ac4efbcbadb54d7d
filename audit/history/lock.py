"""Keeps a second run of the same project from starting while one is under way."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.errors import UsageError
from audit.history.database import PostgreSQL, is_url

_ADVISORY = 0x43524D72


@contextmanager
def run_lock(target: Path | str) -> Iterator[None]:
    """Holds the project's lock. Raises UsageError where another run holds it.

    The system lets go of it when the process ends in whatever way, so that a killed run locks nobody out.
    """
    busy = UsageError(
        "Another run of this project is under way.", hint="Nothing was done; start again when that one has ended."
    )
    if is_url(target):
        database = PostgreSQL(str(target))
        try:
            if not bool(database.query(f"SELECT pg_try_advisory_lock({_ADVISORY}) AS free")["free"].iloc[0]):
                raise busy
            yield
        finally:
            database.close()
        return
    from filelock import FileLock, Timeout

    path = Path(target)
    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise busy from None
    try:
        yield
    finally:
        lock.release()
