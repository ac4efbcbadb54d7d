"""The PostgreSQL server that the tests of sources start, for a history in a database."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_spec = spec_from_file_location("sources_conftest", Path(__file__).parents[1] / "sources" / "conftest.py")
assert _spec is not None and _spec.loader is not None
_sources = module_from_spec(_spec)
_spec.loader.exec_module(_sources)
postgres = _sources.postgres
