"""verified.json beside audit.toml: what the last check of a sample said, for the reports to come."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audit.errors import UsageError

NAME = "verified.json"
_NEEDED = frozenset("run as_of checked_on score records cells overall recall fields rules".split())


def write_verified(path: Path, found: Mapping[str, Any]) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_text(json.dumps(found, indent=1, allow_nan=False) + "\n", encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}).", hint="Check its permissions.") from error
    finally:
        beside.unlink(missing_ok=True)


def read_verified(path: Path) -> Mapping[str, Any] | None:
    """What was kept, or None where nothing was. Raises UsageError for a file that is none of ours."""
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path} is damaged ({type(error).__name__}).", hint="Run `crm-audit verify` again."
        ) from error
    if not isinstance(found, dict) or not found.keys() >= _NEEDED:
        raise UsageError(f"{path} is no result of a check.", hint="Remove it, or run `crm-audit verify` again.")
    return found
