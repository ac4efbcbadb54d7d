"""The history of a project: what each run found, in one SQLite file or a PostgreSQL database, and what changed."""

from audit.history.database import is_url
from audit.history.entry import Entry, entry_of
from audit.history.lock import run_lock
from audit.history.store import History, OlderRun

FILE_NAME = "audit-history.sqlite"
"""The history's file beside audit.toml, where nothing else is said."""

__all__ = ["FILE_NAME", "Entry", "History", "OlderRun", "entry_of", "is_url", "run_lock"]
