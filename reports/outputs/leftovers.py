"""Ends what a run left half done that was killed while it put its output in place."""

import os
import re
import shutil
import sys
from pathlib import Path

from reports.outputs.audit_json import files_of


def recover(folder: Path) -> None:
    """Clears the folders beside `folder` in which a process that is gone was writing.

    What it had moved away comes back where nothing stands in its place; files that no audit wrote are kept.
    """
    if not folder.parent.is_dir():
        return
    mark = re.compile(rf"\.{re.escape(folder.name)}\.(\d+)\.(partial|old)")
    for path in sorted(folder.parent.iterdir()):
        found = mark.fullmatch(path.name)
        if found is None or not path.is_dir() or _runs(int(found[1])):
            continue
        if found[2] == "old" and not folder.exists():
            path.rename(folder)
        elif found[2] == "old":
            keep_foreign(path, folder, files_of(path) or [])
        shutil.rmtree(path, ignore_errors=True)


def keep_foreign(old: Path, folder: Path, ours: list[str]) -> None:
    """Moves files that no audit wrote from the folder that goes to the one in its place."""
    for path in sorted(old.rglob("*")):
        name = path.relative_to(old)
        if path.is_file() and name.as_posix() not in ours and not (folder / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            path.rename(folder / name)


def _runs(process: int) -> bool:
    """Whether another process of that number is there; where the system cannot be asked, it may be."""
    if process == os.getpid():
        return False
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
