"""Tables added to a project file: appended whole or not at all, what stands there untouched."""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from audit.errors import UsageError

Value = str | bool | int | float | date | Sequence[str]


def table(name: str, values: Mapping[str, Value | None]) -> str:
    """One entry of the array of tables `name`; blank values are left out."""
    lines = [f"{key} = {literal(value)}" for key, value in values.items() if value not in (None, "")]
    return "\n".join([f"[[{name}]]", *lines]) + "\n"


def literal(value: Value | None) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        # A basic string of TOML is one of JSON, but for DEL.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"[{', '.join(literal(item) for item in value or ())}]"


def append_table(path: Path, text: str, check: Callable[[Path], object], *, header: str = "") -> None:
    """Appends tables to a TOML file, or makes it with `header` first.

    The new content is written beside the file, read by `check`, which raises where it does not stand, and put in its
    place at once. Raises UsageError where it cannot be written.
    """
    path = path.resolve()
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else header
        end = "\r\n" if "\r\n" in before else "\n"
        gap = "" if not before else end if before.endswith("\n") else end * 2
        beside.write_bytes((before + gap + text.replace("\n", end)).encode("utf-8"))
        check(beside)
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({type(error).__name__}).", hint="Check its permissions."
        ) from error
    finally:
        beside.unlink(missing_ok=True)
